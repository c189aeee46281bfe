/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of policy share: compiled rules, what the table knows of a host, and the values of a condition. */
#ifndef EXEAT_POLICY_INTERNAL_H
#define EXEAT_POLICY_INTERNAL_H

#include "exeat/canary.h"
#include "exeat/client_table.h"
#include "exeat/credential/load.h"
#include "exeat/host_table.h"
#include "exeat/inspect.h"
#include "exeat/path_pattern.h"
#include "exeat/policy.h"
#include "exeat/policy/credential.h"
#include "exeat/policy/lapse.h"
#include "exeat/policy/trace.h"
#include "exeat/policy/trust.h"

/* --- hosts -----------------------------------------------------------------------------------------------------------
 */

/* A rule that names a host: rule, role, and whether the YAML names it (not a list file). Sorted, they are in the order
 * of the rules. */
struct host_member {
    uint32_t rule;
    uint8_t role;
    bool is_literal;
};

/* What a pattern means: the rules that have it, and whether the authority may or must never open it. */
struct host_set {
    const struct host_member *members;
    uint32_t count;
    bool speaks; /* tls.authority.names */
    bool never;  /* tls.never */
    const struct llm_entry *llm;
};

/* All that the policy says of hosts, by host. */
struct host_index {
    struct host_table table; /* owned; its sets are indexes into `sets` */
    struct host_set *sets;   /* owned */
    uint32_t set_count;
    struct host_set any; /* `*` */
    struct host_set llm; /* @llm */
    struct host_set web; /* @llm-web */
};

/* Which sets a host has, the most specific first. */
struct host_view {
    const struct host_set *sets[HOST_HITS_MAX + 2];
    uint16_t specific[HOST_HITS_MAX + 2];
    bool names_it[HOST_HITS_MAX + 2]; /* the name itself or @llm, no wildcard */
    size_t count;
    const struct llm_entry *llm; /* NULL: no host of the catalogue */
    bool speaks;
    bool never;
};
void hosts_view(const struct policy *policy, const struct host *host, struct host_view *view);
/* The rule's member in a set; NULL: it has none. */
const struct host_member *host_set_find(const struct host_set *set, uint32_t rule, enum host_role role);
/* What holds for every host that a pattern has. */
struct host_cover {
    bool speaks;
    bool never;
};
struct host_cover hosts_cover(const struct policy *policy, const struct setting_pattern *pattern);

/* hosts.c: fills the table and the sets from all patterns of the settings. */
void hosts_compile(struct policy *policy, struct diags *diags);
void hosts_clear(struct policy *policy);

const struct settings_group *patterns_find_group(const struct settings *settings, struct text name);
bool patterns_is_llm(struct text group);
bool patterns_is_web(struct text group);

/* --- rules -----------------------------------------------------------------------------------------------------------
 */

struct compiled_conditions {
    const struct settings_conditions *source; /* borrowed from the settings: ports, addresses, places */
    uint64_t methods;                         /* bits of policy->methods; 0: any */
    const uint32_t *clients;                  /* indexes into the settings' clients */
    struct path_pattern *paths;
    uint8_t schemes; /* bits */
};

struct policy_rule {
    const struct settings_rule *source;
    struct compiled_conditions when;
    struct compiled_conditions unless;
    const size_t *inference; /* the settings' */
    size_t inference_count;
    uint32_t budget;                     /* its row; or BUDGET_NONE */
    const struct policy_trust *trust;    /* NULL: that of tls.upstream */
    struct inspection *inspection;       /* owned; NULL: nothing is looked for */
    const struct credential *credential; /* that is put into what it allows; NULL: none */
    const struct proxy *proxy;           /* what it allows goes through it; NULL: none */
    uint32_t rank;                       /* in the order of the ids: of two equals the first names the decision */
    bool needs_inside;
    bool observes;
    bool ends; /* it has `until` */
};

#define BUDGET_NONE UINT32_MAX
struct policy_budgets {
    struct budget_row *rows;
    size_t count;
    uint32_t *of_clients; /* by their index: a row, or BUDGET_NONE */
};

struct policy_proxies {
    struct proxy *items;
    size_t count;
    const struct proxy *for_all; /* NULL: none */
};

enum { METHODS_MAX = 64 };
struct policy {
    _Atomic size_t references;
    struct arena arena;
    struct settings *settings;       /* owned */
    struct llm_catalogue *catalogue; /* owned */
    struct policy_inference *inference;
    size_t inference_count;
    struct policy_rule *rules; /* in the order of the file */
    size_t rule_count;
    struct hostless {
        const uint32_t *items;
        size_t count;
    } hostless;                  /* rules without hosts: about targets that are addresses, and where names lead */
    bool has_tcp;                /* a rule for bytes that are no TLS */
    struct client_table clients; /* owned */
    struct policy_budgets budgets;
    struct policy_proxies proxies;
    struct credentials credentials;
    struct method_names {
        struct text *names;
        size_t count;
    } methods; /* that rules name: each is a bit */
    struct rule_trusts {
        struct policy_trust *items;
        size_t count;
    } trusts; /* whom rules trust: each once */
    struct host_index hosts;
    struct policy_lapse *lapses; /* in the arena; the soonest first */
    size_t lapse_count;
    struct canary_set *canaries; /* owned; NULL: none */
};

/* client.c */
void clients_compile(struct policy *policy, struct diags *diags);
/* Index into the settings' clients; their count: nobody of them. */
size_t client_index(const struct policy *policy, struct text name);
bool client_has_credentials(const struct settings_client *client);

/* check.c */
void policy_check_rules(const struct policy *policy, struct diags *diags);

/* trust.c: of one rule, whose place is kept for it */
/* The one that says this; it is added when it is the first. */
const struct policy_trust *
trust_add(struct policy *policy, const char *what, struct text name, const struct settings_trust *source);
bool trust_is_set(const struct settings_trust *trust);
void trust_compile(struct policy *policy, struct policy_rule *rule, struct diags *diags);

/* inspect.c */
void inspection_compile_of(struct policy *policy, struct policy_rule *rule, struct diags *diags);

/* credential.c: of one rule */
void credentials_compile_of(struct policy *policy, struct policy_rule *rule, struct diags *diags);
/* lapse.c, canary.c */
void lapses_compile(struct policy *policy);
void canaries_compile(struct policy *policy, struct diags *diags);

/* inference.c */
/* Is it the control socket, by whatever path it is named? */
bool policy_is_control(const struct settings *settings, const struct host *socket);
void inference_compile(struct policy *policy, struct diags *diags);
void inference_compile_trust(struct policy *policy); /* after the rules */
void inference_clear(struct policy *policy);

void trace_add(struct policy_trace *trace, const struct trace_rule *entry);

/* --- one decision in the making
 * ---------------------------------------------------------------------------------------
 */

/* What is known of method and path. Unknowable: the connection may not be opened, so that what depends on them counts
 * as matching in a deny or reroute, and as not matching in an allow. */
enum inside { INSIDE_KNOWN, INSIDE_UNKNOWN, INSIDE_UNKNOWABLE };

struct judging {
    const struct policy *policy;
    const struct request *request;
    const struct host_view *view;
    struct policy_trace *trace;    /* NULL: nobody asks why */
    const struct address *address; /* NULL: not looked up yet */
    struct llm_call llm;
    enum scheme scheme;
    enum inside inside;
    uint64_t method;        /* its bit; 0: no rule has it */
    size_t client;          /* index into the settings' clients; their count: nobody of them */
    bool by_path;           /* of the rule that was asked last: all but the path holds, so that the path decides */
    struct trace_rule last; /* what was found of the rule that was asked last */
};

/* proxy.c: after rules and inference */
void proxies_compile(struct policy *policy, struct diags *diags);
void proxies_clear(struct policy *policy);

/* budget.c */
void budgets_compile(struct policy *policy, struct diags *diags);
void budgets_name(const struct judging *judging, struct decision *decision); /* which rows it counts under */

/* match.c: does the rule hold, its `unless` included? Its hosts do, or it has none. */
enum known rule_holds(struct judging *judging, uint32_t index);
/* May what an allow lets out have this address? */
bool rule_has_address(const struct policy_rule *rule, const struct address *address);
bool rule_names_host(const struct host_view *view, uint32_t rule);
/* Is it refused for certain, whatever may be inside? */
bool policy_refuses(const struct policy *policy, const struct request *request);
/* May a request that goes on so, with whatever inside, be let through to this address? */
bool policy_may_reach(const struct policy *policy, const struct request *request, const struct address *address);
/* May the rule hold for a request that goes on so, by this scheme? Its hosts fit. */
bool policy_rule_may_hold(
    const struct policy *policy, const struct request *request, enum scheme scheme, const struct policy_rule *rule);

#endif
