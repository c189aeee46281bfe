/* SPDX-License-Identifier: Apache-2.0 */
/* Postal addresses in running text: a street by its word, with the number of the house, and behind it the postcode and
 * the place. A word that much else has ("Ring 925", "10 Road Bikes") needs the postcode; streets that are called
 * otherwise
 * ("Am Markt 5") are not seen. */
#include <string.h>

#include "detectors.h"
#include "exeat/wording/letters.h"
#include "exeat/wording/street.h"

enum { WORD_MOST = 28, WORD_BYTES = 56, WORDS_MOST = 5, NUMBER_MOST = 4, OPEN_REACH = 320 };

struct word {
    size_t start;
    size_t end;
};
/* A word in small letters without accents. */
struct spelled {
    char plain[WORD_MOST + 1];
    size_t length;
};

static bool is_letter(uint32_t code)
{
    return point_is_word(code) && point_digit(code) < 0;
}

static void spell(const struct look *look, const struct word *word, struct spelled *spelled)
{
    size_t length = 0;
    for (size_t at = word->start; at < word->end;) {
        if (is_ascii_letter(look->value.data[at]) && length < WORD_MOST) {
            spelled->plain[length++] = ascii_lower(look->value.data[at++]);
            continue;
        }
        struct point point = point_at(look->value, at, look->spelling);
        length += letters_plain(point.code, spelled->plain + length, WORD_MOST - length);
        at += point.length;
    }
    spelled->plain[length] = '\0';
    spelled->length = length;
}

static bool has_capital(const struct look *look, const struct word *word)
{
    if (word->end == word->start)
        return false;
    uint32_t code = point_at(look->value, word->start, look->spelling).code;
    return point_fold(code) != code;
}

/* The word of letters that begins at or behind one blank or two from `at`; false: none does. */
static bool word_behind(const struct look *look, size_t at, struct word *word)
{
    for (unsigned i = 0; i < 2 && at < look->value.length; i++)
        if (look->value.data[at] == ' ' || look->value.data[at] == '.' || look->value.data[at] == ',')
            at++;
    word->start = at;
    while (at < look->value.length && at - word->start < WORD_BYTES) {
        struct point point = point_at(look->value, at, look->spelling);
        if (!is_letter(point.code) &&
            !(at > word->start && (point.code == '-' || point.code == '\'' || point.code == 0x2019)))
            break;
        at += point.length;
    }
    word->end = at;
    return word->end > word->start;
}

/* Where the plain letters and dashes begin that end before `at`; `at`: what stands before them may belong to the word,
 * or to an escape, and is to be read. */
static size_t plain_word_start(struct text text, size_t at)
{
    size_t start = at;
    while (start > 0 && at - start < WORD_BYTES &&
           (is_ascii_letter(text.data[start - 1]) || text.data[start - 1] == '-'))
        start--;
    if (start == 0 || at - start == WORD_BYTES)
        return start;
    char before = text.data[start - 1];
    return before == '\\' || is_ascii_digit(before) || (unsigned char)before >= 0x80 ? at : start;
}

/* The same that ends before `at`, behind a blank or a point. */
static bool word_before(const struct look *look, size_t at, struct word *word)
{
    for (unsigned i = 0; i < 2 && at > 0; i++)
        if (look->value.data[at - 1] == ' ' || look->value.data[at - 1] == '.')
            at--;
    word->end = at;
    word->start = plain_word_start(look->value, at);
    while (word->start == at && at > 0 && word->end - at < WORD_BYTES) {
        struct point point = point_back(look->value, at, look->spelling);
        if (!is_letter(point.code) && point.code != '-')
            break;
        at -= point.length;
        word->start = at;
    }
    return word->end > word->start;
}

/* By its last two letters and its first, before it is spelled: most words are no street's. */
static bool may_be_street(const struct look *look, const struct word *word, enum street_place place)
{
    const char *end = look->value.data + word->end;
    char first = look->value.data[word->start];
    if (word->end - word->start < 2)
        return false;
    if (word->end - word->start > WORD_MOST || !is_ascii_letter(end[-1]) || !is_ascii_letter(end[-2]) ||
        look_behind_escape(look, word->end) || look_behind_escape(look, word->end - 1))
        return true;
    bool plain = place != STREET_ENDS_WORD && is_ascii_letter(first) && !look_behind_escape(look, word->start + 1);
    return street_may_be(place, (const char[]){plain ? first : '\0', end[-2], end[-1]});
}

/* More than three letters. */
static bool is_long(const struct look *look, const struct word *word)
{
    struct spelled spelled;
    spell(look, word, &spelled);
    return spelled.length > 3;
}

static bool is_street(const struct look *look, const struct word *word, enum street_place place, bool *weak)
{
    struct spelled spelled;
    if (!may_be_street(look, word, place))
        return false;
    spell(look, word, &spelled);
    return street_find((struct text){spelled.plain, spelled.length}, place, weak);
}

/* Where the street begins whose house has its number at `at`; `at`: there is none. */
static size_t street_before(const struct look *look, size_t at, bool *weak)
{
    struct word word;
    size_t end = at;
    for (unsigned words = 0; words < WORDS_MOST && end > 0 && word_before(look, end, &word); words++) {
        if (words == 0 && has_capital(look, &word) && is_street(look, &word, STREET_ENDS_WORD, weak))
            return word.start;
        if (words > 0 && is_street(look, &word, STREET_BEFORE_NAME, weak))
            return word.start;
        end = word.start;
    }
    return at;
}

/* Where the street ends whose house has its number before `at`; `at`: there is none. */
static size_t street_behind(const struct look *look, size_t at, bool *weak)
{
    struct word word;
    size_t end = at;
    bool french = false;
    if (at < look->value.length && look->value.data[at] == '.')
        return at; /* the end of a sentence */
    for (unsigned words = 0; words < WORDS_MOST && word_behind(look, end, &word); words++) {
        french = french || (words == 0 && is_street(look, &word, STREET_BEFORE_OR_AFTER, weak));
        bool is_last = french
                           ? words > 0 && has_capital(look, &word) && is_long(look, &word) /* rue de la Paix */
                           : words > 0 && has_capital(look, &word) && is_street(look, &word, STREET_BEHIND_NAME, weak);
        if (is_last)
            return word.end;
        if (!french && !has_capital(look, &word))
            return at;
        end = word.end;
    }
    return at;
}

/* A letter or a part behind a number: "12a", "12-14", "12/3". */
static size_t house_end(const struct look *look, size_t at)
{
    size_t end = at;
    while (end < look->value.length && end - at < NUMBER_MOST && is_ascii_digit(look->value.data[end]))
        end++;
    if (end + 1 < look->value.length && (look->value.data[end] == '-' || look->value.data[end] == '/') &&
        is_ascii_digit(look->value.data[end + 1]))
        for (end++; end < look->value.length && is_ascii_digit(look->value.data[end]); end++)
            ;
    if (end < look->value.length && is_ascii_letter(look->value.data[end]) && look_ends(look, end + 1))
        end++;
    return end;
}

/* The shapes of postcodes: `9` a digit, `A` a capital. */
static const char *const postcodes[] = {"99999",  "9999 AA", "99-999",  "9999-999", "999 99",  "9999",
                                        "A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA"};

static size_t postcode_end(const struct look *look, size_t at)
{
    for (size_t i = 0; i < COUNT_OF(postcodes); i++) {
        size_t in = 0;
        for (; postcodes[i][in] != '\0' && at + in < look->value.length; in++) {
            char byte = look->value.data[at + in];
            bool fits = postcodes[i][in] == '9'   ? is_ascii_digit(byte)
                        : postcodes[i][in] == 'A' ? byte >= 'A' && byte <= 'Z'
                                                  : byte == postcodes[i][in];
            if (!fits)
                break;
        }
        if (postcodes[i][in] == '\0' && look_ends(look, at + in))
            return at + in;
    }
    return at;
}

static size_t skip_to_place(const struct look *look, size_t at)
{
    for (unsigned i = 0; i < 4 && at < look->value.length; i++) {
        struct point point = point_at(look->value, at, look->spelling);
        if (point.code != ' ' && point.code != ',' && point.code != '\n' && point.code != '\r')
            break;
        at += point.length;
    }
    return at;
}

/* The words of a place, with capitals: one, or two of them. */
static size_t place_end(const struct look *look, size_t at)
{
    struct word word;
    size_t end = at;
    for (unsigned words = 0; words < 3 && end < look->value.length; words++) {
        if (words > 0 && look->value.data[end] != ' ' && look->value.data[end] != '-')
            break;
        if (!word_behind(look, end, &word) || !has_capital(look, &word) || !look_ends(look, word.end))
            break; /* "SW1A" is no word of a place */
        end = word.end;
    }
    return end;
}

/* Behind the street: a postcode and a place, or for Britain a place and a postcode. `at`: none. */
static size_t town_end(const struct look *look, size_t at)
{
    size_t begin = skip_to_place(look, at);
    size_t code = postcode_end(look, begin);
    if (code > begin) {
        size_t place = place_end(look, code);
        return place > code ? place : at;
    }
    size_t place = place_end(look, begin);
    size_t next = skip_to_place(look, place);
    code = place > begin ? postcode_end(look, next) : next;
    return code > next ? code : at;
}

/* A word may end before the blank in front of `at`. */
static bool has_word_before(const struct look *look, size_t at)
{
    if (at < 3 || look->value.data[at - 1] != ' ')
        return false;
    char before = look->value.data[at - 2];
    return is_ascii_letter(before) || before == '.' || (unsigned char)before >= 0x80 ||
           look_behind_escape(look, at - 1);
}

/* A capital or a word of France may begin behind the blank, or comma and blank, at `at`. */
static bool has_word_behind(struct text text, size_t at)
{
    if (at < text.length && text.data[at] == ',')
        at++;
    if (at + 2 >= text.length || text.data[at] != ' ')
        return false;
    char behind = text.data[at + 1];
    return (behind >= 'A' && behind <= 'Z') || (unsigned char)behind >= 0x80 || behind == '\\' ||
           (behind >= 'a' && behind <= 'r');
}

/* What stands behind the digits from `at` on may part them from a word, or belong to the number of a house. */
static bool may_have_word_behind(struct text text, size_t at)
{
    size_t end = at;
    while (end < text.length && end - at < NUMBER_MOST && is_ascii_digit(text.data[end]))
        end++;
    char behind = end < text.length ? text.data[end] : '"';
    return behind == ' ' || behind == ',' || behind == '-' || behind == '/' || is_ascii_letter(behind);
}

/* From a group's first digit, which may be the number of a house. */
void find_address(struct look *look, size_t at)
{
    bool weak = false;
    bool before = has_word_before(look, at);
    if (!before && !may_have_word_behind(look->value, at))
        return;
    size_t number = house_end(look, at);
    size_t start = at;
    size_t end = number;
    if (number == at || (!before && !has_word_behind(look->value, number)) || !look_ends(look, number))
        return;
    if (!look_wants(look, DETECTOR_ADDRESS))
        return;
    if (before)
        start = street_before(look, at, &weak);
    if (start == at) {
        end = street_behind(look, number, &weak);
        if (end == number || !look_begins(look, at))
            return;
    }
    size_t town = town_end(look, end);
    if (town > end || !weak)
        look_add(look, DETECTOR_ADDRESS, start, town > end ? town : end, CERTAINTY_FORM);
}

/* From a street's word on, or from the number of a house before it, words are too many for an address. */
static bool is_too_far(const struct look *look, size_t from)
{
    struct word word;
    size_t at = from;
    unsigned words = 0;
    while (at < look->value.length && words <= WORDS_MOST) {
        if (word_behind(look, at, &word)) {
            at = word.end;
            words++;
        } else {
            at++;
        }
    }
    return words > WORDS_MOST;
}

/* A number that may be that of a house whose street is to come: "5 rue de", "5 High". */
static bool is_open_number(const struct look *look, size_t at)
{
    struct word word;
    bool weak = false;
    size_t end = house_end(look, at);
    for (unsigned words = 0; words < WORDS_MOST; words++) {
        if (!word_behind(look, end, &word))
            return word.end + 1 >= look->value.length;
        if (word.end + 1 >= look->value.length || (words == 0 && is_street(look, &word, STREET_BEFORE_OR_AFTER, &weak)))
            return true;
        if (!has_capital(look, &word))
            return false;
        end = word.end;
    }
    return false;
}

static bool is_open_word(const struct look *look, const struct word *word)
{
    bool weak = false;
    return is_street(look, word, STREET_ENDS_WORD, &weak) || is_street(look, word, STREET_BEFORE_NAME, &weak)
               ? !is_too_far(look, word->end)
               : false;
}

size_t address_open_from(const struct look *look)
{
    size_t length = look->value.length;
    size_t from = length > OPEN_REACH ? length - OPEN_REACH : 0;
    struct word word;
    for (size_t at = from; at < length;) {
        char before = at == 0 ? ' ' : look->value.data[at - 1];
        if (is_ascii_digit(look->value.data[at]) && !is_ascii_digit(before) && is_open_number(look, at))
            return at;
        if (word_behind(look, at, &word) && word.start == at && is_open_word(look, &word))
            return at;
        at = word.end > at && word.start == at ? word.end : at + 1;
    }
    return length;
}
