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
    enum path_result result = path_canonicalise(raw, &path);
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
    request.client.name = test->from;
    judge_whole(policy, &request, &decision);
    if (!is_expected(&decision, test->expect.text)) {
        diag_error(
            diags, test->expect.mark, "this test fails: expected '%.*s', but it is %s%s%.*s",
            TEXT_ARG(test->expect.text), verdict_name(decision.verdict), decision.rule.length > 0 ? " " : "",
            TEXT_ARG(decision.rule));
        diag_note(diags, "because: %s", reason_row(decision.reason)->text);
    }
    arena_clear(&arena);
}

void policy_test(const struct policy *policy, struct diags *diags)
{
    const struct settings_lists *lists = &policy->settings->lists;
    for (size_t i = 0; i < lists->test_count; i++)
        test_one(policy, &lists->tests[i], diags);
}
