/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's YAML as plain data with positions, in the settings' arena: shape only, meaning is the policy's. */
#ifndef EXEAT_CONFIG_H
#define EXEAT_CONFIG_H

#include "exeat/base/arena.h"
#include "exeat/base/diag.h"
#include "exeat/base/digest.h"
#include "exeat/config/canned.h"
#include "exeat/config/credential.h"
#include "exeat/config/engine.h"
#include "exeat/config/inspect.h"
#include "exeat/config/listen.h"
#include "exeat/config/redirect.h"
#include "exeat/config/trust.h"
#include "exeat/config/values.h"
#include "exeat/config/witness.h"
#include "exeat/model.h"
#include "exeat/name.h"

enum durability { DURABILITY_COMMIT, DURABILITY_BATCH };
enum on_failure { ON_FAILURE_DENY, ON_FAILURE_ALLOW };
enum privacy { PRIVACY_PRIVATE, PRIVACY_HASH, PRIVACY_NONE };
enum confine_seccomp { CONFINE_SECCOMP_ENFORCE, CONFINE_SECCOMP_LOG, CONFINE_SECCOMP_NONE };
enum confine_landlock { CONFINE_LANDLOCK_AUTO, CONFINE_LANDLOCK_REQUIRE, CONFINE_LANDLOCK_NONE };

struct settings_audit {
    struct text directory;
    struct text origin;
    struct text key;
    enum durability durability;
    uint64_t batch_ms;
    uint64_t heartbeat_ms;
    uint64_t segment_bytes;
    uint64_t segment_ms;
    uint64_t retention_ms; /* 0: for ever */
    uint64_t verify_ms;    /* between two looks of its own at the store; 0: none */
    struct text ship;      /* folder; empty: none */
    uint64_t disk_warn;    /* bytes, as are the next */
    uint64_t disk_refuse;
    uint64_t disk_ballast;
    enum on_failure on_failure;
    enum privacy path;
    enum privacy query;
    struct settings_witness witness;
};
struct settings_tls {
    struct text certificate;
    struct text key;
    struct mark mark;              /* of `authority` */
    struct setting_patterns names; /* absent: @llm */
    struct setting_patterns never;
    struct text roots; /* empty: the system's */
    bool minimum_13;
    bool ech_denied;
};
struct settings_run {
    uint64_t workers; /* 0: one per CPU of the pod */
    uint64_t head;
    uint64_t fields;
    uint64_t body_held, answer_held;
    uint64_t connections;
    uint64_t memory; /* 0: no bound */
    uint64_t names;  /* under one pattern, of one client in a minute */
    uint64_t drain_ms;
    uint64_t head_ms;
    uint64_t connect_ms;
    uint64_t idle_ms;
    uint64_t stream_ms;
    uint64_t longest_ms;
    bool cut_denied; /* on_reload */
    bool log_json;
    unsigned log_level; /* enum log_level */
};
struct settings_confine {
    enum confine_seccomp seccomp;
    enum confine_landlock landlock;
};
/* All that is written holds together, but that a secret and tokens are several ways to prove one thing. */
struct settings_client {
    struct setting_text name;
    struct text user;
    struct digest secret;
    bool has_secret;
    const struct digest *tokens; /* SHA-256 of each */
    size_t token_count;
    struct text certificate; /* a name in it; empty: none is asked for */
    struct owner owner;
    struct setting_text listener; /* its name; empty: any */
    struct setting_range address;
    bool has_address;
    struct settings_limit limit;
};
struct settings_proxy {
    struct setting_text name;
    bool is_tls;
    struct host host;
    uint16_t port;
    struct text credentials_file; /* empty: none */
    struct settings_trust trust;  /* `roots` alone */
};
struct settings_group {
    struct setting_text name;
    struct setting_patterns patterns;
};
struct settings_llm {
    struct setting_pattern host;
    struct text provider;
    enum llm_dialect dialect;
    struct text paths;
};
struct model_alias {
    struct text asked; /* glob */
    struct text served;
};
struct settings_inference {
    struct setting_text name;
    bool is_canned;
    enum endpoint_dialect speaks;
    enum scheme scheme;
    struct host host;
    uint16_t port;
    struct text prefix; /* path before the dialect's own; may be empty */
    struct text key_file;
    struct settings_canned canned;
    bool takes_usage;
    struct setting_text via; /* a proxy; empty: none */
    struct settings_trust trust;
    const struct model_alias *models;
    size_t model_count;
    struct settings_engine engine;
};
struct settings_conditions {
    struct setting_texts from;
    struct setting_patterns hosts;
    struct setting_ports ports;
    struct setting_texts methods;
    struct setting_texts paths;
    struct setting_ranges addresses;
    uint8_t schemes; /* bits, see scheme_bit; 0: not written */
};
struct settings_rule {
    struct setting_text id;
    enum verdict verdict;
    struct mark mark;
    struct settings_conditions when;
    struct settings_conditions unless;
    bool has_unless;
    struct setting_texts inference;
    struct settings_answerers answerers;
    struct settings_limit limit;
    struct settings_trust trust;
    struct settings_inspect inspect;
    struct setting_text use; /* a credential; empty: none */
    bool follow_aia;
    struct setting_text upstream_proxy; /* empty: that for all; "none": none */
    bool llm_unseen;
    bool keys_pass; /* keys_elsewhere */
    bool observe;
    uint32_t dns;              /* bits, see dns_type_bit: types that its names may be asked for beside the usual ones */
    struct setting_time until; /* absent: it does not end */
    struct text owner;         /* who answers for it; may be empty */
};
struct settings_test {
    struct setting_text request;
    struct setting_time at; /* absent: before any rule has lapsed */
    struct setting_text from;
    struct setting_text expect;
};
/* A file that the settings were made from: for the audit record and the watcher. */
struct settings_file {
    struct text path;
    struct text content;
    struct digest digest;
};

/* The sections that are lists. */
struct settings_lists {
    struct settings_client *clients;
    size_t client_count;
    struct settings_proxy *proxies;
    size_t proxy_count;
    struct settings_group *groups;
    size_t group_count;
    struct settings_llm *llm;
    size_t llm_count;
    struct settings_inference *inference;
    size_t inference_count;
    struct settings_detector *detectors;
    size_t detector_count;
    struct settings_rule *rules;
    size_t rule_count;
    struct settings_test *tests;
    size_t test_count;
    struct settings_file *files; /* the main file first; a mark's `file` is an index into these */
    size_t file_count;
    struct setting_texts includes; /* paths */
};

struct settings {
    struct arena arena;
    uint64_t version;
    bool may_be_included; /* it says nothing about how a gate runs: it may be for another file's `include` */
    bool observe;
    bool keys_pass;                     /* keys_elsewhere */
    struct setting_text canaries;       /* a file; empty: none */
    struct text deny_hint;              /* may be empty */
    struct setting_text upstream_proxy; /* empty or "none": none */
    struct settings_listen listen;
    struct settings_redirect redirect;
    struct settings_audit audit;
    struct settings_tls tls;
    struct settings_resolve resolve;
    struct settings_run run;
    struct settings_confine confine;
    struct text *paths; /* all files and folders that are named, but `include` and lists of hosts */
    size_t path_count;
    struct settings_credentials credentials;
    struct settings_lists lists;
};

/* Reads the file, the files it includes and the list files they name; relative paths are relative to it. NULL when
 * there is any error in `diags`. The caller owns the result. */
MUST_CHECK struct settings *settings_load(const char *path, struct diags *diags);
/* The same from memory; `path` is what the text is called, and where relative paths start. */
MUST_CHECK struct settings *settings_parse(struct text text, const char *path, struct diags *diags);
void settings_free(struct settings *settings); /* NULL is fine */

/* Where a reader of a list file stands; `mark` is the line last read. */
struct setting_list_place {
    struct text rest;
    struct mark mark;
};
/* Of its first pattern; borrows the list. */
struct setting_list_place setting_list_start(const struct setting_list *list);
/* The next pattern with its mark; false at the end. `pattern->group` is left alone. */
MUST_CHECK bool setting_list_next(struct setting_list_place *place, struct setting_pattern *pattern);

/* The path of the file that a mark is in, NUL-terminated. */
const char *settings_path_of(const struct settings_lists *lists, struct mark mark);

/* The language itself, from the tables that read it: the keys as Markdown tables for docs/policy-language.md, and a
 * JSON Schema (draft-07, which YAML editors use). */
void settings_reference_write(struct buffer *out);
void settings_schema_write(struct buffer *out);

#endif
