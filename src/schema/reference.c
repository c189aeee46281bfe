/* SPDX-License-Identifier: Apache-2.0 */
/* The language as its tables have it, for people: Markdown, one table for each section of the file, inner keys with
 * dots, list items as `[]`, names that the operator chooses as `NAME`. */
#include "exeat/schema.h"

/* A bar would end the cell. */
static void append_cell(struct buffer *out, struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '|')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, text.data[i]);
    }
}

static void append_words(struct buffer *out, const struct type *type)
{
    for (size_t i = 0; i < type->word_count; i++)
        buffer_printf(out, "%s%s", i == 0 ? "" : ", ", type->words[i]);
}

static void append_takes(struct buffer *out, const struct type *type)
{
    if (type->word_count > 0)
        append_words(out, type);
    else
        append_cell(out, text_from(type->called));
}

static void append_initial(struct buffer *out, const struct key *key)
{
    struct text text = text_from(key->initial);
    if (key->required)
        text = TEXT("required");
    else if (text_starts_with(text, TEXT("(")))
        text = text_part(text, 1, text.length - 2);
    else if (text.length > 0) {
        buffer_printf(out, "`%.*s`", TEXT_ARG(text));
        return;
    }
    append_cell(out, text);
}

static void append_row(struct buffer *out, struct text path, const struct key *key)
{
    buffer_printf(out, "| `%.*s` | ", TEXT_ARG(path));
    append_takes(out, key->type);
    buffer_append(out, TEXT(" | "));
    append_initial(out, key);
    buffer_append(out, TEXT(" | "));
    append_cell(out, text_from(key->help));
    if (key->effect == AT_START)
        buffer_append(out, TEXT(" (at the next start)"));
    buffer_append(out, TEXT(" |\n"));
}

static void append_section(struct buffer *out, struct buffer *path, const struct section *section);

/* What stands below a key: its map, or the map that each item is. */
static void append_inner(struct buffer *out, struct buffer *path, const struct type *type)
{
    size_t length = path->length;
    if (type->shape == SHAPE_LIST && type->item != NULL && type->item->section != NULL)
        buffer_append(path, TEXT("[]"));
    if (type->shape == SHAPE_NAMES && type->item->section != NULL)
        buffer_append(path, TEXT(".NAME"));
    if (type->section != NULL)
        append_section(out, path, type->section);
    else if (type->item != NULL && type->item->section != NULL)
        append_section(out, path, type->item->section);
    path->length = length;
}

static void append_section(struct buffer *out, struct buffer *path, const struct section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        size_t length = path->length;
        if (key->type->shape == SHAPE_LATER)
            continue;
        buffer_printf(path, "%s%s", length == 0 ? "" : ".", key->name);
        append_row(out, buffer_text(path), key);
        append_inner(out, path, key->type);
        path->length = length;
    }
}

static void append_head(struct buffer *out, const char *name, const char *help)
{
    buffer_printf(out, "\n### %s\n\n", name);
    if (help != NULL)
        buffer_printf(out, "%s.\n\n", help);
    buffer_append(out, TEXT("| key | value | default | what |\n|---|---|---|---|\n"));
}

static void append_later(struct buffer *out, const struct section *section, const char *inside)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        const struct type *type = key->type;
        const struct section *inner = type->section != NULL ? type->section
                                      : type->item != NULL  ? type->item->section
                                                            : NULL;
        if (type->shape == SHAPE_LATER)
            buffer_printf(out, "- `%s` in %s: %s. Instead: %s.\n", key->name, inside, key->help, type->called);
        if (inner != NULL)
            append_later(out, inner, inner->called);
    }
}

void schema_write_reference(const struct section *section, struct buffer *out)
{
    struct buffer path = {0};
    append_head(out, "The file", "A section with keys of its own has its table below");
    for (size_t i = 0; i < section->count; i++)
        append_row(out, text_from(section->keys[i].name), &section->keys[i]);
    for (size_t i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        if (key->type->section == NULL && (key->type->item == NULL || key->type->item->section == NULL))
            continue;
        append_head(out, key->name, key->help);
        buffer_append_string(&path, key->name);
        append_inner(out, &path, key->type);
        path.length = 0;
    }
    struct buffer later = {0};
    append_later(&later, section, section->called);
    if (later.length > 0)
        BUFFER_APPEND_ALL(
            out, TEXT("\n### Not yet\n\nRefused, with a word about what to do instead:\n\n"), buffer_text(&later));
    buffer_clear(&later);
    buffer_clear(&path);
}
