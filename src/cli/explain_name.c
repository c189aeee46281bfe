/* SPDX-License-Identifier: Apache-2.0 */
/* exeat explain TYPE dns:NAME (RFC 4501): what listen.dns would do with a question, in the words of its records, where
 * the scheme is dns and the method is the type. */
#include "cli.h"
#include "exeat/policy/names.h"

static void append_text(const struct name_question *question, const struct name_verdict *verdict, struct buffer *out)
{
    const struct decision *decision = &verdict->decision;
    char type[DNS_TYPE_TEXT_SIZE];
    dns_type_write(question->type, type);
    buffer_printf(
        out, "question: %s dns:%s\nverdict: %s, %s\n", type, question->host.text,
        decision->plan == PLAN_REFUSE ? "deny" : "allow", reason_row(decision->reason)->text);
    if (decision->rule.length > 0)
        buffer_printf(out, "rule: %.*s\n", TEXT_ARG(decision->rule));
    if (decision->plan == PLAN_REFUSE)
        buffer_append_string(
            out, "answer: REFUSED (NXDOMAIN, where only a search list made the name); nobody is asked\n");
    else
        buffer_printf(
            out, "answer: what the resolver says, without addresses that no rule of the name opens%s\n",
            verdict->is_rerouted ? "; where there is none, that of listen.dns or resolve.rerouted" : "");
}

static void append_json(const struct name_question *question, const struct name_verdict *verdict, struct buffer *out)
{
    const struct decision *decision = &verdict->decision;
    char type[DNS_TYPE_TEXT_SIZE];
    dns_type_write(question->type, type);
    buffer_printf(
        out, "{\"scheme\":\"dns\",\"method\":\"%s\",\"host\":\"%s\",\"verdict\":\"%s\",\"reason\":\"%s\"", type,
        question->host.text, decision->plan == PLAN_REFUSE ? "deny" : "allow", reason_row(decision->reason)->code);
    if (decision->rule.length > 0) /* an identifier: nothing in it is to be escaped */
        buffer_printf(out, ",\"rule\":\"%.*s\"", TEXT_ARG(decision->rule));
    buffer_printf(out, ",\"rerouted\":%s}\n", verdict->is_rerouted ? "true" : "false");
}

enum exit_code
explain_name(const struct policy *policy, struct text asked, const char *from, int64_t at_us, bool as_json)
{
    struct name_question question;
    struct name_verdict verdict;
    struct buffer out = {0};
    const char *wrong = "";
    if (!policy_question_parse(asked, &question, &wrong))
        return complain(EXIT_USAGE, "%.*s: %s", TEXT_ARG(asked), wrong);
    question.client.name = text_from(from);
    question.asked_us = at_us;
    policy_judge_name(policy, &question, false, &verdict);
    if (as_json)
        append_json(&question, &verdict, &out);
    else
        append_text(&question, &verdict, &out);
    put_painted(stdout, buffer_text(&out));
    buffer_clear(&out);
    return verdict.decision.plan == PLAN_REFUSE ? EXIT_NO : EXIT_DONE;
}
