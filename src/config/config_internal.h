/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of config share: types of values, tables of sections, and the files that a policy is made of. */
#ifndef EXEAT_CONFIG_INTERNAL_H
#define EXEAT_CONFIG_INTERNAL_H

#include "exeat/config.h"
#include "exeat/config/tables.h"
#include "exeat/schema.h"
#include "exeat/schema/scalar.h"

enum { POLICY_FILE_MAX = 16 * 1024 * 1024 };

/* peers.c: a map whose keys are names chosen by the operator, onto what other files have: each value is read into an
 * item, which begins with its name. */
bool read_named(
    struct load *load, const struct yaml_node *node, size_t size, value_reader read, void **items, size_t *count);

/* Types of values, with their readers: values.c */
extern const struct type type_text;         /* struct text */
extern const struct type type_path;         /* struct text, beside the file */
extern const struct type type_setting_text; /* struct setting_text */
extern const struct type type_texts;        /* struct setting_texts */
extern const struct type type_patterns;     /* struct setting_patterns */
extern const struct type type_ranges;       /* struct setting_ranges */
extern const struct type type_ports;        /* struct setting_ports */
extern const struct type type_time;         /* struct setting_time */
extern const struct type type_socket;       /* struct setting_socket */
bool read_text(struct load *load, const struct yaml_node *node, void *field);
bool read_path(struct load *load, const struct yaml_node *node, void *field);
bool read_setting_text(struct load *load, const struct yaml_node *node, void *field);
bool read_socket(struct load *load, const struct yaml_node *node, void *field);
bool read_range(struct load *load, const struct yaml_node *node, void *field);
bool read_patterns(struct load *load, const struct yaml_node *node, void *field);
bool pattern_of(struct load *load, struct text text, struct mark mark, struct setting_pattern *pattern);

/* writers.c */
void write_socket(const void *field, struct buffer *out);
void write_patterns(const void *field, struct buffer *out);
void write_workers(const void *field, struct buffer *out);
void write_servers(const void *field, struct buffer *out);
void write_listeners(const void *field, struct buffer *out);    /* struct settings_listeners */
extern const struct type type_client_uid;                       /* struct owner */
void write_turned(const void *field, struct buffer *out);       /* struct settings_turned_list */
void write_rerouted(const void *field, struct buffer *out);     /* struct address */
void write_fixed_hosts(const void *object, struct buffer *out); /* struct settings_resolve */
void write_witness_url(const void *object, struct buffer *out); /* struct settings_witness */

/* answerers.c */
extern const struct type type_region;        /* struct setting_text */
extern const struct type type_region_file;   /* struct settings_engine */
extern const struct type type_residency;     /* struct setting_texts */
extern const struct type type_served_by;     /* bool */
extern const struct type type_cache;         /* struct settings_cache */
void load_find_answerers(struct load *load); /* after load_check_names */

/* trust.c: keys of a rule, whose `trust` is at `base` */
extern const struct type type_pins;        /* struct setting_pins */
extern const struct type type_crls;        /* struct setting_texts */
extern const struct type type_placed_path; /* struct setting_text: a path, and where it stands */
/* False: an error was reported at `mark`. */
MUST_CHECK bool trust_is_whole(struct load *load, const struct settings_trust *trust, struct mark mark);

/* Sections: sections.c, confine.c, listen.c, redirect.c, witness.c, clients.c, peers.c, proxies.c, inference.c,
 * canned.c, rules.c
 */
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
extern const struct type type_proxies; /* struct settings_lists, as those below */
extern const struct type type_clients;
extern const struct type type_groups;
extern const struct type type_llm;
extern const struct type type_canned_texts; /* struct settings_canned; canned.c */
extern const struct type type_inference;
extern const struct type type_inspect;     /* struct settings_inspect; inspect.c */
extern const struct type type_detectors;   /* struct settings_lists */
extern const struct type type_credentials; /* struct settings_credentials; credentials.c */
extern const struct type type_rules;
extern const struct type type_tests;

/* list_file.c: the list file that `node` names. */
bool list_file_read(struct load *load, const struct yaml_node *node, struct setting_patterns *patterns);

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
extern const struct type type_version;        /* uint64_t */
extern const struct type type_file_mode;      /* bool: observe */
extern const struct type type_marked_path;    /* struct setting_text */
extern const struct type type_keys_elsewhere; /* "deny" or "record" */

#endif
