/* SPDX-License-Identifier: Apache-2.0 */
/* LEEF 2.0 (QRadar). No escaping is defined, so the delimiter (a tab) and other controls are made visible. */
#include <time.h>

#include "format_lines.h"

enum { LEEF_VALUE_MAX = 4000 };

static void leef_put(struct buffer *out, const char *key, struct text value)
{
    if (value.length == 0)
        return;
    buffer_append_byte(out, '\t');
    buffer_append_string(out, key);
    buffer_append_byte(out, '=');
    export_append_clean(out, export_text_limit(value, LEEF_VALUE_MAX), "");
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
    leef_put(out, "llmProvider", decision->llm.provider);
    leef_put(out, "llmModel", decision->llm.model);
    leef_put(out, "found", decision->found);
    leef_put(out, "answerFound", item->outcome.found);
    leef_put(out, "credential", decision->credential);
    leef_put(out, "servedModel", item->outcome.served_model);
    if (line_has_id(item)) {
        buffer_append_string(out, "\trequest=");
        line_append_id(item, out);
    }
    buffer_clear(&text);
}

void leef_line(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    char kind[LINE_KIND_SIZE];
    char verdict[16];
    line_kind(item, kind);
    text_store(
        text_from(export_item_is_request(item) ? verdict_name(item->decision.verdict) : ""), verdict, sizeof(verdict));
    buffer_printf(out, "LEEF:2.0|exeat|exeat|" EXEAT_VERSION "|%s%s", kind, verdict[0] != '\0' ? "-" : "");
    for (const char *at = verdict; *at != '\0'; at++)
        buffer_append_byte(out, (char)(*at - 'a' + 'A'));
    buffer_append_string(out, "|x09|");
    leef_time(item, out);
    leef_put(out, "cat", text_from(export_item_is_request(item) ? verdict : record_kind_name(item->head.kind)));
    buffer_printf(out, "\tsev=%u", line_grade(item).ten);
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
    line_append_leaf(item, out);
    buffer_append_byte(out, '\n');
}
