/* SPDX-License-Identifier: Apache-2.0 */
/* exeat llm try: what an application would get for a call of each vendor. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "exeat/base/clock.h"
#include "exeat/base/json.h"
#include "exeat/llm.h"
#include "exeat/trial.h"

enum { SHOWN_MAX = 400 };

/* What is tried, and what came of all of it. */
struct trying {
    struct trial_options options;
    bool as_json;
    bool is_first;
    bool names_one;  /* the operator did */
    size_t answered; /* by endpoints */
    size_t failed;
};

static const char *const outcomes[] = {
    [TRIAL_ANSWERED] = "answered",
    [TRIAL_CANNED] = "canned",
    [TRIAL_NOT_REROUTED] = "not rerouted",
    [TRIAL_FAILED] = "failed",
};

/* --- one report ------------------------------------------------------------------------------------------------------
 */

/* Foreign, as answers and what is remarked of them are. */
static void put_indented(struct text lines)
{
    struct text line;
    while (text_split(&lines, '\n', &line)) {
        if (line.length == 0)
            continue;
        put_text(TEXT("    "));
        put_foreign(text_trim(line, "\r"));
        put_text(TEXT("\n"));
    }
}

/* The beginning, with whole characters. */
static struct text beginning(struct text answer)
{
    size_t length = answer.length < SHOWN_MAX ? answer.length : SHOWN_MAX;
    while (length < answer.length && length > 0 && ((unsigned char)answer.data[length] & 0xc0) == 0x80)
        length--;
    return text_part(answer, 0, length);
}

static void put_answer(struct text answer)
{
    struct text part = beginning(answer);
    put_indented(part);
    if (part.length < answer.length)
        printf("    ... %zu bytes in all\n", answer.length);
}

static void put_text_report(const struct trial_vendor *vendor, bool streams, const struct trial_report *report)
{
    printf("%-10s %-6s %-12s", vendor->name, streams ? "stream" : "whole", outcomes[report->outcome]);
    if (report->outcome == TRIAL_ANSWERED)
        printf(
            " by %.*s, first content after %llu ms, all after %llu ms", TEXT_ARG(report->endpoint),
            (unsigned long long)(report->first_us / 1000), (unsigned long long)(report->whole_us / 1000));
    else if (report->outcome == TRIAL_CANNED)
        printf(" by %.*s", TEXT_ARG(report->endpoint));
    printf(" (%s)\n", report->host);
    put_indented(buffer_text(&report->remarks));
    put_answer(buffer_text(&report->answer));
}

static void append_member(struct buffer *out, const char *name, struct text value)
{
    buffer_printf(out, ", \"%s\": ", name);
    json_append_string(out, value);
}

static void
put_json_report(const struct trial_vendor *vendor, bool streams, const struct trial_report *report, bool is_first)
{
    struct buffer out = {0};
    struct text lines = buffer_text(&report->remarks);
    struct text line;
    const char *comma = "";
    buffer_printf(&out, "%s\n  {\"provider\": \"%s\"", is_first ? "[" : ",", vendor->name);
    append_member(&out, "host", text_from(report->host));
    buffer_printf(&out, ", \"stream\": %s", streams ? "true" : "false");
    append_member(&out, "outcome", text_from(outcomes[report->outcome]));
    append_member(&out, "endpoint", report->endpoint);
    buffer_printf(
        &out, ", \"first_ms\": %llu, \"whole_ms\": %llu", (unsigned long long)(report->first_us / 1000),
        (unsigned long long)(report->whole_us / 1000));
    append_member(&out, "answer", buffer_text(&report->answer));
    buffer_append_string(&out, ", \"remarks\": [");
    while (text_split(&lines, '\n', &line) && line.length > 0) {
        buffer_append_string(&out, comma);
        json_append_string(&out, line);
        comma = ", ";
    }
    buffer_append_string(&out, "]}");
    put_text(buffer_text(&out));
    buffer_clear(&out);
}

static void try_one(struct trying *trying, const struct trial_vendor *vendor, const struct host *host, bool streams)
{
    struct trial_report report = {.outcome = TRIAL_FAILED};
    trial_run(&trying->options, vendor, host, streams, &report);
    trying->answered += report.outcome == TRIAL_ANSWERED;
    trying->failed += report.outcome == TRIAL_FAILED || (trying->names_one && report.outcome == TRIAL_NOT_REROUTED);
    if (trying->as_json)
        put_json_report(vendor, streams, &report, trying->is_first);
    else
        put_text_report(vendor, streams, &report);
    trying->is_first = false;
    fflush(stdout);
    trial_report_clear(&report);
}

/* --- all -------------------------------------------------------------------------------------------------------------
 */

/* False: nobody is called so, which was said. */
static bool try_named(struct trying *trying, const char *word)
{
    struct host host;
    const struct trial_vendor *vendor =
        trial_vendor_find(policy_catalogue(trying->options.policy), text_from(word), &host);
    if (vendor == NULL) {
        struct buffer names = {0};
        for (size_t i = 0; i < trial_vendor_count(); i++)
            buffer_printf(&names, "%s%s", i == 0 ? "" : ", ", trial_vendor_at(i)->name);
        complain(
            EXIT_USAGE, "'%s' is no provider whose calls are known: %.*s, or a host of `exeat llm-hosts`", word,
            TEXT_ARG(buffer_text(&names)));
        buffer_clear(&names);
        return false;
    }
    trying->names_one = true;
    try_one(trying, vendor, &host, false);
    if (vendor->stream_path != NULL)
        try_one(trying, vendor, &host, true);
    return true;
}

static void try_each(struct trying *trying)
{
    struct host host;
    for (size_t i = 0; i < trial_vendor_count(); i++) {
        const struct trial_vendor *vendor = trial_vendor_at(i);
        if (vendor->stream_path == NULL || !host_parse(text_from(vendor->host), &host))
            continue; /* few have a model for it: it is tried where it is asked for */
        try_one(trying, vendor, &host, false);
        try_one(trying, vendor, &host, true);
    }
}

static enum exit_code try_with(const struct policy *policy, const struct command_line *line, bool as_json)
{
    const char *from = line->words[OPTION_FROM];
    char *error = NULL;
    struct tls_client *tls = daemon_load_trust(policy, &error);
    if (tls == NULL)
        return complain_free(EXIT_IO, error);
    struct trying trying = {
        .options =
            {.loop = loop_new(),
             .policy = policy,
             .tls = tls,
             .client = from == NULL ? TEXT("") : text_from(from),
             .at_us = clock_wall_us()},
        .as_json = as_json,
        .is_first = true,
    };
    bool done = true;
    if (line->operand_count == 1)
        done = try_named(&trying, line->operands[0]);
    else
        try_each(&trying);
    if (as_json && done)
        puts("\n]");
    loop_free(trying.options.loop);
    tls_client_free(tls);
    if (!done)
        return EXIT_USAGE;
    return trying.failed == 0 && trying.answered > 0 ? EXIT_DONE : EXIT_NO;
}

enum exit_code cmd_llm_try(const struct command_line *line)
{
    const char *format = line->words[OPTION_FORMAT] == NULL ? "text" : line->words[OPTION_FORMAT];
    bool as_json = strcmp(format, "json") == 0;
    if (!as_json && strcmp(format, "text") != 0)
        return complain(EXIT_USAGE, "-o is text or json, not '%s'", format);
    struct policy *policy = load_policy(command_config(line));
    if (policy == NULL)
        return EXIT_USAGE;
    enum exit_code code = has_client(policy, line->words[OPTION_FROM])
                              ? try_with(policy, line, as_json)
                              : complain(EXIT_USAGE, "--from: there is no client '%s'", line->words[OPTION_FROM]);
    policy_unref(policy);
    return code;
}
