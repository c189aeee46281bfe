/* SPDX-License-Identifier: Apache-2.0 */
/* Everything about one request: its records field by field, the policy that judged it, and what proves it. */
#include <string.h>

#include "exeat/base/clock.h"
#include "export_internal.h"

/* What a pass over the store finds. */
struct shown {
    struct request_id id;
    struct buffer decision; /* for people; owned, both */
    struct buffer outcome;
    uint64_t sequence; /* of its decision */
    int64_t wall_us;
    uint64_t policy;                 /* sequence of the policy in force */
    const char *part;                /* what became of its private part; NULL: it is not here */
    struct export_erasures erasures; /* owned */
};

/* --- which request -------------------------------------------------------------------------------------------------
 */

static bool id_of(const struct store_row *row, struct record *record, struct request_id *id)
{
    if (!record_parse(row->body, record) ||
        (record->head.kind != RECORD_DECISION && record->head.kind != RECORD_COMPLETION))
        return false;
    struct bytes value = record_field_find(record->fields, RECORD_TAG_REQUEST);
    if (value.length == sizeof(id->bytes))
        memcpy(id->bytes, value.data, sizeof(id->bytes));
    return value.length == sizeof(id->bytes);
}

static bool same_id(const struct request_id *left, const struct request_id *right)
{
    return memcmp(left->bytes, right->bytes, sizeof(left->bytes)) == 0;
}

static bool begins_with(const struct request_id *id, struct text digits)
{
    char hex[REQUEST_ID_TEXT_SIZE];
    request_id_write(id, hex);
    return text_starts_with(text_from(hex), digits);
}

bool export_is_request(struct text text)
{
    enum { LEAST = 4 };
    for (size_t i = 0; i < text.length; i++)
        if (!text_has(TEXT("0123456789abcdef"), text.data[i]))
            return false;
    return text.length >= LEAST && text.length < REQUEST_ID_TEXT_SIZE;
}

enum export_match
export_find_request(struct store_reader *reader, struct text digits, struct request_id *id, uint64_t *sequence)
{
    struct store_row row;
    struct record record;
    struct request_id other;
    enum store_read read;
    enum export_match match = EXPORT_MATCH_NONE;
    bool is_whole = digits.length == REQUEST_ID_TEXT_SIZE - 1;
    store_reader_seek(reader, store_reader_first(reader));
    while ((read = store_reader_next(reader, &row)) == STORE_ROW && (match == EXPORT_MATCH_NONE || !is_whole)) {
        if (!id_of(&row, &record, &other) || !begins_with(&other, digits))
            continue;
        if (match == EXPORT_MATCH_ONE && !same_id(id, &other))
            return EXPORT_MATCH_MANY;
        if (match == EXPORT_MATCH_NONE)
            *sequence = row.sequence;
        *id = other;
        match = EXPORT_MATCH_ONE;
    }
    return read == STORE_UNREADABLE ? EXPORT_MATCH_UNREADABLE : match;
}

/* --- its records ---------------------------------------------------------------------------------------------------
 */

static void append_facts(const struct export_facts *facts, struct buffer *out)
{
    for (size_t i = 0; i < facts->count; i++) {
        buffer_printf(out, "  %-16s ", facts->items[i].name);
        export_append_visible(out, facts->items[i].text);
        buffer_append_byte(out, '\n');
    }
}

static void append_head(const struct export_facts *facts, struct bytes body, struct buffer *out)
{
    char time[CLOCK_TEXT_SIZE];
    struct digest leaf;
    clock_write(facts->head.wall_us, time);
    tlog_leaf(body, &leaf);
    buffer_printf(
        out, "%s %llu, %s\n", record_kind_name(facts->head.kind), (unsigned long long)facts->head.sequence, time);
    buffer_printf(out, "  %-16s ", "leaf");
    buffer_append_hex(out, (struct bytes){leaf.bytes, sizeof(leaf.bytes)});
    buffer_append_byte(out, '\n');
}

void export_append_record(struct bytes body, struct buffer *out)
{
    struct arena arena = {0};
    struct export_facts facts;
    if (export_facts_read(body, (struct bytes){0}, &arena, &facts)) {
        append_head(&facts, body, out);
        append_facts(&facts, out);
    }
    arena_clear(&arena);
}

static void take_decision(
    struct shown *shown, const struct store_row *row, const struct record *record, const struct export_facts *facts)
{
    bool has_part = record_field_find(record->fields, RECORD_TAG_COMMITMENT).length > 0;
    if (!text_to_number(export_facts_find(facts, "policy"), INT64_MAX, &shown->policy))
        shown->policy = 0;
    shown->sequence = record->head.sequence;
    shown->wall_us = record->head.wall_us;
    shown->part = !has_part ? "none" : row->salt.length > 0 ? "here" : NULL;
    append_head(facts, row->body, &shown->decision);
    append_facts(facts, &shown->decision);
}

static void take_row(struct shown *shown, const struct store_row *row, bool redact)
{
    struct arena arena = {0};
    struct export_facts facts;
    struct record record;
    struct request_id id;
    bool is_ours = id_of(row, &record, &id) && same_id(&id, &shown->id);
    if (!is_ours) {
        (void)(record_parse(row->body, &record) && export_erasures_note(&shown->erasures, &record));
        return;
    }
    if (export_facts_read(row->body, redact ? (struct bytes){0} : row->private_part, &arena, &facts)) {
        if (record.head.kind == RECORD_DECISION) {
            take_decision(shown, row, &record, &facts);
        } else {
            append_head(&facts, row->body, &shown->outcome);
            append_facts(&facts, &shown->outcome);
        }
    }
    arena_clear(&arena);
}

static void append_part(const struct shown *shown, struct buffer *out)
{
    uint64_t said = shown->part != NULL ? 0 : export_erasures_cover(&shown->erasures, shown->sequence, shown->wall_us);
    buffer_printf(out, "  %-16s ", "personal part");
    if (shown->part != NULL)
        buffer_append_string(out, shown->part);
    else if (said > 0)
        buffer_printf(out, "erased, as record %llu says; the record and its proof are whole", (unsigned long long)said);
    else
        buffer_append_string(out, "missing, and no record says that it was erased");
    buffer_append_byte(out, '\n');
}

static void append_policy(struct store_reader *reader, uint64_t sequence, struct buffer *out)
{
    struct store_row row;
    struct arena arena = {0};
    struct export_facts facts;
    store_reader_seek(reader, sequence);
    bool found = store_reader_next(reader, &row) == STORE_ROW && row.sequence == sequence &&
                 row.kind == RECORD_POLICY && export_facts_read(row.body, row.private_part, &arena, &facts);
    if (found) {
        append_head(&facts, row.body, out);
        append_facts(&facts, out);
    } else {
        buffer_printf(out, "policy %llu: its record is not in this store\n", (unsigned long long)sequence);
    }
    arena_clear(&arena);
}

static void append_proof(struct store_reader *reader, uint64_t sequence, struct buffer *out)
{
    uint64_t size = 0;
    struct buffer note = {0};
    if (store_reader_checkpoint(reader, sequence, &size, &note))
        buffer_printf(out, "proof\n  the checkpoint of the first %llu records covers it\n", (unsigned long long)size);
    else
        buffer_append_string(out, "proof\n  no checkpoint covers it yet\n");
    buffer_clear(&note);
}

static void append_all(struct store_reader *reader, const struct shown *shown, struct buffer *out)
{
    if (shown->decision.length == 0) {
        buffer_append_string(out, "decision: its record is not in this store; see `exeat audit verify`\n");
        buffer_append(out, buffer_text(&shown->outcome));
        return;
    }
    buffer_append(out, buffer_text(&shown->decision));
    append_part(shown, out);
    buffer_append(out, buffer_text(&shown->outcome));
    if (shown->outcome.length == 0)
        buffer_append_string(out, "completion: none; the request is under way, or the gate ended before it did\n");
    append_policy(reader, shown->policy, out);
    append_proof(reader, shown->sequence, out);
}

bool export_show(
    struct store_reader *reader, const struct request_id *id, bool redact, const struct export_progress *progress,
    struct buffer *out, char **error)
{
    struct shown shown = {.id = *id, .part = "none"};
    struct store_row row;
    enum store_read read;
    store_reader_seek(reader, store_reader_first(reader));
    while ((read = store_reader_next(reader, &row)) == STORE_ROW && (shown.outcome.length == 0 || shown.part == NULL)) {
        take_row(&shown, &row, redact);
        if (row.sequence % 4096 == 0)
            progress->on_progress(progress->context, row.sequence);
    }
    if (read == STORE_UNREADABLE)
        *error = text_copy(text_from(store_reader_error(reader)));
    else
        append_all(reader, &shown, out);
    buffer_clear(&shown.decision);
    buffer_clear(&shown.outcome);
    export_erasures_clear(&shown.erasures);
    return read != STORE_UNREADABLE;
}
