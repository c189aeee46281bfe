/* SPDX-License-Identifier: Apache-2.0 */
/* Collects errors and warnings about an operator's files and shows them with their place. */
#include "exeat/base/diag.h"

#include <stdlib.h>
#include <string.h>

#include "exeat/base/memory.h"

/* A file that is wrong throughout is not told line by line. */
enum { SHOWN_MAX = 200, MESSAGE_MAX = 400 };

struct diag_file {
    char *name;    /* owned */
    char *content; /* owned */
    size_t length;
};

enum diag_kind { DIAG_ERROR, DIAG_WARNING, DIAG_REMARK, DIAG_KINDS };

struct diag_entry {
    struct mark mark;
    enum diag_kind kind;
    size_t order;
    char *message; /* owned */
    char *advice;  /* owned, may be NULL */
};

struct diags {
    struct diag_file *files; /* owned */
    size_t file_count;
    struct diag_entry *entries; /* owned */
    size_t count;
    size_t not_shown;
    size_t kinds[DIAG_KINDS];
};

struct diags *diags_new(void)
{
    return base_zalloc(sizeof(struct diags));
}

void diags_free(struct diags *diags)
{
    if (diags == NULL)
        return;
    for (size_t i = 0; i < diags->file_count; i++) {
        base_free(diags->files[i].name);
        base_free(diags->files[i].content);
    }
    for (size_t i = 0; i < diags->count; i++) {
        base_free(diags->entries[i].message);
        base_free(diags->entries[i].advice);
    }
    base_free(diags->files);
    base_free(diags->entries);
    base_free(diags);
}

int diags_add_file(struct diags *diags, const char *name, struct text content)
{
    diags->files = base_resize(diags->files, diags->file_count + 1, sizeof(*diags->files));
    struct diag_file *file = &diags->files[diags->file_count];
    file->name = text_copy(text_from(name));
    file->content = text_copy(content);
    file->length = content.length;
    return (int)diags->file_count++;
}

PRINTF_LIKE(4, 0)
static void add_entry(struct diags *diags, struct mark mark, enum diag_kind kind, const char *format, va_list arguments)
{
    struct buffer message = {0};
    diags->kinds[kind]++;
    if (diags->count == SHOWN_MAX) {
        diags->not_shown++;
        return;
    }
    buffer_vprintf(&message, format, arguments);
    diags->entries = base_resize(diags->entries, diags->count + 1, sizeof(*diags->entries));
    diags->entries[diags->count] =
        (struct diag_entry){.mark = mark, .kind = kind, .order = diags->count, .message = buffer_take(&message)};
    diags->count++;
}

void diag_error(struct diags *diags, struct mark mark, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_entry(diags, mark, DIAG_ERROR, format, arguments);
    va_end(arguments);
}

void diag_warning(struct diags *diags, struct mark mark, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_entry(diags, mark, DIAG_WARNING, format, arguments);
    va_end(arguments);
}

void diag_remark(struct diags *diags, struct mark mark, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_entry(diags, mark, DIAG_REMARK, format, arguments);
    va_end(arguments);
}

void diag_note(struct diags *diags, const char *format, ...)
{
    if (diags->count == 0 || diags->not_shown > 0)
        return;
    struct diag_entry *entry = &diags->entries[diags->count - 1];
    struct buffer advice = {0};
    if (entry->advice != NULL)
        buffer_printf(&advice, "%s\n", entry->advice);
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(&advice, format, arguments);
    va_end(arguments);
    base_free(entry->advice);
    entry->advice = buffer_take(&advice);
}

void diag_suggest(struct diags *diags, struct text word, const char *const *words, size_t count)
{
    const char *nearest = text_nearest(word, words, count);
    if (nearest != NULL)
        diag_note(diags, "did you mean '%s'?", nearest);
}

size_t diags_errors(const struct diags *diags)
{
    return diags->kinds[DIAG_ERROR];
}

size_t diags_warnings(const struct diags *diags)
{
    return diags->kinds[DIAG_WARNING];
}

static int compare_entries(const void *left_entry, const void *right_entry)
{
    const struct diag_entry *left = left_entry;
    const struct diag_entry *right = right_entry;
    if (left->mark.file != right->mark.file)
        return left->mark.file < right->mark.file ? -1 : 1;
    if (left->mark.line != right->mark.line)
        return left->mark.line < right->mark.line ? -1 : 1;
    if (left->mark.column != right->mark.column)
        return left->mark.column < right->mark.column ? -1 : 1;
    return left->order < right->order ? -1 : 1;
}

static struct text line_of(const struct diag_file *file, int number)
{
    struct text rest = {file->content, file->length};
    struct text line = TEXT("");
    for (int i = 0; i < number; i++)
        if (!text_split(&rest, '\n', &line))
            return TEXT("");
    return text_trim(text_part(line, 0, 200), "\r");
}

static void append_underline(struct buffer *out, struct text line, const struct mark *mark)
{
    buffer_append_string(out, "      | ");
    size_t column = mark->column < 1 ? 0 : (size_t)mark->column - 1;
    for (size_t i = 0; i < column; i++)
        buffer_append_byte(out, i < line.length && line.data[i] == '\t' ? '\t' : ' ');
    buffer_append_byte(out, '^');
    for (int i = 1; i < mark->width && column + (size_t)i < line.length; i++)
        buffer_append_byte(out, '~');
    buffer_append_byte(out, '\n');
}

static void append_entry(struct buffer *out, const struct diags *diags, const struct diag_entry *entry)
{
    static const char *const kinds[] = {"error", "warning", "note"};
    const char *kind = kinds[entry->kind];
    bool placed = entry->mark.file >= 0 && (size_t)entry->mark.file < diags->file_count;
    if (!placed) {
        buffer_printf(out, "%s: ", kind);
    } else {
        const struct diag_file *file = &diags->files[entry->mark.file];
        buffer_printf(out, "%s:%d:%d: %s: ", file->name, entry->mark.line, entry->mark.column, kind);
    }
    buffer_append_shown(out, text_part(text_from(entry->message), 0, MESSAGE_MAX), "\t");
    buffer_append_byte(out, '\n');
    if (placed && entry->mark.line > 0 && entry->mark.width > 0) {
        struct text line = line_of(&diags->files[entry->mark.file], entry->mark.line);
        buffer_printf(out, "%5d | ", entry->mark.line);
        buffer_append_shown(out, line, "\t");
        buffer_append_byte(out, '\n');
        append_underline(out, line, &entry->mark);
    }
    if (entry->advice != NULL)
        buffer_printf(out, "%s\n", entry->advice);
}

static void write_up_to(struct diags *diags, enum diag_kind most, struct buffer *out)
{
    if (diags->count > 1)
        qsort(diags->entries, diags->count, sizeof(*diags->entries), compare_entries);
    for (size_t i = 0; i < diags->count; i++)
        if (diags->entries[i].kind <= most)
            append_entry(out, diags, &diags->entries[i]);
    if (diags->not_shown > 0)
        buffer_printf(out, "and %zu more\n", diags->not_shown);
}

void diags_write(struct diags *diags, struct buffer *out)
{
    write_up_to(diags, DIAG_REMARK, out);
}

void diags_write_problems(struct diags *diags, struct buffer *out)
{
    write_up_to(diags, DIAG_WARNING, out);
}
