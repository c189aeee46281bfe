/* SPDX-License-Identifier: Apache-2.0 */
/* exeat scan: a shop's tree, and what the policy says to what stands in it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "exeat/base/clock.h"
#include "exeat/scan.h"

/* --- what the policy says --------------------------------------------------------------------------------------------
 */

/* Answered here, or refused by a rule's own word: the finding is taken care of. */
static void say_covered(struct scan_finding *finding, const struct decision *decision, struct arena *arena)
{
    struct buffer said = {0};
    if (decision->rule.length == 0)
        buffer_append_string(&said, "no rule names it, so it is refused; a rule that reroutes @llm would answer it");
    else if (decision->reason == REASON_LLM_OPERATION)
        buffer_printf(
            &said, "rule %.*s: reroute, of calls that can be answered; this path by itself is none",
            TEXT_ARG(decision->rule));
    else
        buffer_printf(&said, "rule %.*s: %s", TEXT_ARG(decision->rule), verdict_name(decision->verdict));
    finding->covered = arena_text(arena, buffer_text(&said));
    buffer_clear(&said);
    if (decision->rule.length > 0 && decision->verdict != VERDICT_ALLOW && finding->severity > SCAN_NOTE)
        finding->severity = SCAN_NOTE;
}

static void judge(const struct policy *policy, struct scan_finding *finding, struct arena *arena)
{
    struct buffer asked = {0};
    struct request request;
    struct decision decision;
    const char *wrong = "";
    struct text path = finding->path.length > 0 ? finding->path : TEXT("/v1/chat/completions");
    buffer_printf(&asked, "POST https://%.*s%.*s", TEXT_ARG(finding->host), TEXT_ARG(path));
    if (policy_request_parse(arena_text(arena, buffer_text(&asked)), arena, &request, &wrong)) {
        request.asked_us = clock_wall_us();
        policy_judge(policy, &request, &decision);
        say_covered(finding, &decision, arena);
    } else {
        finding->covered = text_from(wrong);
    }
    buffer_clear(&asked);
}

static void judge_all(const struct policy *policy, struct scan_report *report)
{
    for (size_t i = 0; policy != NULL && i < report->finding_count; i++)
        if (report->findings[i].host.length > 0)
            judge(policy, &report->findings[i], &report->arena);
}

/* --- the bar ---------------------------------------------------------------------------------------------------------
 */

enum { BAR_WIDTH = 30, BAR_EVERY_US = 100000 };
struct bar {
    uint64_t total;
    int64_t next_us;
};

static void draw(void *context, const struct scan_report *report)
{
    struct bar *bar = context;
    int64_t now_us = clock_wall_us();
    if (now_us < bar->next_us)
        return;
    bar->next_us = now_us + BAR_EVERY_US;
    uint64_t done = report->bytes < bar->total ? report->bytes : bar->total;
    int width = bar->total == 0 ? BAR_WIDTH : (int)(done * BAR_WIDTH / bar->total);
    fprintf(
        stderr, "\r[%.*s%*s] %llu of %llu MB, %zu findings", width, "##############################", BAR_WIDTH - width,
        "", (unsigned long long)(done / 1000000), (unsigned long long)(bar->total / 1000000), report->finding_count);
}

/* --- the command -----------------------------------------------------------------------------------------------------
 */

enum scan_format { AS_TEXT, AS_JSON, AS_SARIF, AS_DRAFT };
struct asked {
    enum scan_format format;
    bool is_whole;
    bool fails;                   /* --fail-on is not `never` */
    enum scan_severity threshold; /* where it fails */
};

static bool read_words(const struct command_line *line, struct asked *asked)
{
    const char *format = line->words[OPTION_FORMAT] == NULL ? "text" : line->words[OPTION_FORMAT];
    const char *threshold = line->words[OPTION_FAIL_ON] == NULL ? "warning" : line->words[OPTION_FAIL_ON];
    static const char *const formats[] = {
        [AS_TEXT] = "text", [AS_JSON] = "json", [AS_SARIF] = "sarif", [AS_DRAFT] = "draft"};
    *asked = (struct asked){.is_whole = line->words[OPTION_ALL] != NULL, .fails = strcmp(threshold, "never") != 0};
    while (asked->format <= AS_DRAFT && strcmp(format, formats[asked->format]) != 0)
        asked->format++;
    if (asked->format > AS_DRAFT)
        complain(EXIT_USAGE, "-o is text, json, sarif or draft, not '%s'", format);
    else if (asked->fails && !scan_severity_parse(threshold, &asked->threshold))
        complain(EXIT_USAGE, "--fail-on is note, warning, error or never, not '%s'", threshold);
    else
        return true;
    return false;
}

static void print_report(const struct scan_report *report, const struct asked *asked)
{
    struct buffer out = {0};
    switch (asked->format) {
    case AS_TEXT:
        scan_write_text(report, asked->is_whole, &out);
        break;
    case AS_JSON:
        scan_write_json(report, &out);
        break;
    case AS_SARIF:
        scan_write_sarif(report, &out);
        break;
    case AS_DRAFT:
        scan_write_draft(report, &out);
        break;
    }
    put_text(buffer_text(&out));
    buffer_clear(&out);
}

static enum exit_code code_of(const struct scan_report *report, const struct asked *asked)
{
    for (size_t i = 0; asked->fails && i < report->finding_count; i++)
        if (report->findings[i].severity >= asked->threshold)
            return EXIT_NO;
    for (size_t i = 0; i < report->skipped_count; i++)
        if (scan_skip_fails(report->skipped[i].why))
            return EXIT_USAGE;
    return EXIT_DONE;
}

static bool walk(const struct command_line *line, const struct llm_catalogue *catalogue, struct scan_report *report)
{
    struct scanner *scanner = scanner_new(catalogue);
    struct scan_options options = {.honours_gitignore = line->words[OPTION_GITIGNORE] != NULL};
    struct bar bar = {0};
    bool has_bar = isatty(STDERR_FILENO) == 1;
    if (has_bar) {
        bar.total = scan_tree_size(line->operands[0], &options);
        options.progress = draw;
        options.context = &bar;
    }
    bool good = scan_tree(scanner, line->operands[0], &options, report);
    int error = errno;
    if (has_bar)
        fputs("\r\033[K", stderr);
    if (!good)
        complain(EXIT_USAGE, "%s: cannot be read: %s", line->operands[0], strerror(error));
    scanner_free(scanner);
    return good;
}

enum exit_code cmd_scan(const struct command_line *line)
{
    struct asked asked;
    struct scan_report report = {0};
    struct policy *policy = NULL;
    if (!read_words(line, &asked))
        return EXIT_USAGE;
    if (line->words[OPTION_CONFIG] != NULL && (policy = load_policy(line->words[OPTION_CONFIG])) == NULL)
        return EXIT_USAGE;
    struct llm_catalogue *own = policy == NULL ? llm_catalogue_new() : NULL;
    enum exit_code code = EXIT_USAGE;
    if (walk(line, policy == NULL ? own : policy_catalogue(policy), &report)) {
        judge_all(asked.format == AS_DRAFT ? NULL : policy, &report);
        print_report(&report, &asked);
        code = code_of(&report, &asked);
    }
    scan_report_clear(&report);
    llm_catalogue_free(own);
    policy_unref(policy);
    return code;
}
