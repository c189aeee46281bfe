/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's calls (chat completions, completions, embeddings, responses) as canonical ones, by tables: what its SDKs
 * send is in them, what only the vendor has is refused in them by name. */
#ifndef EXEAT_OPENAI_READ_H
#define EXEAT_OPENAI_READ_H

#include "exeat/canon/chat.h"
#include "exeat/openai.h"

/* A message or item while it is read: its members come in any order. */
struct openai_said {
    struct canon_message message;
    bool has_role;
    struct chat_parts content;
    struct chat_parts refusal;
    struct chat_parts calls;
    struct chat_parts thoughts;
    struct chat_parts summary;
    struct canon_part call; /* one call that is an item, or of the first kind; no name: none */
};
/* The message, with its parts in one list: thoughts, content, calls. */
void openai_join(struct reading *reading, const struct openai_said *said, struct canon_message *message);

/* openai_parts.c; the field is a struct chat_parts */
bool openai_take_content(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool openai_take_thoughts(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool openai_take_one_thought(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool openai_take_refusal(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* openai_messages.c, openai_items.c; the field is the struct canon_call */
bool openai_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool openai_take_response_input(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool openai_take_role(struct reading *reading, uint32_t value, const struct member *row, void *said);
/* openai_tools.c; the field is a struct canon_tools, of openai_take_format a struct canon_format */
bool openai_take_tools(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool openai_take_old_functions(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool openai_take_choice(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool openai_take_format(struct reading *reading, uint32_t value, const struct member *row, void *field);

#endif
