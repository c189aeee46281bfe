/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text from any bytes, and strict reading through jansson. */
#include "exeat/base/json.h"

#include <stdio.h>
#include <string.h>

#include "exeat/base/memory.h"

void json_append_string(struct buffer *out, struct text text)
{
    buffer_append_byte(out, '"');
    while (text.length > 0) {
        uint32_t code = 0;
        size_t length = text_utf8_length(text, &code);
        if (length == 0) {
            buffer_append_string(out, "\\ufffd");
            length = 1;
        } else if (code == '"' || code == '\\') {
            buffer_append_byte(out, '\\');
            buffer_append_byte(out, (char)code);
        } else if (text_is_unseen(code)) { /* JSON is read on terminals, too, and the escape says the same */
            buffer_printf(out, "\\u%04x", code);
        } else {
            buffer_append(out, text_part(text, 0, length));
        }
        text = text_after(text, length);
    }
    buffer_append_byte(out, '"');
}

static int append_piece(const char *piece, size_t length, void *context)
{
    buffer_append(context, (struct text){piece, length});
    return 0;
}

void json_append_tree(struct buffer *out, const json_t *tree)
{
    json_dump_callback(tree, append_piece, out, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
}

enum { JSON_LEVELS = 64 };

/* Levels of nesting outside of strings: jansson's own limit is far higher than we want to walk. */
static bool is_too_deep(struct text text)
{
    size_t level = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        if (quoted && byte == '\\')
            i++;
        else if (byte == '"')
            quoted = !quoted;
        else if (!quoted && (byte == '{' || byte == '['))
            level++;
        else if (!quoted && (byte == '}' || byte == ']') && level > 0)
            level--;
        if (level > JSON_LEVELS)
            return true;
    }
    return false;
}

/* jansson loses a NUL byte that stands right behind a number or a word. */
static bool has_nul(struct text text)
{
    return text_index(text, '\0', 0) < text.length;
}

json_t *json_read(struct text text, char error[160])
{
    enum { FLAGS = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL };
    if (has_nul(text)) {
        snprintf(error, 160, "a NUL byte at %zu", text_index(text, '\0', 0));
        return NULL;
    }
    if (is_too_deep(text)) {
        snprintf(error, 160, "nested deeper than %d levels", JSON_LEVELS);
        return NULL;
    }
    json_error_t problem;
    json_t *tree = json_loadb(text.data == NULL ? "" : text.data, text.length, FLAGS, &problem);
    if (tree == NULL)
        snprintf(error, 160, "line %d, column %d: %.100s", problem.line, problem.column, problem.text);
    return tree;
}

struct text json_text(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value))
        return TEXT("");
    return (struct text){json_string_value(value), json_string_length(value)};
}
