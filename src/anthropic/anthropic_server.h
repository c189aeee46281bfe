/* SPDX-License-Identifier: Apache-2.0 */
/* What a server is told that speaks Anthropic's words, and what it says. */
#ifndef EXEAT_ANTHROPIC_SERVER_H
#define EXEAT_ANTHROPIC_SERVER_H

#include "exeat/anthropic.h"
#include "exeat/canon/out.h"
#include "exeat/canon/server.h"

/* write_call.c */
struct text anthropic_path(const struct canon_call *call);
void anthropic_write_call(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out);
/* write_turns.c: one member each, or nothing */
void anthropic_write_system(struct buffer *out, const struct canon_call *call);
void anthropic_write_turns(struct buffer *out, const struct canon_call *call);
/* read_answer.c, read_stream.c */
bool anthropic_read_answer(
    const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer);
void anthropic_note_usage(struct scan usage, struct canon_usage *counted);
MUST_CHECK bool anthropic_tell_stop(struct canon_telling *telling, struct scan object);
enum told anthropic_tell(struct canon_telling *telling, struct scan event);

#endif
