/* SPDX-License-Identifier: Apache-2.0 */
/* exeat suggest, and check --replay: the records, seen with a policy's eyes. */
#include <stdio.h>

#include "cli.h"
#include "command.h"
#include "exeat/audit/reader.h"
#include "exeat/audit/record.h"
#include "exeat/base/clock.h"
#include "exeat/policy/hindsight.h"

typedef void (*decision_taker)(void *context, const struct decision_record *decision);

struct span {
    const char *since; /* as written; NULL: from the beginning */
    const char *until; /* NULL: to the end */
    int64_t since_us;
    int64_t until_us;
};

static bool read_time(const char *word, const char *option, int64_t *wall_us)
{
    if (word == NULL || clock_parse(text_from(word), clock_wall_us(), wall_us))
        return true;
    complain(EXIT_USAGE, "%s: '%s' is no time; write 2026-11-23T10:00:00Z, 2026-11-23, today or -7d", option, word);
    return false;
}

static bool read_span(struct span *span)
{
    span->until_us = INT64_MAX;
    return read_time(span->since, "--since", &span->since_us) && read_time(span->until, "--until", &span->until_us);
}

static void take_row(const struct audit_row *row, const struct span *span, decision_taker take, void *context)
{
    struct audit_record record;
    struct decision_record decision;
    if (!audit_record_parse(row->body, &record) || record.head.kind != AUDIT_DECISION ||
        record.head.wall_us < span->since_us || record.head.wall_us > span->until_us)
        return;
    audit_decision_read(&record, row->private_part, &decision);
    take(context, &decision);
}

/* False after saying why. */
static bool read_store(const char *directory, const struct span *span, decision_taker take, void *context)
{
    char *error = NULL;
    struct audit_row row;
    enum audit_read read = AUDIT_ROW;
    struct audit_reader *reader = audit_reader_open(directory, &error);
    if (reader == NULL) {
        complain_free(EXIT_IO, error);
        return false;
    }
    while ((read = audit_reader_next(reader, &row)) == AUDIT_ROW)
        take_row(&row, span, take, context);
    if (read == AUDIT_UNREADABLE)
        complain(EXIT_IO, "%s", audit_reader_error(reader));
    audit_reader_free(reader);
    return read == AUDIT_END;
}

/* --- check --replay --------------------------------------------------------------------------------------------------
 */

static void replay_one(void *context, const struct decision_record *decision)
{
    policy_replay_add(context, decision);
}

enum exit_code replay_store(const struct policy *policy, const char *directory, const char *since)
{
    struct span span = {.since = since};
    struct policy_replay_counts counts;
    struct buffer out = {0};
    if (!read_span(&span))
        return EXIT_USAGE;
    struct policy_replay *replay = policy_replay_new(policy);
    bool done = read_store(directory, &span, replay_one, replay);
    policy_replay_write(replay, &out, &counts);
    put_text(buffer_text(&out));
    if (done)
        printf(
            "%llu decisions judged: %llu opened, %llu rerouted, %llu closed; %llu depend on paths that are not kept, "
            "%llu never came to the policy\n",
            (unsigned long long)counts.judged, (unsigned long long)counts.changes[POLICY_OPENS],
            (unsigned long long)counts.changes[POLICY_REROUTES], (unsigned long long)counts.changes[POLICY_CLOSES],
            (unsigned long long)counts.unknown, (unsigned long long)counts.passed_over);
    buffer_clear(&out);
    policy_replay_free(replay);
    return done ? EXIT_DONE : EXIT_IO;
}

/* --- suggest ---------------------------------------------------------------------------------------------------------
 */

static void suggest_one(void *context, const struct decision_record *decision)
{
    policy_suggest_add(context, decision);
}

enum exit_code cmd_suggest(const struct command_line *line)
{
    const char *store = line->words[OPTION_STORE];
    struct span span = {.since = line->words[OPTION_SINCE], .until = line->words[OPTION_UNTIL]};
    if (!read_span(&span))
        return EXIT_USAGE;
    struct policy *policy = load_policy(command_config(line));
    if (policy == NULL)
        return EXIT_USAGE;
    struct buffer out = {0};
    struct policy_suggest *suggest = policy_suggest_new(policy);
    const char *directory = store == NULL ? policy_settings(policy)->audit.directory.data : store;
    bool done = read_store(directory, &span, suggest_one, suggest);
    if (done)
        policy_suggest_write(suggest, &out);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    policy_suggest_free(suggest);
    policy_unref(policy);
    return done ? EXIT_DONE : EXIT_IO;
}
