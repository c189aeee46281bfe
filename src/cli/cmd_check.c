/* SPDX-License-Identifier: Apache-2.0 */
/* exeat check, explain, llm-hosts: the policy, asked by people. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "exeat/lint.h"
#include "exeat/policy/lapse.h"
#include "exeat/policy/names.h"
#include "exeat/review.h"

static enum exit_code worse(enum exit_code left, enum exit_code right)
{
    return left > right ? left : right;
}

/* What --at says, else now. False after saying what is wrong. */
static bool read_at(const struct command_line *line, int64_t *at_us)
{
    *at_us = clock_wall_us();
    return read_time(line->words[OPTION_AT], "--at", at_us);
}

/* With --strict a warning is a no. The file's tests passed as it is written, or it would not be loaded; with --at they
 * are asked once more. */
static enum exit_code check_one(const struct command_line *line, int64_t at_us, struct policy **policy)
{
    struct diags *diags = diags_new();
    *policy = daemon_load(command_config(line), diags);
    if (*policy != NULL) {
        lint_policy(*policy, at_us, diags);
        daemon_check(*policy, command_config(line), diags);
    }
    if (*policy != NULL && line->words[OPTION_AT] != NULL)
        review_test(*policy, at_us, diags);
    bool is_wrong = *policy == NULL || diags_errors(diags) > 0;
    show_diags(diags);
    bool is_strict = line->words[OPTION_STRICT] != NULL && diags_warnings(diags) > 0;
    diags_free(diags);
    if (is_wrong)
        return EXIT_USAGE;
    return is_strict ? EXIT_NO : EXIT_DONE;
}

static bool has_lapses(const struct policy *policy)
{
    size_t count = 0;
    (void)policy_lapses(policy, &count);
    return count > 0;
}

static void say_time(const char *what, int64_t at_us)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(at_us, time);
    printf("%s at %.19sZ\n", what, time);
}

/* With --strict a request that may leave now and could not before is a no. */
static enum exit_code diff_with(const struct command_line *line, int64_t at_us, const struct policy *policy)
{
    struct review_diff diff;
    struct buffer out = {0};
    struct policy *old = load_policy(line->words[OPTION_DIFF]);
    if (old == NULL)
        return EXIT_USAGE;
    review_diff(old, policy, at_us, &out, &diff);
    put_painted(stdout, buffer_text(&out));
    printf(
        "%zu opened, %zu rerouted, %zu closed, %zu otherwise changed; %zu requests compared\n",
        diff.changes[REVIEW_OPENS], diff.changes[REVIEW_REROUTES], diff.changes[REVIEW_CLOSES],
        diff.changes[REVIEW_LOOKS] + diff.changes[REVIEW_OBSERVES], diff.requests);
    if (has_lapses(old) || has_lapses(policy))
        say_time("compared as asked", at_us);
    if (diff.has_regex)
        puts("of paths that are regular expressions only the requests of `tests:` were compared");
    if (diff.ranges_left_out > 0)
        printf("%zu more ranges of `addresses` were not compared\n", diff.ranges_left_out);
    buffer_clear(&out);
    policy_unref(old);
    return line->words[OPTION_STRICT] != NULL && diff.changes[REVIEW_OPENS] > 0 ? EXIT_NO : EXIT_DONE;
}

static enum exit_code ask_endpoints(const struct policy *policy)
{
    struct buffer out = {0};
    char *error = NULL;
    bool is_good = daemon_check_online(policy, &out, &error);
    fwrite(out.data, 1, out.length, stdout);
    enum exit_code code = is_good ? EXIT_DONE : EXIT_NO;
    if (error != NULL)
        code = complain(EXIT_NO, "the endpoints were not asked: %s", error);
    base_free(error);
    buffer_clear(&out);
    return code;
}

static void say_good(const char *config, const struct settings_lists *lists)
{
    printf(
        "%s: good; %zu rule%s, %zu test%s passed\n", config, lists->rule_count, lists->rule_count == 1 ? "" : "s",
        lists->test_count, lists->test_count == 1 ? "" : "s");
}

enum exit_code cmd_check(const struct command_line *line)
{
    const char *replay = line->words[OPTION_REPLAY];
    const char *since = line->words[OPTION_SINCE];
    struct policy *policy = NULL;
    int64_t at_us;
    bool is_at = line->words[OPTION_AT] != NULL;
    if ((line->words[OPTION_DIFF] != NULL && replay != NULL) || (since != NULL && replay == NULL))
        return complain(EXIT_USAGE, "--diff and --replay are two questions, and --since belongs to --replay");
    if (!read_at(line, &at_us))
        return EXIT_USAGE;
    enum exit_code code = check_one(line, at_us, &policy);
    if (code != EXIT_USAGE && is_at)
        say_time("checked as asked", at_us);
    if (policy != NULL && line->words[OPTION_DIFF] != NULL)
        code = worse(code, diff_with(line, at_us, policy));
    else if (code == EXIT_DONE && replay != NULL)
        code = replay_store(policy, replay, since, is_at ? at_us : ASKED_UNKNOWN);
    else if (code == EXIT_DONE)
        say_good(command_config(line), &policy_settings(policy)->lists);
    if (code != EXIT_USAGE && line->words[OPTION_ONLINE] != NULL)
        code = worse(code, ask_endpoints(policy));
    policy_unref(policy);
    return code;
}

enum explained { AS_TEXT, AS_WHOLE_TEXT, AS_JSON };

static enum exit_code explain(
    const struct policy *policy, struct text asked, const struct command_line *line, int64_t at_us, enum explained as)
{
    struct arena arena = {0};
    struct buffer out = {0};
    struct request request;
    struct decision decision;
    const char *wrong = "";
    bool good = policy_request_parse(asked, &arena, &request, &wrong);
    if (!good) {
        arena_clear(&arena);
        return complain(EXIT_USAGE, "%s", wrong);
    }
    request.client.name = text_from(line->words[OPTION_FROM]);
    request.asked_us = at_us;
    if (as == AS_JSON)
        review_explain_json(policy, &request, &out);
    else
        review_explain(policy, &request, as == AS_WHOLE_TEXT, &out);
    put_painted(stdout, buffer_text(&out));
    policy_judge(policy, &request, &decision);
    bool denied = decision.verdict == VERDICT_DENY || decision.verdict == VERDICT_ERROR;
    enum exit_code code = denied ? EXIT_NO : EXIT_DONE;
    if (!denied && as != AS_JSON)
        code = explain_body(policy, &request, &decision, line->words[OPTION_BODY], line->words[OPTION_TYPE]);
    buffer_clear(&out);
    arena_clear(&arena);
    return code;
}

bool has_client(const struct policy *policy, const char *name)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    bool found = name == NULL;
    for (size_t i = 0; !found && i < lists->client_count; i++)
        found = text_equal(lists->clients[i].name.text, text_from(name));
    return found;
}

enum exit_code cmd_explain(const struct command_line *line)
{
    const char *from = line->words[OPTION_FROM];
    struct text format = text_from(line->words[OPTION_FORMAT] != NULL ? line->words[OPTION_FORMAT] : "text");
    bool as_json = text_equal(format, TEXT("json"));
    enum explained as = as_json ? AS_JSON : line->words[OPTION_ALL] != NULL ? AS_WHOLE_TEXT : AS_TEXT;
    if (!as_json && !text_equal(format, TEXT("text")))
        return complain(EXIT_USAGE, "-o wants text or json");
    if (as_json && line->words[OPTION_BODY] != NULL)
        return complain(EXIT_USAGE, "--body is told as text: leave -o json away");
    int64_t at_us;
    if (!read_at(line, &at_us))
        return EXIT_USAGE;
    struct policy *policy = load_policy(command_config(line));
    if (policy == NULL)
        return EXIT_USAGE;
    struct buffer asked = {0};
    buffer_printf(&asked, "%s %s", line->operands[0], line->operands[1]);
    enum exit_code code = EXIT_USAGE;
    if (has_client(policy, from) && policy_is_question(buffer_text(&asked)))
        code = explain_name(policy, buffer_text(&asked), from, at_us, as_json);
    else if (has_client(policy, from))
        code = explain(policy, buffer_text(&asked), line, at_us, as);
    else
        complain(EXIT_USAGE, "--from: there is no client '%s'", from);
    buffer_clear(&asked);
    policy_unref(policy);
    return code;
}

/* --- llm-hosts
 * -------------------------------------------------------------------------------------------------------- */

static void print_entry(const struct llm_entry *entry)
{
    static const char *const kinds[] = {
        [LLM_KIND_API] = "api", [LLM_KIND_SHARED] = "shared", [LLM_KIND_WEB] = "web", [LLM_KIND_OTHER] = "other"};
    printf(
        "%s%s\t%.*s\t%s\t%s\t%.*s\n", entry->pattern.kind == HOST_PATTERN_SUFFIX ? "*." : "", entry->pattern.host.text,
        TEXT_ARG(entry->provider), llm_dialect_name(entry->dialect), kinds[entry->kind], TEXT_ARG(entry->paths));
}

static enum exit_code print_one(const struct llm_catalogue *catalogue, const char *name)
{
    struct host host;
    if (!host_parse_written(text_from(name), &host))
        return complain(EXIT_USAGE, "'%s' is no host name", name);
    const struct llm_entry *entry = llm_catalogue_find(catalogue, &host);
    if (entry == NULL) {
        printf("%s is not in the catalogue\n", host.text);
        return EXIT_NO;
    }
    print_entry(entry);
    return EXIT_DONE;
}

enum exit_code cmd_llm_hosts(const struct command_line *line)
{
    struct llm_catalogue *catalogue = llm_catalogue_new();
    enum exit_code code = EXIT_DONE;
    if (line->operand_count == 1) {
        code = print_one(catalogue, line->operands[0]);
    } else {
        struct text version = llm_catalogue_version(catalogue);
        printf("# catalogue %.*s: pattern, provider, dialect, kind, paths\n", TEXT_ARG(version));
        for (size_t i = 0; i < llm_catalogue_count(catalogue); i++)
            print_entry(llm_catalogue_at(catalogue, i));
    }
    llm_catalogue_free(catalogue);
    return code;
}
