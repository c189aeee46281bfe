/* SPDX-License-Identifier: Apache-2.0 */
/* Calls for the tests of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "calls.h"

struct dialect_call *call_of(enum llm_operation operation, const char *body)
{
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    struct buffer bytes = {0};
    buffer_append(&bytes, text_from(body));
    const struct llm_call llm = {.operation = operation, .dialect = DIALECT_OPENAI};
    const struct dialect_target target = {.path = TEXT("/v1/chat/completions")};
    enum reason reason = dialect_call_read(&llm, &target, &bytes, &call, &detail);
    if (reason != REASON_NONE)
        fail_msg("%s: %s", body, detail.text);
    return call;
}

void expect_text(struct buffer *out, const char *expected)
{
    if (!text_equal(buffer_text(out), text_from(expected)))
        fail_msg("expected\n%s\ngot\n%.*s", expected, TEXT_ARG(buffer_text(out)));
    buffer_clear(out);
}

void expect_rewritten(enum llm_operation operation, const char *call, struct text answer, struct text expected)
{
    struct dialect_call *one = call_of(operation, call);
    struct buffer out = {0};
    struct dialect_usage usage = {0};
    if (!dialect_reply_rewrite(one, answer, &out, &usage))
        fail_msg("not taken: %.*s", TEXT_ARG(answer));
    if (!text_equal(buffer_text(&out), expected))
        fail_msg("expected\n%.*s\ngot\n%.*s", TEXT_ARG(expected), TEXT_ARG(buffer_text(&out)));
    buffer_clear(&out);
    dialect_call_free(one);
}
