/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions whose work explodes, shown by a path or text on which it does: a beginning that fits, one or two
 * bytes over and over, and an end that does not fit. What is warned of is proven; what is not may still be slow. */
#include <string.h>

#include "exeat/base/memory.h"
#include "exeat/base/pattern.h"
#include "lint_internal.h"

enum { BEGINNINGS_MAX = 24, BYTES_MAX = 10, PUMPED = 96 };

/* What an expression is made of, read once from left to right. */
struct sketch {
    struct buffer sample;              /* bytes that fit it, one for each atom, of the first alternatives */
    size_t beginnings[BEGINNINGS_MAX]; /* lengths of `sample` where something begins that may repeat */
    size_t beginning_count;
    char bytes[BYTES_MAX]; /* that fit some atom */
    size_t byte_count;
};

static void add_beginning(struct sketch *sketch)
{
    if (sketch->beginning_count < BEGINNINGS_MAX)
        sketch->beginnings[sketch->beginning_count++] = sketch->sample.length;
}

static void add_atom(struct sketch *sketch, char byte, bool is_skipped)
{
    add_beginning(sketch);
    if (!is_skipped)
        buffer_append_byte(&sketch->sample, byte);
    if (sketch->byte_count < BYTES_MAX && memchr(sketch->bytes, byte, sketch->byte_count) == NULL)
        sketch->bytes[sketch->byte_count++] = byte;
}

static char fits_escape(char escaped)
{
    switch (escaped) {
    case 'd':
        return '0';
    case 'w':
    case 'S':
    case 'D':
        return 'a';
    case 's':
    case 'W':
        return ' ';
    default:
        return escaped;
    }
}

/* The class at `*at` (after "["): a byte that is in it, or for a negated one, one that is not named. */
static char fits_class(struct text expression, size_t *at)
{
    bool negated = *at < expression.length && expression.data[*at] == '^';
    size_t first = *at + (negated ? 1 : 0);
    size_t end = first + 1; /* a "]" at the front is a byte of the class */
    while (end < expression.length && expression.data[end] != ']')
        end += expression.data[end] == '\\' ? 2 : 1;
    struct text inside = text_part(expression, first, end - first);
    *at = end + 1;
    if (!negated)
        return inside.length > 1 && inside.data[0] == '\\' ? fits_escape(inside.data[1])
                                                           : (inside.length > 0 ? inside.data[0] : 'a');
    for (const char *one = "a0A-_."; *one != '\0'; one++)
        if (!text_has(inside, *one))
            return *one;
    return '~';
}

static void read_expression(struct text expression, struct sketch *sketch)
{
    size_t depth = 0;
    size_t skipped = 0; /* depth from which alternatives after the first are passed over; 0: none */
    for (size_t i = 0; i < expression.length;) {
        char byte = expression.data[i++];
        if (byte == '\\' && i < expression.length) {
            add_atom(sketch, fits_escape(expression.data[i++]), skipped > 0);
        } else if (byte == '[') {
            add_atom(sketch, fits_class(expression, &i), skipped > 0);
        } else if (byte == '(') {
            depth++;
            add_beginning(sketch);
            if (text_starts_with(text_after(expression, i), TEXT("?:")))
                i += 2;
        } else if (byte == ')') {
            skipped = skipped == depth ? 0 : skipped;
            depth -= depth > 0 ? 1 : 0;
        } else if (byte == '|') {
            skipped = skipped == 0 ? depth : skipped;
        } else if (byte == '{') {
            i = text_index(expression, '}', i) + 1;
        } else if (strchr("*+?^$", byte) == NULL) {
            add_atom(sketch, byte == '.' ? 'a' : byte, skipped > 0);
        }
    }
}

/* One that is to be tried. */
struct trial {
    struct pattern *pattern; /* owned */
    bool is_search;          /* it may fit anywhere */
    struct sketch sketch;
};

static bool reaches_limit(const struct trial *trial, struct text subject)
{
    size_t start;
    size_t end;
    enum pattern_result result = trial->is_search ? pattern_search(trial->pattern, subject, 0, &start, &end)
                                                  : pattern_match(trial->pattern, subject);
    return result == PATTERN_LIMIT;
}

/* Behind the byte that fits nothing stands all that an expression asks for, or it would be looked at by nobody. */
static bool gives_up(const struct trial *trial, struct text beginning, const char pump[2])
{
    struct buffer subject = {0};
    buffer_append(&subject, beginning);
    for (size_t i = 0; i < PUMPED; i++)
        buffer_append_byte(&subject, pump[i % 2]);
    buffer_append_byte(&subject, '\x7f'); /* fits nothing that a path may hold */
    buffer_append(&subject, buffer_text(&trial->sketch.sample));
    bool limit = reaches_limit(trial, buffer_text(&subject));
    buffer_clear(&subject);
    return limit;
}

static bool find_pump(const struct trial *trial, struct text *beginning, char pump[2])
{
    const struct sketch *sketch = &trial->sketch;
    for (size_t i = 0; i < sketch->beginning_count; i++)
        for (size_t j = 0; j < sketch->byte_count; j++)
            for (size_t k = 0; k < sketch->byte_count; k++) {
                *beginning = text_part(buffer_text(&sketch->sample), 0, sketch->beginnings[i]);
                pump[0] = sketch->bytes[j];
                pump[1] = sketch->bytes[k];
                if (gives_up(trial, *beginning, pump))
                    return true;
            }
    return false;
}

/* Does nothing where it cannot be compiled: that was said. Appends the text that it gives up on. */
static bool explodes(struct text expression, bool is_search, struct buffer *shown)
{
    struct trial trial = {.is_search = is_search};
    struct text beginning;
    char pump[2];
    char *error = NULL;
    size_t offset;
    trial.pattern =
        is_search ? pattern_compile_search(expression, &error, &offset) : pattern_compile(expression, &error, &offset);
    base_free(error);
    if (trial.pattern == NULL)
        return false;
    read_expression(expression, &trial.sketch);
    bool found = find_pump(&trial, &beginning, pump);
    if (found)
        buffer_printf(
            shown, "such as %.*s%.*s... (%d characters)", TEXT_ARG(beginning), pump[0] == pump[1] ? 1 : 2, pump,
            (int)beginning.length + PUMPED);
    buffer_clear(&trial.sketch.sample);
    pattern_free(trial.pattern);
    return found;
}

static void check_path(const struct lint *lint, const struct settings_rule *rule, const struct setting_text *path)
{
    struct buffer shown = {0};
    if (text_starts_with(path->text, TEXT("~")) && explodes(text_after(path->text, 1), false, &shown)) {
        diag_warning(
            lint->diags, path->mark, "the regular expression of rule '%s' backtracks beyond its limit on paths %.*s",
            rule->id.text.data, TEXT_ARG(buffer_text(&shown)));
        diag_note(lint->diags, "such a path is denied; repeat nothing that repeats inside: write [a-z]+ for ([a-z]+)+");
    }
    buffer_clear(&shown);
}

static void check_detector(const struct lint *lint, const struct settings_detector *detector)
{
    struct buffer shown = {0};
    if (detector->pattern.text.length > 0 && explodes(detector->pattern.text, true, &shown)) {
        diag_warning(
            lint->diags, detector->pattern.mark, "the pattern of '%s' backtracks beyond its limit on texts %.*s",
            detector->name.text.data, TEXT_ARG(buffer_text(&shown)));
        diag_note(
            lint->diags,
            "a request with such a text is refused; repeat nothing that repeats inside: write [a-z]+ for ([a-z]+)+");
    }
    buffer_clear(&shown);
}

void lint_regexes(const struct lint *lint)
{
    for (size_t i = 0; i < lint->lists->rule_count; i++) {
        const struct settings_rule *rule = &lint->lists->rules[i];
        for (size_t j = 0; j < rule->when.paths.count; j++)
            check_path(lint, rule, &rule->when.paths.items[j]);
        for (size_t j = 0; j < rule->unless.paths.count; j++)
            check_path(lint, rule, &rule->unless.paths.items[j]);
    }
    for (size_t i = 0; i < lint->lists->detector_count; i++)
        check_detector(lint, &lint->lists->detectors[i]);
}
