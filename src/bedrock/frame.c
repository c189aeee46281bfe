/* SPDX-License-Identifier: Apache-2.0 */
/* Binary events, written in place: lengths and checksums are filled in at the end. */
#include "frame.h"

#include <zlib.h>

enum { LENGTHS = 8, PRELUDE = 12, CHECKSUM = 4, VALUE_IS_TEXT = 7 };

static void append_u32(struct buffer *out, uint32_t value)
{
    uint8_t bytes[CHECKSUM];
    bytes_put_u32(bytes, value);
    buffer_append(out, text_of_bytes((struct bytes){bytes, sizeof(bytes)}));
}

/* Names and values are ours, and short. */
static void append_header(struct buffer *out, struct text name, struct text value)
{
    uint8_t length[2];
    bytes_put_u16(length, (uint16_t)value.length);
    buffer_append_byte(out, (char)name.length);
    buffer_append(out, name);
    buffer_append_byte(out, VALUE_IS_TEXT);
    BUFFER_APPEND_ALL(out, text_of_bytes((struct bytes){length, sizeof(length)}), value);
}

static uint32_t checksum(const struct buffer *out, size_t start, size_t length)
{
    return (uint32_t)crc32(0, (const Bytef *)out->data + start, (uInt)length);
}

static size_t begin(struct text kind, struct text type_name, struct text type, struct buffer *out)
{
    size_t start = out->length;
    for (size_t i = 0; i < PRELUDE; i++)
        buffer_append_byte(out, 0);
    append_header(out, type_name, type);
    append_header(out, TEXT(":content-type"), TEXT("application/json"));
    append_header(out, TEXT(":message-type"), kind);
    bytes_put_u32((uint8_t *)out->data + start + CHECKSUM, (uint32_t)(out->length - start - PRELUDE));
    return start;
}

size_t frame_begin(struct text type, struct buffer *out)
{
    return begin(TEXT("event"), TEXT(":event-type"), type, out);
}

size_t frame_begin_exception(struct text type, struct buffer *out)
{
    return begin(TEXT("exception"), TEXT(":exception-type"), type, out);
}

void frame_end(size_t start, struct buffer *out)
{
    uint8_t *prelude = (uint8_t *)out->data + start;
    bytes_put_u32(prelude, (uint32_t)(out->length - start + CHECKSUM));
    bytes_put_u32(prelude + LENGTHS, checksum(out, start, LENGTHS));
    append_u32(out, checksum(out, start, out->length - start));
}

void frame_chunk(struct text json, struct buffer *out)
{
    size_t start = frame_begin(TEXT("chunk"), out);
    buffer_append(out, TEXT("{\"bytes\":\""));
    buffer_append_base64(out, bytes_of_text(json));
    buffer_append(out, TEXT("\"}"));
    frame_end(start, out);
}
