/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a record holds, each format shows it in one line without control characters, and CSV in one cell a column.
 * Input: a record, then two bytes of length and its private part. */
#include "exeat/base/check.h"
#include "export_internal.h"

static void check_line(enum export_format format, struct text line)
{
    ASSERT(line.length > 0 && line.data[line.length - 1] == '\n');
    for (size_t i = 0; i + 1 < line.length; i++) {
        unsigned char byte = (unsigned char)line.data[i];
        bool is_own = (format == EXPORT_LEEF && byte == '\t') || (format == EXPORT_CSV && i + 2 == line.length);
        ASSERT(is_own || (byte >= ' ' && byte != 0x7f));
    }
}

static void check_item(const struct export_item *item)
{
    struct format_source source = {.origin = TEXT("audit.example/test")};
    text_layout_fit(&source.layout, 100, false);
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        const struct format *format = format_of((enum export_format)i);
        struct buffer out = {0};
        if (format->item == NULL || (!export_item_is_request(item) && !format->has_life))
            continue;
        format->item(&source, item, &out);
        check_line((enum export_format)i, buffer_text(&out));
        buffer_clear(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t length = bytes_get_u16(data);
    struct bytes body = {data + 2, length < size - 2 ? length : size - 2};
    struct bytes private_part = {body.data + body.length, size - 2 - body.length};
    struct export_item item = {0};
    if (export_item_read(&item, body, private_part))
        check_item(&item);
    export_item_clear(&item);
    return 0;
}
