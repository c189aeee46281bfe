/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a record, by type: bytes of a fixed number, texts, names, and what may follow. Names lose their
 * compression here (RFC 3597 section 4), and parameters of SVCB that are not known are left out (RFC 9460). */
#include "dns_data.h"

#include "exeat/base/check.h"

enum rest { REST_NONE, REST_TEXTS, REST_BYTES, REST_PARAMETERS };
struct shape {
    uint16_t type;
    uint8_t fixed; /* bytes before all else */
    uint8_t texts; /* each with its length before it */
    uint8_t names;
    uint8_t tail; /* bytes behind the names */
    enum rest rest;
};
static const struct shape shapes[] = {
    {DNS_A, 4, 0, 0, 0, REST_NONE},           {DNS_AAAA, 16, 0, 0, 0, REST_NONE},
    {DNS_NS, 0, 0, 1, 0, REST_NONE},          {DNS_CNAME, 0, 0, 1, 0, REST_NONE},
    {DNS_PTR, 0, 0, 1, 0, REST_NONE},         {DNS_SOA, 0, 0, 2, 20, REST_NONE},
    {DNS_MX, 2, 0, 1, 0, REST_NONE},          {DNS_SRV, 6, 0, 1, 0, REST_NONE},
    {DNS_NAPTR, 4, 3, 1, 0, REST_NONE},       {DNS_TXT, 0, 1, 0, 0, REST_TEXTS},
    {DNS_CAA, 1, 1, 0, 0, REST_BYTES},        {DNS_SSHFP, 2, 0, 0, 0, REST_BYTES},
    {DNS_TLSA, 3, 0, 0, 0, REST_BYTES},       {DNS_SVCB, 2, 0, 1, 0, REST_PARAMETERS},
    {DNS_HTTPS, 2, 0, 1, 0, REST_PARAMETERS},
};
_Static_assert(COUNT_OF(shapes) == DNS_TYPE_WORDS, "every type that has a word has a shape");

static const struct shape *find_shape(uint16_t type)
{
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        if (shapes[i].type == type)
            return &shapes[i];
    return NULL;
}

static void append(struct buffer *out, const uint8_t *data, size_t size)
{
    buffer_append(out, text_of_bytes((struct bytes){data, size}));
}

static bool copy(struct bytes data, size_t *at, size_t size, struct buffer *out)
{
    if (data.length - *at < size)
        return false;
    append(out, data.data + *at, size);
    *at += size;
    return true;
}

static bool copy_text(struct bytes data, size_t *at, struct buffer *out)
{
    return *at < data.length && copy(data, at, 1 + (size_t)data.data[*at], out);
}

static bool copy_name(struct bytes data, size_t *at, struct buffer *out)
{
    struct dns_name name;
    if (!dns_name_read(data, at, &name))
        return false;
    append(out, name.bytes, name.length);
    return true;
}

static bool copy_rest(struct bytes data, size_t *at, enum rest rest, struct buffer *out)
{
    bool good = true;
    switch (rest) {
    case REST_NONE:
    case REST_PARAMETERS:
        break;
    case REST_TEXTS:
        while (good && *at < data.length)
            good = copy_text(data, at, out);
        break;
    case REST_BYTES:
        good = copy(data, at, data.length - *at, out);
        break;
    }
    return good;
}

/* All but the parameters. `data` ends where the record's does. */
static bool copy_shaped(struct bytes data, size_t *at, const struct shape *shape, struct buffer *out)
{
    bool good = copy(data, at, shape->fixed, out);
    for (size_t i = 0; good && i < shape->texts; i++)
        good = copy_text(data, at, out);
    for (size_t i = 0; good && i < shape->names; i++)
        good = copy_name(data, at, out);
    return good && copy(data, at, shape->tail, out) && copy_rest(data, at, shape->rest, out);
}

/* --- parameters of a service (RFC 9460 section 2.2) ---
 */

enum parameter {
    PARAMETER_MANDATORY,
    PARAMETER_ALPN,
    PARAMETER_NO_DEFAULT_ALPN,
    PARAMETER_PORT,
    PARAMETER_V4,
    PARAMETER_ECH
};

static bool alpn_fits(struct bytes value)
{
    size_t at = 0;
    while (at < value.length && value.data[at] > 0 && value.length - at > value.data[at])
        at += 1 + (size_t)value.data[at];
    return value.length > 0 && at == value.length;
}

static bool mandatory_fits(struct bytes value)
{
    bool good = value.length > 0 && value.length % 2 == 0;
    int last = PARAMETER_MANDATORY;
    for (size_t i = 0; good && i < value.length; i += 2) {
        int key = bytes_get_u16(value.data + i);
        good = key > last;
        last = key;
    }
    return good;
}

static bool value_fits(uint16_t key, struct bytes value)
{
    switch (key) {
    case PARAMETER_MANDATORY:
        return mandatory_fits(value);
    case PARAMETER_ALPN:
        return alpn_fits(value);
    case PARAMETER_NO_DEFAULT_ALPN:
        return value.length == 0;
    case PARAMETER_PORT:
        return value.length == 2;
    default:
        return true;
    }
}

static bool is_kept(uint16_t key, const struct dns_asked *asked)
{
    return key <= PARAMETER_PORT || (key == PARAMETER_ECH && asked->takes_ech);
}

/* Each in ascending order; what is kept is `kept`, bits by key. */
static bool copy_parameters(
    struct bytes data, size_t at, const struct dns_asked *asked, struct bytes *mandatory, unsigned *kept,
    struct buffer *out)
{
    int last = -1;
    while (data.length - at >= 4) {
        uint16_t key = bytes_get_u16(data.data + at);
        struct bytes value = {data.data + at + 4, bytes_get_u16(data.data + at + 2)};
        if (key <= last || data.length - at - 4 < value.length || !value_fits(key, value))
            return false;
        if (key == PARAMETER_MANDATORY)
            *mandatory = value;
        if (is_kept(key, asked)) {
            append(out, data.data + at, 4 + value.length);
            *kept |= 1u << key;
        }
        at += 4 + value.length;
        last = key;
    }
    return at == data.length;
}

/* A client may not use a record without what it says to be mandatory. */
static bool has_all(struct bytes mandatory, unsigned kept)
{
    for (size_t i = 0; i < mandatory.length; i += 2) {
        uint16_t key = bytes_get_u16(mandatory.data + i);
        if (key > PARAMETER_ECH || (kept & 1u << key) == 0)
            return false;
    }
    return true;
}

static bool read_service(struct bytes data, size_t at, const struct dns_asked *asked, struct buffer *out)
{
    struct bytes mandatory = {NULL, 0};
    unsigned kept = 0;
    bool is_alias = data.length - at >= 2 && bytes_get_u16(data.data + at) == 0;
    if (!copy_shaped(data, &at, find_shape(asked->type), out))
        return false;
    if (is_alias)
        return true; /* it has no parameters, or they are ignored */
    return copy_parameters(data, at, asked, &mandatory, &kept, out) && has_all(mandatory, kept);
}

bool dns_data_read_plain(struct bytes message, size_t at, size_t length, uint16_t type, struct buffer *out)
{
    struct bytes data = {message.data, at + length};
    const struct shape *shape = find_shape(type);
    return shape != NULL && copy_shaped(data, &at, shape, out) && at == data.length;
}

bool dns_data_read(struct bytes message, size_t at, size_t length, const struct dns_asked *asked, struct buffer *out)
{
    const struct shape *shape = find_shape(asked->type);
    if (shape == NULL || shape->rest != REST_PARAMETERS)
        return dns_data_read_plain(message, at, length, asked->type, out);
    return read_service((struct bytes){message.data, at + length}, at, asked, out);
}
