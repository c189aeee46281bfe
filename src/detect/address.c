/* SPDX-License-Identifier: Apache-2.0 */
/* Postal addresses in running text: a street by its word, with the number of the house, and behind it the postcode and
 * the place. A word that much else has ("Ring 925", "10 Road Bikes") needs the postcode; streets that are called
 * otherwise
 * ("Am Markt 5") are not seen. */
#include <string.h>

#include "detectors.h"
#include "exeat/wording/letters.h"

enum { WORD_MOST = 28, WORD_BYTES = 56, WORDS_MOST = 5, NUMBER_MOST = 4, WHOLE_MOST = 9, OPEN_REACH = 320 };

enum place {
    ENDS_WORD,
    BEFORE_NAME,
    BEFORE_OR_AFTER,
    BEHIND_NAME
}; /* Hauptstraße 5; Calle Mayor 5; 5 rue X too; 5 High Street */
/* In lower case, without accents. `weak`: needs a postcode. */
static const struct street {
    const char *word;
    enum place place;
    bool weak;
} streets[] = {
    {"strasse", ENDS_WORD, false},      {"str", ENDS_WORD, false},
    {"allee", ENDS_WORD, false},        {"chaussee", ENDS_WORD, false},
    {"gasse", ENDS_WORD, true},         {"weg", ENDS_WORD, true},
    {"platz", ENDS_WORD, true},         {"ring", ENDS_WORD, true},
    {"damm", ENDS_WORD, true},          {"ufer", ENDS_WORD, true},
    {"straat", ENDS_WORD, false},       {"gracht", ENDS_WORD, false},
    {"laan", ENDS_WORD, true},          {"plein", ENDS_WORD, true},
    {"kade", ENDS_WORD, true},          {"singel", ENDS_WORD, true},
    {"dijk", ENDS_WORD, true},          {"rue", BEFORE_OR_AFTER, false},
    {"avenue", BEFORE_OR_AFTER, false}, {"boulevard", BEFORE_OR_AFTER, false},
    {"bd", BEFORE_OR_AFTER, true},      {"impasse", BEFORE_OR_AFTER, false},
    {"chemin", BEFORE_OR_AFTER, false}, {"quai", BEFORE_OR_AFTER, true},
    {"allees", BEFORE_OR_AFTER, true},  {"calle", BEFORE_NAME, false},
    {"avenida", BEFORE_NAME, false},    {"avda", BEFORE_NAME, false},
    {"plaza", BEFORE_NAME, true},       {"paseo", BEFORE_NAME, true},
    {"via", BEFORE_NAME, true},         {"viale", BEFORE_NAME, false},
    {"piazza", BEFORE_NAME, true},      {"corso", BEFORE_NAME, true},
    {"vicolo", BEFORE_NAME, true},      {"ul", BEFORE_NAME, false},
    {"ulica", BEFORE_NAME, false},      {"al", BEFORE_NAME, true},
    {"aleja", BEFORE_NAME, true},       {"plac", BEFORE_NAME, true},
    {"os", BEFORE_NAME, true},          {"rua", BEFORE_NAME, true},
    {"street", BEHIND_NAME, false},     {"st", BEHIND_NAME, true},
    {"road", BEHIND_NAME, true},        {"rd", BEHIND_NAME, true},
    {"avenue", BEHIND_NAME, false},     {"ave", BEHIND_NAME, true},
    {"lane", BEHIND_NAME, true},        {"drive", BEHIND_NAME, true},
    {"close", BEHIND_NAME, true},       {"court", BEHIND_NAME, true},
    {"square", BEHIND_NAME, true},      {"terrace", BEHIND_NAME, true},
};

struct word {
    size_t start;
    size_t end;
    char plain[WORD_MOST + 1];
    size_t length; /* of `plain` */
    bool capital;
};

static bool is_letter(uint32_t code)
{
    return point_is_word(code) && point_digit(code) < 0;
}

static void spell(const struct look *look, struct word *word)
{
    word->length = 0;
    for (size_t at = word->start; at < word->end;) {
        struct point point = point_at(look->value, at, look->spelling);
        if (at == word->start)
            word->capital = point_fold(point.code) != point.code;
        word->length += letters_plain(point.code, word->plain + word->length, WORD_MOST - word->length);
        at += point.length;
    }
    word->plain[word->length] = '\0';
}

/* The word of letters that begins at or behind one blank or two from `at`; false: none does. */
static bool word_behind(const struct look *look, size_t at, struct word *word)
{
    for (unsigned i = 0; i < 2 && at < look->value.length; i++)
        if (strchr(" .,", look->value.data[at]) != NULL && look->value.data[at] != '\0')
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
    spell(look, word);
    return word->end > word->start;
}

/* The same that ends before `at`, behind a blank or a point. */
static bool word_before(const struct look *look, size_t at, struct word *word)
{
    for (unsigned i = 0; i < 2 && at > 0; i++)
        if (look->value.data[at - 1] == ' ' || look->value.data[at - 1] == '.')
            at--;
    word->end = at;
    while (at > 0 && word->end - at < WORD_BYTES) {
        struct point point = point_before(look->value, at);
        if (!is_letter(point.code) && point.code != '-')
            break;
        at -= point.length;
    }
    word->start = at;
    spell(look, word);
    return word->end > word->start;
}

/* At a glance, by the last two letters. */
static bool may_end_street(const struct word *word)
{
    static const char ends[] = "se tr ee eg tz ng mm er at ht an in de el jk";
    return memmem(ends, sizeof(ends) - 1, word->plain + word->length - 2, 2) != NULL;
}

static bool is_street(const struct word *word, enum place place, bool *weak)
{
    if (word->length < 2 || (place == ENDS_WORD && !may_end_street(word)) ||
        (place != ENDS_WORD && word->length > WHOLE_MOST))
        return false;
    for (size_t i = 0; i < COUNT_OF(streets); i++) {
        if (place != ENDS_WORD && streets[i].word[0] != word->plain[0])
            continue;
        size_t length = strlen(streets[i].word);
        char last = word->length == 0 ? 0 : word->plain[word->length - 1];
        bool ends = word->length >= length && last == streets[i].word[length - 1] &&
                    memcmp(word->plain + word->length - length, streets[i].word, length) == 0;
        bool fits = streets[i].place == ENDS_WORD ? ends && word->length > length : ends && word->length == length;
        bool asked = streets[i].place == place || (place == BEFORE_NAME && streets[i].place == BEFORE_OR_AFTER);
        if (asked && fits) {
            *weak = streets[i].weak;
            return true;
        }
    }
    return false;
}

/* Where the street begins whose house has its number at `at`; `at`: there is none. */
static size_t street_before(const struct look *look, size_t at, bool *weak)
{
    struct word word;
    size_t end = at;
    for (unsigned words = 0; words < WORDS_MOST && end > 0 && word_before(look, end, &word); words++) {
        if (words == 0 && word.capital && is_street(&word, ENDS_WORD, weak))
            return word.start;
        if (words > 0 && is_street(&word, BEFORE_NAME, weak))
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
        french = french || (words == 0 && is_street(&word, BEFORE_OR_AFTER, weak));
        bool is_last = french ? words > 0 && word.capital && word.length > 3 /* rue de la Paix */
                              : words > 0 && word.capital && is_street(&word, BEHIND_NAME, weak);
        if (is_last)
            return word.end;
        if (!french && !word.capital)
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
    if (end + 1 < look->value.length && strchr("-/", look->value.data[end]) != NULL &&
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
        if (!word_behind(look, end, &word) || !word.capital || !look_ends(look, word.end))
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
static bool has_word_before(struct text text, size_t at)
{
    if (at < 3 || text.data[at - 1] != ' ')
        return false;
    char before = text.data[at - 2];
    return is_ascii_letter(before) || before == '.' || (unsigned char)before >= 0x80;
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

/* From a group's first digit, which may be the number of a house. */
void find_address(struct look *look, size_t at)
{
    bool weak = false;
    size_t number = house_end(look, at);
    size_t start = at;
    size_t end = number;
    bool before = has_word_before(look->value, at);
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
        if (word.end + 1 >= look->value.length || (words == 0 && is_street(&word, BEFORE_OR_AFTER, &weak)))
            return true;
        if (!word.capital)
            return false;
        end = word.end;
    }
    return false;
}

static bool is_open_word(const struct look *look, const struct word *word)
{
    bool weak = false;
    return is_street(word, ENDS_WORD, &weak) || is_street(word, BEFORE_NAME, &weak) ? !is_too_far(look, word->end)
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
