/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors in the spelling that the caller asked for. Endpoints that know one of the two alone answer in that, and
 * callers decode what they asked for without looking. */
#include "compatible_internal.h"
#include "exeat/canon/vectors.h"

static void respell_vector(const struct canon_call *call, struct scan vector, struct edit *edit)
{
    struct buffer spelled = {0};
    if (vector_respell(canon_wants_base64(call), vector, &spelled)) {
        edit_drop(edit, vector.text);
        buffer_append(edit->out, buffer_text(&spelled));
    }
    buffer_clear(&spelled);
}

/* An endpoint spells all of its vectors alike: the first one tells whether millions of numbers are worth a walk. */
static bool is_as_wanted(const struct canon_call *call, struct scan data)
{
    struct scan_walk items = scan_walk(data);
    struct text key;
    struct scan first;
    struct scan vector;
    if (!scan_next(&items, &key, &first) || !scan_member(first, TEXT("embedding"), &vector))
        return false;
    return vector.kind == (canon_wants_base64(call) ? SCAN_STRING : SCAN_ARRAY);
}

void compatible_respell(const struct canon_call *call, struct scan data, struct edit *edit)
{
    if (is_as_wanted(call, data))
        return;
    struct scan_walk items = scan_walk(data);
    struct text key;
    struct scan item;
    while (scan_next(&items, &key, &item)) {
        struct scan_walk members = scan_walk(item);
        struct scan member;
        while (scan_next(&members, &key, &member))
            if (scan_is_key(key, TEXT("embedding")))
                respell_vector(call, member, edit);
    }
}
