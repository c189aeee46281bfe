/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at a text before it is walked: the same signs and the same detectors, over JSON as it is written. What an
 * escape could hide counts as found; what depends on where a field stands is decided when all names were seen. */
#include <string.h>

#include "exeat/base/bytes.h"
#include "known.h"
#include "signs.h"

/* What was seen of the names so far. */
struct seen {
    bool person;       /* something that names may stand under */
    bool persons_name; /* a name that is a person's if it stands under one */
    bool value;        /* "value": of a pair, perhaps */
    bool named;        /* what a pair's other half may be called says something */
};

static size_t skip_blanks(struct text text, size_t at)
{
    while (at < text.length && (unsigned char)text.data[at] <= ' ')
        at++;
    return at;
}

/* A backslash that is none itself stands before. */
static bool is_escaped(struct text text, size_t at)
{
    size_t from = at;
    while (from > 0 && text.data[from - 1] == '\\')
        from--;
    return (at - from) % 2 == 1;
}

/* Where the string ends whose quote is before `from`: at its closing quote, or at the end of the text. */
static size_t string_end(struct text text, size_t from)
{
    size_t end = text_index(text, '"', from);
    while (end < text.length && is_escaped(text, end))
        end = text_index(text, '"', end + 1);
    return end;
}

/* Between two strings of JSON, not in one. */
static bool is_between(struct text text)
{
    return text.length > 0 && !is_ascii_letter(text.data[0]) && text_trim(text, " \t\r\n,:[]{}").length == 0;
}

/* The name before the colon at `colon`; false: none is there, but the beginning of a value, perhaps. */
static bool name_before(const struct sign_scan *scan, size_t colon, struct text *name)
{
    struct text text = scan->text;
    size_t end = colon;
    while (end > 0 && (unsigned char)text.data[end - 1] <= ' ')
        end--;
    if (end < 2 || text.data[end - 1] != '"')
        return false;
    end--;
    if (is_escaped(text, end)) { /* of JSON in a string: the backslash says enough */
        *name = text_part(text, end - 1, 1);
        return true;
    }
    size_t start = end;
    bool found = sign_name_start(scan, end, &start);
    while (!found && start > 0 && (text.data[start - 1] != '"' || is_escaped(text, start - 1)))
        start--;
    *name = text_part(text, start, end - start);
    return start > 0 && !is_between(*name);
}

/* The scalar that begins at `at`; false: an object or a list does. */
static bool read_scalar(struct text text, size_t at, struct text *value)
{
    if (at >= text.length || text.data[at] == '{' || text.data[at] == '[')
        return false;
    size_t end = at;
    if (text.data[at] == '"') {
        end = string_end(text, at + 1);
        *value = text_part(text, at + 1, end - at - 1);
        return true;
    }
    while (end < text.length && !text_has(TEXT(",]}\":[{ \t\r\n"), text.data[end]))
        end++;
    *value = text_part(text, at, end - at);
    return true;
}

/* A list that is not empty, or a scalar that is what its field says. */
static bool value_counts(struct look *look, size_t at)
{
    struct text value;
    if (!read_scalar(look->value, at, &value)) {
        bool list = at < look->value.length && look->value.data[at] == '[';
        size_t next = skip_blanks(look->value, at + 1);
        return list && !(next < look->value.length && (look->value.data[next] == ']' || look->value.data[next] == '{'));
    }
    if (text_has(value, '\\'))
        return true;
    struct look inside = *look;
    inside.value = value;
    inside.spelling = DETECT_PLAIN;
    size_t before = look->matches->count;
    find_field(&inside);
    return look->matches->count > before;
}

/* What a name in a pair, {"name": "…", "value": …}, says of the value. */
static bool names_something(struct look *look, size_t at)
{
    enum { NEGATIVE = LABEL_OTHER | LABEL_ID | LABEL_VERSION };
    struct text value;
    if (!read_scalar(look->value, at, &value) || value.length > BESIDE_MOST)
        return false;
    const struct known_name *known = known_name(look->set, look->scratch, value);
    return known->kind > FIELD_NONE || (known->labels & ~(unsigned)NEGATIVE) != 0 ||
           (known->traits & NAME_HAS_ESCAPE) != 0;
}

/* A table of prices that has something in it. */
static bool is_table(struct text text, size_t at)
{
    size_t next = skip_blanks(text, at + 1);
    return at < text.length && text.data[at] == '[' && next < text.length && text.data[next] != ']';
}

/* A name that says something, and its value at `at`. True: the value is something. */
static bool see_value(struct look *look, size_t at, struct seen *seen)
{
    seen->person = seen->person || look->kind == FIELD_PERSON || look->kind == FIELD_ADDRESS;
    if (look->kind == FIELD_PERSONS_NAME || look->kind == FIELD_ADDRESS_PART)
        seen->persons_name = true;
    if (look->kind == FIELD_PAIR || look->kind == FIELD_PERSONS_NAME)
        seen->named = seen->named || names_something(look, at);
    if (look->kind == FIELD_TIERS)
        return is_table(look->value, at);
    return look->kind < FIELD_TIERS && value_counts(look, at);
}

/* A name and its value. True: the value is something. */
static bool see_name(struct look *look, const struct sign_scan *scan, size_t colon, struct seen *seen)
{
    struct text name;
    if (!name_before(scan, colon, &name))
        return false;
    const struct known_name *known = known_name(look->set, look->scratch, name);
    if ((known->traits & NAME_HAS_ESCAPE) != 0)
        return true;
    look->field = name;
    look->field_labels = known->labels;
    look->names_price = (known->traits & NAME_IS_OF_PRICE) != 0;
    look->kind = (enum field_kind)known->kind;
    look->labels_at = SIZE_MAX;
    seen->value = seen->value || (known->traits & NAME_IS_VALUE) != 0;
    return look->kind > FIELD_NONE && see_value(look, skip_blanks(look->value, colon + 1), seen);
}

/* Behind the last `}` of a row, in a list: a value of no name of its own, whose field nobody knows here. */
static bool is_unnamed_behind(struct text text, size_t close)
{
    size_t at = close;
    while (at < text.length && ((unsigned char)text.data[at] <= ' ' || text.data[at] == ']' || at == close))
        at++;
    if (at >= text.length || text.data[at] != ',')
        return false;
    at = skip_blanks(text, at + 1);
    if (at >= text.length || text.data[at] == '{' || text.data[at] == '[')
        return false;
    if (text.data[at] != '"')
        return true;
    size_t next = skip_blanks(text, string_end(text, at + 1) + 1);
    return next >= text.length || text.data[next] != ':';
}

/* An escape that hides what would be a sign, or a digit that would be one. */
static bool see_escape(struct look *look, size_t at)
{
    struct point point = point_at(look->value, at, DETECT_JSON);
    size_t next = at + point.length;
    bool harmless = point.code < 0x20 || (point.code < 0x40 && strchr("\"&'<>/", (int)point.code) != NULL);
    if ((point.code < 0x80 && !harmless) || (point.code >= 0xff00 && point.code <= 0xff5e))
        return true;
    if (point_digit(point.code) >= 0)
        signs_look_at_digits(look, at, 0);
    if (next < look->value.length && is_ascii_digit(look->value.data[next]) &&
        is_ascii_digit(look->value.data[next - 1]))
        signs_look_at_digits(look, next, 0);
    return false;
}

static bool see(struct look *look, const struct sign_scan *scan, struct sign_found sign, struct seen *seen)
{
    if (sign.kind == SIGN_KEY)
        return see_name(look, scan, sign.at, seen);
    if (sign.kind == SIGN_CLOSE)
        return is_unnamed_behind(look->value, sign.at);
    if (sign.kind == SIGN_ESCAPE)
        return see_escape(look, sign.at);
    signs_look(look, sign);
    return false;
}

/* The operator's own: patterns are asked of values only, words cannot be seen through escapes. */
static bool may_have_own(const struct detect_set *set, struct text raw, enum detect_spelling spelling)
{
    struct word_hit hit;
    size_t at = 0;
    if (set->pattern_count > 0)
        return true;
    if (set->words == NULL && set->canaries == NULL)
        return false;
    if (spelling == DETECT_JSON && text_has(raw, '\\'))
        return true;
    if (set->words != NULL && word_list_find(set->words, raw, &at, &hit))
        return true;
    at = 0;
    return set->canaries != NULL && word_list_find(set->canaries, raw, &at, &hit);
}

bool detect_may_have(
    const struct detect_set *set, struct detect_scratch *scratch, struct text raw, enum detect_spelling spelling)
{
    struct sign_scan scan;
    struct look look = {
        .set = set,
        .scratch = scratch,
        .scan = &scan,
        .value = raw,
        .spelling = spelling,
        .labels_at = SIZE_MAX,
        .matches = &scratch->matches};
    struct seen seen = {0};
    struct sign_found sign;
    scratch->matches.count = 0;
    sign_scan_init(&scan, raw, spelling == DETECT_JSON);
    while ((sign = sign_next(&scan)).kind != SIGN_END)
        if (see(&look, &scan, sign, &seen) || scratch->matches.count > 0)
            return true;
    return (seen.person && seen.persons_name) || (seen.value && seen.named) || may_have_own(set, raw, spelling);
}
