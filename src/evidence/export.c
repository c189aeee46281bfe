/* SPDX-License-Identifier: Apache-2.0 */
/* Export: records in order of sequence; for tables, decisions wait for their outcomes, bounded. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "evidence_internal.h"
#include "exeat/base/list.h"
#include "exeat/base/memory.h"

enum { WAITING_MAX = 20000, FOLLOW_MS = 200 };

struct export
{
    struct audit_reader *reader;
    const struct evidence_export *options;
    struct list waiting; /* struct evidence_row: requests, oldest first */
    size_t waiting_count;
    uint64_t count;
};

/* --- filter
 * ----------------------------------------------------------------------------------------------------------- */

static bool text_fits(struct text wanted, struct text value)
{
    return wanted.length == 0 || text_equal(wanted, value);
}

static bool time_fits(const struct evidence_filter *filter, int64_t wall_us)
{
    return (filter->since_us == 0 || wall_us >= filter->since_us) &&
           (filter->until_us == 0 || wall_us < filter->until_us);
}

static bool asks_for_requests(const struct evidence_filter *filter)
{
    return filter->host.length > 0 || filter->rule.length > 0 || filter->client.length > 0 ||
           filter->request.length > 0 || filter->verdict != 0 || filter->has_reason || filter->llm_only;
}

static bool decision_fits(const struct evidence_filter *filter, const struct facts *facts)
{
    if (filter->host.length > 0 && !text_glob(filter->host, facts_find(facts, "host")))
        return false;
    if (filter->verdict != 0 && !text_equal(text_from(verdict_name(filter->verdict)), facts_find(facts, "verdict")))
        return false;
    if (filter->has_reason && !text_equal(text_from(reason_row(filter->reason)->code), facts_find(facts, "reason")))
        return false;
    if (filter->llm_only && facts_find(facts, "llm_operation").length == 0)
        return false;
    return text_fits(filter->rule, facts_find(facts, "rule")) &&
           text_fits(filter->client, facts_find(facts, "client")) &&
           text_fits(filter->request, facts_find(facts, "request"));
}

/* --- requests that wait for their outcome
 * ------------------------------------------------------------------------------ */

static struct evidence_row *find_waiting(struct export *export, struct text request)
{
    struct list_node *node = list_first(&export->waiting);
    for (; node != NULL; node = list_next(&export->waiting, node)) {
        struct evidence_row *row = list_owner(node, struct evidence_row, node);
        if (!row->is_whole && text_equal(facts_find(&row->decision, "request"), request))
            return row;
    }
    return NULL;
}

static void free_row(struct export *export, struct evidence_row *row)
{
    list_remove(&row->node);
    export->waiting_count--;
    arena_clear(&row->arena);
    base_free(row);
}

static bool is_table(const struct export *export)
{
    return export->options->format != EVIDENCE_RECORDS;
}

static void flush_rows(struct export *export, bool all)
{
    struct list_node *node;
    while ((node = list_first(&export->waiting)) != NULL) {
        struct evidence_row *row = list_owner(node, struct evidence_row, node);
        if (!row->is_whole && !all && export->waiting_count < WAITING_MAX)
            return;
        if (is_table(export))
            write_table_row(row, export->options->format, export->options->out);
        free_row(export, row);
    }
}

/* --- records
 * ------------------------------------------------------------------------------------------------------------ */

static bool take_decision(struct export *export, const struct audit_row *row)
{
    struct evidence_row *kept = base_zalloc(sizeof(*kept));
    bool readable = facts_read(row, export->options->redact, &kept->arena, &kept->decision);
    bool fits = readable && time_fits(&export->options->filter, row->wall_us) &&
                decision_fits(&export->options->filter, &kept->decision);
    if (!fits) {
        arena_clear(&kept->arena);
        base_free(kept);
        return readable;
    }
    list_append(&export->waiting, &kept->node);
    export->waiting_count++;
    export->count++;
    if (!is_table(export))
        write_json(&kept->decision, export->options->out);
    return true;
}

static bool take_outcome(struct export *export, const struct audit_row *row)
{
    struct arena arena = {0};
    struct facts facts;
    bool readable = facts_read(row, export->options->redact, &arena, &facts);
    struct evidence_row *kept = readable ? find_waiting(export, facts_find(&facts, "request")) : NULL;
    if (kept != NULL) {
        kept->is_whole = facts_read(row, export->options->redact, &kept->arena, &kept->outcome);
        if (!is_table(export)) {
            write_json(&facts, export->options->out);
            export->count++;
        }
        flush_rows(export, false);
    }
    arena_clear(&arena);
    return readable;
}

static bool take_other(struct export *export, const struct audit_row *row)
{
    const struct evidence_filter *filter = &export->options->filter;
    struct arena arena = {0};
    struct facts facts;
    bool readable = facts_read(row, export->options->redact, &arena, &facts);
    if (readable && !is_table(export) && !asks_for_requests(filter) && time_fits(filter, row->wall_us)) {
        write_json(&facts, export->options->out);
        export->count++;
    }
    arena_clear(&arena);
    return readable;
}

static bool take(struct export *export, const struct audit_row *row)
{
    if (row->kind == AUDIT_DECISION)
        return take_decision(export, row);
    return row->kind == AUDIT_COMPLETION ? take_outcome(export, row) : take_other(export, row);
}

static char *unreadable(uint64_t sequence)
{
    struct buffer out = {0};
    buffer_printf(&out, "record %llu is not readable; look with `exeat audit verify`", (unsigned long long)sequence);
    return buffer_take(&out);
}

static bool read_all(struct export *export, char **error)
{
    struct audit_row row;
    for (;;) {
        switch (audit_reader_next(export->reader, &row)) {
        case AUDIT_END:
            return true;
        case AUDIT_UNREADABLE:
            *error = text_copy(text_from(audit_reader_error(export->reader)));
            return false;
        case AUDIT_ROW:
            break;
        }
        if (!take(export, &row)) {
            *error = unreadable(row.sequence);
            return false;
        }
    }
}

bool evidence_write(struct audit_reader *reader, const struct evidence_export *options, uint64_t *count, char **error)
{
    struct export export = {.reader = reader, .options = options};
    list_init(&export.waiting);
    if (is_table(&export))
        write_table_head(options->format, options->out);
    bool done = read_all(&export, error);
    flush_rows(&export, true);
    *count = export.count;
    if (done && (fflush(options->out) != 0 || ferror(options->out))) {
        struct buffer out = {0};
        buffer_printf(&out, "cannot write the export: %s", strerror(errno));
        *error = buffer_take(&out);
        done = false;
    }
    return done;
}

/* --- follow
 * ------------------------------------------------------------------------------------------------------------- */

static void follow_row(const struct audit_row *row, const struct evidence_export *options)
{
    struct arena arena = {0};
    struct facts facts;
    if (facts_read(row, options->redact, &arena, &facts) &&
        (facts.head.kind != AUDIT_DECISION || decision_fits(&options->filter, &facts)) &&
        (facts.head.kind == AUDIT_DECISION || !asks_for_requests(&options->filter)))
        (options->format == EVIDENCE_RECORDS ? write_json : write_line)(&facts, options->out);
    arena_clear(&arena);
}

bool evidence_follow(
    struct audit_reader *reader, const struct evidence_export *options, bool (*goes_on)(void), char **error)
{
    struct timespec pause = {.tv_nsec = FOLLOW_MS * 1000000L};
    struct audit_row row;
    while (goes_on()) {
        switch (audit_reader_next(reader, &row)) {
        case AUDIT_ROW:
            follow_row(&row, options);
            break;
        case AUDIT_END:
            if (fflush(options->out) != 0)
                return true; /* nobody reads any more */
            nanosleep(&pause, NULL);
            break;
        case AUDIT_UNREADABLE:
            *error = text_copy(text_from(audit_reader_error(reader)));
            return false;
        }
    }
    return true;
}
