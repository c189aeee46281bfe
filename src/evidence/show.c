/* SPDX-License-Identifier: Apache-2.0 */
/* Everything about one request: its records field by field, the policy that judged it, and what proves it. */
#include "evidence_internal.h"
#include "exeat/base/clock.h"

/* What one pass over the store finds. */
struct shown {
    struct text request; /* id, hex */
    struct buffer out;
    uint64_t sequence; /* of its decision */
    uint64_t policy;   /* sequence of the policy in force */
    bool found;
    bool has_outcome;
};

static void append_facts(const struct facts *facts, struct buffer *out)
{
    for (size_t i = 0; i < facts->count; i++) {
        buffer_printf(out, "  %-16s ", facts->items[i].name);
        append_visible(out, facts->items[i].text);
        buffer_append_byte(out, '\n');
    }
}

static void append_head(const struct facts *facts, struct bytes body, struct buffer *out)
{
    char time[CLOCK_TEXT_SIZE];
    struct digest leaf;
    clock_write(facts->head.wall_us, time);
    audit_leaf(body, &leaf);
    buffer_printf(
        out, "%s %llu, %s\n", audit_kind_name(facts->head.kind), (unsigned long long)facts->head.sequence, time);
    buffer_printf(out, "  %-16s ", "leaf");
    buffer_append_hex(out, (struct bytes){leaf.bytes, sizeof(leaf.bytes)});
    buffer_append_byte(out, '\n');
}

static const char *state_of_private(const struct audit_row *row, const struct facts *facts)
{
    if (facts_find(facts, "commitment").length == 0)
        return "none";
    return row->salt.length > 0 ? "here" : "erased; the record and its proof are whole";
}

static void take_row(struct shown *shown, const struct audit_row *row, bool redact)
{
    struct arena arena = {0};
    struct facts facts;
    struct bytes private_part = redact ? (struct bytes){0} : row->private_part;
    if (facts_read(row->body, private_part, &arena, &facts) &&
        text_equal(facts_find(&facts, "request"), shown->request)) {
        append_head(&facts, row->body, &shown->out);
        append_facts(&facts, &shown->out);
        if (facts.head.kind == AUDIT_DECISION) {
            if (!text_to_number(facts_find(&facts, "policy"), INT64_MAX, &shown->policy))
                shown->policy = 0;
            shown->sequence = facts.head.sequence;
            shown->found = true;
            buffer_printf(&shown->out, "  %-16s %s\n", "personal part", state_of_private(row, &facts));
        } else {
            shown->has_outcome = true;
        }
    }
    arena_clear(&arena);
}

static void append_policy(struct audit_reader *reader, uint64_t sequence, struct buffer *out)
{
    struct audit_row row;
    struct arena arena = {0};
    struct facts facts;
    audit_reader_seek(reader, sequence);
    bool found = audit_reader_next(reader, &row) == AUDIT_ROW && row.sequence == sequence && row.kind == AUDIT_POLICY &&
                 facts_read(row.body, row.private_part, &arena, &facts);
    if (found) {
        append_head(&facts, row.body, out);
        append_facts(&facts, out);
    } else {
        buffer_printf(out, "policy %llu: its record is not in this store\n", (unsigned long long)sequence);
    }
    arena_clear(&arena);
}

static void append_proof(struct audit_reader *reader, uint64_t sequence, struct buffer *out)
{
    uint64_t size = 0;
    struct buffer note = {0};
    if (audit_reader_checkpoint(reader, sequence, &size, &note))
        buffer_printf(out, "proof\n  the checkpoint of the first %llu records covers it\n", (unsigned long long)size);
    else
        buffer_append_string(out, "proof\n  no checkpoint covers it yet\n");
    buffer_clear(&note);
}

bool evidence_show(
    struct audit_reader *reader, struct text request, bool redact, const struct evidence_progress *progress,
    struct buffer *out, char **error)
{
    struct shown shown = {.request = request};
    struct audit_row row;
    enum audit_read read;
    while ((read = audit_reader_next(reader, &row)) == AUDIT_ROW && !shown.has_outcome) {
        if (row.kind == AUDIT_DECISION || (row.kind == AUDIT_COMPLETION && shown.found))
            take_row(&shown, &row, redact);
        if (row.sequence % 4096 == 0)
            progress->on_progress(progress->context, row.sequence);
    }
    if (read == AUDIT_UNREADABLE)
        *error = text_copy(text_from(audit_reader_error(reader)));
    if (shown.found) {
        buffer_append(out, buffer_text(&shown.out));
        if (!shown.has_outcome)
            buffer_append_string(out, "completion: none; the request is under way, or the gate ended before it did\n");
        append_policy(reader, shown.policy, out);
        append_proof(reader, shown.sequence, out);
    }
    buffer_clear(&shown.out);
    return read != AUDIT_UNREADABLE;
}
