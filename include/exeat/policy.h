/* SPDX-License-Identifier: Apache-2.0 */
/* From settings to a compiled policy, and from a request to a decision. Immutable after compiling, shared by all
 * workers. */
#ifndef EXEAT_POLICY_H
#define EXEAT_POLICY_H

#include "exeat/base/secret.h"
#include "exeat/budget.h"
#include "exeat/config.h"
#include "exeat/llm.h"
#include "exeat/model.h"
#include "exeat/model/proxy.h"

struct policy;
struct policy_rule;
struct inspection;

/* Compiles; NULL with errors in `diags`. On success the policy has one reference, the caller's, and owns `settings`; on
 * failure the caller still does. Any thread may take and drop references. */
MUST_CHECK struct policy *policy_compile(struct settings *settings, struct diags *diags);
struct policy *policy_ref(struct policy *policy);
void policy_unref(struct policy *policy); /* NULL is fine */
/* Has it another reference than the caller's? */
bool policy_is_shared(const struct policy *policy);
const struct settings *policy_settings(const struct policy *policy);
const struct llm_catalogue *policy_catalogue(const struct policy *policy);
struct text policy_deny_hint(const struct policy *policy); /* what refusals add for people; may be empty */

/* Indexes of rows (policy_budget_rows) that a request counts under: its rule's, its client's. */
enum { DECISION_BUDGETS = 2 };
struct decision_budgets {
    size_t rows[DECISION_BUDGETS];
    size_t count;
};

/* What the policy says of a request. All pointers borrow from the policy. */
struct decision {
    enum verdict verdict;
    enum plan plan;
    enum reason reason;
    enum scheme scheme; /* what was decided on; SCHEME_TCP: a tunnel at once, no ClientHello is waited for */
    struct text rule;   /* id of the rule that names the decision; empty: none matched */
    const struct policy_rule *winner;
    struct llm_call llm;
    const size_t *inference; /* indexes into the settings' inference list, in order */
    size_t inference_count;
    struct decision_budgets budgets;
    struct digest trust; /* of the allow that holds, see policy/trust.h; all zero: that of tls.upstream */
    bool keys_pass;      /* ... which lets its hosts have any vendor's key, see keys_seen.h */
    const struct inspection
        *inspection; /* of the rule that lets it through or reroutes it; NULL: it looks for nothing */
    bool observed;   /* observe mode lets it through; verdict says what enforce would do */
};

/* Never fails. Before `inside_known` a definite verdict holds for every completion; else the plan is PLAN_OPEN.
 * Who acts by the decision goes this way (src/exchange/step_judge.c), and none of it may be left out or moved:
 *  1. policy_identify sets `client` (inside an opened connection: who made it); policy_now (policy/lapse.h) `asked_us`.
 *  2. policy_judge.
 *  3. policy_follow (policy/follow.h), where REASON_NO_RULE meets plain http that a certificate names.
 *  4. policy_bypass (policy/bypass.h), while one is on.
 *  5. policy_challenge, where a client that speaks to a proxy showed no credentials, but not where policy_allows_plain.
 *  6. policy_allows_plain, of a refused CONNECT: it is opened for http.
 *  7. policy_judge_address, of each address before it is dialled (with a proxy on the way: of none, see policy_proxy).
 * Who only asks what the rules say (a tunnel after a reload, `check`, reviews) takes policy_judge alone. */
void policy_judge(const struct policy *policy, const struct request *request, struct decision *decision);

/* Who is at the other end, as far as the connection tells. All borrowed. */
struct peer {
    struct address address;
    enum client_door door;
    struct text listener;         /* its name; empty: it has none */
    struct owner owner;           /* asked for where policy_asks_for_owners */
    const struct text *certified; /* names in a certificate that it showed, and that holds */
    size_t certified_count;
    bool is_from_outside; /* it is on another machine, and we are not behind a redirect */
};
enum identity {
    IDENTITY_KNOWN,  /* `client` has a name */
    IDENTITY_NOBODY, /* nobody in particular: rules without `from` hold */
    IDENTITY_WRONG,  /* credentials that fit nobody */
    IDENTITY_REFUSED /* nobody, and from outside */
};
/* The proxy on the way to the host of an allowed request, also of one that is only observed or bypassed; NULL: none.
 * The host's addresses are that proxy's matter then. */
const struct proxy *policy_proxy(const struct policy *policy, const struct decision *decision);

/* Which client of `clients:` this is: by Proxy-Authorization (Basic, RFC 7617, or Bearer, RFC 6750; empty: none was
 * sent), else by certificate, owner, listener or address, in this order. Where no client has credentials, they are
 * ignored. `client` is set as a whole and borrows from the policy. */
MUST_CHECK enum identity
policy_identify(const struct policy *policy, const struct peer *peer, struct text authorization, struct client *client);
/* Has a client a secret or a token? Without, credentials are not looked at. */
bool policy_asks_for_credentials(const struct policy *policy);
/* Has a client a `uid`? */
bool policy_asks_for_owners(const struct policy *policy);

/* A CONNECT that is refused as https: might http inside it be let through? */
bool policy_allows_plain(const struct policy *policy, const struct request *request, const struct decision *decision);
/* After a denial of a request without credentials: would those of some client help? Then the decision becomes a
 * refusal with REASON_CREDENTIALS_NEEDED (407: RFC 9110 15.5.8), and the result is true. */
bool policy_challenge(const struct policy *policy, const struct request *request, struct decision *decision);

/* Of a decision to reroute: who may answer, and how long they may take. */
const struct settings_answerers *policy_answerers(const struct decision *decision);

/* Who answers a rerouted call. Texts borrow from the policy. */
struct policy_inference {
    struct text name;
    bool is_canned;
    enum scheme scheme;
    struct host host;
    uint16_t port;
    struct text prefix; /* of the path */
    enum endpoint_dialect speaks;
    struct secret key; /* bearer token; may be empty */
    const struct settings_canned *canned;
    bool takes_usage;        /* its streams may be asked for their tokens */
    const struct proxy *via; /* on the way to it; NULL: none */
    struct digest trust;     /* whom its certificate is believed by, see tls_connect; all zero: tls.upstream */
    const struct settings_engine *engine;
};
/* Borrowed from the policy; index < count. */
const struct policy_inference *policy_inference(const struct policy *policy, size_t index);
size_t policy_inference_count(const struct policy *policy); /* in the order of the file */
/* The endpoint's name for a model that a caller asked for. */
struct text policy_served_model(const struct policy *policy, size_t index, struct text asked);
/* The model names that callers may use there, without those that are globs; returns how many. */
size_t policy_model_names(const struct policy *policy, size_t index, struct text *names, size_t capacity);

/* The host patterns that the authority must be able to speak for, groups and catalogue expanded; returns how many there
 * are, and fills at most `capacity`. */
size_t policy_issuer_names(const struct policy *policy, struct host_pattern *items, size_t capacity);

/* A request as people write it: "METHOD URL" or "CONNECT host:port". Texts live in `arena`. False: `*wrong` says what
 * (static). */
MUST_CHECK bool
policy_request_parse(struct text line, struct arena *arena, struct request *request, const char **wrong);
/* The only maker of judged addresses: may this request, decided so, go to this address of its host? Ask again before an
 * open connection is used for another request. False: `why` is REASON_ADDRESS, REASON_ADDRESS_METADATA or REASON_LOOP.
 */
MUST_CHECK bool policy_judge_address(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address, struct judged_address *judged, enum reason *why);
/* Why it may not: the address, and the rule that denies it or would have to name it. The client may read it: it is in
 * the same pod and may look the name up itself. */
void policy_explain_address(
    const struct policy *policy, const struct request *request, const struct decision *decision,
    const struct address *address, enum reason why, struct detail *detail);
/* An inference endpoint's address is the operator's word: only metadata services and the gate's own sockets are
 * refused. */
MUST_CHECK bool policy_judge_endpoint(
    const struct policy *policy, const struct address *address, uint16_t port, struct judged_address *judged,
    enum reason *why);
/* The same of an endpoint that is a Unix socket: the gate's own control socket is refused (REASON_LOOP). */
MUST_CHECK bool policy_judge_socket(
    const struct policy *policy, const struct host *socket, struct judged_address *judged, enum reason *why);

/* --- limits --- */

/* All limits of the policy: those of rules, then those of clients. */
const struct budget_row *policy_budget_rows(const struct policy *policy, size_t *count);
/* The row of that rule or client; false: it has no limit. For who reads old records. */
MUST_CHECK bool policy_budget_of_rule(const struct policy *policy, struct text rule, size_t *row);
MUST_CHECK bool policy_budget_of_client(const struct policy *policy, struct text client, size_t *row);

#endif
