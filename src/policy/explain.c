/* SPDX-License-Identifier: Apache-2.0 */
/* The same judge, asked by people: requests as they write them, and the file's own tests. */
#include "policy_internal.h"

/* --- requests as text ------------------------------------------------------------------------------------------------
 */

static bool split_url(struct text url, struct request *request, struct text *authority, struct text *rest)
{
    if (text_starts_with(url, TEXT("https://")))
        request->scheme = SCHEME_HTTPS;
    else if (text_starts_with(url, TEXT("http://")))
        request->scheme = SCHEME_HTTP;
    else
        return false;
    url = text_after(url, request->scheme == SCHEME_HTTPS ? 8 : 7);
    size_t slash = text_index(url, '/', 0);
    *authority = text_part(url, 0, slash);
    *rest = text_after(url, slash);
    return true;
}

/* "CONNECT host:port": what a client asks for before anything inside is known. */
static bool parse_connect(struct text authority, struct request *request)
{
    request->scheme = SCHEME_HTTPS;
    request->path_was_canonical = true;
    return authority_parse(authority, 0, &request->host, &request->port);
}

static bool set_path(struct text rest, struct arena *arena, struct request *request)
{
    struct buffer path = {0};
    size_t mark = text_index(rest, '?', 0);
    struct text raw = mark == 0 ? TEXT("/") : text_part(rest, 0, mark);
    enum path_result result = path_canonicalise(raw, &path, NULL);
    request->path = arena_text(arena, buffer_text(&path));
    request->path_was_canonical = result == PATH_CANONICAL;
    request->query = arena_text(arena, text_after(rest, mark + 1));
    request->inside_known = true;
    buffer_clear(&path);
    return result != PATH_BAD;
}

bool policy_request_parse(struct text line, struct arena *arena, struct request *request, const char **wrong)
{
    struct text method;
    struct text authority;
    struct text rest;
    *request = (struct request){0};
    *wrong = "a request is written METHOD URL, such as: GET https://api.example.com/v1/items";
    if (!text_split(&line, ' ', &method))
        return false;
    line = text_trim(line, " ");
    request->method = arena_text(arena, method);
    if (text_equal(method, TEXT("CONNECT"))) {
        *wrong = "a CONNECT is written CONNECT host:port";
        return parse_connect(line, request);
    }
    if (!split_url(line, request, &authority, &rest))
        return false;
    if (!authority_parse(authority, scheme_port(request->scheme), &request->host, &request->port)) {
        *wrong = "the URL's host or port is not well-formed";
        return false;
    }
    if (set_path(rest, arena, request))
        return true;
    *wrong = "the URL's path is not well-formed";
    return false;
}

/* --- the file's tests ------------------------------------------------------------------------------------------------
 */

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

static void say_failed(
    const struct policy *policy, const struct settings_test *test, const struct request *request,
    const struct decision *decision, struct diags *diags)
{
    const struct settings_rule *winner = decision->winner == NULL ? NULL : decision->winner->source;
    struct buffer trace = {0};
    if (is_taken_over(winner, test)) {
        diag_remark(
            diags, test->expect.mark, "expected '%.*s' by this file alone; rule '%s' (%s:%d) has the stricter word",
            TEXT_ARG(test->expect.text), winner->id.text.data,
            settings_path_of(&policy->settings->lists, winner->id.mark), winner->id.mark.line);
        return;
    }
    diag_error(
        diags, test->expect.mark, "this test fails: expected '%.*s', but it is %s%s%.*s", TEXT_ARG(test->expect.text),
        verdict_name(decision->verdict), decision->rule.length > 0 ? " " : "", TEXT_ARG(decision->rule));
    diag_note(diags, "because: %s", reason_row(decision->reason)->text);
    policy_explain(policy, request, false, &trace);
    diag_note(diags, "%.*s", TEXT_ARG(text_trim(buffer_text(&trace), "\n")));
    buffer_clear(&trace);
}

static void test_one(const struct policy *policy, const struct settings_test *test, struct diags *diags)
{
    struct arena arena = {0};
    struct request request;
    struct decision decision;
    const char *wrong;
    if (!policy_request_parse(test->request.text, &arena, &request, &wrong)) {
        diag_error(diags, test->request.mark, "%s", wrong);
        arena_clear(&arena);
        return;
    }
    request.client.name = test->from.text;
    judge_whole(policy, &request, &decision);
    if (!is_expected(&decision, test->expect.text))
        say_failed(policy, test, &request, &decision, diags);
    arena_clear(&arena);
}

void policy_test(const struct policy *policy, struct diags *diags)
{
    const struct settings_lists *lists = &policy->settings->lists;
    for (size_t i = 0; i < lists->test_count; i++)
        test_one(policy, &lists->tests[i], diags);
}
