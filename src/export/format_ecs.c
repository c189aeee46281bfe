/* SPDX-License-Identifier: Apache-2.0 */
/* Elastic Common Schema 9.5, the first that has all of these fields (gen_ai.provider.name): one JSON object a line.
 * What ECS has no field for stands under "exeat". */
#include <stdio.h>

#include "exeat/base/clock.h"
#include "export_internal.h"

static const char *level_of(const struct export_item *item)
{
    if (!export_item_is_request(item))
        return item->head.kind == RECORD_GAP ? "error" : "info";
    return item->decision.verdict == VERDICT_ALLOW ? "info" : "warn";
}

static bool is_refused(const struct export_item *item)
{
    return !item->decision.observed &&
           (item->decision.verdict == VERDICT_DENY || item->decision.verdict == VERDICT_ERROR);
}

static const char *types_of(const struct export_item *item)
{
    if (item->decision.verdict == VERDICT_ERROR)
        return "[\"connection\",\"denied\",\"error\"]";
    if (item->decision.verdict < VERDICT_ALLOW || item->decision.verdict > VERDICT_ERROR)
        return "[\"connection\"]"; /* of a newer gate */
    return is_refused(item) ? "[\"connection\",\"denied\"]" : "[\"connection\",\"allowed\"]";
}

static const char *outcome_of(const struct export_item *item)
{
    if (is_refused(item))
        return "failure";
    if (!item->has_outcome)
        return "unknown";
    return item->outcome.reason == REASON_NONE ? "success" : "failure";
}

static void put_time(struct json_line *line, const char *name, int64_t wall_us)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(wall_us, time);
    json_put_string(line, name, time);
}

/* Identity and the leaf: what ties the line to the log. */
static void put_place(const struct format_source *source, const struct export_item *item, struct json_line *line)
{
    struct buffer id = {0};
    json_put_raw(line, "sequence", "");
    buffer_append_number(line->out, item->head.sequence);
    buffer_append(&id, source->origin);
    buffer_printf(&id, "#%llu", (unsigned long long)item->head.sequence);
    json_put(line, "id", buffer_text(&id));
    buffer_clear(&id);
    json_put_hex(line, "hash", (struct bytes){item->leaf.bytes, sizeof(item->leaf.bytes)});
}

static void put_event(const struct format_source *source, const struct export_item *item, struct json_line *line)
{
    char action[32];
    snprintf(action, sizeof(action), "egress-%s", verdict_name(item->decision.verdict));
    json_open(line, "event");
    json_put_string(line, "kind", "event");
    json_put_raw(line, "category", "[\"network\",\"web\"]");
    json_put_raw(line, "type", types_of(item));
    json_put_string(line, "action", action);
    json_put_string(line, "outcome", outcome_of(item));
    if (export_item_reason(item) != REASON_NONE)
        json_put_string(line, "reason", reason_code(export_item_reason(item)));
    put_place(source, item, line);
    json_put_number(line, "duration", item->outcome.duration_us * 1000);
    if (item->has_outcome)
        put_time(line, "end", item->ended_us);
    json_close(line);
}

static void put_ends(const struct export_item *item, struct json_line *line)
{
    const struct decision_record *decision = &item->decision;
    struct buffer address = {0};
    if (item->outcome.address.length > 0)
        address_append(&address, &item->outcome.address);
    if (decision->personal.client_address.length > 0 || item->outcome.bytes_up > 0) {
        json_open(line, "source");
        json_put(line, "ip", decision->personal.client_address);
        json_put_number(line, "bytes", item->outcome.bytes_up);
        json_close(line);
    }
    json_open(line, "destination");
    json_put(line, "domain", decision->host);
    json_put(line, "ip", buffer_text(&address));
    json_put_number(line, "port", decision->port);
    json_put_number(line, "bytes", item->outcome.bytes_down);
    json_close(line);
    buffer_clear(&address);
}

static void put_http(const struct export_item *item, struct json_line *line)
{
    const struct decision_record *decision = &item->decision;
    if (decision->personal.path.length > 0) {
        json_open(line, "url");
        json_put(line, "domain", decision->host);
        json_put(line, "path", decision->personal.path);
        json_put(line, "query", decision->personal.query);
        if (decision->scheme != 0)
            json_put_string(line, "scheme", scheme_name(decision->scheme));
        json_close(line);
    }
    json_open(line, "http");
    json_open(line, "request");
    json_put(line, "method", decision->method);
    json_close(line);
    if (item->outcome.status != 0) {
        json_open(line, "response");
        json_put_number(line, "status_code", item->outcome.status);
        json_close(line);
    }
    json_close(line);
    json_put(line, "tls.client.server_name", decision->sni);
}

static void put_named(struct json_line *line, const char *object, const char *member, struct text text)
{
    if (text.length == 0)
        return;
    json_open(line, object);
    json_put(line, member, text);
    json_close(line);
}

static void put_user(const struct export_item *item, struct json_line *line)
{
    struct buffer uid = {0};
    export_item_append_uid(item, &uid);
    if (item->decision.client.length > 0 || uid.length > 0) {
        json_open(line, "user");
        json_put(line, "name", item->decision.client);
        json_put(line, "id", buffer_text(&uid));
        json_close(line);
    }
    buffer_clear(&uid);
}

/* In the words of OpenTelemetry's conventions; its times are in seconds. */
static void put_response(const struct outcome_record *outcome, struct json_line *line)
{
    const struct service_record *service = &outcome->service;
    char seconds[24];
    if (outcome->served_model.length == 0)
        return;
    json_open(line, "response");
    json_put(line, "model", outcome->served_model);
    json_put(line, "finish_reasons", service->finish);
    if (service->first_us > 0) {
        (void)snprintf(
            seconds, sizeof(seconds), "%llu.%06llu", (unsigned long long)(service->first_us / 1000000),
            (unsigned long long)(service->first_us % 1000000));
        json_put_raw(line, "time_to_first_chunk", seconds);
    }
    json_close(line);
}

static void put_model(const struct export_item *item, struct json_line *line)
{
    const struct decision_record *decision = &item->decision;
    const struct outcome_record *outcome = &item->outcome;
    if (decision->llm.operation == LLM_NONE && decision->llm.provider.length == 0)
        return;
    json_open(line, "gen_ai");
    put_named(line, "provider", "name", decision->llm.provider);
    if (decision->llm.operation != LLM_NONE)
        put_named(line, "operation", "name", text_from(llm_operation_name(decision->llm.operation)));
    put_named(line, "request", "model", decision->llm.model);
    put_response(outcome, line);
    if (outcome->tokens_in > 0 || outcome->tokens_out > 0) {
        json_open(line, "usage");
        json_put_number(line, "input_tokens", outcome->tokens_in);
        json_put_number(line, "output_tokens", outcome->tokens_out);
        json_close(line);
    }
    json_close(line);
}

/* What ECS has no word for. */
static void put_own(const struct export_item *item, struct json_line *line)
{
    const struct decision_record *decision = &item->decision;
    const struct outcome_record *outcome = &item->outcome;
    char id[REQUEST_ID_TEXT_SIZE];
    request_id_write(&decision->id, id);
    json_open(line, "exeat");
    json_put_string(line, "request", id);
    json_put_string(line, "verdict", verdict_name(decision->verdict));
    if (decision->plan != 0)
        json_put_string(line, "plan", plan_name(decision->plan));
    if (item->has_outcome)
        json_put_string(line, "done", plan_name(outcome->done));
    if (decision->reason != REASON_NONE)
        json_put_string(line, "reason", reason_code(decision->reason));
    if (outcome->reason != REASON_NONE)
        json_put_string(line, "outcome_reason", reason_code(outcome->reason));
    json_put(line, "detail", export_item_detail(item));
    if (decision->known.by != PROOF_NONE)
        json_put_string(line, "client_proof", client_proof_name(decision->known.by));
    if (decision->known.door != DOOR_NONE)
        json_put_string(line, "door", client_door_name(decision->known.door));
    export_put_service(item, line);
    export_put_found(item, line);
    if (outcome->has_peer_key)
        json_put_hex(line, "peer_key", (struct bytes){outcome->peer_key, sizeof(outcome->peer_key)});
    if (decision->observed)
        json_put_raw(line, "observed", "true");
    if (!item->has_outcome)
        json_put_raw(line, "unfinished", "true");
    if (export_item_is_sanitised(item))
        json_put_raw(line, "sanitised", "true");
    json_close(line);
}

static void put_observer(const struct format_source *source, struct json_line *line)
{
    json_open(line, "observer");
    json_put_string(line, "type", "proxy");
    json_put_string(line, "vendor", "exeat");
    json_put_string(line, "product", "exeat");
    json_put_string(line, "version", EXEAT_VERSION);
    json_put(line, "hostname", source->origin);
    json_close(line);
}

static void put_request(const struct format_source *source, const struct export_item *item, struct json_line *line)
{
    struct buffer policy = {0};
    put_event(source, item, line);
    buffer_append_number(&policy, item->decision.policy_sequence);
    json_open(line, "rule");
    json_put(line, "id", item->decision.rule);
    json_put(line, "version", buffer_text(&policy));
    json_close(line);
    buffer_clear(&policy);
    put_user(item, line);
    put_ends(item, line);
    put_http(item, line);
    put_model(item, line);
    put_own(item, line);
}

static void put_life(const struct format_source *source, const struct export_item *item, struct json_line *line)
{
    json_open(line, "event");
    json_put_string(line, "kind", item->head.kind == RECORD_GAP ? "pipeline_error" : "event");
    json_put_raw(line, "category", "[\"configuration\"]");
    json_put_raw(line, "type", "[\"info\"]");
    json_put_string(line, "action", record_kind_name(item->head.kind));
    put_place(source, item, line);
    json_close(line);
    put_named(line, "rule", "id", item->life.rule);
    json_open(line, "exeat");
    json_put(line, "event", item->life.event);
    json_put(line, "detail", item->life.detail);
    json_put(line, "owner", item->life.owner);
    json_put(line, "file", item->life.file);
    json_put_hex(line, "digest", item->life.digest);
    json_put_number(line, "count", item->life.count);
    json_close(line);
}

void ecs_line(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    struct json_line line = {.out = out};
    struct buffer sentence = {0};
    json_open(&line, NULL);
    put_time(&line, "@timestamp", item->head.wall_us);
    json_put_string(&line, "log.level", level_of(item));
    export_item_sentence(item, &sentence);
    json_put(&line, "message", buffer_text(&sentence));
    buffer_clear(&sentence);
    json_put_string(&line, "ecs.version", "9.5.0");
    (export_item_is_request(item) ? put_request : put_life)(source, item, &line);
    put_observer(source, &line);
    json_close(&line);
    buffer_append_byte(out, '\n');
}
