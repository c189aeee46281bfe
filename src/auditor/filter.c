/* SPDX-License-Identifier: Apache-2.0 */
/* Which records, and as what: the options that many commands have. */
#include <stdio.h>
#include <unistd.h>

#include "auditor_internal.h"

static bool read_verdicts(const char *word, unsigned *bits)
{
    struct text list = text_from(word);
    struct text piece;
    while (text_split(&list, ',', &piece)) {
        enum verdict verdict;
        if (!verdict_parse(piece, &verdict)) {
            complain(EXIT_USAGE, "--verdict takes allow, deny, reroute, error, with commas between them");
            return false;
        }
        *bits |= 1u << verdict;
    }
    return true;
}

/* A word that no record can have is a mistake, not a filter that matches nothing. */
static bool check_reasons(const char *word)
{
    struct text list = text_from(word);
    struct text piece;
    while (text_split(&list, ',', &piece)) {
        enum reason reason;
        if (!text_has(piece, '*') && !reason_parse(piece, &reason)) {
            complain(EXIT_USAGE, "--reason: there is no reason '%.*s'", TEXT_ARG(piece));
            return false;
        }
    }
    return true;
}

/* A word of a closed list, or a pattern. */
static bool check_plans(const char *word)
{
    struct text list = text_from(word);
    struct text piece;
    while (text_split(&list, ',', &piece)) {
        bool known = text_has(piece, '*');
        for (int i = PLAN_TUNNEL; i <= PLAN_REFUSE; i++)
            known = known || text_equal(piece, text_from(plan_name((enum plan)i)));
        if (!known) {
            complain(
                EXIT_USAGE, "--done takes tunnel, forward, open, reroute, answer, refuse, with commas between them");
            return false;
        }
    }
    return true;
}

static bool check_request(const char *word)
{
    if (word == NULL || export_is_request(text_from(word)))
        return true;
    complain(EXIT_USAGE, "--request: '%s' is no request id: 32 hex digits, or the first of them, at least 4", word);
    return false;
}

bool auditor_call_filter(const struct auditor_call *call, struct export_filter *filter)
{
    const char *const *words = call->words;
    *filter = (struct export_filter){
        .host = text_from(words[OPTION_HOST]),
        .rule = text_from(words[OPTION_RULE]),
        .client = text_from(words[OPTION_CLIENT]),
        .provider = text_from(words[OPTION_PROVIDER]),
        .reason = text_from(words[OPTION_REASON]),
        .done = text_from(words[OPTION_DONE]),
        .request = text_from(words[OPTION_REQUEST]),
        .llm_only = words[OPTION_LLM] != NULL,
        .redact = words[OPTION_REDACT] != NULL,
    };
    return read_verdicts(words[OPTION_VERDICT], &filter->verdicts) && check_reasons(words[OPTION_REASON]) &&
           check_plans(words[OPTION_DONE]) && check_request(words[OPTION_REQUEST]) &&
           read_time(words[OPTION_SINCE], "--since", &filter->since_us) &&
           read_time(words[OPTION_UNTIL], "--until", &filter->until_us);
}

bool auditor_call_format(const struct auditor_call *call, enum export_format *format)
{
    const char *word = call->words[OPTION_FORMAT];
    *format = isatty(STDOUT_FILENO) ? EXPORT_TEXT : EXPORT_JSONL;
    if (word == NULL || export_format_parse(text_from(word), format))
        return true;
    fputs("exeat: -o is one of", stderr);
    for (int i = 0; i < EXPORT_FORMATS; i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : ",", export_format_name((enum export_format)i));
    fputc('\n', stderr);
    return false;
}
