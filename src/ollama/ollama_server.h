/* SPDX-License-Identifier: Apache-2.0 */
/* What a server is told that speaks Ollama's words, and what it says. */
#ifndef EXEAT_OLLAMA_SERVER_H
#define EXEAT_OLLAMA_SERVER_H

#include "exeat/canon/out.h"
#include "exeat/canon/rank.h"
#include "exeat/canon/server.h"
#include "exeat/ollama.h"

/* write_call.c */
struct text ollama_path(const struct canon_call *call);
void ollama_write_call(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out);
/* write_turns.c: one member each, or nothing */
void ollama_write_turns(struct buffer *out, const struct canon_call *call);
void ollama_write_tools(struct buffer *out, const struct canon_call *call);
/* read_answer.c */
bool ollama_read_answer(
    const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer);
enum told ollama_tell(struct canon_telling *telling, struct scan message);

#endif
