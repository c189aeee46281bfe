/* SPDX-License-Identifier: Apache-2.0 */
/* What a model may be called, in each dialect, wherever the name stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "calls.h"

#define TURN "\"messages\":[{\"role\":\"user\",\"content\":\"h\"}]"

/* %s is the name, as a body's JSON or a path spells it. */
static const struct place {
    enum llm_dialect dialect;
    const char *path;
    const char *body;
} in_bodies[] = {
    {DIALECT_OPENAI, "/v1/chat/completions", "{\"model\":\"%s\"," TURN "}"},
    {DIALECT_ANTHROPIC, "/v1/messages", "{\"model\":\"%s\",\"max_tokens\":9," TURN "}"},
    {DIALECT_MISTRAL, "/v1/chat/completions", "{\"model\":\"%s\"," TURN "}"},
    {DIALECT_COHERE, "/v2/chat", "{\"model\":\"%s\"," TURN "}"},
    {DIALECT_OLLAMA, "/api/chat", "{\"model\":\"%s\"," TURN "}"},
};
static const struct place in_paths[] = {
    {DIALECT_GEMINI, "/v1beta/models/%s:generateContent", "{\"contents\":[{\"parts\":[{\"text\":\"h\"}]}]}"},
    {DIALECT_GEMINI, "/v1/projects/p/locations/l/publishers/google/models/%s:generateContent",
     "{\"contents\":[{\"parts\":[{\"text\":\"h\"}]}]}"},
    {DIALECT_OPENAI, "/openai/deployments/%s/chat/completions", "{" TURN "}"},
    {DIALECT_ANTHROPIC, "/v1/projects/p/locations/l/publishers/anthropic/models/%s:rawPredict",
     "{\"anthropic_version\":\"x\",\"max_tokens\":9," TURN "}"},
    {DIALECT_MISTRAL, "/v1/projects/p/locations/l/publishers/mistralai/models/%s:rawPredict", "{" TURN "}"},
    {DIALECT_BEDROCK, "/model/%s/converse", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"h\"}]}]}"},
    {DIALECT_BEDROCK, "/model/%s/invoke", "{" TURN "}"},
};

static void put(const char *pattern, const char *name, char *out, size_t size)
{
    const char *mark = strstr(pattern, "%s");
    if (mark == NULL)
        (void)snprintf(out, size, "%s", pattern);
    else
        (void)snprintf(out, size, "%.*s%s%s", (int)(mark - pattern), pattern, name, mark + 2);
}

static struct dialect_call *
read(const struct place *place, const char *name, enum reason *reason, struct detail *detail)
{
    char path[2000];
    char body[2000];
    const struct llm_call llm = {.operation = LLM_CHAT, .dialect = place->dialect};
    put(place->path, name, path, sizeof(path));
    put(place->body, name, body, sizeof(body));
    return call_in(&llm, path, body, reason, detail);
}

static void expect_name(const struct place *place, const char *spelled, const char *name)
{
    enum reason reason;
    struct detail detail = {0};
    struct dialect_call *call = read(place, spelled, &reason, &detail);
    if (call == NULL)
        fail_msg("%s with %s: %s", place->path, spelled, detail.text);
    if (!text_equal(dialect_call_model(call), text_from(name)))
        fail_msg("%s with %s: is %.*s", place->path, spelled, TEXT_ARG(dialect_call_model(call)));
    dialect_call_free(call);
}

static void expect_no(const struct place *place, const char *spelled)
{
    enum reason reason;
    struct detail detail = {0};
    struct dialect_call *call = read(place, spelled, &reason, &detail);
    if (call != NULL)
        fail_msg("%s: a model may be called %s", place->path, spelled);
    assert_int_equal(reason, REASON_MALFORMED_BODY);
    assert_true(detail.text[0] != '\0' && strstr(detail.text, "evil") == NULL);
}

static void names_that_vendors_and_engines_give_are_taken(void **state)
{
    (void)state;
    static const char *const good[] = {
        "gpt-4o",
        "mistralai/Mistral-7B-Instruct-v0.3",
        "hf.co/org/repo:Q4_K_M",
        "ft:gpt-3.5-turbo-0125:org::id",
        "@cf/meta/llama-3",
        "~anthropic/latest",
        "models/gemini-2.5-flash",
        "accounts/fireworks/models/x#1",
        "arn:aws:bedrock:eu-central-1:123:inference-profile/eu.anthropic.claude",
        "Llama 3.1 (8B)",
        "a..b",
        "...",
        "m\xc3\xbcller",
        "\xe9\x80\x9a\xe4\xb9\x89"};
    for (size_t i = 0; i < COUNT_OF(in_bodies); i++)
        for (size_t k = 0; k < COUNT_OF(good); k++)
            expect_name(&in_bodies[i], good[k], good[k]);
    for (size_t i = 0; i < COUNT_OF(in_paths); i++)
        expect_name(&in_paths[i], "my-model.v1", "my-model.v1");
    expect_name(&in_paths[3], "claude-sonnet@20250514", "claude-sonnet@20250514");
    expect_name(&in_paths[3], "claude-sonnet%4020250514", "claude-sonnet@20250514");
    expect_name(&in_paths[2], "m%C3%BCller", "m\xc3\xbcller");
}

static void a_name_in_a_body_is_no_path_and_no_line(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "a\xe3\x80\x82\xe3\x80\x82",
        "a\xd6\x89"
        "b",
        "a\xcd\xbe"
        "b",
        "a\xe3\x85\xa4"
        "b",
        "a\xe4\xb8\xbf"
        "b",
        "a\xe1\x9a\x80"
        "b",
        "a\xd9\xa0"
        "b",
        "../evil",
        "a/../evil",
        "..",
        ".",
        "a/..",
        "./a",
        "a/./b",
        "/etc/evil",
        "a//b",
        "a/",
        "/",
        "a:..",
        "a:../evil",
        "..:a",
        " .. /evil",
        "a\\\\..\\\\evil",
        "%2e%2e/evil",
        "..%2fevil",
        "a\\u0000evil",
        "a\\nevil",
        "a\\u001bevil",
        "a\\u007fevil",
        "a\\u0085evil",
        "a\\u202eevil",
        "a\\u2028evil",
        "a\\ufeffevil",
        "\\uff0e\\uff0e\\uff0fevil",
        "a\\u2215evil",
        "a\\\"evil",
        "a?evil",
        "a;evil",
        "$(evil)",
        "`evil`",
        "a|evil",
        "a&evil",
        "*",
        "<evil>",
        "{evil}",
        "a'evil",
        "\\t"};
    for (size_t i = 0; i < COUNT_OF(in_bodies); i++)
        for (size_t k = 0; k < COUNT_OF(bad); k++)
            expect_no(&in_bodies[i], bad[k]);
}

static void a_name_in_a_path_is_judged_as_what_its_escapes_stand_for(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "..",
        "%2E%2E",
        "..%2Fevil",
        "%2e%2e%2fevil",
        "a%2F..%2Fevil",
        "%2Fetc%2Fevil",
        "a%2F%2Fb",
        "a%5C..%5Cevil",
        "a%00evil",
        "a%0Aevil",
        "a%1Bevil",
        "a%7Fevil",
        "a%C2%85evil",
        "a%E2%80%AEevil",
        "a%C0%AEevil",
        "a%FFevil",
        "%252e%252e",
        "a%22evil",
        "a%3Bevil",
        "*"};
    for (size_t i = 0; i < COUNT_OF(in_paths); i++)
        for (size_t k = 0; k < COUNT_OF(bad); k++)
            expect_no(&in_paths[i], bad[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_vendors_and_engines_give_are_taken),
        cmocka_unit_test(a_name_in_a_body_is_no_path_and_no_line),
        cmocka_unit_test(a_name_in_a_path_is_judged_as_what_its_escapes_stand_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
