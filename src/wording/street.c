/* SPDX-License-Identifier: Apache-2.0 */
/* The words that streets are called by. Most words are none of them, which their first and last letters tell. */
#include "exeat/wording/street.h"

#include <string.h>

#include "exeat/base/attributes.h"
#include "exeat/wording/points.h"

enum { WHOLE_MOST = 9 };

/* In lower case, without accents. `weak`: needs a postcode. */
static const struct street {
    const char *word;
    size_t length;
    enum street_place place;
    bool weak;
} streets[] = {
    {"strasse", 7, STREET_ENDS_WORD, false},      {"str", 3, STREET_ENDS_WORD, false},
    {"allee", 5, STREET_ENDS_WORD, false},        {"chaussee", 8, STREET_ENDS_WORD, false},
    {"gasse", 5, STREET_ENDS_WORD, true},         {"weg", 3, STREET_ENDS_WORD, true},
    {"platz", 5, STREET_ENDS_WORD, true},         {"ring", 4, STREET_ENDS_WORD, true},
    {"damm", 4, STREET_ENDS_WORD, true},          {"ufer", 4, STREET_ENDS_WORD, true},
    {"straat", 6, STREET_ENDS_WORD, false},       {"gracht", 6, STREET_ENDS_WORD, false},
    {"laan", 4, STREET_ENDS_WORD, true},          {"plein", 5, STREET_ENDS_WORD, true},
    {"kade", 4, STREET_ENDS_WORD, true},          {"singel", 6, STREET_ENDS_WORD, true},
    {"dijk", 4, STREET_ENDS_WORD, true},          {"rue", 3, STREET_BEFORE_OR_AFTER, false},
    {"avenue", 6, STREET_BEFORE_OR_AFTER, false}, {"boulevard", 9, STREET_BEFORE_OR_AFTER, false},
    {"bd", 2, STREET_BEFORE_OR_AFTER, true},      {"impasse", 7, STREET_BEFORE_OR_AFTER, false},
    {"chemin", 6, STREET_BEFORE_OR_AFTER, false}, {"quai", 4, STREET_BEFORE_OR_AFTER, true},
    {"allees", 6, STREET_BEFORE_OR_AFTER, true},  {"calle", 5, STREET_BEFORE_NAME, false},
    {"avenida", 7, STREET_BEFORE_NAME, false},    {"avda", 4, STREET_BEFORE_NAME, false},
    {"plaza", 5, STREET_BEFORE_NAME, true},       {"paseo", 5, STREET_BEFORE_NAME, true},
    {"via", 3, STREET_BEFORE_NAME, true},         {"viale", 5, STREET_BEFORE_NAME, false},
    {"piazza", 6, STREET_BEFORE_NAME, true},      {"corso", 5, STREET_BEFORE_NAME, true},
    {"vicolo", 6, STREET_BEFORE_NAME, true},      {"ul", 2, STREET_BEFORE_NAME, false},
    {"ulica", 5, STREET_BEFORE_NAME, false},      {"al", 2, STREET_BEFORE_NAME, true},
    {"aleja", 5, STREET_BEFORE_NAME, true},       {"plac", 4, STREET_BEFORE_NAME, true},
    {"os", 2, STREET_BEFORE_NAME, true},          {"rua", 3, STREET_BEFORE_NAME, true},
    {"street", 6, STREET_BEHIND_NAME, false},     {"st", 2, STREET_BEHIND_NAME, true},
    {"road", 4, STREET_BEHIND_NAME, true},        {"rd", 2, STREET_BEHIND_NAME, true},
    {"avenue", 6, STREET_BEHIND_NAME, false},     {"ave", 3, STREET_BEHIND_NAME, true},
    {"lane", 4, STREET_BEHIND_NAME, true},        {"drive", 5, STREET_BEHIND_NAME, true},
    {"close", 5, STREET_BEHIND_NAME, true},       {"court", 5, STREET_BEHIND_NAME, true},
    {"square", 6, STREET_BEHIND_NAME, true},      {"terrace", 7, STREET_BEHIND_NAME, true},
};

#define LETTER(letter) (UINT32_C(1) << ((letter) - 'a'))
/* For each last letter of the table's words the letters before it: of endings, and of words of their own. */
static const uint32_t ends_before[26] = {
    ['e' - 'a'] = LETTER('s') | LETTER('e') | LETTER('d'),
    ['g' - 'a'] = LETTER('e') | LETTER('n'),
    ['k' - 'a'] = LETTER('j'),
    ['l' - 'a'] = LETTER('e'),
    ['m' - 'a'] = LETTER('m'),
    ['n' - 'a'] = LETTER('a') | LETTER('i'),
    ['r' - 'a'] = LETTER('t') | LETTER('e'),
    ['t' - 'a'] = LETTER('a') | LETTER('h'),
    ['z' - 'a'] = LETTER('t'),
};
static const uint32_t words_before[26] = {
    ['a' - 'a'] = LETTER('d') | LETTER('z') | LETTER('i') | LETTER('c') | LETTER('j') | LETTER('u'),
    ['c' - 'a'] = LETTER('a'),
    ['d' - 'a'] = LETTER('b') | LETTER('r') | LETTER('a'),
    ['e' - 'a'] = LETTER('s') | LETTER('u') | LETTER('l') | LETTER('v') | LETTER('n') | LETTER('r') | LETTER('c'),
    ['i' - 'a'] = LETTER('a'),
    ['l' - 'a'] = LETTER('u') | LETTER('a'),
    ['n' - 'a'] = LETTER('i'),
    ['o' - 'a'] = LETTER('e') | LETTER('s') | LETTER('l'),
    ['s' - 'a'] = LETTER('e') | LETTER('o'),
    ['t' - 'a'] = LETTER('e') | LETTER('s') | LETTER('r'),
};
/* For each last letter the first ones of words of their own. */
static const uint32_t words_first[26] = {
    ['a' - 'a'] = LETTER('a') | LETTER('p') | LETTER('v') | LETTER('u') | LETTER('r'),
    ['c' - 'a'] = LETTER('p'),
    ['d' - 'a'] = LETTER('b') | LETTER('r'),
    ['e' - 'a'] = LETTER('r') | LETTER('a') | LETTER('i') | LETTER('c') | LETTER('v') | LETTER('l') | LETTER('d') |
                  LETTER('s') | LETTER('t'),
    ['i' - 'a'] = LETTER('q'),
    ['l' - 'a'] = LETTER('u') | LETTER('a'),
    ['n' - 'a'] = LETTER('c'),
    ['o' - 'a'] = LETTER('p') | LETTER('c') | LETTER('v'),
    ['s' - 'a'] = LETTER('a') | LETTER('o'),
    ['t' - 'a'] = LETTER('s') | LETTER('c'),
};
#undef LETTER

static bool has_letter(uint32_t letters, char letter)
{
    return (letters >> (ascii_lower(letter) - 'a') & 1) != 0;
}

bool street_may_be(enum street_place place, const char letters[3])
{
    int last = ascii_lower(letters[2]) - 'a';
    if (place == STREET_ENDS_WORD)
        return has_letter(ends_before[last], letters[1]);
    return has_letter(words_before[last], letters[1]) &&
           (letters[0] == '\0' || has_letter(words_first[last], letters[0]));
}

static bool is_asked(enum street_place asked, enum street_place place)
{
    return place == asked || (asked == STREET_BEFORE_NAME && place == STREET_BEFORE_OR_AFTER);
}

bool street_find(struct text word, enum street_place place, bool *weak)
{
    if (word.length < 2 || (place != STREET_ENDS_WORD && word.length > WHOLE_MOST))
        return false;
    for (size_t i = 0; i < COUNT_OF(streets); i++) {
        size_t length = streets[i].length;
        bool fits = place == STREET_ENDS_WORD ? word.length > length : word.length == length;
        if (fits && is_asked(place, streets[i].place) &&
            memcmp(word.data + word.length - length, streets[i].word, length) == 0) {
            *weak = streets[i].weak;
            return true;
        }
    }
    return false;
}
