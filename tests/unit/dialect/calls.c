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

struct dialect_call *
call_in(const struct llm_call *llm, const char *target, const char *body, enum reason *reason, struct detail *detail)
{
    struct dialect_call *call = NULL;
    struct buffer bytes = {0};
    struct text whole = text_from(target);
    size_t mark = text_index(whole, '?', 0);
    const struct dialect_target parts = {text_part(whole, 0, mark), text_after(whole, mark + 1), TEXT("01")};
    buffer_append(&bytes, text_from(body));
    *reason = dialect_call_read(llm, &parts, &bytes, &call, detail);
    assert_null(bytes.data);
    assert_int_equal(call != NULL, *reason == REASON_NONE);
    return call;
}

static struct dialect_call *good_call(const struct llm_call *llm, const char *target, const char *body)
{
    struct detail detail = {0};
    enum reason reason;
    struct dialect_call *call = call_in(llm, target, body, &reason, &detail);
    if (call == NULL)
        fail_msg("%s: %s", body, detail.text);
    return call;
}

void expect_call(const struct llm_call *llm, const char *target, const char *body, const char *expected)
{
    struct dialect_call *call = good_call(llm, target, body);
    const struct dialect_endpoint endpoint = {.model = TEXT("local"), .takes_usage = true};
    struct buffer out = {0};
    dialect_call_write(call, &endpoint, &out);
    expect_text(&out, expected);
    dialect_call_free(call);
}

void expect_refused(
    const struct llm_call *llm, const char *target, const char *body, enum reason reason, const char *sentence)
{
    struct detail detail = {0};
    struct buffer pattern = {0};
    enum reason got;
    struct dialect_call *call = call_in(llm, target, body, &got, &detail);
    buffer_printf(&pattern, "*%s*", sentence);
    if (got != reason || !text_glob(buffer_text(&pattern), text_from(detail.text)))
        fail_msg("%s: %s, '%s'", body, reason_row(got)->code, detail.text);
    buffer_clear(&pattern);
    dialect_call_free(call);
}

void expect_answer(
    const struct llm_call *llm, const char *target, const char *call, const char *answer, const char *expected)
{
    struct dialect_call *one = good_call(llm, target, call);
    struct buffer out = {0};
    struct dialect_usage usage = {0};
    bool good = dialect_reply_rewrite(one, text_from(answer), &out, &usage);
    if (good != (expected != NULL))
        fail_msg("%s: %s", good ? "taken" : "not taken", answer);
    if (expected != NULL)
        expect_text(&out, expected);
    buffer_clear(&out);
    dialect_call_free(one);
}

static enum ending run_stream(const struct dialect_call *call, struct text in, size_t piece, struct buffer *out)
{
    enum { LIMIT = 1000 };
    struct dialect_stream *stream = dialect_stream_new(call, LIMIT);
    enum dialect_progress progress = DIALECT_GOES_ON;
    for (size_t at = 0; at < in.length && progress == DIALECT_GOES_ON; at += piece)
        progress = dialect_stream_feed(stream, text_part(in, at, piece), out);
    enum ending ending = progress == DIALECT_TOO_LARGE     ? TOO_LARGE
                         : progress == DIALECT_IS_COMPLETE ? COMPLETE_AT_ONCE
                         : dialect_stream_end(stream, out) ? COMPLETE_AT_THE_END
                                                           : BROKEN;
    dialect_stream_free(stream);
    return ending;
}

void expect_events(
    const struct llm_call *llm, const char *target, const char *call, const char *stream, enum ending ending,
    const char *expected)
{
    struct dialect_call *one = good_call(llm, target, call);
    struct text in = text_from(stream);
    for (size_t piece = 1; piece <= in.length; piece += piece < 100 ? 1 : 89) {
        struct buffer out = {0};
        enum ending got = run_stream(one, in, piece, &out);
        if (got != ending)
            fail_msg(
                "%s\nin pieces of %zu: ending %d, got\n%.*s", stream, piece, (int)got, TEXT_ARG(buffer_text(&out)));
        expect_text(&out, expected);
    }
    dialect_call_free(one);
}
