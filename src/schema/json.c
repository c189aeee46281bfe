/* SPDX-License-Identifier: Apache-2.0 */
/* The language as its tables have it, for editors: JSON Schema draft-07, which yaml-language-server reads. */
#include "exeat/base/json.h"
#include "exeat/schema.h"

struct writer {
    struct buffer *out;
    size_t depth;
    bool is_first; /* of the members of the innermost object */
};

static void begin(struct writer *writer)
{
    buffer_append_byte(writer->out, '{');
    writer->depth++;
    writer->is_first = true;
}

static void next(struct writer *writer)
{
    if (!writer->is_first)
        buffer_append_byte(writer->out, ',');
    writer->is_first = false;
    buffer_append_byte(writer->out, '\n');
    for (size_t i = 0; i < writer->depth; i++)
        buffer_append(writer->out, TEXT("  "));
}

static void member(struct writer *writer, const char *name)
{
    next(writer);
    json_append_string(writer->out, text_from(name));
    buffer_append(writer->out, TEXT(": "));
}

static void end(struct writer *writer)
{
    writer->depth--;
    writer->is_first = true; /* no comma before the brace */
    next(writer);
    writer->is_first = false;
    buffer_append_byte(writer->out, '}');
}

static void text_member(struct writer *writer, const char *name, struct text value)
{
    member(writer, name);
    json_append_string(writer->out, value);
}

/* To YAML and JSON these two are no texts. */
static bool is_truth(struct text word)
{
    return text_equal(word, TEXT("true")) || text_equal(word, TEXT("false"));
}

static void append_word(struct buffer *out, struct text word)
{
    if (is_truth(word))
        buffer_append(out, word);
    else
        json_append_string(out, word);
}

static void write_type(struct writer *writer, const struct type *type);

static void write_required(struct writer *writer, const struct section *section)
{
    bool is_first = true;
    for (size_t i = 0; i < section->count; i++) {
        if (!section->keys[i].required)
            continue;
        if (is_first) {
            member(writer, "required");
            buffer_append_byte(writer->out, '[');
        } else {
            buffer_append(writer->out, TEXT(", "));
        }
        is_first = false;
        json_append_string(writer->out, text_from(section->keys[i].name));
    }
    if (!is_first)
        buffer_append_byte(writer->out, ']');
}

static void write_description(struct writer *writer, const struct key *key)
{
    struct buffer help = {0};
    buffer_printf(&help, "%s%s", key->help, key->effect == AT_START ? " (at the next start)" : "");
    text_member(writer, "description", buffer_text(&help));
    buffer_clear(&help);
}

static void write_key(struct writer *writer, const struct key *key)
{
    member(writer, key->name);
    begin(writer);
    write_description(writer, key);
    if (key->initial != NULL && key->initial[0] != '(') {
        member(writer, "default");
        append_word(writer->out, text_from(key->initial));
    }
    write_type(writer, key->type);
    end(writer);
}

static void write_section(struct writer *writer, const struct section *section)
{
    text_member(writer, "type", TEXT("object"));
    member(writer, "additionalProperties");
    buffer_append(writer->out, TEXT("false"));
    write_required(writer, section);
    member(writer, "properties");
    begin(writer);
    for (size_t i = 0; i < section->count; i++)
        if (section->keys[i].type->shape != SHAPE_LATER)
            write_key(writer, &section->keys[i]);
    end(writer);
}

static void write_words(struct writer *writer, const struct type *type)
{
    member(writer, "enum");
    buffer_append_byte(writer->out, '[');
    for (size_t i = 0; i < type->word_count; i++) {
        buffer_append_string(writer->out, i == 0 ? "" : ", ");
        append_word(writer->out, text_from(type->words[i]));
    }
    buffer_append_byte(writer->out, ']');
}

/* YAML makes a number of `443`, and a text of `8000-8010`. */
static void write_scalar(struct writer *writer, const struct type *type)
{
    member(writer, "type");
    buffer_append_string(writer->out, type->regex == NULL ? "\"string\"" : "[\"string\", \"integer\"]");
    if (type->regex != NULL)
        text_member(writer, "pattern", text_from(type->regex));
}

static void write_inner(struct writer *writer, const char *name, const char *outer, const struct type *type)
{
    text_member(writer, "type", text_from(outer));
    member(writer, name);
    begin(writer);
    write_type(writer, type);
    end(writer);
}

static void write_either(struct writer *writer, const struct type *type)
{
    const struct type map = {.shape = SHAPE_MAP, .section = type->section};
    member(writer, "anyOf");
    buffer_append_byte(writer->out, '[');
    begin(writer);
    write_type(writer, type->item);
    end(writer);
    buffer_append(writer->out, TEXT(", "));
    begin(writer);
    write_type(writer, &map);
    end(writer);
    buffer_append_byte(writer->out, ']');
}

static void write_few(struct writer *writer, const struct type *type)
{
    member(writer, "anyOf");
    buffer_append_byte(writer->out, '[');
    begin(writer);
    write_type(writer, type->item);
    end(writer);
    buffer_append(writer->out, TEXT(", "));
    begin(writer);
    write_inner(writer, "items", "array", type->item);
    end(writer);
    buffer_append_byte(writer->out, ']');
}

static void write_type(struct writer *writer, const struct type *type)
{
    switch (type->shape) {
    case SHAPE_TEXT:
        write_scalar(writer, type);
        return;
    case SHAPE_ENUM:
    case SHAPE_FLAG:
        write_words(writer, type);
        return;
    case SHAPE_MAP:
        write_section(writer, type->section);
        return;
    case SHAPE_LIST:
        write_inner(writer, "items", "array", type->item);
        return;
    case SHAPE_FEW:
        write_few(writer, type);
        return;
    case SHAPE_NAMES:
        write_inner(writer, "additionalProperties", "object", type->item);
        return;
    case SHAPE_EITHER:
        write_either(writer, type);
        return;
    case SHAPE_LATER:
        return;
    }
}

void schema_write_json(const struct section *section, struct text title, struct buffer *out)
{
    struct writer writer = {.out = out};
    begin(&writer);
    text_member(&writer, "$schema", TEXT("http://json-schema.org/draft-07/schema#"));
    text_member(&writer, "title", title);
    write_section(&writer, section);
    end(&writer);
    buffer_append_byte(out, '\n');
}
