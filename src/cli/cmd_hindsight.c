/* SPDX-License-Identifier: Apache-2.0 */
/* exeat suggest, and check --replay: the records, seen with a policy's eyes. */
#include <stdio.h>
#include <unistd.h>

#include "exeat/base/clock.h"
#include "exeat/record.h"
#include "exeat/review.h"
#include "records.h"

/* --- check --replay --------------------------------------------------------------------------------------------------
 */

struct replaying {
    struct review_replay *replay;
    int64_t at_us; /* ASKED_UNKNOWN: each record's own */
};

static void replay_one(void *context, const struct store_row *row, const struct record *record)
{
    const struct replaying *replaying = context;
    struct decision_record decision;
    int64_t at_us = replaying->at_us == ASKED_UNKNOWN ? record->head.wall_us : replaying->at_us;
    if (record_is_decision(row, record, &decision))
        review_replay_add(replaying->replay, &decision, at_us);
}

enum exit_code replay_store(const struct policy *policy, const char *directory, const char *since, int64_t at_us)
{
    struct span span = {.since = since};
    struct review_replay_counts counts;
    struct buffer out = {0};
    if (!span_read(&span))
        return EXIT_USAGE;
    struct review_replay *replay = review_replay_new(policy);
    struct replaying replaying = {replay, at_us};
    bool done = records_walk(directory, &span, replay_one, &replaying);
    review_replay_write(replay, &out, &counts);
    put_foreign(buffer_text(&out));
    if (done)
        printf(
            "%llu decisions judged: %llu opened, %llu rerouted, %llu closed; %llu depend on paths that are not kept, "
            "%llu never came to the policy\n",
            (unsigned long long)counts.judged, (unsigned long long)counts.changes[REVIEW_OPENS],
            (unsigned long long)counts.changes[REVIEW_REROUTES], (unsigned long long)counts.changes[REVIEW_CLOSES],
            (unsigned long long)counts.unknown, (unsigned long long)counts.passed_over);
    if (done && counts.looked_into > 0)
        printf(
            "%llu of them go by rules with `inspect`: what it finds, and refuses for it, is not judged, since bodies "
            "are "
            "not kept\n",
            (unsigned long long)counts.looked_into);
    buffer_clear(&out);
    review_replay_free(replay);
    return done ? EXIT_DONE : EXIT_IO;
}

/* --- suggest ---------------------------------------------------------------------------------------------------------
 */

static void suggest_one(void *context, const struct store_row *row, const struct record *record)
{
    struct decision_record decision;
    if (record_is_decision(row, record, &decision))
        review_suggest_add(context, &decision);
}

static void note_one(void *context, const struct store_row *row, const struct record *record)
{
    struct outcome_record outcome;
    (void)row;
    if (record->head.kind != RECORD_COMPLETION)
        return;
    record_outcome_read(record, &outcome);
    review_suggest_note(context, &outcome);
}

/* A store that came from elsewhere has no configuration here: then what was seen is held against an empty policy. */
static struct policy *policy_of_call(const struct command_line *line)
{
    const char *config = command_config(line);
    if (line->words[OPTION_STORE] == NULL || line->words[OPTION_CONFIG] != NULL || access(config, F_OK) == 0)
        return load_policy(config);
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(TEXT("version: 1"), "nothing", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    diags_free(diags);
    return policy;
}

enum exit_code cmd_suggest(const struct command_line *line)
{
    const char *store = line->words[OPTION_STORE];
    struct span span = {.since = line->words[OPTION_SINCE], .until = line->words[OPTION_UNTIL]};
    if (!span_read(&span))
        return EXIT_USAGE;
    struct policy *policy = policy_of_call(line);
    if (policy == NULL)
        return EXIT_USAGE;
    struct buffer out = {0};
    struct review_suggest *suggest = review_suggest_new(policy, clock_wall_us());
    const char *directory = store == NULL ? policy_settings(policy)->audit.directory.data : store;
    bool done =
        records_walk(directory, &span, note_one, suggest) && records_walk(directory, &span, suggest_one, suggest);
    if (done)
        review_suggest_write(suggest, &out);
    put_foreign(buffer_text(&out));
    buffer_clear(&out);
    review_suggest_free(suggest);
    policy_unref(policy);
    return done ? EXIT_DONE : EXIT_IO;
}
