/* SPDX-License-Identifier: Apache-2.0 */
/* What several vendors took over from OpenAI's chat, each with other names around it: readers for messages that are
 * objects with a role, for functions and for calls of them. A vendor's own kinds of parts are its own tables. */
#ifndef EXEAT_CANON_CHAT_H
#define EXEAT_CANON_CHAT_H

#include "exeat/canon/reading.h"

/* --- messages ------------------------------------------------------------------------------------------------------
 */

struct chat_parts {
    enum canon_content form;
    const struct canon_part *parts;
    size_t count;
};
/* A message while it is read: its members come in any order. */
struct chat_said {
    struct canon_message message;
    bool has_role;
    struct chat_parts thoughts;
    struct chat_parts content;
    struct chat_parts calls;
};
/* system, user, assistant or tool; the field is the struct chat_said. */
bool chat_take_role(struct reading *reading, uint32_t value, const struct member *row, void *said);
/* The message, with its parts in one list: thoughts, content, calls. Without content a call's is null. */
void chat_join(struct reading *reading, const struct chat_said *said, struct canon_message *message);
/* Several pieces as the message's parts, in this order. */
void chat_join_parts(
    struct reading *reading, const struct chat_parts *const *pieces, size_t count, struct canon_message *message);

/* The kinds of parts that a list may have: rows fill a struct canon_part, `kind` is an enum canon_part_kind. */
struct chat_kinds {
    const struct reading_kind *kinds;
    size_t count;
    const char *else_what; /* why no other kind may stand there */
};
/* A text, a list of parts, or null. */
MUST_CHECK bool
chat_read_content(struct reading *reading, uint32_t value, const struct chat_kinds *kinds, struct chat_parts *parts);
/* A list of parts. */
MUST_CHECK bool
chat_read_list(struct reading *reading, uint32_t list, const struct chat_kinds *kinds, struct chat_parts *parts);
/* A text alone, as one part of this kind. */
MUST_CHECK bool
chat_read_plain(struct reading *reading, uint32_t value, enum canon_part_kind kind, struct chat_parts *parts);
/* "data:..." or {"url": "data:...", "detail": "low"}; the field is the struct canon_part. */
bool chat_take_image(struct reading *reading, uint32_t value, const struct member *row, void *part);

/* --- functions -----------------------------------------------------------------------------------------------------
 */

/* [{"type": "function", "function": {"name", "description", "parameters", "strict"}}]; the field is a struct
 * canon_tools. Of other types none runs here. */
bool chat_take_functions(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* [{"id", "type": "function", "function": {"name", "arguments"}}], arguments as a text or as the object itself; the
 * field is a struct chat_parts. */
bool chat_take_calls(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* {"type": "function", "function": {"name"}} as the one that must be called. */
MUST_CHECK bool chat_read_one_choice(struct reading *reading, uint32_t value, struct canon_choice *choice);
/* "text", "json_object" or "json_schema", into a struct text; another word is refused. */
bool chat_take_format_kind(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* {"type", "json_schema": {"name", "description", "schema", "strict"}}, types text, json_object and json_schema; the
 * field is a struct canon_format. */
bool chat_take_format(struct reading *reading, uint32_t value, const struct member *row, void *field);

#endif
