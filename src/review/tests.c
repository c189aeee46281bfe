/* SPDX-License-Identifier: Apache-2.0 */
/* The file's own tests: each is judged whole, and one that fails is told with its reasons. */
#include "exeat/policy/names.h"
#include "exeat/policy/trace.h"
#include "exeat/review.h"

/* What a request comes to in the end: at CONNECT if it is decided there, else inside. */
static void judge_whole(const struct policy *policy, const struct request *request, struct decision *decision)
{
    if (request->scheme == SCHEME_HTTPS) {
        struct request outside = *request;
        outside.inside_known = false;
        policy_judge(policy, &outside, decision);
        if (decision->plan != PLAN_OPEN || !request->inside_known)
            return;
    }
    policy_judge(policy, request, decision);
}

static bool is_expected(const struct decision *decision, struct text expect)
{
    struct text verdict;
    enum verdict wanted;
    struct text rest = expect;
    if (!text_split(&rest, ' ', &verdict) || !verdict_parse(verdict, &wanted))
        return false;
    struct text rule = text_trim(rest, " ");
    return wanted == decision->verdict && (rule.length == 0 || text_equal(rule, decision->rule));
}

/* A stricter rule of another file: two files were put together so on purpose, and nothing is opened by it. */
static bool is_taken_over(const struct settings_rule *winner, const struct settings_test *test)
{
    struct text verdict;
    enum verdict wanted;
    struct text rest = test->expect.text;
    if (winner == NULL || winner->mark.file == test->expect.mark.file || !text_split(&rest, ' ', &verdict) ||
        !verdict_parse(verdict, &wanted))
        return false;
    return wanted == VERDICT_ALLOW ? winner->verdict != VERDICT_ALLOW
                                   : wanted == VERDICT_REROUTE && winner->verdict == VERDICT_DENY;
}

/* False: nothing is wrong with the file. */
static bool say_failed(
    const struct policy *policy, const struct settings_test *test, const struct decision *decision, struct diags *diags)
{
    const struct settings_rule *winner = policy_winner(decision);
    if (is_taken_over(winner, test)) {
        diag_remark(
            diags, test->expect.mark, "expected '%.*s' by this file alone; rule '%s' (%s:%d) has the stricter word",
            TEXT_ARG(test->expect.text), winner->id.text.data,
            settings_path_of(&policy_settings(policy)->lists, winner->id.mark), winner->id.mark.line);
        return false;
    }
    diag_error(
        diags, test->expect.mark, "this test fails: expected '%.*s', but it is %s%s%.*s", TEXT_ARG(test->expect.text),
        verdict_name(decision->verdict), decision->rule.length > 0 ? " " : "", TEXT_ARG(decision->rule));
    diag_note(diags, "because: %s", reason_row(decision->reason)->text);
    return true;
}

static void test_question(
    const struct policy *policy, const struct settings_test *test, struct name_question *question, int64_t at_us,
    struct diags *diags)
{
    struct name_verdict verdict;
    question->client.name = test->from.text;
    question->asked_us = at_us;
    policy_judge_name(policy, question, false, &verdict);
    if (!is_expected(&verdict.decision, test->expect.text))
        (void)say_failed(policy, test, &verdict.decision, diags);
}

static void test_request(
    const struct policy *policy, const struct settings_test *test, struct request *request, int64_t at_us,
    struct diags *diags)
{
    struct decision decision;
    struct buffer trace = {0};
    request->client.name = test->from.text;
    request->asked_us = at_us;
    judge_whole(policy, request, &decision);
    if (is_expected(&decision, test->expect.text) || !say_failed(policy, test, &decision, diags))
        return;
    review_explain(policy, request, false, &trace);
    diag_note(diags, "%.*s", TEXT_ARG(text_trim(buffer_text(&trace), "\n")));
    buffer_clear(&trace);
}

static void test_one(const struct policy *policy, const struct settings_test *test, int64_t at_us, struct diags *diags)
{
    struct arena arena = {0};
    struct request request;
    struct name_question question;
    const char *wrong;
    int64_t asked_us = test->at.present ? test->at.us : at_us;
    bool is_question = policy_is_question(test->request.text);
    if (is_question && policy_question_parse(test->request.text, &question, &wrong))
        test_question(policy, test, &question, asked_us, diags);
    else if (!is_question && policy_request_parse(test->request.text, &arena, &request, &wrong))
        test_request(policy, test, &request, asked_us, diags);
    else
        diag_error(diags, test->request.mark, "%s", wrong);
    arena_clear(&arena);
}

void review_test(const struct policy *policy, int64_t at_us, struct diags *diags)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    for (size_t i = 0; i < lists->test_count; i++)
        test_one(policy, &lists->tests[i], at_us, diags);
}
