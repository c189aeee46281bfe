/* SPDX-License-Identifier: Apache-2.0 */
/* Binary events (application/vnd.amazon.eventstream) as a reader takes them: lengths and checksums must hold. Its own
 * CRC-32, bit by bit: it judges the one that is used. */
#ifndef TESTS_SUPPORT_EVENTSTREAM_H
#define TESTS_SUPPORT_EVENTSTREAM_H

#include "exeat/base/bytes.h"

static inline uint32_t eventstream_crc(struct text text)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < text.length; i++) {
        crc ^= (uint8_t)text.data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (UINT32_C(0xEDB88320) & (0 - (crc & 1)));
    }
    return ~crc;
}

static inline uint32_t eventstream_u32(struct text text, size_t at)
{
    return bytes_get_u32(bytes_of_text(text).data + at);
}

/* Appends "NAME=VALUE " of each header. */
static inline bool eventstream_headers(struct text headers, struct buffer *out)
{
    while (headers.length > 0) {
        size_t name = (uint8_t)headers.data[0];
        if (headers.length < name + 4 || headers.data[name + 1] != 7)
            return false;
        size_t value = bytes_get_u16(bytes_of_text(headers).data + name + 2);
        if (headers.length < name + 4 + value)
            return false;
        BUFFER_APPEND_ALL(out, text_part(headers, 1, name), TEXT("="), text_part(headers, name + 4, value), TEXT(" "));
        headers = text_after(headers, name + 4 + value);
    }
    return true;
}

/* A chunk's own JSON; any other payload as it is. */
static inline bool eventstream_payload(struct text payload, struct buffer *out)
{
    static const struct text wrap = TEXT_INIT("{\"bytes\":\"");
    if (!text_starts_with(payload, wrap)) {
        buffer_append(out, payload);
        return true;
    }
    buffer_append(out, TEXT("~"));
    return base64_decode(text_part(payload, wrap.length, payload.length - wrap.length - 2), out);
}

/* The next event off the front. False: there is none. */
static inline bool eventstream_next(struct text *bytes, struct text *headers, struct text *payload)
{
    if (bytes->length < 16)
        return false;
    size_t total = eventstream_u32(*bytes, 0);
    size_t length = eventstream_u32(*bytes, 4);
    if (total < 16 || total > bytes->length || length > total - 16 ||
        eventstream_u32(*bytes, 8) != eventstream_crc(text_part(*bytes, 0, 8)) ||
        eventstream_u32(*bytes, total - 4) != eventstream_crc(text_part(*bytes, 0, total - 4)))
        return false;
    *headers = text_part(*bytes, 12, length);
    *payload = text_part(*bytes, 12 + length, total - 16 - length);
    *bytes = text_after(*bytes, total);
    return true;
}

/* Each event as a line: its headers, and its payload. False: they are none. */
static inline bool eventstream_read(struct text bytes, struct buffer *out)
{
    struct text headers;
    struct text payload;
    while (bytes.length > 0) {
        if (!eventstream_next(&bytes, &headers, &payload) || !eventstream_headers(headers, out) ||
            !eventstream_payload(payload, out))
            return false;
        buffer_append(out, TEXT("\n"));
    }
    return true;
}

/* The same as server-sent events: its kind, and a chunk's own JSON or the payload. */
static inline bool eventstream_show(struct text bytes, struct buffer *out)
{
    struct text headers;
    struct text payload;
    while (bytes.length > 0) {
        if (!eventstream_next(&bytes, &headers, &payload))
            return false;
        size_t name = (uint8_t)headers.data[0];
        size_t kind = bytes_get_u16(bytes_of_text(headers).data + name + 2);
        BUFFER_APPEND_ALL(out, TEXT("event: "), text_part(headers, name + 4, kind), TEXT("\ndata: "));
        struct buffer json = {0};
        bool good = eventstream_payload(payload, &json);
        buffer_append(out, text_trim(buffer_text(&json), "~"));
        buffer_append(out, TEXT("\n\n"));
        buffer_clear(&json);
        if (!good)
            return false;
    }
    return true;
}

#endif
