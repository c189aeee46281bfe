/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a message, in the words of those who must be told. */
#ifndef EXEAT_MODEL_FAULT_H
#define EXEAT_MODEL_FAULT_H

#include "exeat/base/detail.h"
#include "exeat/model.h"

/* In what a host's reply was broken: RFC 9209 has more words for that than there are reasons. */
enum flaw {
    FLAW_NONE,
    FLAW_SYNTAX,    /* not HTTP, or not as it is written */
    FLAW_HEAD_SIZE, /* more than limits.head or limits.fields */
    FLAW_CODING,    /* its chunks are none */
    FLAW_CLOSED,    /* it ended before a reply began */
    FLAW_PARTIAL,   /* it ended within a reply */
    FLAW_UPGRADE,   /* it switches to what was not asked for */
};
/* Why a message was not taken. What a parser that fails sets as a whole. */
struct fault {
    enum reason reason;
    enum flaw flaw;
    struct detail detail;
};
/* The error type of RFC 9209 section 2.3 that says it. */
const char *proxy_error(enum reason reason, enum flaw flaw);

#endif
