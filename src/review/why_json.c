/* SPDX-License-Identifier: Apache-2.0 */
/* The explanation for programs: one JSON object, the same facts as the text. */
#include "exeat/base/clock.h"
#include "exeat/base/json.h"
#include "why.h"

static void put_key(struct buffer *out, const char *key)
{
    char before = out->length == 0 ? '{' : out->data[out->length - 1];
    if (before != '{' && before != '[')
        buffer_append_byte(out, ',');
    json_append_string(out, text_from(key));
    buffer_append_byte(out, ':');
}

static void put_text(struct buffer *out, const char *key, struct text value)
{
    put_key(out, key);
    json_append_string(out, value);
}

static void put_time(struct buffer *out, const char *key, int64_t wall_us)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(wall_us, time);
    if (wall_us != ASKED_AT_FIRST && wall_us != ASKED_UNKNOWN)
        put_text(out, key, text_from(time));
}

static void put_bool(struct buffer *out, const char *key, bool value)
{
    put_key(out, key);
    buffer_append_string(out, value ? "true" : "false");
}

static void put_number(struct buffer *out, const char *key, uint64_t value)
{
    put_key(out, key);
    buffer_append_number(out, value);
}

static void begin_item(struct buffer *out)
{
    buffer_append_string(out, out->data[out->length - 1] == '[' ? "{" : ",{");
}

static void put_place(const struct why *why, const struct mark *mark, struct buffer *out)
{
    put_text(out, "file", why_file_name(why->policy, mark));
    put_number(out, "line", (uint64_t)mark->line);
}

static void put_answer(
    const struct why *why, const struct settings_rule *rule, enum host_role role, const struct trace_answer *answer,
    struct buffer *out)
{
    put_text(out, "matches", text_from(why_known_name(answer->known)));
    if (answer->known == KNOWN_YES)
        return;
    struct mark mark = condition_mark(rule, role, answer->decisive);
    struct buffer wanted = {0};
    condition_append(&wanted, rule, role, answer->decisive);
    put_key(out, "condition");
    buffer_append_byte(out, '{');
    put_text(out, "key", text_from(condition_name(answer->decisive)));
    put_text(out, "wants", buffer_text(&wanted));
    put_place(why, &mark, out);
    buffer_append_byte(out, '}');
    buffer_clear(&wanted);
}

static void put_rule(const struct why *why, const struct trace_rule *entry, struct buffer *out)
{
    const struct settings_rule *rule = &policy_settings(why->policy)->lists.rules[entry->rule];
    struct buffer pattern = {0};
    begin_item(out);
    put_text(out, "rule", rule->id.text);
    put_text(out, "verdict", text_from(verdict_name(rule->verdict)));
    put_place(why, &rule->id.mark, out);
    why_pattern_append(&pattern, &why->request->host, entry->specific);
    put_text(out, "host_by", buffer_text(&pattern));
    put_answer(why, rule, ROLE_WHEN, &entry->when, out);
    if (entry->has_unless) {
        put_key(out, "unless");
        buffer_append_byte(out, '{');
        put_answer(why, rule, ROLE_UNLESS, &entry->unless, out);
        buffer_append_byte(out, '}');
    }
    put_bool(out, "names_llm_host", !entry->guarded);
    buffer_append_byte(out, '}');
    buffer_clear(&pattern);
}

static void put_step(const struct why *why, const struct why_step *step, struct buffer *out)
{
    const struct decision *decision = &step->decision;
    begin_item(out);
    put_text(out, "at", text_from(step->is_connect ? "connect" : "request"));
    put_key(out, "known");
    buffer_append_string(
        out,
        step->is_connect ? "[\"client\",\"host\",\"port\"]" : "[\"client\",\"host\",\"port\",\"method\",\"path\"]");
    put_text(out, "verdict", text_from(verdict_name(decision->verdict)));
    put_text(out, "plan", text_from(plan_name(decision->plan)));
    put_text(out, "reason", text_from(reason_row(decision->reason)->code));
    put_text(out, "rule", decision->rule);
    put_bool(out, "observed", decision->observed);
    put_key(out, "rules");
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < step->trace.count; i++)
        if (why_is_told(&step->trace, i))
            put_rule(why, &step->trace.rules[i], out);
    buffer_append_string(out, "]}");
}

static void put_request(const struct why *why, struct buffer *out)
{
    const struct request *request = why->request;
    put_key(out, "request");
    buffer_append_byte(out, '{');
    put_text(out, "method", request->method);
    put_text(out, "scheme", text_from(scheme_name(request->scheme)));
    put_text(out, "host", host_text(&request->host));
    put_number(out, "port", request->port);
    put_text(out, "path", request->path);
    put_bool(out, "path_was_canonical", request->path_was_canonical);
    put_text(out, "client", request->client.name);
    put_time(out, "asked", request->asked_us);
    put_text(out, "llm_provider", why->last->decision.llm.provider);
    put_text(out, "llm_operation", text_from(llm_operation_name(why->last->decision.llm.operation)));
    buffer_append_byte(out, '}');
}

static void put_addresses(void *context, const struct settings_rule *rule, bool drops)
{
    struct buffer *out = context;
    begin_item(out);
    put_text(out, "rule", rule->id.text);
    put_bool(out, "accepts", !drops);
    put_key(out, "ranges");
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < rule->when.addresses.count; i++) {
        struct buffer range = {0};
        why_range_append(&range, &rule->when.addresses.items[i].range);
        buffer_append_string(out, i == 0 ? "" : ",");
        json_append_string(out, buffer_text(&range));
        buffer_clear(&range);
    }
    if (!rule->when.addresses.present)
        buffer_append_string(out, drops ? "\"any\"" : "\"public\"");
    buffer_append_string(out, "]}");
}

/* Of those who answer: they get no calls before a swap. */
static void put_standing_by(const struct policy *policy, const struct decision *decision, struct buffer *out)
{
    const char *comma = "[";
    for (size_t i = 0; i < decision->inference_count; i++) {
        const struct policy_inference *inference = policy_inference(policy, decision->inference[i]);
        if (!inference->engine->stands_by)
            continue;
        buffer_append_string(out, comma);
        json_append_string(out, inference->name);
        comma = ",";
    }
    buffer_append_string(out, comma[0] == '[' ? "[]" : "]");
}

void review_explain_json(const struct policy *policy, const struct request *request, struct buffer *out)
{
    struct why why;
    why_ask(policy, request, &why);
    const struct decision *decision = &why.last->decision;
    buffer_append_byte(out, '{');
    put_request(&why, out);
    put_key(out, "steps");
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < why.count; i++)
        put_step(&why, &why.steps[i], out);
    buffer_append_byte(out, ']');
    put_key(out, "tls");
    buffer_append_byte(out, '{');
    put_bool(out, "opened", why_tls_is_opened(why.tls));
    put_text(out, "why", text_from(why_tls_text(why.tls)));
    buffer_append_byte(out, '}');
    put_key(out, "addresses");
    buffer_append_byte(out, '[');
    why_addresses(&why, put_addresses, out);
    buffer_append_byte(out, ']');
    put_key(out, "inference");
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < decision->inference_count; i++) {
        buffer_append_string(out, i == 0 ? "" : ",");
        json_append_string(out, policy_inference(policy, decision->inference[i])->name);
    }
    buffer_append_byte(out, ']');
    put_key(out, "stands_by");
    put_standing_by(policy, decision, out);
    buffer_append_string(out, "}\n");
    why_clear(&why);
}
