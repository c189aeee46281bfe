/* SPDX-License-Identifier: Apache-2.0 */
/* OCSF 1.8.0, class HTTP Activity (4002), profiles security_control and network_proxy: one JSON object a line. The
 * ai_operation profile is valid on this class only from 1.9.0 on, so what it would hold stands under `unmapped`. */
#include "export_internal.h"

enum { CLASS_HTTP_ACTIVITY = 4002 };

enum { ACTIVITY_OTHER = 99 };

static unsigned activity_of(struct text method)
{
    static const char *const names[] = {"",        "CONNECT", "DELETE", "GET",   "HEAD",
                                        "OPTIONS", "POST",    "PUT",    "TRACE", "PATCH"};
    for (unsigned i = 0; i < COUNT_OF(names); i++)
        if (text_equal(method, text_from(names[i])))
            return i;
    return ACTIVITY_OTHER;
}

/* How a verdict is said: severity, status, action, disposition. */
struct ocsf_verdict {
    unsigned severity;
    unsigned status;
    unsigned action;
    unsigned disposition;
    const char *caption; /* of the disposition, as the schema has it */
};

static struct ocsf_verdict verdict_of(const struct export_item *item)
{
    const struct decision_record *decision = &item->decision;
    unsigned served = !item->has_outcome ? 0 : item->outcome.reason == REASON_NONE ? 1 : 2;
    if (decision->observed)
        return (struct ocsf_verdict){3, served, 3, 17, "Logged"};
    if (decision->verdict < VERDICT_ALLOW || decision->verdict > VERDICT_ERROR)
        return (struct ocsf_verdict){0, 0, 0, 0, "Unknown"}; /* of a newer gate */
    switch (decision->verdict) {
    case VERDICT_ALLOW:
        return (struct ocsf_verdict){1, served, 1, 1, "Allowed"};
    case VERDICT_REROUTE:
        return (struct ocsf_verdict){2, item->has_outcome ? served : 1, 4, 7, "Custom Action"};
    case VERDICT_DENY:
    case VERDICT_ERROR:
        break;
    }
    return (struct ocsf_verdict){decision->llm.provider.length > 0 ? 4 : 3, 2, 2, 2, "Blocked"};
}

static void put_metadata(const struct format_source *source, const struct export_item *item, struct json_line *line)
{
    struct buffer uid = {0};
    buffer_append(&uid, source->origin);
    buffer_printf(&uid, "#%llu", (unsigned long long)item->head.sequence);
    json_open(line, "metadata");
    json_put_string(line, "version", "1.8.0");
    json_open(line, "product");
    json_put_string(line, "name", "exeat");
    json_put_string(line, "vendor_name", "exeat");
    json_put_string(line, "version", EXEAT_VERSION);
    json_close(line);
    json_put_raw(line, "profiles", "[\"security_control\",\"network_proxy\"]");
    json_put(line, "uid", buffer_text(&uid));
    json_put_raw(line, "sequence", "");
    buffer_append_number(line->out, item->head.sequence);
    json_close(line);
    buffer_clear(&uid);
}

static void put_always(struct json_line *line, const char *name, uint64_t number)
{
    json_put_raw(line, name, "");
    buffer_append_number(line->out, number);
}

static void put_class(const struct export_item *item, struct json_line *line)
{
    unsigned activity = activity_of(item->decision.method);
    struct ocsf_verdict verdict = verdict_of(item);
    put_always(line, "category_uid", 4);
    put_always(line, "class_uid", CLASS_HTTP_ACTIVITY);
    put_always(line, "activity_id", activity);
    if (activity == ACTIVITY_OTHER) /* then the schema wants the source's own word */
        json_put(line, "activity_name", item->decision.method);
    put_always(line, "type_uid", CLASS_HTTP_ACTIVITY * 100 + activity);
    put_always(line, "time", (uint64_t)(item->head.wall_us / 1000));
    put_always(line, "severity_id", verdict.severity);
    put_always(line, "status_id", verdict.status);
    if (export_item_reason(item) != REASON_NONE)
        json_put_string(line, "status_detail", reason_code(export_item_reason(item)));
    put_always(line, "action_id", verdict.action);
    put_always(line, "disposition_id", verdict.disposition);
    json_put_string(line, "disposition", verdict.caption);
    if (item->decision.verdict == VERDICT_REROUTE && !item->decision.observed)
        json_put_string(line, "message", "rerouted to local inference");
}

static void put_endpoints(const struct export_item *item, struct json_line *line)
{
    const struct decision_record *decision = &item->decision;
    struct buffer address = {0};
    if (item->outcome.address.length > 0)
        address_append(&address, &item->outcome.address);
    if (decision->host.length > 0 || decision->port != 0) {
        json_open(line, "dst_endpoint");
        json_put(line, "hostname", decision->host);
        json_put(line, "ip", buffer_text(&address));
        json_put_number(line, "port", decision->port);
        json_close(line);
    }
    buffer_clear(&address);
    struct buffer uid = {0};
    export_item_append_uid(item, &uid);
    if (decision->client.length > 0 || decision->personal.client_address.length > 0 || decision->host.length == 0) {
        json_open(line, "src_endpoint");
        json_put(line, "name", decision->client.length > 0 ? decision->client : TEXT("unknown"));
        json_put(line, "ip", decision->personal.client_address);
        if (uid.length > 0) {
            json_open(line, "owner");
            json_put(line, "uid", buffer_text(&uid));
            json_close(line);
        }
        json_close(line);
    }
    buffer_clear(&uid);
}

static void put_http(const struct export_item *item, struct json_line *line)
{
    const struct decision_record *decision = &item->decision;
    json_open(line, "http_request");
    json_put(line, "http_method", decision->method);
    if (decision->personal.path.length > 0) {
        json_open(line, "url");
        json_put(line, "hostname", decision->host);
        json_put(line, "path", decision->personal.path);
        json_put_number(line, "port", decision->port);
        json_put(line, "query_string", decision->personal.query);
        if (decision->scheme != 0)
            json_put_string(line, "scheme", scheme_name(decision->scheme));
        json_close(line);
    }
    json_close(line);
    if (item->outcome.status != 0) {
        json_open(line, "http_response");
        json_put_number(line, "code", item->outcome.status);
        json_close(line);
    }
    if (item->outcome.bytes_up > 0 || item->outcome.bytes_down > 0) {
        json_open(line, "traffic");
        json_put_number(line, "bytes_in", item->outcome.bytes_down);
        json_put_number(line, "bytes_out", item->outcome.bytes_up);
        json_close(line);
    }
    json_put_number(line, "duration", item->outcome.duration_us / 1000);
}

static void put_model(const struct export_item *item, struct json_line *line)
{
    if (item->decision.llm.provider.length > 0) {
        json_open(line, "ai_model");
        json_put(line, "ai_provider", item->decision.llm.provider);
        json_put(line, "name", item->decision.llm.model);
        json_close(line);
    }
    json_put(line, "served_model", item->outcome.served_model);
    export_put_service(item, line);
    if (item->outcome.tokens_in > 0 || item->outcome.tokens_out > 0) {
        json_open(line, "message_context");
        json_put_number(line, "prompt_tokens", item->outcome.tokens_in);
        json_put_number(line, "completion_tokens", item->outcome.tokens_out);
        json_close(line);
    }
}

static void put_unmapped(const struct format_source *source, const struct export_item *item, struct json_line *line)
{
    char id[REQUEST_ID_TEXT_SIZE];
    request_id_write(&item->decision.id, id);
    json_open(line, "unmapped");
    put_model(item, line);
    json_open(line, "attestation");
    json_put(line, "chain_uid", source->origin);
    json_open(line, "fingerprint");
    put_always(line, "algorithm_id", 3);
    json_put_hex(line, "value", (struct bytes){item->leaf.bytes, sizeof(item->leaf.bytes)});
    json_close(line);
    json_close(line);
    json_put_string(line, "request", id);
    json_put_string(line, "verdict", verdict_name(item->decision.verdict));
    if (item->has_outcome)
        json_put_string(line, "done", plan_name(item->outcome.done));
    json_put(line, "detail", export_item_detail(item));
    export_put_found(item, line);
    if (export_item_is_sanitised(item))
        json_put_raw(line, "sanitised", "true");
    json_close(line);
}

void ocsf_line(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    struct json_line line = {.out = out};
    json_open(&line, NULL);
    put_metadata(source, item, &line);
    put_class(item, &line);
    if (item->decision.rule.length > 0) {
        json_open(&line, "firewall_rule");
        json_put(&line, "uid", item->decision.rule);
        json_close(&line);
    }
    put_endpoints(item, &line);
    put_http(item, &line);
    if (item->decision.sni.length > 0) {
        json_open(&line, "tls");
        json_put(&line, "sni", item->decision.sni);
        json_close(&line);
    }
    put_unmapped(source, item, &line);
    json_close(&line);
    buffer_append_byte(out, '\n');
}
