/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of mail (RFC 5321 4.1.2, RFC 6531): a dot-string before the `@`, a name of the public DNS behind it. Quoted
 * local parts and addresses of hosts are not looked for. */
#include <string.h>

#include "detectors.h"

enum { LOCAL_MAX = 64 * 4, DOMAIN_MAX = 253, LABEL_MAX = 63, SUFFIX_MAX = 24 };

/* Endings of files that stand behind an `@` in the names of images and packages: "logo@2x.png". */
static const char *const file_endings[] = {"png", "jpg",  "jpeg",  "gif", "svg",  "webp", "avif", "ico", "css",
                                           "js",  "mjs",  "ts",    "map", "pdf",  "html", "json", "xml", "php",
                                           "zip", "woff", "woff2", "mp4", "scss", "less", "tsx",  "jsx"};

static bool is_local(uint32_t code)
{
    return point_is_word(code) || (code < 0x80 && code > ' ' && strchr("!#$%&'*+-/=?^_`{|}~.", (int)code) != NULL);
}

static size_t local_start(const struct look *look, size_t at)
{
    size_t start = at;
    while (start > 0 && at - start < LOCAL_MAX) {
        struct point point = point_before(look->value, start);
        if (!is_local(point.code))
            break;
        start -= point.length;
    }
    /* what people put around an address, and what an assignment or a path puts before it */
    for (size_t i = at; i > start; i--)
        if (strchr("=/?&|`{}", look->value.data[i - 1]) != NULL)
            return i;
    while (start < at && strchr(".*#!$%^'", look->value.data[start]) != NULL)
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

static bool is_file_ending(struct text label)
{
    for (size_t i = 0; i < COUNT_OF(file_endings); i++)
        if (text_equal_nocase(label, text_from(file_endings[i])))
            return true;
    return false;
}

/* Only letters, or of IDNA. */
static bool is_suffix(struct text label)
{
    bool letters = label.length >= 2 && label.length <= SUFFIX_MAX;
    for (size_t i = 0; letters && i < label.length; i++)
        letters = (unsigned char)label.data[i] >= 0x80 || is_ascii_letter(label.data[i]);
    /* a backslash: of JSON as it is written, in an escape */
    return (letters && !is_file_ending(label)) || text_starts_with(label, TEXT("xn--")) || text_has(label, '\\');
}

/* Where the domain behind the `@` ends; 0: none stands there. */
static size_t domain_end(const struct look *look, size_t from)
{
    size_t at = from;
    size_t end = 0;
    bool is_number = false;
    for (size_t labels = 1;; labels++) {
        size_t stop = label_end(look, at, &is_number);
        struct text label = text_part(look->value, at, stop - at);
        if (label.length == 0 || stop - from > DOMAIN_MAX)
            break;
        if (labels > 1)
            end = is_suffix(label) ? stop : is_number || is_file_ending(label) ? 0 : end; /* 0: a version, a file */
        if (stop >= look->value.length || look->value.data[stop] != '.')
            break;
        at = stop + 1;
    }
    return end;
}

void find_email(struct look *look, size_t at)
{
    size_t start = local_start(look, at);
    size_t end = domain_end(look, at + 1);
    if (start == at || end == 0 || look->value.data[at - 1] == '.')
        return;
    if (start > 0 && look->value.data[start - 1] == '@')
        return;
    look_add(look, DETECTOR_EMAIL, start, end, CERTAINTY_SURE);
}
