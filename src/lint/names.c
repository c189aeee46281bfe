/* SPDX-License-Identifier: Apache-2.0 */
/* Names that nobody uses, groups that say things twice, and methods in small letters. */
#include <ctype.h>
#include <stdlib.h>

#include "exeat/base/memory.h"
#include "exeat/policy/trace.h"
#include "lint_internal.h"

static bool names_group(const struct setting_patterns *patterns, struct text name)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (text_equal(patterns->items[i].group, name))
            return true;
    return false;
}

static bool is_group_used(const struct lint *lint, struct text name)
{
    const struct settings_tls *tls = &policy_settings(lint->policy)->tls;
    bool used = names_group(&tls->names, name) || names_group(&tls->never, name);
    for (size_t i = 0; !used && i < lint->lists->rule_count; i++)
        used = names_group(&lint->lists->rules[i].when.hosts, name) ||
               names_group(&lint->lists->rules[i].unless.hosts, name);
    return used;
}

static void check_credentials(const struct lint *lint)
{
    const struct settings_credentials *credentials = &policy_settings(lint->policy)->credentials;
    for (size_t i = 0; i < credentials->count; i++) {
        const struct setting_text *name = &credentials->items[i].name;
        bool is_used = false;
        for (size_t j = 0; !is_used && j < lint->lists->rule_count; j++)
            is_used = text_equal(lint->lists->rules[j].use.text, name->text);
        if (!is_used)
            diag_warning(
                lint->diags, name->mark,
                "no rule has `use: %s`: it goes nowhere, and its placeholder is refused everywhere", name->text.data);
    }
}

/* By its own name, or by that of its pool. */
static bool is_inference_used(const struct lint *lint, struct text name, struct text pool)
{
    for (size_t i = 0; i < lint->lists->rule_count; i++)
        for (size_t j = 0; j < lint->lists->rules[i].inference.count; j++)
            if (text_equal(lint->lists->rules[i].inference.items[j].text, name) ||
                (pool.length > 0 && text_equal(lint->lists->rules[i].inference.items[j].text, pool)))
                return true;
    return false;
}

/* --- twice -----------------------------------------------------------------------------------------------------------
 */

/* A pattern as text, labels reversed, so that what covers others stands before them: "example.shop." is below
 * "example.shop.*". */
struct spelling {
    struct text text;   /* as written */
    struct text labels; /* reversed, each followed by a dot */
    bool is_suffix;
};
struct spellings {
    struct arena arena;
    struct spelling *items; /* owned */
    size_t count;
};

static struct text reverse_labels(struct arena *arena, struct text name)
{
    struct buffer out = {0};
    size_t end = name.length;
    for (size_t i = name.length + 1; i-- > 0;) {
        if (i > 0 && name.data[i - 1] != '.')
            continue;
        buffer_append(&out, text_part(name, i, end - i));
        buffer_append_byte(&out, '.');
        end = i == 0 ? 0 : i - 1;
    }
    struct text reversed = arena_text(arena, buffer_text(&out));
    buffer_clear(&out);
    return reversed;
}

static void take(void *context, const struct setting_pattern *pattern)
{
    struct spellings *spellings = context;
    if (pattern->group.length > 0 || pattern->pattern.kind == HOST_PATTERN_ANY)
        return;
    if ((spellings->count & (spellings->count - 1)) == 0)
        spellings->items =
            base_resize(spellings->items, spellings->count == 0 ? 1 : spellings->count * 2, sizeof(*spellings->items));
    struct text name = host_text(&pattern->pattern.host);
    spellings->items[spellings->count++] = (struct spelling){
        arena_text(&spellings->arena, name), reverse_labels(&spellings->arena, name),
        pattern->pattern.kind == HOST_PATTERN_SUFFIX};
}

static int compare(const void *left_spelling, const void *right_spelling)
{
    const struct spelling *left = left_spelling;
    const struct spelling *right = right_spelling;
    int order = text_compare(left->labels, right->labels);
    return order != 0 ? order : (int)left->is_suffix - (int)right->is_suffix;
}

static bool covers(const struct spelling *suffix, const struct spelling *below)
{
    return suffix != NULL && text_starts_with(below->labels, suffix->labels) &&
           below->labels.length > suffix->labels.length;
}

static void check_spellings(const struct lint *lint, const struct settings_group *group, struct spellings *spellings)
{
    const struct spelling *suffix = NULL; /* the widest that may have what follows */
    size_t twice = 0;
    size_t covered = 0;
    const struct spelling *example = NULL;
    if (spellings->count > 0)
        qsort(spellings->items, spellings->count, sizeof(*spellings->items), compare);
    for (size_t i = 0; i < spellings->count; i++) {
        const struct spelling *one = &spellings->items[i];
        bool is_twice = i > 0 && compare(one, one - 1) == 0;
        bool is_covered = !is_twice && covers(suffix, one);
        twice += is_twice ? 1 : 0;
        covered += is_covered ? 1 : 0;
        if ((is_twice || is_covered) && example == NULL)
            example = one;
        if (one->is_suffix && !covers(suffix, one))
            suffix = one;
    }
    if (example != NULL)
        diag_remark(
            lint->diags, group->name.mark,
            "group '%s': %zu of %zu patterns stand there twice, %zu are covered by others, such as %s%.*s",
            group->name.text.data, twice, spellings->count, covered, example->is_suffix ? "*." : "",
            TEXT_ARG(example->text));
}

static void check_group(const struct lint *lint, const struct settings_group *group)
{
    struct spellings spellings = {0};
    struct setting_pattern name = {.group = group->name.text};
    const struct setting_patterns whole = {.items = &name, .count = 1, .present = true};
    policy_patterns_walk(policy_settings(lint->policy), &whole, take, &spellings);
    check_spellings(lint, group, &spellings);
    base_free(spellings.items);
    arena_clear(&spellings.arena);
}

void lint_groups(const struct lint *lint)
{
    for (size_t i = 0; i < lint->lists->group_count; i++) {
        const struct settings_group *group = &lint->lists->groups[i];
        if (!is_group_used(lint, group->name.text))
            diag_warning(lint->diags, group->name.mark, "no rule names the group '%s'", group->name.text.data);
        check_group(lint, group);
    }
    for (size_t i = 0; i < lint->lists->inference_count; i++) {
        const struct setting_text *name = &lint->lists->inference[i].name;
        if (!is_inference_used(lint, name->text, lint->lists->inference[i].engine.pool.text))
            diag_warning(lint->diags, name->mark, "no rule names the inference '%s'", name->text.data);
    }
    check_credentials(lint);
}

/* --- methods ---------------------------------------------------------------------------------------------------------
 */

static bool has_method(const struct setting_texts *methods, struct text text)
{
    for (size_t i = 0; i < methods->count; i++)
        if (text_equal(methods->items[i].text, text))
            return true;
    return false;
}

/* `post` is another method than POST; where both stand somebody knows that. */
static void check_methods(const struct lint *lint, const struct setting_texts *methods)
{
    for (size_t i = 0; i < methods->count; i++) {
        struct buffer capitals = {0};
        struct text method = methods->items[i].text;
        for (size_t j = 0; j < method.length; j++)
            buffer_append_byte(&capitals, (char)toupper((unsigned char)method.data[j]));
        if (!has_method(methods, buffer_text(&capitals)))
            diag_warning(
                lint->diags, methods->items[i].mark, "'%.*s' is another method than %.*s, since case counts in methods",
                TEXT_ARG(method), TEXT_ARG(buffer_text(&capitals)));
        buffer_clear(&capitals);
    }
}

void lint_methods(const struct lint *lint)
{
    for (size_t i = 0; i < lint->lists->rule_count; i++) {
        check_methods(lint, &lint->lists->rules[i].when.methods);
        if (lint->lists->rules[i].has_unless)
            check_methods(lint, &lint->lists->rules[i].unless.methods);
    }
}
