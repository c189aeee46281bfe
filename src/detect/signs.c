/* SPDX-License-Identifier: Apache-2.0 */
/* Most numbers of a shop are prices, dates and ids: they are told apart here before anybody looks closely. */
#include "signs.h"

#include <string.h>

_Static_assert((int)SIGN_RUN_LENGTH == (int)VENDOR_KEY_RUN, "a run that is long enough for a key is a sign");

enum {
    SMALL = 6, /* digits: fewer are no number of anybody */
    AHV = 13,
    NIR = 15,
    CARD_LEAST = 12,
    CARD = 16,
    LETTERS_BEFORE = 6,
    ISO_DATE = 10,
    HOUSE = 4
};

/* The digits are all of a string or number, to the eye of who sees JSON as it is written; or all of a value. */
static bool is_whole(const struct look *look, size_t at, size_t end)
{
    const char *bytes = look->value.data;
    size_t length = look->value.length;
    if (look->spelling == DETECT_PLAIN)
        return at == 0 && end == length;
    if (at < 4 || end + 2 >= length)
        return false;
    if (bytes[at - 1] == '"')
        return bytes[at - 2] != '\\' && bytes[end] == '"';
    size_t colon = bytes[at - 1] == ' ' ? at - 2 : at - 1;
    bool begins = bytes[colon] == ':' && bytes[colon - 1] == '"' && bytes[colon - 2] != '\\';
    char behind = bytes[end + 1] == ' ' ? bytes[end + 2] : bytes[end + 1];
    return begins && (bytes[end] == '}' || bytes[end] == ']' || (bytes[end] == ',' && behind == '"'));
}

/* Digits that are a whole value: which ones may be something, if neither the field nor a word says so? Those that are
 * long enough for a card, or begin as an AHV or NIR. */
static bool may_be_alone(const struct look *look, const char *digits, size_t count)
{
    enum { SAYS_NOTHING = LABEL_OTHER | LABEL_ID | LABEL_VERSION };
    if (count < SMALL)
        return false;
    if (look->kind > FIELD_NONE || (look->field_labels & ~(unsigned)SAYS_NOTHING) != 0)
        return true;
    bool card = (count == CARD || count == CARD - 1) && (look->field_labels & (LABEL_OTHER | LABEL_ID)) == 0;
    bool ahv = count == AHV && digits[0] == '7' && digits[1] == '5';
    bool nir = count == NIR && (digits[0] == '1' || digits[0] == '2');
    return card || ahv || nir;
}

/* No number and no code begins here, nor in the letters directly before: more letters, or something else that belongs
 * to a word, touch it. */
static bool is_inside_word(const struct look *look, size_t at)
{
    size_t start = at;
    while (start > 0 && at - start <= LETTERS_BEFORE && is_ascii_letter(look->value.data[start - 1]) &&
           !look_behind_escape(look, start))
        start--;
    return at - start > LETTERS_BEFORE || !look_begins(look, start);
}

/* Where the digits and colons end that begin at `at`, at most `most` of them. */
static size_t time_end(struct text text, size_t at, size_t most)
{
    size_t end = at;
    while (end < text.length && end - at < most && (is_ascii_digit(text.data[end]) || text.data[end] == ':'))
        end++;
    return end;
}

/* Behind "+01:00", if it stands at `end` and the value or its field ends there. */
static size_t behind_zone(struct text text, size_t end)
{
    enum { ZONE = 6 };
    if (end + ZONE >= text.length || (text.data[end] != '+' && text.data[end] != '-') || text.data[end + 3] != ':')
        return end;
    for (size_t i = 1; i < ZONE; i++)
        if (i != 3 && !is_ascii_digit(text.data[end + i]))
            return end;
    char behind = text.data[end + ZONE];
    return behind == '"' || behind == ',' || behind == '<' ? end + ZONE : end;
}

/* Behind the time that follows a date which ends at `end`, if one does. */
static size_t behind_date(struct text text, size_t end)
{
    enum { TIME = 8 };
    bool timed = end + 3 < text.length && (text.data[end] == ' ' || text.data[end] == 'T') && text.data[end + 3] == ':';
    return timed ? behind_zone(text, time_end(text, end + 1, TIME)) : end;
}

/* "2024-01-15", perhaps with a time behind it: of interest only as a date of birth. Where it ends; 0: it is none. */
static size_t iso_date_end(const struct look *look, const struct number *number)
{
    enum { DATE = 8 };
    struct text text = look->value;
    bool is_one = number->count >= DATE && number_group(number, 0) == 4 && number->gap[4] == GAP_DASH &&
                  number->gap[5] == GAP_NONE && number->gap[6] == GAP_DASH && number->gap[7] == GAP_NONE &&
                  (number->digits[0] == 1 || number->digits[0] == 2) && number->digits[4] <= 1;
    if (!is_one || (number->count > DATE && number->gap[DATE] == GAP_NONE))
        return 0;
    return behind_date(text, number->end[DATE - 1]);
}

/* "12.99", and nothing else in the value: too few digits for anything but a date, which has more groups. */
static bool is_small_value(const struct look *look, const struct number *number)
{
    struct text text = look->value;
    size_t start = number->start[0];
    size_t end = number->end[number->count - 1];
    size_t first = number_group(number, 0);
    bool raw = look->spelling == DETECT_JSON;
    bool begins = start == 0 || (raw && start > 1 && (text.data[start - 1] == '"' || text.data[start - 2] == ':') &&
                                 text.data[start - 2] != '\\');
    bool ends = end >= text.length || (raw && (text.data[end] == '"' || text.data[end] == '}' ||
                                               (text.data[end] == ',' && text.data[start - 1] != '"')));
    bool two = first == number->count || first + number_group(number, first) == number->count;
    return begins && ends && two && number->count < SMALL;
}

/* A date or decimal was looked at whole. If it ends the value or string, nothing else begins in it: no house, and no
 * address of IPv6, which has two colons together. */
static void skip_between(struct look *look, size_t at, size_t end)
{
    struct text text = look->value;
    bool ends = look->spelling == DETECT_PLAIN ? end == text.length : end < text.length && text.data[end] == '"';
    look->skip = end;
    if (ends && memmem(text.data + at, end - at, "::", 2) == NULL)
        sign_skip(look->scan, end);
}

/* "2024-01-15" in plain digits and dashes: behind it; 0: it is none, or a date of birth perhaps. */
static size_t plain_date_end(struct look *look, size_t at)
{
    struct text text = look->value;
    size_t end = at + ISO_DATE;
    if (end > text.length)
        return 0;
    const char *bytes = text.data + at;
    bool dashes = bytes[4] == '-' && bytes[7] == '-' && is_ascii_digit(bytes[6]) && is_ascii_digit(bytes[8]) &&
                  is_ascii_digit(bytes[9]) && (bytes[0] == '1' || bytes[0] == '2') &&
                  (bytes[5] == '0' || bytes[5] == '1');
    bool ends = end == text.length || (!is_ascii_digit(text.data[end]) && (unsigned char)text.data[end] < 0x80 &&
                                       (text.data[end] != '\\' || look->spelling == DETECT_PLAIN));
    if (!dashes || !ends || look->kind == FIELD_BIRTH || (look_labels(look, at) & LABEL_BIRTH) != 0)
        return 0;
    return behind_date(text, end);
}

/* "12.99", all of a value: where it ends; 0: it is none, or has as many digits as other numbers. */
static size_t small_decimal_end(const struct look *look, size_t at, size_t together)
{
    struct text text = look->value;
    size_t end = at + together + 1;
    if (end >= text.length || text.data[end - 1] != '.')
        return 0;
    size_t most = end + SMALL - together;
    while (end < text.length && end < most && is_ascii_digit(text.data[end]))
        end++;
    return end < most && is_whole(look, at, end) ? end : 0;
}

/* Behind these digits nothing stands that parts groups of one number. */
static bool stands_alone(struct text text, size_t end)
{
    char behind = end < text.length ? text.data[end] : '"';
    bool parts = behind == '-' || behind == '.' || behind == '/' || behind == '(' || behind == ')' || behind == '\\';
    return behind > ' ' && (unsigned char)behind < 0x80 && !parts;
}

/* "12", 12 or 12.5 that is all of a value of JSON: too short for anything. Most numbers are told by this alone, so that
 * it takes few steps. Where it ends; 0: it is none. */
static inline size_t small_json_end(const struct look *look, size_t at, size_t together)
{
    const char *bytes = look->value.data;
    size_t end = at + together;
    if (look->spelling != DETECT_JSON || together - 1 >= SMALL - 1 || at < 4 || end + SMALL + 2 >= look->value.length)
        return 0;
    if (bytes[at - 1] != '"' && bytes[at - 1] != ':')
        return 0;
    if (bytes[end] == '.')
        for (end++; end - at <= SMALL && is_ascii_digit(bytes[end]); end++)
            ;
    bool quoted = bytes[at - 1] == '"' && bytes[at - 2] != '\\' && bytes[end] == '"';
    bool bare = bytes[at - 1] == ':' && bytes[at - 2] == '"' && bytes[at - 3] != '\\' &&
                (bytes[end] == '}' || bytes[end] == ']' || (bytes[end] == ',' && bytes[end + 1] == '"'));
    return end - at <= SMALL && (quoted || bare) ? end : 0;
}

/* What most numbers are is told from their bytes alone. */
static bool is_nothing(struct look *look, size_t at, size_t together)
{
    size_t end = at + together;
    if (together == 0) /* they are not ASCII, or begin in an escape */
        return false;
    if (is_whole(look, at, end))
        return !may_be_alone(look, look->value.data + at, together);
    size_t skip = together == 4      ? plain_date_end(look, at)
                  : together < SMALL ? small_decimal_end(look, at, together)
                                     : 0;
    if (skip != 0) {
        skip_between(look, at, skip);
        return true;
    }
    return together < CARD_LEAST && stands_alone(look->value, end) && is_inside_word(look, at);
}

/* All that a number may be but a date; what stands behind its first group says which of them are not to be asked. */
static void ask_all(struct look *look, const struct number *number)
{
    size_t at = number->start[0];
    size_t group = number_group(number, 0);
    size_t end = number->end[group - 1];
    char behind = end < look->value.length ? look->value.data[end] : ' ';
    find_card(look, number, 0);
    find_phone(look, number, 0);
    find_code(look, number);
    if (behind == '.')
        find_ipv4(look, at);
    if (behind == '.' || behind == '\\' || (unsigned char)behind >= 0x80) /* a point, or the sign of degrees */
        find_geo(look, at);
    if (group <= HOUSE)
        find_address(look, at);
}

void signs_look_at_digits(struct look *look, size_t at, size_t together)
{
    struct number number;
    size_t small = small_json_end(look, at, together);
    if (small > at + together)
        sign_skip(look->scan, small);
    if (small != 0 || at < look->skip || is_nothing(look, at, together))
        return;
    number_read(look->value, at, look->spelling, &number);
    if (number.count < SMALL && number_gaps_are(&number, 0, number.count, 1u << GAP_DOT))
        look->skip = number.end[number.count - 1]; /* what is behind the point of a decimal begins nothing */
    if (is_small_value(look, &number))
        return;
    find_birth_date(look, &number);
    size_t date = iso_date_end(look, &number);
    if (date > 0) {
        look->skip = date;
        return;
    }
    ask_all(look, &number);
}

/* The scan tells digits that are not ASCII by their first byte alone. */
static bool begins_with_digit(const struct look *look, size_t at)
{
    return point_digit(point_at(look->value, at, look->spelling).code) >= 0;
}

void signs_look(struct look *look, struct sign_found sign)
{
    switch (sign.kind) {
    case SIGN_AT:
        find_email(look, sign.at);
        break;
    case SIGN_DIGITS:
        if (sign.length > 0 || begins_with_digit(look, sign.at))
            signs_look_at_digits(look, sign.at, sign.length);
        break;
    case SIGN_HOUSE:
        if (begins_with_digit(look, sign.at))
            find_address(look, sign.at);
        break;
    case SIGN_DASHES:
        find_private_key(look, sign.at);
        break;
    case SIGN_COLON:
        find_ipv6(look, sign.at);
        break;
    case SIGN_RUN:
        find_token(look, sign.at);
        break;
    case SIGN_KEY:
    case SIGN_CLOSE:
    case SIGN_ESCAPE:
    case SIGN_END:
        break;
    }
}
