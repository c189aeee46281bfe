/* SPDX-License-Identifier: Apache-2.0 */
/* What many rows have in common. */
#include "exeat/canon/vendor.h"

struct text vendor_json_or_events(const struct canon_call *call, bool streams)
{
    (void)call;
    return streams ? TEXT("text/event-stream; charset=utf-8") : TEXT("application/json");
}

struct text vendor_no_model(struct text path)
{
    (void)path;
    return TEXT("");
}

struct text vendor_model_before_colon(struct text path)
{
    size_t from = path.length;
    while (from > 0 && path.data[from - 1] != '/')
        from--;
    struct text last = text_after(path, from);
    size_t colon = text_index(last, ':', 0);
    return colon == last.length ? TEXT("") : text_part(last, 0, colon);
}

void vendor_comment(const struct canon_call *call, int64_t now, struct buffer *out)
{
    (void)call, (void)now;
    buffer_append(out, TEXT(": keep-alive\n\n"));
}
