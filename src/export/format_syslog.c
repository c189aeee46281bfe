/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 5424. */
#include "exeat/base/clock.h"
#include "format_lines.h"

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
    if (decision->known.door != DOOR_NONE)
        syslog_put(out, "door", text_from(client_door_name(decision->known.door)));
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
    syslog_put(out, "provider", decision->llm.provider);
    syslog_put(out, "model", decision->llm.model);
    syslog_put(out, "served", item->outcome.served_model);
    syslog_put(out, "found", item->decision.found);
    syslog_put(out, "answer_found", item->outcome.found);
    syslog_put(out, "credential", item->decision.credential);
    if (line_has_id(item)) {
        buffer_append_string(out, " request=\"");
        line_append_id(item, out);
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
    char kind[LINE_KIND_SIZE];
    struct buffer sentence = {0};
    clock_write(item->head.wall_us, time);
    buffer_printf(out, "<%u>1 %s ", FACILITY * 8 + line_grade(item).syslog, time);
    append_hostname(source->origin, out);
    buffer_printf(
        out, " exeat - %s [exeat@32473 seq=\"%llu\"", line_kind(item, kind), (unsigned long long)item->head.sequence);
    syslog_put(out, "origin", source->origin);
    if (export_item_is_request(item))
        syslog_request(item, out);
    buffer_append_string(out, " leaf=\"");
    line_append_leaf(item, out);
    buffer_append_string(out, "\"] \xef\xbb\xbf");
    export_item_sentence(item, &sentence);
    export_append_clean(out, export_text_limit(buffer_text(&sentence), SYSLOG_VALUE_MAX), "");
    buffer_append_byte(out, '\n');
    buffer_clear(&sentence);
}
