/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that read JSON objects member by member. What no row names is dropped; null is nothing said. A reader that
 * fails has said why, with the member's path in the sentence. */
#ifndef EXEAT_CANON_READING_H
#define EXEAT_CANON_READING_H

#include "exeat/base/attributes.h"
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"
#include "exeat/canon.h"

enum { READING_LEVELS = 24 };
struct reading_step {
    struct text name; /* of the tables, never of the caller; empty: an index */
    size_t index;
};

/* How members are named. NAMES_OF_PROTOBUF: its JSON takes `maxTokens` and `max_tokens` for the same. */
enum reading_names { NAMES_EXACT, NAMES_OF_PROTOBUF };

struct reading {
    enum reading_names names;
    const struct json_view *view;
    struct arena *arena; /* what the call's lists live in */
    struct detail *detail;
    enum reason reason;
    struct reading_step path[READING_LEVELS];
    size_t depth;
};

struct member;
typedef bool (*member_reader)(struct reading *reading, uint32_t value, const struct member *row, void *field);

struct members {
    const struct member *rows;
    size_t count;
    const struct members *also; /* NULL: no more rows */
};

struct member {
    struct text name;
    member_reader read;
    size_t offset;               /* of its field in the struct that the table fills */
    const struct members *table; /* of take_object */
    const char *cure;            /* of refuse_*: what to do instead */
    bool takes_null;
};

#define MEMBER(member_name, reader, owner, field)                                                                      \
    {                                                                                                                  \
        .name = TEXT_INIT(member_name), .read = (reader), .offset = offsetof(struct owner, field)                      \
    }
/* A member that is an object of its own, whose rows fill the same struct. */
#define INNER(member_name, inner)                                                                                      \
    {                                                                                                                  \
        .name = TEXT_INIT(member_name), .read = take_object, .table = (inner)                                          \
    }
#define KNOWN(member_name)                                                                                             \
    {                                                                                                                  \
        .name = TEXT_INIT(member_name), .read = take_nothing                                                           \
    }
#define REFUSED(member_name, what_to_do)                                                                               \
    {                                                                                                                  \
        .name = TEXT_INIT(member_name), .read = refuse_member, .cure = (what_to_do)                                    \
    }
#define TABLE(members_name, rows_name, more)                                                                           \
    static const struct members members_name = {(rows_name), COUNT_OF(rows_name), (more)}

/* reading.c */
MUST_CHECK bool read_members(struct reading *reading, uint32_t object, const struct members *table, void *target);
typedef bool (*item_reader)(struct reading *reading, uint32_t value, void *item);
/* The items of a list, each `size` bytes in the arena, each read by `read`. */
MUST_CHECK bool
read_items(struct reading *reading, uint32_t list, size_t size, item_reader read, const void **items, size_t *count);
/* The items of a list, each read into the same target. */
MUST_CHECK bool read_each(struct reading *reading, uint32_t list, item_reader read, void *target);
/* Says that the member that is being read is wrong (400), or may not pass (403). Always false. */
bool reading_is_wrong(struct reading *reading, const char *what);
bool reading_may_not(struct reading *reading, const char *what);
/* The same, of a member inside the present one. */
bool reading_member_is_wrong(struct reading *reading, struct text member, const char *what);
bool reading_member_may_not(struct reading *reading, struct text member, const char *what);

/* kind.c: a member that says `type`, and what follows from it. */
struct reading_kind {
    struct text word;
    const struct members *table;
    int kind; /* an enum of canon.h */
};
/* The row of the object's `type`; NULL: it has none, or one that is not in the table, and that was said. `missing`: the
 * row that stands for no type at all, NULL when there is none. */
const struct reading_kind *reading_kind_of(
    struct reading *reading, uint32_t object, const struct reading_kind *kinds, size_t count,
    const struct reading_kind *missing, const char *else_what);

/* values.c: readers for rows. The field is a struct text unless it is said otherwise. */
bool take_text(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* Of a tool, a caller, a call: any text but one that names a place. */
bool take_name(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool take_number(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool take_flag(struct reading *reading, uint32_t value, const struct member *row, void *field);  /* enum canon_answer */
bool take_word(struct reading *reading, uint32_t value, const struct member *row, void *field);  /* [A-Za-z0-9_.-] */
bool take_words(struct reading *reading, uint32_t value, const struct member *row, void *field); /* struct canon_list */
bool take_texts(struct reading *reading, uint32_t value, const struct member *row, void *field); /* struct canon_list */
bool take_inputs(struct reading *reading, uint32_t value, const struct member *row, void *field); /* ..., or tokens */
bool take_bias(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool take_file_name(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* An object, as the text that spells it: arguments of a call are texts in the canonical one. */
bool take_spelled(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool take_object(struct reading *reading, uint32_t value, const struct member *row, void *target);
bool take_nothing(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* Unless it says nothing: false, an empty list or text. */
bool refuse_member(struct reading *reading, uint32_t value, const struct member *row, void *field);

/* inline.c: struct canon_inline */
bool take_data_url(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool take_base64(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* struct text: "image/png", spelled without any escape */
bool take_media(struct reading *reading, uint32_t value, const struct member *row, void *field);

/* schema.c: JSON, without the members that name it and without references that lead out of it */
bool take_schema(struct reading *reading, uint32_t value, const struct member *row, void *field);

#endif
