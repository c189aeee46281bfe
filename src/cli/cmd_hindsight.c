/* SPDX-License-Identifier: Apache-2.0 */
/* exeat suggest, and check --replay: the records, seen with a policy's eyes. */
#include <stdio.h>

#include "command.h"
#include "exeat/policy/hindsight.h"
#include "records.h"

/* --- check --replay --------------------------------------------------------------------------------------------------
 */

static void replay_one(void *context, const struct audit_row *row, const struct audit_record *record)
{
    struct decision_record decision;
    if (record_is_decision(row, record, &decision))
        policy_replay_add(context, &decision);
}

enum exit_code replay_store(const struct policy *policy, const char *directory, const char *since)
{
    struct span span = {.since = since};
    struct policy_replay_counts counts;
    struct buffer out = {0};
    if (!span_read(&span))
        return EXIT_USAGE;
    struct policy_replay *replay = policy_replay_new(policy);
    bool done = records_walk(directory, &span, replay_one, replay);
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

static void suggest_one(void *context, const struct audit_row *row, const struct audit_record *record)
{
    struct decision_record decision;
    if (record_is_decision(row, record, &decision))
        policy_suggest_add(context, &decision);
}

enum exit_code cmd_suggest(const struct command_line *line)
{
    const char *store = line->words[OPTION_STORE];
    struct span span = {.since = line->words[OPTION_SINCE], .until = line->words[OPTION_UNTIL]};
    if (!span_read(&span))
        return EXIT_USAGE;
    struct policy *policy = load_policy(command_config(line));
    if (policy == NULL)
        return EXIT_USAGE;
    struct buffer out = {0};
    struct policy_suggest *suggest = policy_suggest_new(policy);
    const char *directory = store == NULL ? policy_settings(policy)->audit.directory.data : store;
    bool done = records_walk(directory, &span, suggest_one, suggest);
    if (done)
        policy_suggest_write(suggest, &out);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    policy_suggest_free(suggest);
    policy_unref(policy);
    return done ? EXIT_DONE : EXIT_IO;
}
