/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration language as tables: a key, what it takes, where it goes. The tables drive parsing and print the
 * reference. */
#ifndef EXEAT_CONFIG_SCHEMA_H
#define EXEAT_CONFIG_SCHEMA_H

#include "exeat/config.h"
#include "yaml_tree.h"

struct load {
    struct settings *settings;
    struct diags *diags;
    const char *path;
};

struct key {
    const char *name;
    bool (*read)(struct load *load, const struct yaml_node *node, void *field); /* false: an error was reported */
    size_t offset;
    bool required;
    const char *takes; /* for the reference */
    const char *help;
};
#define KEY(struct_name, member, yaml_name, reader, takes, help)                                                       \
    {                                                                                                                  \
        yaml_name, reader, offsetof(struct struct_name, member), false, takes, help                                    \
    }
#define REQUIRED_KEY(struct_name, member, yaml_name, reader, takes, help)                                              \
    {                                                                                                                  \
        yaml_name, reader, offsetof(struct struct_name, member), true, takes, help                                     \
    }

/* Reads a map by its table into `object`; unknown and missing keys are errors. */
bool schema_read_map(
    struct load *load, const struct yaml_node *node, const struct key *keys, size_t count, void *object,
    const char *what);
/* Calls `read` for each item of a list into an array of `size` bytes each. */
typedef bool (*item_reader)(struct load *load, const struct yaml_node *node, void *item);
bool schema_read_list(
    struct load *load, const struct yaml_node *node, size_t size, item_reader read, void **items, size_t *count);

/* Readers of values. */
bool read_text(struct load *load, const struct yaml_node *node, void *field);         /* struct text */
bool read_path(struct load *load, const struct yaml_node *node, void *field);         /* struct text, beside the file */
bool read_setting_text(struct load *load, const struct yaml_node *node, void *field); /* struct setting_text */
bool read_texts(struct load *load, const struct yaml_node *node, void *field);        /* struct setting_texts */
bool read_patterns(struct load *load, const struct yaml_node *node, void *field);     /* struct setting_patterns */
bool read_ranges(struct load *load, const struct yaml_node *node, void *field);       /* struct setting_ranges */
bool read_ports(struct load *load, const struct yaml_node *node, void *field);        /* struct setting_ports */
bool read_duration(struct load *load, const struct yaml_node *node, void *field);     /* uint64_t, ms */
bool read_size(struct load *load, const struct yaml_node *node, void *field);         /* uint64_t, bytes */
bool read_number(struct load *load, const struct yaml_node *node, void *field);       /* uint64_t */
bool read_socket(struct load *load, const struct yaml_node *node, void *field);       /* struct setting_socket */
bool read_bool(struct load *load, const struct yaml_node *node, void *field);         /* bool */
/* One of `words`; its index. */
bool read_choice(
    struct load *load, const struct yaml_node *node, const char *const *words, size_t count, size_t *index);
bool pattern_of(struct load *load, struct text text, struct mark mark, struct setting_pattern *pattern);

/* Readers of sections: sections.c, peers.c, rules.c */
bool read_listen(struct load *load, const struct yaml_node *node, void *field);   /* struct settings_listen */
bool read_audit(struct load *load, const struct yaml_node *node, void *field);    /* struct settings_audit */
bool read_tls(struct load *load, const struct yaml_node *node, void *field);      /* struct settings_tls */
bool read_resolve(struct load *load, const struct yaml_node *node, void *field);  /* struct settings_resolve */
bool read_workers(struct load *load, const struct yaml_node *node, void *field);  /* uint64_t */
bool read_limits(struct load *load, const struct yaml_node *node, void *field);   /* struct settings_run */
bool read_timeouts(struct load *load, const struct yaml_node *node, void *field); /* struct settings_run */
bool read_log(struct load *load, const struct yaml_node *node, void *field);      /* struct settings_run */
bool read_clients(
    struct load *load, const struct yaml_node *node, void *field); /* struct settings_lists, as those below */
bool read_groups(struct load *load, const struct yaml_node *node, void *field);
bool read_llm(struct load *load, const struct yaml_node *node, void *field);
bool read_inference(struct load *load, const struct yaml_node *node, void *field);
bool read_rules(struct load *load, const struct yaml_node *node, void *field);
bool read_tests(struct load *load, const struct yaml_node *node, void *field);

/* list_file.c: the list file that `node` names. */
bool list_file_read(struct load *load, const struct yaml_node *node, struct setting_patterns *patterns);
/* Keeps a file's text and digest for the audit record; returns the kept text. */
struct text settings_add_file(struct settings *settings, struct text path, struct text content);

#endif
