/* SPDX-License-Identifier: Apache-2.0 */
/* CEF:0 (ArcSight), with the keys of its dictionary. */
#include "format_lines.h"

/* Lengths of the dictionary. */
enum { CEF_SHORT = 31, CEF_NAME = 1023, CEF_CUSTOM = 4000 };

static void cef_put(struct buffer *out, const char *key, struct text value, size_t limit)
{
    if (value.length == 0)
        return;
    buffer_append_byte(out, ' ');
    buffer_append_string(out, key);
    buffer_append_byte(out, '=');
    export_append_clean(out, export_text_limit(value, limit), "\\=");
}

static void cef_put_number(struct buffer *out, const char *key, uint64_t number)
{
    if (number != 0)
        buffer_printf(out, " %s=%llu", key, (unsigned long long)number);
}

static void cef_put_custom(struct buffer *out, const char *key, const char *label, struct text value)
{
    if (value.length == 0)
        return;
    buffer_printf(out, " %sLabel=%s", key, label);
    cef_put(out, key, value, CEF_CUSTOM);
}

static const char *act_name(const struct export_item *item)
{
    if (!export_item_is_request(item))
        return "Gate";
    switch (item->decision.verdict) {
    case VERDICT_ALLOW:
        return "egress allowed";
    case VERDICT_DENY:
        return item->decision.observed ? "egress observed" : "egress denied";
    case VERDICT_REROUTE:
        return "egress rerouted";
    case VERDICT_ERROR:
        return "egress refused as malformed";
    }
    return "egress";
}

static const char *cef_outcome(const struct export_item *item)
{
    if (item->decision.verdict == VERDICT_REROUTE && item->outcome.reason == REASON_NONE)
        return "modified";
    bool refused = !item->decision.observed && item->decision.verdict != VERDICT_ALLOW;
    if (refused || item->outcome.reason != REASON_NONE)
        return "failure";
    return item->has_outcome ? "success" : "unknown";
}

static void cef_address(const struct export_item *item, struct buffer *out)
{
    const struct address *address = &item->outcome.address;
    struct buffer text = {0};
    if (address->length == 0)
        return;
    address_append(&text, address);
    if (address->length == 4)
        cef_put(out, "dst", buffer_text(&text), CEF_NAME);
    else
        cef_put_custom(out, "c6a3", "Destination IPv6 Address", buffer_text(&text));
    buffer_clear(&text);
}

static const char *app_name(enum scheme scheme)
{
    if (scheme == SCHEME_HTTP)
        return "HTTP";
    return scheme == SCHEME_HTTPS ? "HTTPS" : "TCP";
}

static void cef_request(const struct export_item *item, struct buffer *out)
{
    const struct decision_record *decision = &item->decision;
    struct buffer text = {0};
    buffer_printf(out, " act=%s outcome=%s", verdict_name(decision->verdict), cef_outcome(item));
    if (export_item_reason(item) != REASON_NONE)
        cef_put(out, "reason", text_from(reason_code(export_item_reason(item))), CEF_NAME);
    if (decision->scheme != 0)
        buffer_printf(out, " app=%s", app_name(decision->scheme));
    if (text_has(decision->personal.client_address, ':'))
        cef_put_custom(out, "c6a2", "Source IPv6 Address", decision->personal.client_address);
    else
        cef_put(out, "src", decision->personal.client_address, CEF_NAME);
    if (decision->known.door != DOOR_NONE)
        cef_put(out, "deviceInboundInterface", text_from(client_door_name(decision->known.door)), CEF_NAME);
    cef_put(out, "suser", decision->client, CEF_NAME);
    export_item_append_uid(item, &text);
    cef_put(out, "suid", buffer_text(&text), CEF_NAME);
    buffer_empty(&text);
    cef_put(out, "requestMethod", decision->method, CEF_NAME);
    cef_put(out, "dhost", decision->host, CEF_NAME);
    cef_put(out, "duser", decision->credential, CEF_NAME); /* who the gate was there */
    cef_put_number(out, "dpt", decision->port);
    cef_address(item, out);
    if (decision->personal.path.length > 0)
        export_item_url(item, &text);
    cef_put(out, "request", buffer_text(&text), CEF_NAME);
    cef_put(out, "msg", export_item_detail(item), CEF_NAME);
    cef_put_number(out, "in", item->outcome.bytes_up);
    cef_put_number(out, "out", item->outcome.bytes_down);
    buffer_clear(&text);
}

static void cef_model(const struct export_item *item, struct buffer *out)
{
    struct buffer text = {0};
    if (item->decision.llm.provider.length == 0)
        return;
    buffer_append(&text, item->decision.llm.provider);
    if (item->decision.llm.model.length > 0)
        buffer_append_byte(&text, '/');
    buffer_append(&text, item->decision.llm.model);
    cef_put_custom(out, "cs3", "llm", buffer_text(&text));
    buffer_clear(&text);
}

static void cef_custom(const struct export_item *item, struct buffer *out)
{
    struct buffer text = {0};
    cef_put_custom(out, "cs1", "rule", item->decision.rule);
    if (export_item_is_request(item) && item->decision.policy_sequence > 0)
        buffer_printf(out, " cs2Label=policy cs2=%llu", (unsigned long long)item->decision.policy_sequence);
    cef_model(item, out);
    line_append_leaf(item, &text);
    cef_put_custom(out, "cs4", "leaf", buffer_text(&text));
    cef_put_custom(out, "cs5", "served model", item->outcome.served_model);
    buffer_empty(&text);
    if (line_has_id(item))
        line_append_id(item, &text);
    cef_put_custom(out, "cs6", "request", buffer_text(&text));
    cef_put_custom(out, "flexString1", "found", item->decision.found);
    cef_put_custom(out, "flexString2", "found in the answer", item->outcome.found);
    if (item->outcome.tokens_in > 0)
        buffer_printf(out, " cn2Label=tokens in cn2=%llu", (unsigned long long)item->outcome.tokens_in);
    if (item->outcome.tokens_out > 0)
        buffer_printf(out, " cn3Label=tokens out cn3=%llu", (unsigned long long)item->outcome.tokens_out);
    buffer_clear(&text);
}

void cef_line(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    char kind[LINE_KIND_SIZE];
    bool is_llm = item->decision.llm.provider.length > 0;
    buffer_printf(
        out, "CEF:0|exeat|exeat|" EXEAT_VERSION "|%s|%s%s|%u|rt=%lld", line_kind(item, kind), is_llm ? "LLM " : "",
        act_name(item), line_grade(item).ten, (long long)(item->head.wall_us / 1000));
    if (export_item_is_request(item)) {
        cef_request(item, out);
    } else {
        struct buffer sentence = {0};
        export_item_sentence(item, &sentence);
        cef_put(out, "msg", buffer_text(&sentence), CEF_NAME);
        buffer_clear(&sentence);
    }
    cef_put(out, "dvchost", source->origin, 100);
    buffer_printf(out, " externalId=%llu", (unsigned long long)item->head.sequence);
    cef_put(out, "deviceExternalId", source->origin, 255);
    cef_custom(item, out);
    buffer_append_byte(out, '\n');
}
