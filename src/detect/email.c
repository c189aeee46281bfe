/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of mail (RFC 5321 4.1.2, RFC 6531): a dot-string before the `@`, a name of the public DNS behind it. Quoted
 * local parts and addresses of hosts are not looked for. */
#include <string.h>

#include "detectors.h"

enum { LOCAL_MAX = 64 * 4, DOMAIN_MAX = 253, LABEL_MAX = 63, SUFFIX_MAX = 24 };

/* Endings of files that stand behind an `@` in the names of images and packages: "logo@2x.png". The last DOMAINS_TOO
 * are endings of domains too. */
static const char *const file_endings[] = {"png", "jpg",  "jpeg",  "gif", "svg",  "webp", "avif", "ico", "css",
                                           "js",  "mjs",  "ts",    "pdf", "html", "json", "xml",  "php", "woff",
                                           "mp4", "scss", "woff2", "tsx", "less", "jsx",  "map",  "zip"};
enum { DOMAINS_TOO = 2 };

/* Endings that tell that what stands before an `@` is a domain itself: "anna=shop.de@lists.example". */
static const char *const domain_endings[] = {".com", ".net", ".org", ".info", ".io", ".eu", ".de", ".at",
                                             ".ch",  ".nl",  ".be",  ".fr",   ".es", ".it", ".pl", ".uk"};

static bool is_local(uint32_t code)
{
    return point_is_word(code) || (code < 0x80 && code > ' ' && strchr("!#$%&'*+-/=?^_`{|}~.", (int)code) != NULL);
}

/* At a `=` in [start, at): a name of a parameter stands before it, and no domain behind it. What a list puts before an
 * address ("bounce+anna.schmidt=shop.de") is a part of it. */
static bool is_parameter(struct text text, size_t start, size_t equals, size_t at)
{
    size_t name = equals;
    struct text value = text_part(text, equals + 1, at - equals - 1);
    struct text marks = text_has(value, '.') ? TEXT("_-") : TEXT("_-."); /* "mail.from=anna@shop.example" */
    while (name > start && (is_ascii_alnum(text.data[name - 1]) || text_has(marks, text.data[name - 1])))
        name--;
    bool edge = name == start || text_has(TEXT("?&/|`{}"), text.data[name - 1]);
    for (size_t i = 0; i < COUNT_OF(domain_endings); i++)
        edge = edge && !text_ends_with(value, text_from(domain_endings[i]));
    return edge && !is_ascii_digit(text.data[name]);
}

/* What people put around an address, and what an assignment or a path puts before it, is none of it. */
static size_t local_start(const struct look *look, size_t at)
{
    struct text text = look->value;
    size_t first = at;
    size_t start = at;
    while (first > 0 && at - first < LOCAL_MAX) {
        struct point point = point_before(text, first);
        if (!is_local(point.code))
            break;
        first -= point.length;
    }
    while (start > first && !text_has(TEXT("/|`{}"), text.data[start - 1]) &&
           !(text.data[start - 1] == '=' && is_parameter(text, first, start - 1, at)))
        start--;
    while (start < at && text_has(TEXT(".*#!$%^'?&="), text.data[start]))
        start++;
    return start;
}

/* The end of a label that begins at `at`; `at`: there is none. */
static size_t label_end(const struct look *look, size_t at, bool *is_number)
{
    size_t end = at;
    size_t last = at; /* behind the last that is no hyphen */
    *is_number = true;
    while (end < look->value.length && end - at <= LABEL_MAX) {
        struct point point = point_at(look->value, end, look->spelling);
        bool word = point_is_word(point.code) && point.code != '\\';
        if (!word && point.code != '-' && point.code != '_')
            break;
        *is_number = *is_number && point_digit(point.code) >= 0;
        end += point.length;
        last = word ? end : last;
    }
    return end - at > LABEL_MAX ? at : last;
}

static bool is_file_ending(struct text label, bool is_file)
{
    for (size_t i = 0; i < COUNT_OF(file_endings) - (is_file ? 0 : DOMAINS_TOO); i++)
        if (text_equal_nocase(label, text_from(file_endings[i])))
            return true;
    return false;
}

/* How much of a label is the end of a domain: only letters, or of IDNA. What a dash or underscore glues to it
 * ("example.com_2.pdf") is the name's of a file. 0: nothing. */
static size_t suffix_length(struct text label)
{
    size_t length = 0;
    if (text_starts_with(label, TEXT("xn--")) || text_has(label, '\\')) /* of JSON as it is written: an escape */
        return label.length;
    while (length < label.length && ((unsigned char)label.data[length] >= 0x80 || is_ascii_letter(label.data[length])))
        length++;
    bool ends = length == label.length || text_has(TEXT("-_"), label.data[length]);
    return ends && length >= 2 && length <= SUFFIX_MAX ? length : 0;
}

/* "2x" of an image, "1" of a version: names of files go on so. A domain may be a number, of three digits and more. */
static bool begins_file(struct text label, bool *is_scale)
{
    size_t digits = 0;
    while (digits < label.length && is_ascii_digit(label.data[digits]))
        digits++;
    *is_scale = digits > 0 && digits < label.length && label.data[digits] == 'x' &&
                (digits + 1 == label.length || !is_ascii_alnum(label.data[digits + 1]));
    return *is_scale || (digits > 0 && digits < 3 && digits == label.length);
}

/* Where the domain behind the `@` ends; 0: none stands there. Behind it a number or the ending of a file may stand
 * ("anna@example.com.pdf"), but not as its second label: that is a version, or a file. */
static size_t domain_end(const struct look *look, size_t from)
{
    size_t at = from;
    size_t end = 0;
    bool is_number = false;
    bool is_scale = false;
    bool is_file = false;
    for (size_t labels = 1; !is_scale; labels++) {
        size_t stop = label_end(look, at, &is_number);
        struct text label = text_part(look->value, at, stop - at);
        if (label.length == 0 || stop - from > DOMAIN_MAX)
            break;
        struct text suffix = text_part(label, 0, suffix_length(label));
        if (labels == 1)
            is_file = begins_file(label, &is_scale);
        else if (is_number || is_file_ending(suffix, is_file))
            end = labels == 2 || is_file ? 0 : end;
        else if (suffix.length > 0)
            end = at + suffix.length;
        if (stop >= look->value.length || look->value.data[stop] != '.')
            break;
        at = stop + 1;
    }
    return end;
}

void find_email(struct look *look, size_t at)
{
    size_t end = domain_end(look, at + 1);
    if (end == 0 || at == 0 || look->value.data[at - 1] == '.')
        return;
    size_t start = local_start(look, at);
    if (start == at)
        return;
    if (start > 0 && look->value.data[start - 1] == '@')
        return;
    look_add(look, DETECTOR_EMAIL, start, end, CERTAINTY_SURE);
}
