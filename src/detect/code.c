/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of states and banks: letters and digits with what people put between them are read as one code, and each part
 * of it that ends where a group ends is tried. What a form needs beside its check is in national's table. */
#include <string.h>

#include "detectors.h"
#include "exeat/national.h"

enum { LETTERS_BEFORE = 6, PREFIX_MOST = 3, CODE_LEAST = 7, PASSPORT_LEAST = 6, PASSPORT_MOST = 10 };

struct code {
    char text[NATIONAL_CODE_MAX + 1];
    size_t start[NATIONAL_CODE_MAX + 1];
    size_t end[NATIONAL_CODE_MAX + 1];
    bool begins_group[NATIONAL_CODE_MAX + 2];
    size_t count;
    size_t digits;    /* that it begins with */
    bool has_small;   /* letters */
    size_t last_dash; /* the last character with a dash or slash before it */
};

/* The character as a code has it; 0: it is of none. */
static char code_character(uint32_t code)
{
    int digit = point_digit(code);
    if (digit >= 0)
        return (char)('0' + digit);
    if (code >= 0x80 || !is_ascii_letter((char)code))
        return 0;
    return (char)(ascii_lower((char)code) - 'a' + 'A');
}

/* Where the next character of the code is behind a gap that begins at `at`; `at`: none is. */
static size_t skip_gap(const struct look *look, size_t at)
{
    size_t next = at;
    bool dot = false;
    for (unsigned points = 0; points < NUMBER_GAP_POINTS && next < look->value.length; points++) {
        struct point point = point_at(look->value, next, look->spelling);
        enum gap gap = point_gap(point.code);
        if (code_character(point.code) != 0)
            return next;
        if (gap == GAP_NONE || gap == GAP_BRACKET || (gap == GAP_SPACE && dot)) /* or the end of a sentence */
            return at;
        dot = gap == GAP_DOT;
        next += point.length;
    }
    bool found = next < look->value.length && code_character(point_at(look->value, next, look->spelling).code) != 0;
    return found ? next : at;
}

/* With a small letter in it only an IBAN is found without a word. */
static bool may_have_small(struct look *look, const struct code *code)
{
    return national_iban_length((struct text){code->text, 2}) > 0 ||
           (look_labels(look, code->start[0]) & (LABEL_VAT | LABEL_TAX | LABEL_SOCIAL)) != 0;
}

/* No further than it may be one: that with small letters is none mostly, and running text has no end. */
static void read_code(struct look *look, size_t at, struct code *code)
{
    bool may_be_one = false;
    bool begins = true;
    code->count = 0;
    code->digits = 0;
    code->has_small = false;
    code->last_dash = 0;
    while (at < look->value.length && code->count <= NATIONAL_CODE_MAX) {
        struct point point = point_at(look->value, at, look->spelling);
        char character = code_character(point.code);
        if (character == 0) {
            size_t next = skip_gap(look, at);
            if (next == at)
                break;
            code->last_dash =
                look->value.data[next - 1] == '-' || look->value.data[next - 1] == '/' ? code->count : code->last_dash;
            at = next;
            begins = true;
            continue;
        }
        code->has_small = code->has_small || (point.code >= 'a' && point.code <= 'z');
        code->begins_group[code->count] = begins;
        code->text[code->count] = character;
        code->digits += code->digits == code->count && is_ascii_digit(character);
        code->start[code->count] = at;
        at += point.length;
        code->end[code->count++] = at;
        begins = false;
        if (code->has_small && !may_be_one && code->count >= 2) {
            may_be_one = may_have_small(look, code);
            if (!may_be_one) {
                code->count = 0;
                return;
            }
        }
    }
    code->begins_group[code->count] = true;
}

/* Its groups have the lengths that `groups` says ("6-4"). */
static bool is_grouped(const struct code *code, size_t length, const char *groups)
{
    size_t at = 0;
    while (at < length && *groups != '\0') {
        size_t group = (size_t)(*groups - '0');
        if (at + group > length || !code->begins_group[at + group])
            return false;
        for (size_t i = 1; i < group; i++)
            if (code->begins_group[at + i])
                return false;
        at += group;
        groups += groups[1] == '-' ? 2 : 1;
    }
    return at == length && *groups == '\0';
}

static bool labelled(enum national_kind kind, uint32_t labels)
{
    switch (kind) {
    case NATIONAL_VAT:
    case NATIONAL_TAX:
        return (labels & (LABEL_VAT | LABEL_TAX)) != 0;
    case NATIONAL_PERSON:
        return (labels & (LABEL_SOCIAL | LABEL_TAX)) != 0;
    case NATIONAL_KIND_COUNT:
        break;
    }
    return false;
}

/* What a field is called outweighs what else has this form. */
static enum detector detector_of(const struct look *look, enum national_kind kind, uint32_t labels)
{
    if (look->kind == FIELD_VAT)
        return DETECTOR_VAT;
    if (look->kind == FIELD_TAX)
        return DETECTOR_TAX_ID;
    if (look->kind == FIELD_SOCIAL)
        return DETECTOR_SOCIAL_SECURITY;
    if (look->kind == FIELD_PASSPORT)
        return DETECTOR_PASSPORT;
    bool only_tax = (labels & LABEL_TAX) != 0 && (labels & (LABEL_VAT | LABEL_SOCIAL)) == 0;
    if (kind == NATIONAL_TAX || (kind == NATIONAL_PERSON && only_tax))
        return DETECTOR_TAX_ID;
    return kind == NATIONAL_VAT ? DETECTOR_VAT : DETECTOR_SOCIAL_SECURITY;
}

static bool is_enough(const struct code *code, size_t length, const struct national_form *form)
{
    switch (form->need) {
    case NATIONAL_NOTHING: /* articles have dashes: "BG19-0815-4711" */
        return !code->has_small && (form->kind != NATIONAL_VAT || code->last_dash <= form->prefix);
    case NATIONAL_GAPS:
        return !code->has_small && is_grouped(code, length, form->groups);
    case NATIONAL_WORD:
        break;
    }
    return false;
}

static bool try_forms(struct look *look, const struct code *code, size_t length)
{
    struct text text = {code->text, length};
    const struct national_form *form = national_fit(text, NULL);
    uint32_t labels = look_labels(look, code->start[0]);
    bool taxed = (labels & (LABEL_VAT | LABEL_TAX)) != 0;
    for (; form != NULL; form = national_fit(text, form))
        if (labelled(form->kind, labels) || is_enough(code, length, form)) {
            enum detector detector = detector_of(look, form->kind, labels);
            look_add(look, detector, code->start[0], code->end[length - 1], CERTAINTY_CHECKED);
            return true;
        }
    if (!taxed || national_fit_bare(text, NULL) == NULL)
        return false;
    enum national_kind kind = (labels & LABEL_VAT) != 0 ? NATIONAL_VAT : NATIONAL_TAX;
    look_add(look, detector_of(look, kind, labels), code->start[0], code->end[length - 1], CERTAINTY_CHECKED);
    return true;
}

static bool try_account(struct look *look, const struct code *code, size_t length)
{
    if (length < 15 || national_iban_length((struct text){code->text, 2}) != length)
        return false;
    enum national_iban kind = national_iban((struct text){code->text, length});
    if (kind == NATIONAL_IBAN_NONE)
        return false;
    bool said = look->kind == FIELD_ACCOUNT || (look_labels(look, code->start[0]) & LABEL_ACCOUNT) != 0;
    if (kind == NATIONAL_IBAN_OUTER && !said)
        return false;
    look_add(look, DETECTOR_IBAN, code->start[0], code->end[length - 1], CERTAINTY_SURE);
    return true;
}

/* A word or the field says that a number of a state or bank stands here. */
static bool is_said(struct look *look, size_t at)
{
    enum { SAID = LABEL_VAT | LABEL_TAX | LABEL_SOCIAL | LABEL_PASSPORT | LABEL_ACCOUNT };
    return look->kind > FIELD_NONE || (look_labels(look, at) & SAID) != 0;
}

/* Digits alone that nobody speaks of: only an AHV, a NIR, and what is known by its groups is told then. In a row of
 * numbers, of which each may be the first of a code, this spares most of the checks. */
static bool may_be_unsaid(const struct code *code, size_t length)
{
    enum { GROUPED_MOST = 13, AHV = 13, NIR = 15 };
    bool ahv = length == AHV && memcmp(code->text, "756", 3) == 0;
    bool nir = length == NIR && (code->text[0] == '1' || code->text[0] == '2');
    bool grouped = length <= GROUPED_MOST && !code->begins_group[1];
    return code->digits < length || ahv || nir || grouped;
}

/* Of the code that begins at `at`; true: something was found. */
static bool find_from(struct look *look, size_t at)
{
    struct code code;
    read_code(look, at, &code);
    if (code.count < CODE_LEAST)
        return false;
    bool said = code.digits < CODE_LEAST || is_said(look, at);
    bool formless = code.has_small && (look_labels(look, at) & (LABEL_VAT | LABEL_TAX | LABEL_SOCIAL)) == 0;
    for (size_t length = code.count; length >= CODE_LEAST; length--) {
        bool ends = code.begins_group[length] && (said || may_be_unsaid(&code, length)) &&
                    look_ends(look, code.end[length - 1]);
        if (ends && (try_account(look, &code, length) || (!formless && try_forms(look, &code, length))))
            return true;
    }
    return false;
}

/* Seven or so letters and digits behind a word for passports. */
static void find_passport(struct look *look, size_t start)
{
    size_t end = start;
    unsigned digits = 0;
    bool small = false;
    while (end < look->value.length && is_ascii_alnum(look->value.data[end])) {
        digits += is_ascii_digit(look->value.data[end]);
        small = small || ascii_lower(look->value.data[end]) == look->value.data[end];
        small = small && !is_ascii_digit(look->value.data[end]);
        end++;
    }
    bool fits =
        end - start >= PASSPORT_LEAST && end - start <= PASSPORT_MOST && digits >= 3 && digits + 5 >= end - start;
    if (fits && !small && look_ends(look, end) && (look_labels(look, start) & LABEL_PASSPORT) != 0)
        look_add(look, DETECTOR_PASSPORT, start, end, CERTAINTY_LABEL);
}

/* One to three capitals and a gap before the token: "DE 123456789", "X-1234567-L". `start`: there are none. */
static size_t prefix_before(const struct look *look, size_t start)
{
    size_t at = start;
    if (at == 0 || point_gap((unsigned char)look->value.data[at - 1]) == GAP_NONE)
        return start;
    at--;
    size_t end = at;
    while (at > 0 && end - at < PREFIX_MOST && look->value.data[at - 1] >= 'A' && look->value.data[at - 1] <= 'Z')
        at--;
    return at < end && look_begins(look, at) ? at : start;
}

/* "54362315-K": one letter alone behind a gap. */
static bool has_letter_behind(const struct look *look, size_t end)
{
    struct text text = look->value;
    if (end + 1 >= text.length)
        return false;
    struct point gap = point_at(text, end, look->spelling);
    size_t letter = end + gap.length;
    return point_gap(gap.code) != GAP_NONE && letter < text.length && is_ascii_letter(text.data[letter]) &&
           look_ends(look, letter + 1);
}

/* Digits written together, without a word: of all forms only AHV (756…) and NIR (1 or 2) are told by that alone. */
static bool is_plain_id(struct look *look, const struct number *number)
{
    enum { AHV = 13, NIR = 15, SAID = LABEL_VAT | LABEL_TAX | LABEL_SOCIAL | LABEL_PASSPORT | LABEL_ACCOUNT };
    size_t count = number->count;
    bool ahv = count == AHV && number->digits[0] == 7 && number->digits[1] == 5;
    bool nir = count == NIR && (number->digits[0] == 1 || number->digits[0] == 2);
    return number_group(number, 0) == count && !ahv && !nir && !has_letter_behind(look, number->end[count - 1]) &&
           (look_labels(look, number->start[0]) & SAID) == 0;
}

/* From a group's first digit: the token that it is in, and one before that. */
void find_code(struct look *look, const struct number *number)
{
    size_t start = number->start[0];
    size_t letters = 0;
    while (start > 0 && letters <= LETTERS_BEFORE && is_ascii_letter(look->value.data[start - 1]) &&
           !look_behind_escape(look, start)) {
        start--;
        letters++;
    }
    bool plus = start > 0 && look->value.data[start - 1] == '+'; /* a phone number */
    if (letters > LETTERS_BEFORE || plus || !look_begins(look, start))
        return;
    size_t prefix = prefix_before(look, start);
    bool letter_behind = number->end[number->count - 1] < look->value.length &&
                         is_ascii_letter(look->value.data[number->end[number->count - 1]]);
    if (number->count < CODE_LEAST && letters == 0 && prefix == start && !letter_behind)
        return; /* a price, a size */
    if (letters == 0 && prefix == start && !letter_behind && is_plain_id(look, number))
        return;
    if (prefix != start && find_from(look, prefix))
        return;
    if (!find_from(look, start))
        find_passport(look, start);
}
