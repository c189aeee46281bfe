/* SPDX-License-Identifier: Apache-2.0 */
/* A request whose rule looks into it, and its answer. */
#ifndef EXEAT_LOOKED_H
#define EXEAT_LOOKED_H

#include "exchange_internal.h"
#include "exeat/inspect/answer.h"

/* ANSWER_PASSES: nobody looks at the rest of it. */
enum looked_answer { ANSWER_UNSEEN, ANSWER_HELD, ANSWER_STREAMS, ANSWER_PASSES };

struct looked {
    struct exchange *exchange;   /* borrowed */
    struct inspected *inspected; /* owned */
    bool is_seen;                /* the head was looked at */
    bool is_changed;             /* `body` goes in the place of what came */
    bool is_beyond;      /* the body is larger than is looked at: `body` has its beginning, and the rest follows */
    struct buffer body;  /* owned: held until it goes on */
    struct buffer query; /* owned: what the head's borrows, where it is changed */
    struct buffer found; /* owned: for the records */
    struct buffer found_after;
    enum looked_answer state;
    struct message_head *head; /* owned: of an answer that is held */
    struct buffer texts;       /* owned: its texts */
    struct body_label label;
    struct buffer answer; /* owned */
    struct inspect_stream *stream;
};

/* What goes on of the body; see looked_request.c. */
size_t looked_limit(const struct exchange *exchange); /* bytes of a body that are held */

#endif
