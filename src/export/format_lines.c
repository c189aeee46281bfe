/* SPDX-License-Identifier: Apache-2.0 */
/* Lines for collectors: CEF:0, LEEF 2.0 and RFC 5424. Each has its own idea of escaping; none may be broken by what a
 * client put into a host or a path. */
#include <string.h>
#include <time.h>

#include "exeat/base/clock.h"
#include "export_internal.h"

/* How a line is graded: syslog severity (RFC 5424 6.2.1), and the 0 to 10 of CEF and LEEF. */
struct grade {
    unsigned syslog;
    unsigned ten;
};

static struct grade grade_of(const struct export_item *item)
{
    if (!export_item_is_request(item))
        return item->head.kind == RECORD_GAP ? (struct grade){2, 9} : (struct grade){5, 1};
    if (item->decision.observed)
        return (struct grade){5, 3};
    switch (item->decision.verdict) {
    case VERDICT_ALLOW:
        return (struct grade){6, 1};
    case VERDICT_REROUTE:
    case VERDICT_ERROR:
        return (struct grade){4, 4};
    case VERDICT_DENY:
        break;
    }
    return (struct grade){4, item->decision.llm_provider.length > 0 ? 7 : 5};
}

static const char *kind_upper(const struct export_item *item, char out[16])
{
    text_store(text_from(record_kind_name(item->head.kind)), out, 16);
    for (char *at = out; *at != '\0'; at++)
        if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    return out;
}

static void append_leaf(const struct export_item *item, struct buffer *out)
{
    buffer_append_hex(out, (struct bytes){item->leaf.bytes, sizeof(item->leaf.bytes)});
}

static void append_id(const struct export_item *item, struct buffer *out)
{
    buffer_append_hex(out, (struct bytes){item->decision.id.bytes, sizeof(item->decision.id.bytes)});
}

static bool has_id(const struct export_item *item)
{
    static const struct request_id none;
    return memcmp(item->decision.id.bytes, none.bytes, sizeof(none.bytes)) != 0;
}

/* --- CEF
 * -------------------------------------------------------------------------------------------------------------- */

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
    cef_put(out, "suser", decision->client, CEF_NAME);
    export_item_append_uid(item, &text);
    cef_put(out, "suid", buffer_text(&text), CEF_NAME);
    buffer_empty(&text);
    cef_put(out, "requestMethod", decision->method, CEF_NAME);
    cef_put(out, "dhost", decision->host, CEF_NAME);
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
    if (item->decision.llm_provider.length == 0)
        return;
    buffer_append(&text, item->decision.llm_provider);
    if (item->decision.model.length > 0)
        buffer_append_byte(&text, '/');
    buffer_append(&text, item->decision.model);
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
    append_leaf(item, &text);
    cef_put_custom(out, "cs4", "leaf", buffer_text(&text));
    cef_put_custom(out, "cs5", "served model", item->outcome.served_model);
    buffer_empty(&text);
    if (has_id(item))
        append_id(item, &text);
    cef_put_custom(out, "cs6", "request", buffer_text(&text));
    if (item->outcome.tokens_in > 0)
        buffer_printf(out, " cn2Label=tokens in cn2=%llu", (unsigned long long)item->outcome.tokens_in);
    if (item->outcome.tokens_out > 0)
        buffer_printf(out, " cn3Label=tokens out cn3=%llu", (unsigned long long)item->outcome.tokens_out);
    buffer_clear(&text);
}

void cef_line(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    char kind[16];
    bool is_llm = item->decision.llm_provider.length > 0;
    buffer_printf(
        out, "CEF:0|exeat|exeat|" EXEAT_VERSION "|%s|%s%s|%u|rt=%lld", kind_upper(item, kind), is_llm ? "LLM " : "",
        act_name(item), grade_of(item).ten, (long long)(item->head.wall_us / 1000));
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

/* --- LEEF: no escaping is defined, so the delimiter (a tab) and other controls are made visible
 * ----------------------------------- */

static void leef_put(struct buffer *out, const char *key, struct text value)
{
    if (value.length == 0)
        return;
    buffer_append_byte(out, '\t');
    buffer_append_string(out, key);
    buffer_append_byte(out, '=');
    export_append_clean(out, export_text_limit(value, CEF_CUSTOM), "");
}

static void leef_put_number(struct buffer *out, const char *key, uint64_t number)
{
    if (number != 0)
        buffer_printf(out, "\t%s=%llu", key, (unsigned long long)number);
}

static void leef_time(const struct export_item *item, struct buffer *out)
{
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(item->head.wall_us / 1000000);
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL)
        return;
    buffer_printf(
        out, "devTime=%s %02d %04d %02d:%02d:%02d.%03d GMT\tdevTimeFormat=MMM dd yyyy HH:mm:ss.SSS z",
        months[utc.tm_mon], utc.tm_mday, utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec,
        (int)(item->head.wall_us % 1000000 / 1000));
}

static void leef_request(const struct export_item *item, struct buffer *out)
{
    const struct decision_record *decision = &item->decision;
    struct buffer text = {0};
    leef_put(out, "src", decision->personal.client_address);
    if (item->outcome.address.length > 0)
        address_append(&text, &item->outcome.address);
    leef_put(out, "dst", buffer_text(&text));
    leef_put_number(out, "dstPort", decision->port);
    leef_put(out, "usrName", decision->client);
    buffer_empty(&text);
    export_item_append_uid(item, &text);
    leef_put(out, "clientUid", buffer_text(&text));
    leef_put(out, "policy", decision->rule);
    leef_put(out, "resource", decision->host);
    buffer_empty(&text);
    if (decision->personal.path.length > 0)
        export_item_url(item, &text);
    leef_put(out, "url", buffer_text(&text));
    leef_put(out, "method", decision->method);
    leef_put_number(out, "srcBytes", item->outcome.bytes_up);
    leef_put_number(out, "dstBytes", item->outcome.bytes_down);
    if (export_item_reason(item) != REASON_NONE)
        leef_put(out, "reason", text_from(reason_code(export_item_reason(item))));
    leef_put(out, "llmProvider", decision->llm_provider);
    leef_put(out, "llmModel", decision->model);
    leef_put(out, "servedModel", item->outcome.served_model);
    if (has_id(item)) {
        buffer_append_string(out, "\trequest=");
        append_id(item, out);
    }
    buffer_clear(&text);
}

void leef_line(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    char kind[16];
    char verdict[16];
    kind_upper(item, kind);
    text_store(
        text_from(export_item_is_request(item) ? verdict_name(item->decision.verdict) : ""), verdict, sizeof(verdict));
    buffer_printf(out, "LEEF:2.0|exeat|exeat|" EXEAT_VERSION "|%s%s", kind, verdict[0] != '\0' ? "-" : "");
    for (const char *at = verdict; *at != '\0'; at++)
        buffer_append_byte(out, (char)(*at - 'a' + 'A'));
    buffer_append_string(out, "|x09|");
    leef_time(item, out);
    leef_put(out, "cat", text_from(export_item_is_request(item) ? verdict : record_kind_name(item->head.kind)));
    buffer_printf(out, "\tsev=%u", grade_of(item).ten);
    if (export_item_is_request(item)) {
        leef_request(item, out);
    } else {
        struct buffer sentence = {0};
        export_item_sentence(item, &sentence);
        leef_put(out, "msg", buffer_text(&sentence));
        buffer_clear(&sentence);
    }
    leef_put(out, "origin", source->origin);
    buffer_printf(out, "\tseq=%llu\tleaf=", (unsigned long long)item->head.sequence);
    append_leaf(item, out);
    buffer_append_byte(out, '\n');
}

/* --- RFC 5424
 * ---------------------------------------------------------------------------------------------------------- */

/* Facility 13 (log audit). The enterprise number is the one for documentation (RFC 5612): exeat has none of its own.
 * A collector need not take more than 8,192 octets, so long values are cut. */
enum { FACILITY = 13, SYSLOG_VALUE_MAX = 1024, SYSLOG_NAME_MAX = 255 };

static void syslog_put(struct buffer *out, const char *name, struct text value)
{
    if (value.length == 0)
        return;
    buffer_printf(out, " %s=\"", name);
    export_append_clean(out, export_text_limit(value, SYSLOG_VALUE_MAX), "\"\\]");
    buffer_append_byte(out, '"');
}

static void syslog_request(const struct export_item *item, struct buffer *out)
{
    const struct decision_record *decision = &item->decision;
    syslog_put(out, "verdict", text_from(verdict_name(decision->verdict)));
    syslog_put(out, "rule", decision->rule);
    syslog_put(out, "host", decision->host);
    if (decision->port != 0)
        buffer_printf(out, " port=\"%u\"", (unsigned)decision->port);
    syslog_put(out, "path", decision->personal.path);
    syslog_put(out, "query", decision->personal.query);
    syslog_put(out, "client", decision->client);
    if (decision->known.by != PROOF_NONE)
        syslog_put(out, "client_proof", text_from(client_proof_name(decision->known.by)));
    struct buffer uid = {0};
    export_item_append_uid(item, &uid);
    syslog_put(out, "client_uid", buffer_text(&uid));
    buffer_clear(&uid);
    syslog_put(out, "src", decision->personal.client_address);
    if (export_item_reason(item) != REASON_NONE)
        syslog_put(out, "reason", text_from(reason_code(export_item_reason(item))));
    if (item->has_outcome)
        syslog_put(out, "done", text_from(plan_name(item->outcome.done)));
    if (item->outcome.status != 0)
        buffer_printf(out, " status=\"%u\"", (unsigned)item->outcome.status);
    syslog_put(out, "provider", decision->llm_provider);
    syslog_put(out, "model", decision->model);
    syslog_put(out, "served", item->outcome.served_model);
    if (has_id(item)) {
        buffer_append_string(out, " request=\"");
        append_id(item, out);
        buffer_append_byte(out, '"');
    }
    if (export_item_is_sanitised(item))
        syslog_put(out, "sanitised", TEXT("true"));
}

static void append_hostname(struct text origin, struct buffer *out)
{
    struct text name = export_text_limit(origin, SYSLOG_NAME_MAX);
    for (size_t i = 0; i < name.length; i++)
        buffer_append_byte(out, name.data[i] > ' ' && name.data[i] < 0x7f ? name.data[i] : '?');
}

void syslog_line(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    char time[CLOCK_TEXT_SIZE];
    char kind[16];
    struct buffer sentence = {0};
    clock_write(item->head.wall_us, time);
    buffer_printf(out, "<%u>1 %s ", FACILITY * 8 + grade_of(item).syslog, time);
    append_hostname(source->origin, out);
    buffer_printf(
        out, " exeat - %s [exeat@32473 seq=\"%llu\"", kind_upper(item, kind), (unsigned long long)item->head.sequence);
    syslog_put(out, "origin", source->origin);
    if (export_item_is_request(item))
        syslog_request(item, out);
    buffer_append_string(out, " leaf=\"");
    append_leaf(item, out);
    buffer_append_string(out, "\"] \xef\xbb\xbf");
    export_item_sentence(item, &sentence);
    export_append_clean(out, export_text_limit(buffer_text(&sentence), SYSLOG_VALUE_MAX), "");
    buffer_append_byte(out, '\n');
    buffer_clear(&sentence);
}
