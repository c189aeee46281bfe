/* SPDX-License-Identifier: Apache-2.0 */
/* What lines for collectors have in common, whatever their format. */
#include "format_lines.h"

#include <string.h>

struct grade line_grade(const struct export_item *item)
{
    if (!export_item_is_request(item))
        return item->head.kind == RECORD_GAP ? (struct grade){2, 9} : (struct grade){5, 1};
    if (item->decision.observed)
        return (struct grade){5, 3};
    switch (item->decision.verdict) {
    case VERDICT_ALLOW:
        return (struct grade){6, 1};
    case VERDICT_REROUTE:
    case VERDICT_ERROR:
        return (struct grade){4, 4};
    case VERDICT_DENY:
        break;
    }
    return (struct grade){4, item->decision.llm.provider.length > 0 ? 7 : 5};
}

const char *line_kind(const struct export_item *item, char out[LINE_KIND_SIZE])
{
    text_store(text_from(record_kind_name(item->head.kind)), out, LINE_KIND_SIZE);
    for (char *at = out; *at != '\0'; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    return out;
}

void line_append_leaf(const struct export_item *item, struct buffer *out)
{
    buffer_append_hex(out, (struct bytes){item->leaf.bytes, sizeof(item->leaf.bytes)});
}

void line_append_id(const struct export_item *item, struct buffer *out)
{
    buffer_append_hex(out, (struct bytes){item->decision.id.bytes, sizeof(item->decision.id.bytes)});
}

bool line_has_id(const struct export_item *item)
{
    static const struct request_id none;
    return memcmp(item->decision.id.bytes, none.bytes, sizeof(none.bytes)) != 0;
}
