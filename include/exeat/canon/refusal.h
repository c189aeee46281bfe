/* SPDX-License-Identifier: Apache-2.0 */
/* A no as vendors write it: what is said, and whose fault it is; no vendor's word is in it. */
#ifndef EXEAT_CANON_REFUSAL_H
#define EXEAT_CANON_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/bytes.h"

/* By the status: the policy's no (403), something wrong with the call, or nobody's fault who asked. */
enum blame { BLAME_POLICY, BLAME_CALLER, BLAME_PACE, BLAME_NOBODY };

struct refusal {
    uint16_t status;     /* 503 where what had begun is ended */
    struct text message; /* all that an SDK shows; any bytes */
    struct text type;    /* the vendor's word for what there is too much of; empty: its word for the blame */
    struct text code;    /* the one word that operators look for */
    bool is_limit;       /* of the policy: it ends by itself */
    struct text members; /* JSON, `"name":value` and more of them behind the vendor's own; may be empty */
    struct text reason;  /* as records have it; empty: an endpoint's no */
    struct text rule;    /* may be empty */
    struct text id;      /* of the request */
};
enum blame refusal_blame(const struct refusal *refusal);

/* ,"name":"value", escaped */
void refusal_append_member(struct buffer *out, struct text name, struct text value);
/* The vendor's further members, and what an operator looks for, beside what the SDK looks for: members behind another
 * one. */
void refusal_append_facts(const struct refusal *refusal, struct buffer *out);

#endif
