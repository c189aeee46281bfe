/* SPDX-License-Identifier: Apache-2.0 */
/* The field names that this gate knows, and what becomes of such a field when a message goes on (RFC 9110 7.6.1). */
#include "wire_internal.h"

/* Sorted by length: a name is compared with those of its own length only. */
static const struct field_name names[] = {
    {TEXT_INIT("TE"), HTTP_OTHER, FATE_HOP},
    {TEXT_INIT("Via"), HTTP_VIA, FATE_END_TO_END},
    {TEXT_INIT("Date"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("ETag"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Host"), HTTP_HOST, FATE_REQUEST_HOP},
    {TEXT_INIT("Vary"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Proxy"), HTTP_OTHER, FATE_HOP},
    {TEXT_INIT("Range"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Accept"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Cookie"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Expect"), HTTP_EXPECT, FATE_EXPECT},
    {TEXT_INIT("Origin"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Api-Key"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Expires"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Referer"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Trailer"), HTTP_OTHER, FATE_HOP},
    {TEXT_INIT("Upgrade"), HTTP_UPGRADE, FATE_UPGRADE},
    {TEXT_INIT("Location"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Forwarded"), HTTP_OTHER, FATE_REQUEST_HOP},
    {TEXT_INIT("X-Api-Key"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Connection"), HTTP_CONNECTION, FATE_HOP},
    {TEXT_INIT("Keep-Alive"), HTTP_OTHER, FATE_HOP},
    {TEXT_INIT("Set-Cookie"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("User-Agent"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Retry-After"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Content-Type"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Authorization"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Cache-Control"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Content-Length"), HTTP_CONTENT_LENGTH, FATE_HOP},
    {TEXT_INIT("HTTP2-Settings"), HTTP_OTHER, FATE_HOP},
    {TEXT_INIT("X-Goog-Api-Key"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Accept-Encoding"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Content-Encoding"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("WWW-Authenticate"), HTTP_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Transfer-Encoding"), HTTP_TRANSFER_ENCODING, FATE_HOP},
};

/* Where the names of each length begin in the table; the last entry is its end. A unit test walks both. */
enum { LENGTH_MAX = 17 };
static const uint8_t first_of_length[LENGTH_MAX + 2] = {
    [0] = 0,   [1] = 0,   [2] = 0,   [3] = 1,   [4] = 2,   [5] = 6,   [6] = 8,   [7] = 12,  [8] = 17,  [9] = 18,
    [10] = 20, [11] = 24, [12] = 25, [13] = 26, [14] = 28, [15] = 31, [16] = 32, [17] = 34, [18] = 35,
};
_Static_assert(COUNT_OF(names) == 35, "first_of_length ends where the table does");

static bool has_prefix(struct text name, struct text prefix)
{
    return name.length > prefix.length && text_equal_nocase(text_part(name, 0, prefix.length), prefix);
}

static struct field_name find(struct text name);

/* Origins that map "-" and "_" to one letter (CGI, RFC 3875 4.1.18) would read it as the field that it resembles: what
 * does not go on under that name does not under this one. */
static struct field_name by_likeness(struct text name)
{
    char dashed[LENGTH_MAX + 16];
    if (name.length > sizeof(dashed))
        return (struct field_name){name, HTTP_OTHER, FATE_PASSES};
    for (size_t i = 0; i < name.length; i++)
        dashed[i] = name.data[i] == '_' ? '-' : name.data[i];
    struct field_name like = find((struct text){dashed, name.length});
    bool stays = like.fate != FATE_PASSES && like.fate != FATE_END_TO_END;
    return (struct field_name){name, HTTP_OTHER, stays ? FATE_REQUEST_HOP : FATE_PASSES};
}

static struct field_name by_prefix(struct text name)
{
    static const struct text proxy = TEXT_INIT("Proxy-");
    static const struct text forwarded = TEXT_INIT("X-Forwarded-");
    char first = name.length > 0 ? (char)(name.data[0] | 0x20) : (char)0;
    if (first == 'p' && has_prefix(name, proxy))
        return (struct field_name){name, HTTP_OTHER, FATE_HOP};
    if (first == 'x' && has_prefix(name, forwarded))
        return (struct field_name){name, HTTP_OTHER, FATE_REQUEST_HOP};
    return (struct field_name){name, HTTP_OTHER, FATE_PASSES};
}

static struct field_name find(struct text name)
{
    if (name.length <= LENGTH_MAX)
        for (size_t i = first_of_length[name.length]; i < first_of_length[name.length + 1]; i++)
            if (text_equal_nocase(name, names[i].text))
                return names[i];
    return by_prefix(name);
}

struct field_name field_name_find(struct text name)
{
    struct field_name found = find(name);
    return found.fate == FATE_PASSES && text_has(name, '_') ? by_likeness(name) : found;
}

size_t field_name_table(const struct field_name **table)
{
    *table = names;
    return COUNT_OF(names);
}
