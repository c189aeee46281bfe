/* SPDX-License-Identifier: Apache-2.0 */
/* The narrowest rule that lets one recorded request out, or the sentence why no rule does. */
#include "exeat/base/json.h"
#include "exeat/policy/trace.h"
#include "exeat/review.h"
#include "recorded.h"

/* --- why not ---------------------------------------------------------------------------------------------------------
 */

static bool is_llm(const struct policy *policy, const struct decision_record *decision, const struct request *request)
{
    return decision->llm.provider.length > 0 || llm_catalogue_find(policy_catalogue(policy), &request->host) != NULL;
}

/* What helps where `inspect` refused; NULL: it was something else. The rule lets the host out already. */
static const char *inspect_help(enum reason reason)
{
    if (reason == REASON_INSPECT_DENIED)
        return "leave it out where the request is made, or take its kind out of `deny`: under `redact` something else "
               "goes "
               "on in its place, under `flag` it is only counted";
    if (reason == REASON_INSPECT_UNREADABLE)
        return "what is no text passes unseen where its media type stands in `types`; all else is the caller's to mend";
    if (reason == REASON_INSPECT_UNSEEN)
        return "take the path of its WebSocket out of the rule by `unless: { paths: [...] }`, and write an allow of "
               "its own "
               "for that path";
    if (reason == REASON_INSPECT_UNCHANGED)
        return "leave it out where the request is made, or take its kind out of `redact`: under `flag` it is only "
               "counted";
    return NULL;
}

/* The same where it was for a placeholder, whatever the rules. */
static const char *credential_help(enum reason reason)
{
    if (reason == REASON_CREDENTIAL_MISPLACED)
        return "a placeholder goes to the hosts and paths of rules that `use` its credential, in its field, and "
               "nowhere "
               "else";
    if (reason == REASON_CREDENTIAL_MISSING)
        return "its rule has `use`: the caller sends the placeholder in that field, not a key of its own";
    return NULL;
}

static void append_inspect_help(
    const struct policy *policy, const struct decision_record *decision, const struct settings_rule *rule,
    struct buffer *out)
{
    buffer_printf(
        out, "rule '%s' (%s:%d) lets this host out, and its `inspect` refused this request (%s", rule->id.text.data,
        settings_path_of(&policy_settings(policy)->lists, rule->id.mark), rule->id.mark.line,
        reason_row(decision->reason)->text);
    if (decision->detail.length > 0)
        buffer_printf(out, "; %.*s", TEXT_ARG(decision->detail));
    buffer_printf(out, "), so that no allow helps: %s", inspect_help(decision->reason));
}

/* True, and said in `out`: an allow would not change it, or need not. */
static bool says_otherwise(
    const struct policy *policy, const struct decision_record *decision, const struct request *request,
    struct buffer *out)
{
    struct decision now;
    if (credential_help(decision->reason) != NULL) {
        buffer_printf(
            out, "it was refused, since %s (%.*s), and no allow helps: %s", reason_row(decision->reason)->text,
            TEXT_ARG(decision->detail), credential_help(decision->reason));
        return true;
    }
    policy_judge(policy, request, &now);
    const struct settings_rule *rule = policy_winner(&now);
    bool leaves = now.verdict == VERDICT_ALLOW || now.verdict == VERDICT_REROUTE;
    if (leaves && rule != NULL && now.inspection != NULL && inspect_help(decision->reason) != NULL)
        append_inspect_help(policy, decision, rule, out);
    else if (leaves)
        buffer_printf(
            out, "the policy %ss this request now, by rule '%.*s'", verdict_name(now.verdict), TEXT_ARG(now.rule));
    else if (rule != NULL && rule->verdict == VERDICT_DENY)
        buffer_printf(
            out, "rule '%s' (%s:%d) denies it, and no allow outweighs a deny: make an exception there by `unless`",
            rule->id.text.data, settings_path_of(&policy_settings(policy)->lists, rule->id.mark), rule->id.mark.line);
    return leaves || (rule != NULL && rule->verdict == VERDICT_DENY);
}

/* --- the rule --------------------------------------------------------------------------------------------------------
 */

static void append_string(struct buffer *out, struct text text)
{
    json_append_string(out, text); /* JSON is YAML */
}

static void append_id(struct buffer *out, const struct host *host)
{
    buffer_append(out, TEXT("  - id: allow-"));
    for (const char *byte = host->text; *byte != '\0'; byte++)
        buffer_append_byte(out, *byte == '.' || *byte == ':' ? '-' : *byte);
    buffer_append(out, TEXT("\n    verdict: allow\n"));
}

static void append_place(struct buffer *out, const struct request *request)
{
    bool is_address = request->host.kind == HOST_ADDRESS;
    buffer_printf(
        out, is_address ? "    addresses: [\"%s/%d\"]\n" : "    hosts: [%s]\n", request->host.text,
        (int)request->host.address.length * 8);
    if (request->scheme == SCHEME_HTTP)
        buffer_append(out, TEXT("    schemes: [http]\n"));
    if (is_address || request->port != scheme_port(request->scheme))
        buffer_printf(out, "    ports: [%u]\n", request->port);
}

static void append_who_and_what(struct buffer *out, const struct request *request)
{
    bool is_plain = !text_has(request->path, '*'); /* a glob's star is no path's */
    if (request->client.name.length > 0)
        buffer_printf(out, "    from: [%.*s]\n", TEXT_ARG(request->client.name));
    if (request->inside_known) {
        buffer_printf(out, "    methods: [%.*s]\n", TEXT_ARG(request->method));
        buffer_append_string(out, is_plain ? "    paths: [" : "    # paths: [");
        append_string(out, request->path);
        buffer_append(out, TEXT("]\n"));
    }
}

bool review_narrowest(
    const struct policy *policy, const struct decision_record *decision, int64_t at_us, struct buffer *out)
{
    struct arena arena = {0};
    struct request request;
    bool is_drafted = false;
    if (!recorded_request(decision, at_us, &arena, &request))
        buffer_printf(out, "no rule helps: %s", reason_row(decision->reason)->text);
    else if (is_llm(policy, decision, &request))
        buffer_printf(
            out,
            "%s is an LLM host: a rule `reroute` has its calls answered here; to let them out, write an allow that "
            "names the host",
            request.host.text);
    else
        is_drafted = !says_otherwise(policy, decision, &request, out);
    if (is_drafted) {
        append_id(out, &request.host);
        append_place(out, &request);
        append_who_and_what(out, &request);
    }
    arena_clear(&arena);
    return is_drafted;
}
