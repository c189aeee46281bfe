/* SPDX-License-Identifier: Apache-2.0 */
/* The answer of a host to a request whose rule looks into it: held until it is whole, or event by event, as filters on
 * its way to the client. Where nothing is kept out and values are only put back, what cannot be read goes on as it is.
 */
#ifndef EXEAT_SCREEN_H
#define EXEAT_SCREEN_H

#include "exeat/account.h"
#include "exeat/filter.h"
#include "exeat/inspect/answer.h"

/* All borrowed, and outliving it. */
struct screen_about {
    struct inspected *inspected;
    struct account *account; /* is told the status, and why an answer is kept out */
    struct text via;         /* as of http_message */
    size_t answer_held;      /* bytes of an answer that is held, or of an event of it */
    struct loop *loop;       /* asked for the memory of what is held */
    uint64_t memory;         /* as of room_has_memory */
};
struct screen;
/* The caller's, for screen_free. */
struct screen *screen_new(const struct screen_about *about);
void screen_free(struct screen *screen); /* wipes; NULL is fine */
/* An answer begins, to a request of this method: its content goes through `down`, and its head to the client when it is
 * time. False: it is looked at by nobody, and its head is the caller's to put. */
MUST_CHECK bool
screen_begin(struct screen *screen, const struct message_head *head, struct text method, struct filters *down);

#endif
