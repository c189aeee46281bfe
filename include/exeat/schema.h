/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration language as tables: a key, what it takes, where it goes, what holds without it. The tables drive
 * parsing and defaults, and print the reference and the JSON Schema; nothing of the language is said twice. */
#ifndef EXEAT_SCHEMA_H
#define EXEAT_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/schema/yaml.h"

struct settings;
/* A file that is being read. What its tables fill is their owner's: nothing here looks into it. */
struct load {
    struct settings *settings;
    struct arena *arena; /* of all that is read */
    struct diags *diags;
    const char *path;
};

/* Reads a value into `field`; false: an error was reported. */
typedef bool (*value_reader)(struct load *load, const struct yaml_node *node, void *field);
/* The other way: as YAML that reads back to the same; nothing when it is not set. */
typedef void (*value_writer)(const void *field, struct buffer *out);

enum shape {
    SHAPE_TEXT,   /* a scalar, by `read` */
    SHAPE_ENUM,   /* one of `words`; `first` plus its index goes into an enum */
    SHAPE_FLAG,   /* one of `words`; the last is true */
    SHAPE_MAP,    /* the keys of `section` */
    SHAPE_LIST,   /* of `item`, by `read` */
    SHAPE_FEW,    /* of `item`, by `read`: one of them, or a list */
    SHAPE_NAMES,  /* a map whose keys the operator chooses, of `item`, by `read` */
    SHAPE_EITHER, /* an `item`, or a map with the keys of `section`; by `read` */
    SHAPE_LATER   /* part of the language, and not of this version: refused with `called` as advice */
};
struct section;
/* What a key takes. */
struct type {
    const char *called; /* in the reference */
    enum shape shape;
    value_reader read;
    const char *const *words; /* SHAPE_ENUM, SHAPE_FLAG */
    size_t word_count;
    unsigned first;
    const struct section *section;
    const struct type *item;
    const char *regex;  /* of a text, for editors (ECMA 262); NULL: any */
    value_writer write; /* SHAPE_ENUM and SHAPE_FLAG need none; NULL: part of the policy, or of a map */
};
/* When a new value takes effect. */
enum effect { ON_RELOAD, AT_START };
struct key {
    const char *name;
    const struct type *type;
    size_t offset;
    bool required;
    const char *initial; /* without the key: a value, or in parentheses what happens then; NULL: nothing */
    const char *help;
    enum effect effect;
};
/* The keys of a map. */
struct section {
    const char *called; /* in messages and in the reference */
    const struct key *keys;
    size_t count;
};
#define SECTION(called, keys)                                                                                          \
    {                                                                                                                  \
        called, (keys), COUNT_OF(keys)                                                                                 \
    }
#define KEY(struct_name, member, yaml_name, type, initial, help)                                                       \
    {                                                                                                                  \
        yaml_name, type, offsetof(struct struct_name, member), false, initial, help, ON_RELOAD                         \
    }
#define REQUIRED_KEY(struct_name, member, yaml_name, type, help)                                                       \
    {                                                                                                                  \
        yaml_name, type, offsetof(struct struct_name, member), true, NULL, help, ON_RELOAD                             \
    }
/* A key whose reader, or whose inner table, takes the object that the table is about. */
#define WHOLE_KEY(yaml_name, type, initial, help)                                                                      \
    {                                                                                                                  \
        yaml_name, type, 0, false, initial, help, ON_RELOAD                                                            \
    }
/* The same for keys whose new value waits for the next start. */
#define START_KEY(struct_name, member, yaml_name, type, initial, help)                                                 \
    {                                                                                                                  \
        yaml_name, type, offsetof(struct struct_name, member), false, initial, help, AT_START                          \
    }
#define REQUIRED_START_KEY(struct_name, member, yaml_name, type, help)                                                 \
    {                                                                                                                  \
        yaml_name, type, offsetof(struct struct_name, member), true, NULL, help, AT_START                              \
    }
/* What the gate runs with, not what it judges by: it can be told. */
#define VALUE_TYPE(called_so, reader, writer, expression)                                                              \
    {                                                                                                                  \
        .called = (called_so), .shape = SHAPE_TEXT, .read = (reader), .write = (writer), .regex = (expression)         \
    }
#define VALUES_TYPE(called_so, reader, writer, of)                                                                     \
    {                                                                                                                  \
        .called = (called_so), .shape = SHAPE_LIST, .read = (reader), .write = (writer), .item = (of)                  \
    }
#define TEXT_TYPE(called_so, reader)                                                                                   \
    {                                                                                                                  \
        .called = (called_so), .shape = SHAPE_TEXT, .read = (reader)                                                   \
    }
#define SHAPED_TYPE(called_so, reader, expression)                                                                     \
    {                                                                                                                  \
        .called = (called_so), .shape = SHAPE_TEXT, .read = (reader), .regex = (expression)                            \
    }
#define ENUM_TYPE(list)                                                                                                \
    {                                                                                                                  \
        .shape = SHAPE_ENUM, .words = (list), .word_count = COUNT_OF(list)                                             \
    }
#define FLAG_TYPE(list)                                                                                                \
    {                                                                                                                  \
        .shape = SHAPE_FLAG, .words = (list), .word_count = COUNT_OF(list)                                             \
    }
#define MAP_TYPE(of)                                                                                                   \
    {                                                                                                                  \
        .called = "map", .shape = SHAPE_MAP, .section = (of)                                                           \
    }
#define LIST_TYPE(called_so, reader, of)                                                                               \
    {                                                                                                                  \
        .called = (called_so), .shape = SHAPE_LIST, .read = (reader), .item = (of)                                     \
    }
#define FEW_TYPE(called_so, reader, of)                                                                                \
    {                                                                                                                  \
        .called = (called_so), .shape = SHAPE_FEW, .read = (reader), .item = (of)                                      \
    }
#define NAMES_TYPE(called_so, reader, of)                                                                              \
    {                                                                                                                  \
        .called = (called_so), .shape = SHAPE_NAMES, .read = (reader), .item = (of)                                    \
    }
#define LATER_TYPE(advice)                                                                                             \
    {                                                                                                                  \
        .called = (advice), .shape = SHAPE_LATER                                                                       \
    }

/* Reads a map by its table into `object`; unknown and missing keys are errors. False: an error was reported,
 * here as below. */
bool schema_read_map(struct load *load, const struct yaml_node *node, const struct section *section, void *object);
/* Gives `object` what holds without any key: the `initial` of each scalar. */
void schema_set_defaults(struct load *load, const struct section *section, void *object);
/* Calls `read` for each item of a list into an array of `size` bytes each. What is no list is none: NULL and 0,
 * whatever stood there. */
bool schema_read_list(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count);
/* A list onto what is there already: a section may stand in several files. */
bool schema_append_list(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count);
/* A list for SHAPE_FEW: one item alone is a list of one. */
bool schema_read_few(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count);
/* One of `words`; its index. False: an error was reported, with what would have been right. */
bool schema_read_choice(
    struct load *load, const struct yaml_node *node, const char *const *words, size_t count, size_t *index);

/* The language itself, of the file that `section` is: a JSON Schema (draft-07, which YAML editors use), ... */
void schema_write_json(const struct section *section, struct text title, struct buffer *out);
/* ... and Markdown, one table for each section of the file. */
void schema_write_reference(const struct section *section, struct buffer *out);

#endif
