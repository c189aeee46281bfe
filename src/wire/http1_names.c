/* SPDX-License-Identifier: Apache-2.0 */
/* The field names that this gate knows, and what becomes of such a field when a message goes on (RFC 9110 7.6.1). */
#include "wire_internal.h"

/* Sorted by length: a name is compared with those of its own length only. */
static const struct known_field names[] = {
    {TEXT_INIT("TE"), FIELD_HOP},
    {TEXT_INIT("Via"), FIELD_VIA},
    {TEXT_INIT("Date"), FIELD_END_TO_END},
    {TEXT_INIT("ETag"), FIELD_END_TO_END},
    {TEXT_INIT("Host"), FIELD_HOST},
    {TEXT_INIT("Vary"), FIELD_END_TO_END},
    {TEXT_INIT("Proxy"), FIELD_HOP},
    {TEXT_INIT("Range"), FIELD_END_TO_END},
    {TEXT_INIT("Accept"), FIELD_END_TO_END},
    {TEXT_INIT("Cookie"), FIELD_END_TO_END},
    {TEXT_INIT("Expect"), FIELD_EXPECT},
    {TEXT_INIT("Origin"), FIELD_END_TO_END},
    {TEXT_INIT("Api-Key"), FIELD_END_TO_END},
    {TEXT_INIT("Expires"), FIELD_END_TO_END},
    {TEXT_INIT("Referer"), FIELD_END_TO_END},
    {TEXT_INIT("Trailer"), FIELD_HOP},
    {TEXT_INIT("Upgrade"), FIELD_UPGRADE},
    {TEXT_INIT("Location"), FIELD_END_TO_END},
    {TEXT_INIT("Forwarded"), FIELD_REQUEST_HOP},
    {TEXT_INIT("X-Api-Key"), FIELD_END_TO_END},
    {TEXT_INIT("Connection"), FIELD_CONNECTION},
    {TEXT_INIT("Keep-Alive"), FIELD_HOP},
    {TEXT_INIT("Set-Cookie"), FIELD_END_TO_END},
    {TEXT_INIT("User-Agent"), FIELD_END_TO_END},
    {TEXT_INIT("Retry-After"), FIELD_END_TO_END},
    {TEXT_INIT("Content-Type"), FIELD_END_TO_END},
    {TEXT_INIT("Authorization"), FIELD_END_TO_END},
    {TEXT_INIT("Cache-Control"), FIELD_END_TO_END},
    {TEXT_INIT("Content-Length"), FIELD_CONTENT_LENGTH},
    {TEXT_INIT("HTTP2-Settings"), FIELD_HOP},
    {TEXT_INIT("X-Goog-Api-Key"), FIELD_END_TO_END},
    {TEXT_INIT("Accept-Encoding"), FIELD_END_TO_END},
    {TEXT_INIT("Content-Encoding"), FIELD_END_TO_END},
    {TEXT_INIT("WWW-Authenticate"), FIELD_END_TO_END},
    {TEXT_INIT("Transfer-Encoding"), FIELD_TRANSFER_ENCODING},
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

static enum field_kind find(struct text name);

/* Origins that map "-" and "_" to one letter (CGI, RFC 3875 4.1.18) would read it as the field that it resembles: what
 * does not go on under that name does not under this one. */
static enum field_kind by_likeness(struct text name)
{
    char dashed[LENGTH_MAX + 16];
    if (name.length > sizeof(dashed))
        return FIELD_OTHER;
    for (size_t i = 0; i < name.length; i++)
        dashed[i] = name.data[i] == '_' ? '-' : name.data[i];
    enum field_kind like = find((struct text){dashed, name.length});
    bool goes_on = like == FIELD_OTHER || like == FIELD_END_TO_END || like == FIELD_VIA;
    return goes_on ? FIELD_OTHER : FIELD_REQUEST_HOP;
}

static enum field_kind by_prefix(struct text name)
{
    static const struct text proxy = TEXT_INIT("Proxy-");
    static const struct text forwarded = TEXT_INIT("X-Forwarded-");
    char first = name.length > 0 ? (char)(name.data[0] | 0x20) : (char)0;
    if (first == 'p' && has_prefix(name, proxy))
        return FIELD_HOP;
    return first == 'x' && has_prefix(name, forwarded) ? FIELD_REQUEST_HOP : FIELD_OTHER;
}

static enum field_kind find(struct text name)
{
    if (name.length <= LENGTH_MAX)
        for (size_t i = first_of_length[name.length]; i < first_of_length[name.length + 1]; i++)
            if (text_equal_nocase(name, names[i].name))
                return names[i].kind;
    return by_prefix(name);
}

enum field_kind known_field_find(struct text name)
{
    enum field_kind found = find(name);
    return found == FIELD_OTHER && text_has(name, '_') ? by_likeness(name) : found;
}

size_t known_field_table(const struct known_field **table)
{
    *table = names;
    return COUNT_OF(names);
}
