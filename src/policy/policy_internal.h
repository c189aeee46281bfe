/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of policy share: compiled rules and the three values of a condition. */
#ifndef EXEAT_POLICY_INTERNAL_H
#define EXEAT_POLICY_INTERNAL_H

#include "exeat/base/pattern.h"
#include "exeat/policy.h"

/* What is known of a condition: it fails, it holds, or it depends on what is inside an unopened connection. */
enum known { KNOWN_NO, KNOWN_MAYBE, KNOWN_YES };

/* A host pattern of a rule, with its groups expanded. */
struct compiled_host {
    struct host_pattern pattern;
    bool is_llm; /* the catalogue's API and shared hosts */
    bool is_llm_web;
    bool is_literal; /* written in YAML, not in a list file */
};

struct compiled_path {
    struct text glob;
    struct pattern *regex; /* owned; NULL for a glob */
};

struct compiled_conditions {
    const struct settings_conditions *source; /* borrowed from the settings */
    struct compiled_host *hosts;              /* owned by the policy's arena */
    size_t host_count;
    struct compiled_path *paths;
    size_t path_count;
};

struct policy_rule {
    const struct settings_rule *source;
    struct compiled_conditions when;
    struct compiled_conditions unless;
    size_t *inference;
    size_t inference_count;
    bool needs_inside; /* has a condition on method or path */
};

struct policy {
    _Atomic size_t references;
    struct arena arena;
    struct settings *settings;       /* owned */
    struct llm_catalogue *catalogue; /* owned */
    struct policy_inference *inference;
    struct buffer *keys; /* owned; secrets, one for each inference */
    size_t inference_count;
    struct policy_rule *rules;
    size_t rule_count;
    struct compiled_host *speaks_for; /* tls.authority.names */
    size_t speaks_for_count;
    struct compiled_host *never;
    size_t never_count;
};

/* check.c */
void policy_check_rules(const struct policy *policy, struct diags *diags);

/* inference.c */
void inference_compile(struct policy *policy, struct diags *diags);
void inference_clear(struct policy *policy);

/* How specific a match is: exact beats the longest suffix beats `*`; 0 is no match. */
size_t
hosts_match(const struct policy *policy, const struct compiled_host *hosts, size_t count, const struct host *host);
bool hosts_name_literally(
    const struct policy *policy, const struct compiled_host *hosts, size_t count, const struct host *host);
enum known conditions_hold(
    const struct policy *policy, const struct compiled_conditions *conditions, const struct request *request,
    bool is_rule);
bool path_matches(const struct compiled_path *path, struct text subject, bool *limit);

#endif
