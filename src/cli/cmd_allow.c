/* SPDX-License-Identifier: Apache-2.0 */
/* exeat allow: the narrowest rule for one request that was refused. */
#include <stdio.h>
#include <string.h>

#include "exeat/base/clock.h"
#include "exeat/record.h"
#include "exeat/review.h"
#include "records.h"

enum { ID_BEGINNING_MIN = 4 };

/* One request of the store, by its id or the beginning of it. */
struct search {
    const struct policy *policy;
    struct text wanted;
    char found[REQUEST_ID_TEXT_SIZE];
    bool is_ambiguous;
    bool is_drafted;
    enum reason outcome; /* why it failed although it was let out */
    struct buffer out;   /* the rule, or why there is none */
};

static bool is_wanted(const struct search *search, const struct request_id *id, char text[REQUEST_ID_TEXT_SIZE])
{
    request_id_write(id, text);
    return text_starts_with(text_from(text), search->wanted);
}

static void take_decision(struct search *search, const struct decision_record *decision)
{
    char id[REQUEST_ID_TEXT_SIZE];
    if (!is_wanted(search, &decision->id, id))
        return;
    if (search->found[0] != '\0') {
        search->is_ambiguous = true;
        return;
    }
    memcpy(search->found, id, sizeof(id));
    search->is_drafted = review_narrowest(search->policy, decision, clock_wall_us(), &search->out);
}

static void take_outcome(struct search *search, const struct outcome_record *outcome)
{
    char id[REQUEST_ID_TEXT_SIZE];
    if (is_wanted(search, &outcome->id, id) && strcmp(id, search->found) == 0)
        search->outcome = outcome->reason;
}

static void take_record(void *context, const struct store_row *row, const struct record *record)
{
    struct decision_record decision;
    struct outcome_record outcome;
    if (record_is_decision(row, record, &decision)) {
        take_decision(context, &decision);
    } else if (record->head.kind == RECORD_COMPLETION) {
        record_outcome_read(record, &outcome);
        take_outcome(context, &outcome);
    }
}

static enum exit_code say_no_rule(const struct search *search)
{
    bool is_address = search->outcome == REASON_ADDRESS || search->outcome == REASON_ADDRESS_METADATA;
    enum exit_code code = complain(EXIT_NO, "%.*s", TEXT_ARG(buffer_text(&search->out)));
    if (is_address)
        complain(
            code,
            "its host leads to an address that is not public: add `addresses:` with that network to the rule; "
            "`exeat audit show %s` has what is known",
            search->found);
    if (search->outcome == REASON_INSPECT_ANSWER)
        complain(
            code,
            "its answer was kept out by `answers` of the rule's `inspect`: take the kind out of its `deny`, or see "
            "what "
            "could not be read by `exeat audit show %s`",
            search->found);
    return code;
}

static enum exit_code say(const struct search *search)
{
    if (search->found[0] == '\0')
        return complain(EXIT_NO, "the store has no request %.*s", TEXT_ARG(search->wanted));
    if (search->is_ambiguous)
        return complain(EXIT_NO, "several requests begin with %.*s; write more of the id", TEXT_ARG(search->wanted));
    if (!search->is_drafted)
        return say_no_rule(search);
    printf("rules:\n%.*s", TEXT_ARG(buffer_text(&search->out)));
    return EXIT_DONE;
}

enum exit_code cmd_allow(const struct command_line *line)
{
    const char *store = line->words[OPTION_STORE];
    struct span span = {0};
    struct search search = {.wanted = text_from(line->operands[0])};
    if (search.wanted.length < ID_BEGINNING_MIN)
        return complain(EXIT_USAGE, "write at least %d characters of the request's id", ID_BEGINNING_MIN);
    struct policy *policy = load_policy(command_config(line));
    if (policy == NULL || !span_read(&span)) {
        policy_unref(policy);
        return EXIT_USAGE;
    }
    search.policy = policy;
    const char *directory = store == NULL ? policy_settings(policy)->audit.directory.data : store;
    enum exit_code code = records_walk(directory, &span, take_record, &search) ? say(&search) : EXIT_IO;
    buffer_clear(&search.out);
    policy_unref(policy);
    return code;
}
