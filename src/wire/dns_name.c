/* SPDX-License-Identifier: Apache-2.0 */
/* Names of DNS messages (RFC 1035 sections 3.1 and 4.1.4). */
#include <ctype.h>
#include <string.h>

#include "exeat/wire/dns.h"

enum { LABEL_MAX = 63, POINTER = 0xC0 };

static bool add_label(struct dns_name *name, const uint8_t *label, size_t size)
{
    if (name->length + size > DNS_NAME_MAX)
        return false;
    memcpy(name->bytes + name->length, label, size);
    name->length = (uint8_t)(name->length + size);
    return true;
}

/* Each pointer leads to before where the labels since the last one began, so that this ends. */
bool dns_name_read(struct bytes message, size_t *at, struct dns_name *name)
{
    size_t here = *at;
    size_t run = here;
    bool has_jumped = false;
    name->length = 0;
    while (here < message.length) {
        uint8_t length = message.data[here];
        if (length >= POINTER) {
            if (message.length - here < 2)
                return false;
            size_t target = bytes_get_u16(message.data + here) & 0x3FFF;
            if (target < DNS_HEADER || target >= run)
                return false;
            *at = has_jumped ? *at : here + 2;
            has_jumped = true;
            here = run = target;
            continue;
        }
        if (length > LABEL_MAX || message.length - here < 1 + (size_t)length ||
            !add_label(name, message.data + here, 1 + (size_t)length))
            return false;
        here += 1 + (size_t)length;
        if (length == 0) {
            *at = has_jumped ? *at : here;
            return true;
        }
    }
    return false;
}

/* Lengths of labels are below the letters. */
bool dns_name_equal(const struct dns_name *left, const struct dns_name *right)
{
    return text_equal_nocase(
        text_of_bytes((struct bytes){left->bytes, left->length}),
        text_of_bytes((struct bytes){right->bytes, right->length}));
}

static bool is_host_byte(uint8_t byte)
{
    return isalnum(byte) || byte == '-' || byte == '_';
}

/* A dot within a label is none between two. */
static bool write_label(const uint8_t *label, char *out)
{
    for (size_t i = 0; i < label[0]; i++) {
        if (!is_host_byte(label[1 + i]))
            return false;
        out[i] = (char)tolower(label[1 + i]);
    }
    return true;
}

bool dns_name_host(const struct dns_name *name, struct host *host)
{
    char text[DNS_NAME_MAX];
    size_t length = 0;
    for (const uint8_t *label = name->bytes; label[0] > 0; label += 1 + label[0]) {
        if (length > 0)
            text[length++] = '.';
        if (!write_label(label, text + length))
            return false;
        length += label[0];
    }
    return host_parse((struct text){text, length}, host) && host->kind == HOST_NAME;
}

void dns_name_of_host(const struct host *host, struct dns_name *name)
{
    struct text rest = host_text(host);
    struct text label;
    name->length = 0;
    while (text_split(&rest, '.', &label)) {
        name->bytes[name->length] = (uint8_t)label.length;
        memcpy(name->bytes + name->length + 1, label.data, label.length);
        name->length = (uint8_t)(name->length + 1 + label.length);
    }
    name->bytes[name->length++] = 0;
}

/* --- addresses the other way round ---
 */

/* The last piece of a text, before its last dot; which goes too. */
static struct text take_last(struct text *rest)
{
    size_t start = rest->length;
    while (start > 0 && rest->data[start - 1] != '.')
        start--;
    struct text piece = text_after(*rest, start);
    rest->length = start > 0 ? start - 1 : 0;
    return piece;
}

static bool read_v4(struct text rest, struct address *address)
{
    address->length = 4;
    for (size_t i = 0; i < 4; i++) {
        struct text piece = take_last(&rest);
        uint64_t number;
        bool has_zero = piece.length > 1 && piece.data[0] == '0';
        if (has_zero || !text_to_number(piece, 255, &number))
            return false;
        address->bytes[i] = (uint8_t)number;
    }
    return rest.length == 0;
}

static bool read_v6(struct text rest, struct address *address)
{
    address->length = 16;
    for (size_t i = 0; i < 32; i++) {
        struct text piece = take_last(&rest);
        int value = piece.length == 1 ? hex_value(piece.data[0]) : -1;
        if (value < 0)
            return false;
        address->bytes[i / 2] = (uint8_t)(address->bytes[i / 2] << 4 | value);
    }
    return rest.length == 0;
}

bool dns_name_address(const struct host *host, struct address *address)
{
    static const struct text v4 = TEXT_INIT(".in-addr.arpa");
    static const struct text v6 = TEXT_INIT(".ip6.arpa");
    struct text text = host_text(host);
    *address = (struct address){.length = 0};
    if (text_ends_with(text, v4))
        return read_v4(text_part(text, 0, text.length - v4.length), address);
    return text_ends_with(text, v6) && read_v6(text_part(text, 0, text.length - v6.length), address);
}
