/* SPDX-License-Identifier: Apache-2.0 */
/* Items: a request joined from its records, and what is said of it in every format. */
#include <string.h>

#include "export_internal.h"

/* The record and its private part, one after the other, in the item's own memory. */
static void keep(struct export_item *item, struct bytes *body, struct bytes *private_part)
{
    buffer_empty(&item->bytes);
    buffer_reserve(&item->bytes, body->length + private_part->length + 1); /* there is memory even for nothing */
    buffer_append(&item->bytes, text_of_bytes(*body));
    buffer_append(&item->bytes, text_of_bytes(*private_part));
    body->data = (const uint8_t *)item->bytes.data;
    private_part->data = body->data + body->length;
}

bool export_item_read(struct export_item *item, struct bytes body, struct bytes private_part)
{
    struct record record;
    keep(item, &body, &private_part);
    item->has_outcome = false;
    item->ended_us = 0;
    item->outcome = (struct outcome_record){0};
    item->decision = (struct decision_record){0};
    item->life = (struct record_event){0};
    if (!record_parse(body, &record) || record.head.kind == RECORD_COMPLETION)
        return false;
    item->head = record.head;
    tlog_leaf(body, &item->leaf);
    if (export_item_is_request(item))
        record_decision_read(&record, private_part, &item->decision);
    else
        record_event_read(&record, &item->life);
    return true;
}

bool export_item_is_sanitised(const struct export_item *item)
{
    const struct decision_record *decision = &item->decision;
    return !text_is_utf8(decision->host) || !text_is_utf8(decision->personal.path) ||
           !text_is_utf8(decision->personal.query) || !text_is_utf8(decision->method) ||
           !text_is_utf8(decision->llm.model) || !text_is_utf8(decision->sni) ||
           !text_is_utf8(item->outcome.served_model);
}

bool export_item_end(struct export_item *item, struct bytes body)
{
    struct record record;
    buffer_empty(&item->outcome_bytes);
    buffer_append(&item->outcome_bytes, text_of_bytes(body));
    body.data = (const uint8_t *)item->outcome_bytes.data;
    if (!record_parse(body, &record) || record.head.kind != RECORD_COMPLETION)
        return false;
    record_outcome_read(&record, &item->outcome);
    item->has_outcome = true;
    item->ended_us = record.head.wall_us;
    return true;
}

void export_item_clear(struct export_item *item)
{
    buffer_clear(&item->bytes);
    buffer_clear(&item->outcome_bytes);
}

/* --- what is said of them
 * ------------------------------------------------------------------------------------------------ */

const char *reason_code(enum reason reason)
{
    return reason < REASON_COUNT ? reason_row(reason)->code : "unknown";
}

enum reason export_item_reason(const struct export_item *item)
{
    return item->has_outcome && item->outcome.reason != REASON_NONE ? item->outcome.reason : item->decision.reason;
}

struct text export_item_detail(const struct export_item *item)
{
    return item->outcome.detail.length > 0 ? item->outcome.detail : item->decision.detail;
}

static void append_spaced(struct buffer *out, struct text text)
{
    if (text.length == 0)
        return;
    buffer_append_byte(out, ' ');
    buffer_append(out, text);
}

/* A policy's detail has the digests and paths of all its files, the first of which is `file`; its event is its kind. */
static void life_sentence(const struct export_item *item, struct buffer *out)
{
    buffer_append_string(out, record_kind_name(item->head.kind));
    if (!text_equal(item->life.event, text_from(record_kind_name(item->head.kind))))
        append_spaced(out, item->life.event);
    append_spaced(out, item->life.detail);
    if (item->head.kind != RECORD_POLICY)
        append_spaced(out, item->life.file);
    if (item->life.count > 0)
        buffer_printf(out, " count %llu", (unsigned long long)item->life.count);
}

void export_item_append_uid(const struct export_item *item, struct buffer *out)
{
    if (item->decision.known.owner.is_known)
        buffer_append_number(out, item->decision.known.owner.uid);
}

void export_item_sentence(const struct export_item *item, struct buffer *out)
{
    const struct decision_record *decision = &item->decision;
    if (!export_item_is_request(item)) {
        life_sentence(item, out);
        return;
    }
    buffer_append_string(out, verdict_name(decision->verdict));
    append_spaced(out, decision->method);
    append_spaced(out, decision->host);
    if (decision->port != 0)
        buffer_printf(out, ":%u", (unsigned)decision->port);
    if (decision->rule.length > 0)
        buffer_append_string(out, " by ");
    buffer_append(out, decision->rule);
    if (decision->observed)
        buffer_append_string(out, ", let through by observe mode");
    if (export_item_detail(item).length > 0)
        BUFFER_APPEND_ALL(out, TEXT(": "), export_item_detail(item));
}

void export_item_url(const struct export_item *item, struct buffer *out)
{
    const struct decision_record *decision = &item->decision;
    if (decision->host.length == 0)
        return;
    bool is_known = decision->scheme == SCHEME_HTTP || decision->scheme == SCHEME_HTTPS;
    if (is_known)
        buffer_printf(out, "%s://", scheme_name(decision->scheme));
    bool is_ipv6 = text_has(decision->host, ':') && !text_has(decision->host, '[');
    buffer_append_string(out, is_ipv6 ? "[" : "");
    buffer_append(out, decision->host);
    buffer_append_string(out, is_ipv6 ? "]" : "");
    if (decision->port != 0 && (!is_known || decision->port != scheme_port(decision->scheme)))
        buffer_printf(out, ":%u", (unsigned)decision->port);
    buffer_append(out, decision->personal.path);
    if (decision->personal.query.length > 0)
        buffer_append_byte(out, '?');
    buffer_append(out, decision->personal.query);
}
