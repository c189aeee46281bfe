/* SPDX-License-Identifier: Apache-2.0 */
/* The field names that this gate knows, and what becomes of such a field when a message goes on (RFC 9110 7.6.1). */
#include "wire_internal.h"

/* Sorted by length: a name is compared with those of its own length only. */
static const struct known_field names[] = {
    {TEXT_INIT("TE"), FIELD_OTHER, FATE_HOP},
    {TEXT_INIT("Via"), FIELD_VIA, FATE_END_TO_END},
    {TEXT_INIT("Date"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("ETag"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Host"), FIELD_HOST, FATE_REQUEST_HOP},
    {TEXT_INIT("Vary"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Proxy"), FIELD_OTHER, FATE_HOP},
    {TEXT_INIT("Range"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Accept"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Cookie"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Expect"), FIELD_EXPECT, FATE_EXPECT},
    {TEXT_INIT("Origin"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Api-Key"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Expires"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Referer"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Trailer"), FIELD_OTHER, FATE_HOP},
    {TEXT_INIT("Upgrade"), FIELD_UPGRADE, FATE_UPGRADE},
    {TEXT_INIT("Location"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Forwarded"), FIELD_OTHER, FATE_REQUEST_HOP},
    {TEXT_INIT("X-Api-Key"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Connection"), FIELD_CONNECTION, FATE_HOP},
    {TEXT_INIT("Keep-Alive"), FIELD_OTHER, FATE_HOP},
    {TEXT_INIT("Set-Cookie"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("User-Agent"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Retry-After"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Content-Type"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Authorization"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Cache-Control"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Content-Length"), FIELD_CONTENT_LENGTH, FATE_HOP},
    {TEXT_INIT("HTTP2-Settings"), FIELD_OTHER, FATE_HOP},
    {TEXT_INIT("X-Goog-Api-Key"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Accept-Encoding"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Content-Encoding"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("WWW-Authenticate"), FIELD_OTHER, FATE_END_TO_END},
    {TEXT_INIT("Transfer-Encoding"), FIELD_TRANSFER_ENCODING, FATE_HOP},
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

static struct known_field find(struct text name);

/* Origins that map "-" and "_" to one letter (CGI, RFC 3875 4.1.18) would read it as the field that it resembles: what
 * does not go on under that name does not under this one. */
static struct known_field by_likeness(struct text name)
{
    char dashed[LENGTH_MAX + 16];
    if (name.length > sizeof(dashed))
        return (struct known_field){name, FIELD_OTHER, FATE_PASSES};
    for (size_t i = 0; i < name.length; i++)
        dashed[i] = name.data[i] == '_' ? '-' : name.data[i];
    struct known_field like = find((struct text){dashed, name.length});
    bool stays = like.fate != FATE_PASSES && like.fate != FATE_END_TO_END;
    return (struct known_field){name, FIELD_OTHER, stays ? FATE_REQUEST_HOP : FATE_PASSES};
}

static struct known_field by_prefix(struct text name)
{
    static const struct text proxy = TEXT_INIT("Proxy-");
    static const struct text forwarded = TEXT_INIT("X-Forwarded-");
    char first = name.length > 0 ? (char)(name.data[0] | 0x20) : (char)0;
    if (first == 'p' && has_prefix(name, proxy))
        return (struct known_field){name, FIELD_OTHER, FATE_HOP};
    if (first == 'x' && has_prefix(name, forwarded))
        return (struct known_field){name, FIELD_OTHER, FATE_REQUEST_HOP};
    return (struct known_field){name, FIELD_OTHER, FATE_PASSES};
}

static struct known_field find(struct text name)
{
    if (name.length <= LENGTH_MAX)
        for (size_t i = first_of_length[name.length]; i < first_of_length[name.length + 1]; i++)
            if (text_equal_nocase(name, names[i].text))
                return names[i];
    return by_prefix(name);
}

struct known_field known_field_find(struct text name)
{
    struct known_field found = find(name);
    return found.fate == FATE_PASSES && text_has(name, '_') ? by_likeness(name) : found;
}

size_t known_field_table(const struct known_field **table)
{
    *table = names;
    return COUNT_OF(names);
}
