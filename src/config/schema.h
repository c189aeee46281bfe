/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration language as tables: a key, what it takes, where it goes, what holds without it. The tables drive
 * parsing and defaults, and print the reference and the JSON Schema; nothing of the language is said twice. */
#ifndef EXEAT_CONFIG_SCHEMA_H
#define EXEAT_CONFIG_SCHEMA_H

#include "exeat/config.h"
#include "yaml_tree.h"

enum { POLICY_FILE_MAX = 16 * 1024 * 1024 };

struct load {
    struct settings *settings;
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
#define WHOLE_START_KEY(yaml_name, type, initial, help)                                                                \
    {                                                                                                                  \
        yaml_name, type, 0, false, initial, help, AT_START                                                             \
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

/* Reads a map by its table into `object`; unknown and missing keys are errors. */
bool schema_read_map(struct load *load, const struct yaml_node *node, const struct section *section, void *object);
/* Gives `object` what holds without any key. */
void schema_set_defaults(struct load *load, const struct section *section, void *object);
/* Calls `read` for each item of a list into an array of `size` bytes each. What is no list is none: NULL and 0,
 * whatever stood there. */
bool schema_read_list(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count);
/* peers.c: a map whose keys are names chosen by the operator, onto what other files have: each value is read into an
 * item, which begins with its name. */
bool schema_read_named(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count);
/* The same for SHAPE_FEW. */
bool schema_read_few(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count);
/* One of `words`; its index. */
bool read_choice(
    struct load *load, const struct yaml_node *node, const char *const *words, size_t count, size_t *index);
/* The whole file. settings.c */
extern const struct section section_top;
/* What holds without any key; the caller frees it. */
struct settings *settings_defaults(void);

/* Types of values, with their readers: values.c */
extern const struct type type_text;         /* struct text */
extern const struct type type_path;         /* struct text, beside the file */
extern const struct type type_setting_text; /* struct setting_text */
extern const struct type type_texts;        /* struct setting_texts */
extern const struct type type_patterns;     /* struct setting_patterns */
extern const struct type type_ranges;       /* struct setting_ranges */
extern const struct type type_range;        /* struct setting_range */
extern const struct type type_ports;        /* struct setting_ports */
extern const struct type type_duration;     /* uint64_t, ms */
extern const struct type type_size;         /* uint64_t, bytes */
extern const struct type type_number;       /* uint64_t */
extern const struct type type_time;         /* struct setting_time */
extern const struct type type_socket;       /* struct setting_socket */
extern const struct type type_sockets;      /* struct setting_sockets */
bool read_text(struct load *load, const struct yaml_node *node, void *field);
bool read_path(struct load *load, const struct yaml_node *node, void *field);
bool read_setting_text(struct load *load, const struct yaml_node *node, void *field);
bool read_number(struct load *load, const struct yaml_node *node, void *field);
bool read_socket(struct load *load, const struct yaml_node *node, void *field);
bool read_sockets(struct load *load, const struct yaml_node *node, void *field);
bool read_range(struct load *load, const struct yaml_node *node, void *field);
bool read_patterns(struct load *load, const struct yaml_node *node, void *field);
bool pattern_of(struct load *load, struct text text, struct mark mark, struct setting_pattern *pattern);

/* writers.c */
void write_word(const char *word, struct buffer *out);
void write_text(const void *field, struct buffer *out);
void write_number(const void *field, struct buffer *out);
void write_duration(const void *field, struct buffer *out);
void write_size(const void *field, struct buffer *out);
void write_socket(const void *field, struct buffer *out);
void write_sockets(const void *field, struct buffer *out);
void write_patterns(const void *field, struct buffer *out);
void write_workers(const void *field, struct buffer *out);
void write_servers(const void *field, struct buffer *out);
void write_forward(const void *object, struct buffer *out);     /* struct settings_listen */
void write_rerouted(const void *field, struct buffer *out);     /* struct address */
void write_fixed_hosts(const void *object, struct buffer *out); /* struct settings_resolve */
void write_witness_url(const void *object, struct buffer *out); /* struct settings_witness */

/* "http://host:port/prefix", or https; `prefix` is without its last slash. */
bool url_parse(
    struct load *load, struct text url, enum scheme *scheme, struct host *host, uint16_t *port, struct text *prefix);

/* trust.c: keys of a rule, whose `trust` is at `base` */
extern const struct type type_pins; /* struct setting_pins */
extern const struct type type_crls; /* struct setting_texts */
/* False: an error was reported at `mark`. */
MUST_CHECK bool trust_is_whole(struct load *load, const struct settings_trust *trust, struct mark mark);

/* Sections: sections.c, confine.c, listen.c, redirect.c, witness.c, clients.c, peers.c, inference.c, rules.c */
extern const struct type type_listen;   /* struct settings_listen */
extern const struct type type_redirect; /* struct settings_redirect */
extern const struct type type_audit;    /* struct settings_audit */
extern const struct type type_witness;  /* struct settings_witness */
extern const struct type type_tls;      /* struct settings_tls */
extern const struct type type_resolve;  /* struct settings_resolve */
extern const struct type type_workers;  /* uint64_t */
extern const struct type type_limits;   /* struct settings_run, as the two below */
extern const struct type type_timeouts;
extern const struct type type_log;
extern const struct type type_confine; /* struct settings_confine */
extern const struct type type_limit;   /* struct settings_limit */
extern const struct type type_proxies; /* struct settings_lists */
extern const struct type type_clients; /* struct settings_lists, as those below */
extern const struct type type_groups;
extern const struct type type_llm;
extern const struct type type_inference;
extern const struct type type_rules;
extern const struct type type_tests;

/* list_file.c: the list file that `node` names. */
bool list_file_read(struct load *load, const struct yaml_node *node, struct setting_patterns *patterns);
/* The same onto what is there already: a section may stand in several files. */
bool schema_append_list(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count);

/* source.c */

/* Keeps a file's text and digest for the audit record, and shows its lines in messages; returns the `file` of marks. */
int load_add_file(struct load *load, const char *path, struct text content);
/* Reads a file that the policy is made of. False: an error was reported at `mark`. */
bool load_read_file(struct load *load, const char *path, struct mark mark, size_t limit, struct buffer *content);

/* files.c */

/* Reads what the main file includes, each with its own positions and its own relative paths. False: not all of it could
 * be read, and an error was reported. */
MUST_CHECK bool load_includes(struct load *load);
/* Has the file nothing but what an included one may have, and anything at all? */
bool load_may_be_included(const struct yaml_node *root);
/* After all files: groups of one name become one, and other names may be given once. */
void load_merge(struct load *load);
/* After that: clients, groups, inference and rules that are named are there. names.c */
void load_check_names(struct load *load);
extern const struct type type_include; /* struct settings_lists */
/* Of every file, the main one and what it includes. */
extern const struct type type_version;   /* uint64_t */
extern const struct type type_file_mode; /* bool: observe */

#endif
