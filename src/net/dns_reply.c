/* SPDX-License-Identifier: Apache-2.0 */
/* The little of a DNS message (RFC 1035 section 4) that c-ares keeps to itself. */
#include "names_internal.h"

enum { HEADER = 12, TYPE_SOA = 6, FIXED = 10, SOA_NUMBERS = 20 };

/* Passes over a name: labels up to the root, or up to a pointer. */
static bool skip_name(struct bytes reply, size_t *at)
{
    while (*at < reply.length) {
        uint8_t length = reply.data[*at];
        if (length >= 0xC0) {
            *at += 2;
            return *at <= reply.length;
        }
        *at += 1 + (size_t)length;
        if (length == 0)
            return true;
    }
    return false;
}

struct record {
    uint16_t type;
    uint32_t seconds;
    size_t data; /* where it begins */
    size_t length;
};

static bool take_record(struct bytes reply, size_t *at, struct record *record)
{
    if (!skip_name(reply, at) || reply.length - *at < FIXED)
        return false;
    const uint8_t *fixed = reply.data + *at;
    *record = (struct record){bytes_get_u16(fixed), bytes_get_u32(fixed + 4), *at + FIXED, bytes_get_u16(fixed + 8)};
    if (reply.length - record->data < record->length)
        return false;
    *at = record->data + record->length;
    return true;
}

static bool skip_questions(struct bytes reply, size_t count, size_t *at)
{
    for (; count > 0; count--) {
        if (!skip_name(reply, at) || reply.length - *at < 4)
            return false;
        *at += 4;
    }
    return true;
}

static bool soa_seconds(struct bytes reply, const struct record *record, uint32_t *seconds)
{
    struct bytes data = {reply.data, record->data + record->length};
    size_t at = record->data;
    bool has_names = skip_name(data, &at); /* MNAME, RNAME */
    has_names = has_names && skip_name(data, &at);
    if (!has_names || data.length - at != SOA_NUMBERS)
        return false;
    uint32_t minimum = bytes_get_u32(data.data + at + SOA_NUMBERS - 4);
    *seconds = minimum < record->seconds ? minimum : record->seconds;
    return true;
}

bool dns_negative_seconds(struct bytes reply, uint32_t *seconds)
{
    struct record record;
    size_t at = HEADER;
    if (reply.length < HEADER || !skip_questions(reply, bytes_get_u16(reply.data + 4), &at))
        return false;
    size_t answers = bytes_get_u16(reply.data + 6);
    size_t all = answers + bytes_get_u16(reply.data + 8);
    for (size_t i = 0; i < all; i++) {
        if (!take_record(reply, &at, &record))
            return false;
        if (i >= answers && record.type == TYPE_SOA)
            return soa_seconds(reply, &record, seconds);
    }
    return false;
}
