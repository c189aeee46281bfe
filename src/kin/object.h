/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that are written again member by member. `key` is a name with its quotes, as the scanner gives it. */
#ifndef EXEAT_KIN_OBJECT_H
#define EXEAT_KIN_OBJECT_H

#include "kin_internal.h"

static inline void object_begin(struct buffer *out)
{
    buffer_append_byte(out, '{');
}

static inline void object_end(struct buffer *out)
{
    buffer_append_byte(out, '}');
}

static inline struct text object_comma(const struct buffer *out)
{
    return out->data[out->length - 1] == '{' ? TEXT("") : TEXT(",");
}

static inline void object_put_key(struct buffer *out, struct text key)
{
    BUFFER_APPEND_ALL(out, object_comma(out), key, TEXT(":"));
}

static inline void object_put(struct buffer *out, struct text key, struct text value)
{
    object_put_key(out, key);
    buffer_append(out, value);
}

static inline void object_put_named(struct buffer *out, struct text name, struct text value)
{
    BUFFER_APPEND_ALL(out, object_comma(out), TEXT("\""), name, TEXT("\":"), value);
}

/* Those of a table that the object has not; a row without a name ends it. */
static inline void
object_put_missing(struct scan object, const struct kin_member *members, size_t count, struct buffer *out)
{
    struct scan value;
    for (size_t i = 0; i < count && members[i].name.length > 0; i++)
        if (!scan_member(object, members[i].name, &value))
            object_put_named(out, members[i].name, members[i].value);
}

#endif
