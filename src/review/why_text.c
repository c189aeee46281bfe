/* SPDX-License-Identifier: Apache-2.0 */
/* The explanation for people. */
#include "exeat/base/clock.h"
#include "exeat/policy/credential.h"
#include "exeat/policy/lapse.h"
#include "why.h"

static void append_place(const struct why *why, const struct mark *mark, struct buffer *out)
{
    struct text name = why_file_name(why->policy, mark);
    for (size_t i = name.length; i-- > 0;)
        if (name.data[i] == '/') {
            name = text_after(name, i + 1);
            break;
        }
    buffer_printf(out, "%.*s:%d", TEXT_ARG(name), mark->line);
}

static void append_condition(
    const struct why *why, const struct settings_rule *rule, enum host_role role, enum policy_condition condition,
    struct buffer *out)
{
    struct mark mark = condition_mark(rule, role, condition);
    buffer_printf(out, "%s ", condition_name(condition));
    condition_append(out, rule, role, condition);
    buffer_append(out, TEXT(" ("));
    append_place(why, &mark, out);
    buffer_append_byte(out, ')');
}

static void append_lapsed(const struct why *why, const struct settings_rule *rule, struct buffer *out)
{
    buffer_append(out, TEXT("has lapsed: "));
    append_condition(why, rule, ROLE_WHEN, CONDITION_UNTIL, out);
    if (rule->owner.length > 0)
        buffer_printf(out, ", owner: %.*s", TEXT_ARG(rule->owner));
}

static void write_answer(
    const struct why *why, const struct settings_rule *rule, enum host_role role, const struct trace_answer *answer,
    struct buffer *out)
{
    switch (answer->known) {
    case KNOWN_NO:
        if (answer->decisive == CONDITION_UNTIL) {
            append_lapsed(why, rule, out);
            break;
        }
        buffer_append(out, TEXT("does not match: "));
        append_condition(why, rule, role, answer->decisive, out);
        break;
    case KNOWN_INSIDE:
        buffer_append(out, TEXT("depends on what is inside: "));
        append_condition(why, rule, role, answer->decisive, out);
        break;
    case KNOWN_ADDRESS:
        buffer_append(out, TEXT("matches where the name leads to "));
        condition_append(out, rule, role, CONDITION_ADDRESSES);
        break;
    case KNOWN_YES:
        buffer_append(out, TEXT("matches"));
        break;
    }
}

static void write_rule(const struct why *why, const struct trace_rule *entry, struct buffer *out)
{
    const struct settings_rule *rule = &policy_settings(why->policy)->lists.rules[entry->rule];
    buffer_printf(out, "  rule %s (", rule->id.text.data);
    append_place(why, &rule->id.mark, out);
    buffer_printf(out, ", %s%s): ", verdict_name(rule->verdict), rule->observe ? ", only observes" : "");
    if (entry->when.known != KNOWN_NO) {
        buffer_append(out, TEXT("has the host by "));
        why_pattern_append(out, &why->request->host, entry->specific);
        buffer_append(out, TEXT(", "));
    }
    write_answer(why, rule, ROLE_WHEN, &entry->when, out);
    if (entry->has_unless) {
        buffer_append(out, TEXT("; its `unless` "));
        write_answer(why, rule, ROLE_UNLESS, &entry->unless, out);
    }
    if (entry->guarded)
        buffer_append(out, TEXT("; does not count: an allow must name an LLM host itself"));
    buffer_append_byte(out, '\n');
}

static bool was_asked(const struct policy_trace *trace, uint32_t rule)
{
    for (size_t i = 0; i < trace->count; i++)
        if (trace->rules[i].rule == rule)
            return true;
    return false;
}

static void write_others(const struct why *why, const struct policy_trace *trace, struct buffer *out)
{
    const struct policy *policy = why->policy;
    size_t others = 0;
    for (uint32_t i = 0; i < policy_settings(policy)->lists.rule_count; i++) {
        const struct settings_rule *rule = &policy_settings(policy)->lists.rules[i];
        if (was_asked(trace, i))
            continue;
        others++;
        if (!why->is_whole)
            continue;
        buffer_printf(out, "  rule %s (", rule->id.text.data);
        append_place(why, &rule->id.mark, out);
        buffer_printf(out, ", %s): does not match: ", verdict_name(rule->verdict));
        append_condition(why, rule, ROLE_WHEN, rule->when.hosts.present ? CONDITION_HOSTS : CONDITION_ADDRESSES, out);
        buffer_append_byte(out, '\n');
    }
    if (others > 0 && !why->is_whole)
        buffer_printf(out, "  %zu rule%s about other hosts\n", others, others == 1 ? " is" : "s are");
}

static const char *place_of(const struct why *why, const struct why_step *step)
{
    if (step->is_connect)
        return "at CONNECT";
    return why->request->scheme == SCHEME_HTTP ? "as plain HTTP" : "inside";
}

static void write_step(const struct why *why, const struct why_step *step, struct buffer *out)
{
    const struct decision *decision = &step->decision;
    buffer_printf(out, "%s: %s", place_of(why, step), verdict_name(decision->verdict));
    if (decision->rule.length > 0)
        buffer_printf(out, " by rule %.*s", TEXT_ARG(decision->rule));
    buffer_printf(out, "; plan: %s", plan_name(decision->plan));
    buffer_printf(out, "; because: %s", reason_row(decision->reason)->text);
    if (decision->observed)
        buffer_append(out, TEXT(" (enforced, the verdict above would hold)"));
    buffer_append_string(
        out, step->is_connect ? "\n  known: client, host and port; not yet: method, path and body\n" : "\n");
    for (size_t i = 0; i < step->trace.count; i++)
        if (why_is_told(&step->trace, i))
            write_rule(why, &step->trace.rules[i], out);
    write_others(why, &step->trace, out);
}

static void write_request(const struct why *why, struct buffer *out)
{
    const struct request *request = why->request;
    struct llm_call call;
    llm_classify(policy_catalogue(why->policy), request, &call);
    buffer_printf(out, "request: %.*s ", TEXT_ARG(request->method));
    if (request->inside_known)
        buffer_printf(out, "%s://", scheme_name(request->scheme));
    authority_append(out, &request->host, request->port, request->inside_known ? scheme_port(request->scheme) : 0);
    buffer_append(out, request->path);
    if (request->client.name.length > 0)
        buffer_printf(out, " from %.*s", TEXT_ARG(request->client.name));
    if (!request->path_was_canonical)
        buffer_append(out, TEXT(" (the path was written otherwise)"));
    buffer_append_byte(out, '\n');
    if (call.operation != LLM_NONE)
        buffer_printf(
            out, "an LLM host: %.*s, operation %s\n", TEXT_ARG(call.provider), llm_operation_name(call.operation));
}

/* Only where a rule ends does it matter when. */
static void write_time(const struct why *why, struct buffer *out)
{
    char time[CLOCK_TEXT_SIZE];
    size_t count = 0;
    int64_t asked_us = why->request->asked_us;
    (void)policy_lapses(why->policy, &count);
    if (count == 0)
        return;
    clock_write(asked_us, time);
    if (asked_us == ASKED_AT_FIRST)
        buffer_append_string(out, "asked: before any rule lapses\n");
    else
        buffer_printf(out, "asked: at %.19sZ\n", time);
}

struct addresses_line {
    struct buffer *out;
    size_t count;
};

static void write_addresses_of(void *context, const struct settings_rule *rule, bool drops)
{
    struct addresses_line *line = context;
    buffer_append_string(line->out, line->count++ == 0 ? "addresses: " : "; ");
    buffer_append_string(line->out, drops ? "not " : "");
    condition_append(line->out, rule, ROLE_WHEN, CONDITION_ADDRESSES);
    buffer_printf(line->out, " by rule %s", rule->id.text.data);
}

/* As the file has it. */
static void append_endpoint(const struct policy_inference *inference, struct buffer *out)
{
    if (inference->host.kind == HOST_SOCKET) {
        buffer_printf(
            out, "unix:%s%s%.*s", inference->host.text, inference->prefix.length > 0 ? ":" : "",
            TEXT_ARG(inference->prefix));
        return;
    }
    buffer_printf(out, "%s://", scheme_name(inference->scheme));
    authority_append(out, &inference->host, inference->port, scheme_port(inference->scheme));
    buffer_append(out, inference->prefix);
}

static void append_wanted(const char *what, const struct setting_texts *names, struct buffer *out)
{
    for (size_t i = 0; i < names->count; i++)
        buffer_printf(out, "%s%.*s", i == 0 ? what : ", ", TEXT_ARG(names->items[i].text));
    if (names->count > 0)
        buffer_append_byte(out, ']');
}

static const struct settings_rule *rule_of(const struct why *why, struct text id)
{
    const struct settings_lists *lists = &policy_settings(why->policy)->lists;
    for (size_t i = 0; i < lists->rule_count; i++)
        if (text_equal(lists->rules[i].id.text, id))
            return &lists->rules[i];
    return NULL;
}

/* What its rule looks for in what goes on. */
static void write_inspect(const struct why *why, struct buffer *out)
{
    const struct decision *decision = &why->last->decision;
    const struct settings_rule *rule = decision->plan == PLAN_REFUSE ? NULL : rule_of(why, decision->rule);
    if (rule == NULL || !rule->inspect.is_on)
        return;
    const struct settings_inspect *inspect = &rule->inspect;
    buffer_append(out, TEXT("inspected: held until it is whole"));
    append_wanted("; refused with [", &inspect->requests.deny, out);
    append_wanted("; replaced [", &inspect->requests.redact, out);
    append_wanted("; counted [", &inspect->requests.flag, out);
    buffer_append_string(out, inspect->restores ? "; put back into the answer" : "");
    append_wanted("; answers refused with [", &inspect->answers.deny, out);
    append_wanted("; answers without [", &inspect->answers.redact, out);
    append_wanted("; in answers counted [", &inspect->answers.flag, out);
    buffer_append_byte(out, '\n');
}

static void write_credential(const struct why *why, struct buffer *out)
{
    const struct credential *credential = policy_credential(&why->last->decision);
    if (credential != NULL)
        buffer_printf(
            out, "put in: '%.*s', where the field %.*s has its placeholder; refused where it has not\n",
            TEXT_ARG(credential->name), TEXT_ARG(credential->field));
}

static void write_inference(const struct why *why, struct buffer *out)
{
    const struct decision *decision = &why->last->decision;
    for (size_t i = 0; i < decision->inference_count; i++) {
        const struct policy_inference *inference = policy_inference(why->policy, decision->inference[i]);
        buffer_printf(out, "%s %.*s", i == 0 ? "answered by:" : ", then", TEXT_ARG(inference->name));
        if (inference->is_canned) {
            buffer_append(out, TEXT(" (a fixed text)"));
            continue;
        }
        buffer_append_string(out, " (");
        append_endpoint(inference, out);
        buffer_append_string(out, inference->engine->stands_by ? ", stands by)" : ")");
    }
    if (decision->inference_count > 0)
        buffer_append_byte(out, '\n');
}

void review_explain(const struct policy *policy, const struct request *request, bool is_whole, struct buffer *out)
{
    struct why why;
    struct addresses_line line = {out, 0};
    why_ask(policy, request, &why);
    why.is_whole = is_whole;
    write_request(&why, out);
    write_time(&why, out);
    for (size_t i = 0; i < why.count; i++)
        write_step(&why, &why.steps[i], out);
    buffer_printf(out, "TLS: %s\n", why_tls_text(why.tls));
    why_addresses(&why, write_addresses_of, &line);
    if (line.count > 0)
        buffer_append_byte(out, '\n');
    write_inference(&why, out);
    write_inspect(&why, out);
    write_credential(&why, out);
    why_clear(&why);
}
