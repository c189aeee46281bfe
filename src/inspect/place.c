/* SPDX-License-Identifier: Apache-2.0 */
/* Where something stands, in words that may be shown and recorded. Whoever writes a message chooses its names, and may
 * put data into them: only what looks like a name, and holds nothing that the rule looks for, is shown. */
#include "inspect_internal.h"

enum {
    NAME_MAX_BYTES = 40,
    DIGITS_MAX = 4,  /* of a name: line2, sha256, x509v3 */
    CHANGES_MAX = 3, /* between letters and digits: identifiers are more mixed */
    HUMPS_MAX = 6    /* capitals behind small letters: random letters have more */
};

static bool is_small(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_capital(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_joint(char byte)
{
    return byte == '_' || byte == '-' || byte == '$' || byte == '+' || byte == '@';
}

/* Like what programmers call things. */
static bool is_name(struct text name)
{
    size_t digits = 0;
    size_t changes = 0;
    size_t humps = 0;
    if (name.length > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < name.length; i++) {
        char one = name.data[i];
        char before = i == 0 ? '\0' : name.data[i - 1];
        if (!is_ascii_digit(one) && !is_ascii_letter(one) && !is_joint(one))
            return false;
        digits += is_ascii_digit(one);
        changes += (is_ascii_digit(one) && is_ascii_letter(before)) || (is_ascii_letter(one) && is_ascii_digit(before));
        humps += is_capital(one) && is_small(before);
    }
    return digits < name.length && digits <= DIGITS_MAX && changes <= CHANGES_MAX && humps <= HUMPS_MAX;
}

static bool finds(struct inspector *inspector, const struct detect_set *set, struct text name)
{
    const struct detect_hint hint = {0};
    inspector->in_names.count = 0;
    if (set == NULL)
        return false;
    return detect_find(set, inspector->scratch, name, &hint, &inspector->in_names) == DETECT_GAVE_UP ||
           inspector->in_names.count > 0;
}

/* What a rule looks for in requests is as little to be recorded of an answer. */
static bool may_show(const struct inspected *inspected, struct text name)
{
    const struct inspection *inspection = inspected->inspection;
    return is_name(name) && !finds(inspected->inspector, inspection->requests.set, name) &&
           !finds(inspected->inspector, inspection->answers.set, name);
}

static bool parts_names(char byte)
{
    return byte == '.' || byte == '/' || byte == '[';
}

/* How much of `rest` is the next name, or the next index with its brackets. */
static size_t step_length(struct text rest)
{
    size_t length = 1;
    if (rest.data[0] == '[') {
        while (length < rest.length && is_ascii_digit(rest.data[length]))
            length++;
        if (length > 1 && length < rest.length && rest.data[length] == ']')
            return length + 1;
        length = 1;
    }
    while (length < rest.length && !parts_names(rest.data[length]))
        length++;
    return length;
}

static bool is_index(struct text step)
{
    return step.data[0] == '[' && step.data[step.length - 1] == ']';
}

/* `shown` has room for one byte more than it may have. */
static bool append_step(struct inspected *inspected, struct text step, struct buffer *shown)
{
    enum { LEFT_FOR_STAR = 3 };
    bool is_parted = step.data[0] == '.' || step.data[0] == '/';
    struct text name = text_after(step, is_parted);
    if (!is_index(step) && name.length > 0 && !text_equal(name, TEXT("*")) && !may_show(inspected, name))
        name = TEXT("*");
    bool fits = shown->length + name.length + LEFT_FOR_STAR < FOUND_PLACE_MAX;
    if (is_parted)
        buffer_append_byte(shown, step.data[0]);
    buffer_append(shown, fits ? name : TEXT("*"));
    return fits;
}

struct text place_show(struct inspected *inspected, struct text place, char room[FOUND_PLACE_MAX])
{
    struct buffer shown = {.capacity = FOUND_PLACE_MAX};
    shown.data = room;
    for (size_t at = 0; at < place.length;) {
        struct text step = text_part(place, at, step_length(text_after(place, at)));
        if (!append_step(inspected, step, &shown))
            break;
        at += step.length;
    }
    return buffer_text(&shown);
}
