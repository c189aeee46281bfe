/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of IPv4 (four numbers) and IPv6 (RFC 4291 2.2), as exeat/name.h reads them. Versions of four parts look the
 * same: small numbers need a word or field, and behind a word like "version" or a product's slash stands none. */
#include "detectors.h"
#include "exeat/name.h"

enum { V4_PARTS = 4, V4_PART_DIGITS = 3, SMALL_PART = 32, V6_TEXT_MOST = 45 };

static bool is_v6_byte(char byte)
{
    return is_ascii_digit(byte) || byte == ':' || (ascii_lower(byte) >= 'a' && ascii_lower(byte) <= 'f');
}

/* Reads four parts; `most` is the largest. */
static size_t read_parts(struct text text, size_t at, unsigned *most)
{
    *most = 0;
    for (unsigned part = 0; part < V4_PARTS; part++) {
        unsigned value = 0;
        size_t from = at;
        while (at < text.length && at - from < V4_PART_DIGITS && is_ascii_digit(text.data[at]))
            value = value * 10 + (unsigned)(text.data[at++] - '0');
        if (at == from || value > 255 || (text.data[from] == '0' && at - from > 1))
            return 0;
        *most = value > *most ? value : *most;
        if (part + 1 < V4_PARTS && (at >= text.length || text.data[at++] != '.'))
            return 0;
    }
    return at;
}

static bool touches_more(struct text text, size_t start, size_t end)
{
    char before = start > 0 ? text.data[start - 1] : ' ';
    bool product = before == '/' && start > 1 && (is_ascii_alnum(text.data[start - 2]) || text.data[start - 2] == ')');
    if (before == '.' || before == '-' || before == '_' || before == '^' || before == '~' || product)
        return true;
    if (end >= text.length)
        return false;
    char after = text.data[end];
    bool goes_on = end + 1 < text.length && is_ascii_alnum(text.data[end + 1]);
    return after == '_' || ((after == '.' || after == '-') && goes_on);
}

/* At the first digit of a group. */
void find_ipv4(struct look *look, size_t at)
{
    unsigned most = 0;
    size_t end = read_parts(look->value, at, &most);
    if (end == 0 || !look_begins(look, at) || !look_ends(look, end) || touches_more(look->value, at, end))
        return;
    unsigned first = (unsigned)(look->value.data[at] - '0');
    bool none = look->value.data[at + 1] == '.' && first == 0; /* 0.0.0.0/8 is nobody */
    bool own = text_starts_with(text_after(look->value, at), TEXT("127."));
    uint32_t labels = look->kind == FIELD_IP ? LABEL_IP : look_labels(look, at);
    bool said = (labels & LABEL_IP) != 0;
    if (none || own || (!said && (most < SMALL_PART || (labels & LABEL_VERSION) != 0)))
        return;
    look_add(look, DETECTOR_IP, at, end, CERTAINTY_FORM);
}

/* Octets of a MAC or EUI-64 are two digits each; an address has a group of more, or leaves zeros out. */
static bool is_octets(struct text text)
{
    size_t length = 0;
    for (size_t i = 0; i <= text.length; i++) {
        if (i < text.length && text.data[i] != ':') {
            length++;
            continue;
        }
        if (length != 2)
            return false;
        length = 0;
    }
    return true;
}

/* It has a digit, and enough groups to be no scope of a program ("dead::beef", "a::b"). */
static bool is_telling(struct text text)
{
    size_t groups = 0;
    bool digit = false;
    for (size_t i = 0; i < text.length; i++) {
        digit = digit || is_ascii_digit(text.data[i]);
        groups += text.data[i] != ':' && (i == 0 || text.data[i - 1] == ':');
    }
    return digit && groups >= 2 && !is_octets(text);
}

/* Two colons together, or seven of them: times have neither. */
static bool may_be_v6(struct text text)
{
    unsigned colons = 0;
    for (size_t i = 0; i < text.length; i++) {
        colons += text.data[i] == ':';
        if (i > 0 && text.data[i] == ':' && text.data[i - 1] == ':')
            return true;
    }
    return colons >= 6;
}

/* Where the text of an address may begin; the last hexadecimal digit of an escape belongs to none. */
static size_t v6_start(const struct look *look, size_t at)
{
    size_t start = at;
    while (start > 0 && at - start <= V6_TEXT_MOST && is_v6_byte(look->value.data[start - 1]) &&
           !look_behind_escape(look, start))
        start--;
    return start;
}

/* Inside what may be an address, at a colon. */
void find_ipv6(struct look *look, size_t at)
{
    struct text text = look->value;
    struct address address;
    size_t start = v6_start(look, at);
    size_t end = at;
    while (end < text.length && end - at <= V6_TEXT_MOST && (is_v6_byte(text.data[end]) || text.data[end] == '.'))
        end++;
    while (end > start && text.data[end - 1] == '.')
        end--;
    if (start + 1 < end && text.data[start] == ':' && text.data[start + 1] != ':')
        start++; /* "ip:2001:db8::1" */
    struct text candidate = text_part(text, start, end - start);
    bool whole = look_begins(look, start) && look_ends(look, end) && may_be_v6(candidate);
    if (!whole || !address_parse(candidate, &address))
        return;
    if (address.length == 16 && is_telling(candidate))
        look_add(look, DETECTOR_IP, start, end, CERTAINTY_FORM);
}
