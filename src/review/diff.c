/* SPDX-License-Identifier: Apache-2.0 */
/* What changes between two policies: the same samples are judged by both. A host whose requests all change alike is
 * one line. */
#include <stdlib.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "exeat/policy/trace.h"
#include "fate.h"
#include "sample.h"
#include "why.h"

struct line {
    enum review_change change;
    char *target;   /* owned: scheme, host and port */
    char *tail;     /* owned: what changes there, and for whom */
    size_t clients; /* of those that the policies name, how many it changes for alike */
};
struct comparing {
    const struct policy *old;
    const struct policy *new;
    int64_t at_us;
    const struct samples *samples;
    struct line *lines; /* owned */
    size_t count;
    size_t first; /* line of the host and port at hand */
    struct text client;
    struct review_diff *diff;
};
/* Requests of one host and port, for one client, that change alike. */
struct alike {
    struct fate from;
    struct fate to;
    struct text method; /* of the first of them; empty at CONNECT */
    struct text path;
    size_t count;
};
struct tally {
    struct alike *alike; /* owned */
    size_t count;
    size_t requests;
};

static void append_target(struct buffer *out, const struct sample_host *host, const struct sample_end *end)
{
    buffer_printf(out, "%s://", scheme_name(end->scheme));
    if (host->pattern.kind == HOST_PATTERN_ANY)
        buffer_append(out, TEXT("*"));
    else
        buffer_printf(out, "%s%s", host->pattern.kind == HOST_PATTERN_SUFFIX ? "*." : "", host->pattern.host.text);
    if (end->port != scheme_port(end->scheme))
        buffer_printf(out, ":%u", end->port);
}

/* What changes for everybody is not said again for each client. */
static bool is_said(struct comparing *comparing, struct text target, struct text tail)
{
    for (size_t i = comparing->first; comparing->client.length > 0 && i < comparing->count; i++)
        if (text_equal(text_from(comparing->lines[i].tail), tail) &&
            text_equal(text_from(comparing->lines[i].target), target)) {
            comparing->lines[i].clients++;
            return true;
        }
    return false;
}

static void add_line(struct comparing *comparing, enum review_change change, struct text target, struct buffer *tail)
{
    if (is_said(comparing, target, buffer_text(tail))) {
        buffer_clear(tail);
        return;
    }
    if (comparing->client.length > 0)
        buffer_printf(tail, " (from %.*s)", TEXT_ARG(comparing->client));
    comparing->lines = base_resize(comparing->lines, comparing->count + 1, sizeof(*comparing->lines));
    comparing->lines[comparing->count++] = (struct line){
        change, text_copy(target), buffer_take(tail),
        comparing->client.length > 0 ? comparing->samples->client_count : 0};
}

/* --- where it may lead to --------------------------------------------------------------------------------------------
 */

static struct fate look(const struct comparing *comparing, const struct policy *policy, const struct request *request)
{
    const struct samples *samples = comparing->samples;
    struct decision decision;
    policy_judge(policy, request, &decision);
    struct fate fate = fate_of_decision(&decision);
    bool leads_out = decision.plan == PLAN_TUNNEL || decision.plan == PLAN_FORWARD;
    for (size_t i = 0; leads_out && request->host.kind == HOST_NAME && i < samples->range_count; i++)
        if (policy_lets_reach(policy, request, &decision, &samples->ranges[i].range.base))
            fate.reach |= (uint64_t)1 << i;
    return fate;
}

static void append_reach(struct buffer *out, const struct samples *samples, uint64_t reach, const char *when)
{
    const char *before = ", reaches ";
    for (size_t i = 0; i < samples->range_count; i++) {
        if ((reach & ((uint64_t)1 << i)) == 0)
            continue;
        buffer_append_string(out, before);
        before = ", ";
        if (samples->ranges[i].is_public)
            buffer_append(out, TEXT("public addresses"));
        else
            why_range_append(out, &samples->ranges[i].range);
    }
    if (reach != 0)
        buffer_append_string(out, when);
}

/* --- a change --- */

static void say_change(
    struct comparing *comparing, struct text target, struct buffer *tail, const struct fate *from,
    const struct fate *to)
{
    enum { PUBLIC = 1 };
    bool is_same = fate_is_same(from, to);
    buffer_append(tail, TEXT(": "));
    fate_append(tail, from);
    if (!is_same) {
        buffer_append(tail, TEXT(" -> "));
        fate_append(tail, to);
    }
    append_reach(tail, comparing->samples, to->reach & ~from->reach & ~(uint64_t)(is_same ? 0 : PUBLIC), " now");
    append_reach(tail, comparing->samples, is_same ? from->reach & ~to->reach : 0, " no longer");
    add_line(comparing, fate_change(from, to), target, tail);
}

static bool is_change(const struct fate *from, const struct fate *to)
{
    return !fate_is_same(from, to) || from->reach != to->reach;
}

static bool is_alike(const struct alike *alike, const struct fate *from, const struct fate *to)
{
    return fate_is_same(&alike->from, from) && fate_is_same(&alike->to, to) && alike->from.reach == from->reach &&
           alike->to.reach == to->reach && text_equal(alike->from.rule, from->rule) &&
           text_equal(alike->to.rule, to->rule);
}

static void count(struct tally *tally, const struct request *request, const struct fate *from, const struct fate *to)
{
    size_t i = 0;
    tally->requests++;
    if (!is_change(from, to))
        return;
    while (i < tally->count && !is_alike(&tally->alike[i], from, to))
        i++;
    if (i == tally->count) {
        tally->alike = base_resize(tally->alike, tally->count + 1, sizeof(*tally->alike));
        tally->alike[tally->count++] = (struct alike){*from, *to, request->method, request->path, 0};
    }
    tally->alike[i].count++;
}

/* --- one host, port and client ---------------------------------------------------------------------------------------
 */

struct looked {
    struct request request;
    struct fate from; /* at CONNECT; what is inside matters where the plan is to open */
    struct fate to;
};

static void
judge_inside(const struct comparing *comparing, const struct looked *inside, struct fate *from, struct fate *to)
{
    bool plain = inside->request.scheme == SCHEME_HTTP;
    comparing->diff->requests++;
    *from = plain || inside->from.plan == PLAN_OPEN ? look(comparing, comparing->old, &inside->request) : inside->from;
    *to = plain || inside->to.plan == PLAN_OPEN ? look(comparing, comparing->new, &inside->request) : inside->to;
}

static void each_inside(struct comparing *comparing, struct looked *inside, struct tally *tally)
{
    const struct samples *samples = comparing->samples;
    struct fate from;
    struct fate to;
    inside->request.inside_known = true;
    for (size_t i = 0; i < samples->path_count; i++)
        for (size_t j = 0; j < samples->method_count; j++) {
            inside->request.method = samples->methods[j];
            inside->request.path = samples->paths[i].path;
            judge_inside(comparing, inside, &from, &to);
            count(tally, &inside->request, &from, &to);
        }
}

static void
say_alike(struct comparing *comparing, const struct alike *alike, const struct tally *tally, struct text target)
{
    struct buffer tail = {0};
    if (alike->count < tally->requests)
        buffer_printf(&tail, " %.*s %.*s", TEXT_ARG(alike->method), TEXT_ARG(alike->path));
    if (alike->count < tally->requests && alike->count > 1)
        buffer_printf(&tail, " and %zu more", alike->count - 1);
    say_change(comparing, target, &tail, &alike->from, &alike->to);
}

static void say_looks(struct comparing *comparing, const struct looked *inside, struct text target)
{
    struct buffer tail = {0};
    bool is_open = inside->to.plan == PLAN_OPEN;
    if (is_open == (inside->from.plan == PLAN_OPEN) || !fate_leaves(&inside->from))
        return;
    buffer_append_string(&tail, is_open ? ": TLS is opened now" : ": TLS is opened no longer");
    add_line(comparing, REVIEW_LOOKS, target, &tail);
}

static void compare_one(
    struct comparing *comparing, const struct sample_host *host, const struct sample_end *end, struct text client)
{
    comparing->client = client;
    struct tally tally = {0};
    struct buffer target = {0};
    struct looked inside = {

        .request = {
            .client.name = client,
            .asked_us = comparing->at_us,
            .scheme = end->scheme,
            .host = host->host,
            .port = end->port}};
    inside.request.path_was_canonical = true;
    bool plain = end->scheme == SCHEME_HTTP;
    if (!plain) {
        inside.from = look(comparing, comparing->old, &inside.request);
        inside.to = look(comparing, comparing->new, &inside.request);
        comparing->diff->requests++;
    }
    if (plain || inside.from.plan == PLAN_OPEN || inside.to.plan == PLAN_OPEN)
        each_inside(comparing, &inside, &tally);
    else
        count(&tally, &inside.request, &inside.from, &inside.to);
    append_target(&target, host, end);
    for (size_t i = 0; i < tally.count; i++)
        say_alike(comparing, &tally.alike[i], &tally, buffer_text(&target));
    if (tally.count == 0)
        say_looks(comparing, &inside, buffer_text(&target));
    base_free(tally.alike);
    buffer_clear(&target);
}

static void compare_clients(struct comparing *comparing, const struct sample_host *host, const struct sample_end *end)
{
    const struct samples *samples = comparing->samples;
    comparing->first = comparing->count;
    for (size_t i = 0; i < samples->client_count; i++)
        compare_one(comparing, host, end, samples->clients[i]);
    for (size_t i = comparing->first; i < comparing->count; i++) {
        struct line *line = &comparing->lines[i];
        struct buffer tail = {0};
        if (line->clients + 1 >= samples->client_count)
            continue;
        buffer_printf(&tail, "%s (from others)", line->tail);
        base_free(line->tail);
        line->tail = buffer_take(&tail);
    }
}

/* --- the requests of tests -------------------------------------------------------------------------------------------
 */

static void compare_test(struct comparing *comparing, const struct settings_test *test)
{
    struct looked inside = {0};
    struct fate from;
    struct fate to;
    struct buffer tail = {0};
    struct arena arena = {0};
    const char *wrong;
    if (policy_request_parse(test->request.text, &arena, &inside.request, &wrong)) {
        bool known = inside.request.inside_known;
        inside.request.client.name = test->from.text;
        inside.request.asked_us = test->at.present ? test->at.us : comparing->at_us;
        comparing->client = test->from.text;
        comparing->first = comparing->count;
        inside.request.inside_known = false;
        inside.from = look(comparing, comparing->old, &inside.request);
        inside.to = look(comparing, comparing->new, &inside.request);
        inside.request.inside_known = known;
        judge_inside(comparing, &inside, &from, &to);
        if (is_change(&from, &to))
            say_change(comparing, test->request.text, &tail, &from, &to);
    }
    arena_clear(&arena);
}

static void compare_tests(struct comparing *comparing, const struct policy *policy)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    for (size_t i = 0; i < lists->test_count; i++)
        compare_test(comparing, &lists->tests[i]);
}

/* --- the whole -------------------------------------------------------------------------------------------------------
 */

/* Lines of one change stand together. */
static int compare_lines(const void *left_line, const void *right_line)
{
    const struct line *left = left_line;
    const struct line *right = right_line;
    if (left->change != right->change)
        return left->change < right->change ? -1 : 1;
    int order = strcmp(left->tail, right->tail);
    return order != 0 ? order : strcmp(left->target, right->target);
}

/* What opens is told host by host; of the rest, hosts that change alike are told by the first and their number. */
static void write_group(const struct line *lines, size_t count, struct buffer *out)
{
    enum { TOLD_ONE_BY_ONE = 5 };
    bool is_folded = lines->change != REVIEW_OPENS && count > TOLD_ONE_BY_ONE;
    for (size_t i = 0; i < (is_folded ? 1 : count); i++) {
        buffer_printf(out, "%-9s %s", review_change_name(lines[i].change), lines[i].target);
        if (is_folded)
            buffer_printf(out, " and %zu more", count - 1);
        buffer_printf(out, "%s\n", lines[i].tail);
    }
}

static size_t drop_repeated(struct line *lines, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_lines(&lines[kept - 1], &lines[i]) == 0) {
            base_free(lines[i].target);
            base_free(lines[i].tail);
        } else {
            lines[kept++] = lines[i];
        }
    }
    return kept;
}

static void write_lines(struct comparing *comparing, struct buffer *out)
{
    struct line *lines = comparing->lines;
    if (comparing->count > 0)
        qsort(lines, comparing->count, sizeof(*lines), compare_lines);
    size_t count = drop_repeated(lines, comparing->count);
    for (size_t i = 0, after = 0; i < count; i = after) {
        while (after < count && lines[after].change == lines[i].change && strcmp(lines[after].tail, lines[i].tail) == 0)
            after++;
        write_group(&lines[i], after - i, out);
        comparing->diff->changes[lines[i].change] += after - i;
    }
    for (size_t i = 0; i < count; i++) {
        base_free(lines[i].target);
        base_free(lines[i].tail);
    }
    base_free(lines);
}

void review_diff(
    const struct policy *old, const struct policy *new, int64_t at_us, struct buffer *out, struct review_diff *diff)
{
    struct samples samples = {0};
    struct comparing comparing = {.old = old, .new = new, .at_us = at_us, .samples = &samples, .diff = diff};
    *diff = (struct review_diff){0};
    samples_add_policy(&samples, old);
    samples_add_policy(&samples, new);
    samples_sort(&samples);
    for (size_t i = 0; i < samples.host_count; i++)
        for (size_t j = 0; j < samples.end_count; j++)
            compare_clients(&comparing, &samples.hosts[i], &samples.ends[j]);
    compare_tests(&comparing, old);
    compare_tests(&comparing, new);
    write_lines(&comparing, out);
    diff->has_regex = samples.has_regex;
    diff->ranges_left_out = samples.ranges_left_out;
    samples_clear(&samples);
}
