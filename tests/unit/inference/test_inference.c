/* SPDX-License-Identifier: Apache-2.0 */
/* One call, without a socket: what its endpoint gets, and what the caller hears of what the endpoint says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/inference.h"

static const char rules[] =
    "version: 1\n"
    "tls:\n"
    "  authority: { certificate: /c, key: /k, names: [\"@llm\"] }\n"
    "inference:\n"
    "  - { name: local, endpoint: \"http://127.0.0.1:8000\", dialect: openai, models: { \"gpt-*\": tiny } }\n"
    "  - { name: other, endpoint: \"http://127.0.0.1:8001\", dialect: openai, models: { \"*\": tiny } }\n"
    "rules:\n"
    "  - { id: llm, verdict: reroute, hosts: [\"@llm\"], inference: [local, other] }\n";

/* A side that writes down what is put there. */
struct heard {
    uint16_t status;
    char head[2048]; /* its own lines, and the fields that are added */
    struct buffer content;
    bool has_ended;
};

struct scene {
    struct policy *policy;
    struct engines *engines;
    struct engine_set *set;
    struct loop *loop;
    struct arena arena;
    struct request request;
    struct decision decision;
    struct account account;
    struct inference_call *call;
    struct http_worker worker;
    struct http_connection connection;
    struct http_side client;
    struct http_side endpoint;
    struct heard caller_heard;
    struct heard endpoint_heard;
    struct filters down;
};

static struct scene scene;

static struct heard *heard_by(const struct http_side *side)
{
    return side == &scene.client ? &scene.caller_heard : &scene.endpoint_heard;
}

static void put_head(struct http_side *side, const struct http_message *message)
{
    struct heard *heard = heard_by(side);
    size_t at = 0;
    heard->status = message->status;
    if (message->head != NULL)
        at = (size_t)snprintf(
            heard->head, sizeof(heard->head), "%.*s %.*s at %.*s\n", TEXT_ARG(message->head->method),
            TEXT_ARG(message->head->target.path), TEXT_ARG(message->authority));
    for (size_t i = 0; i < message->add_count && at < sizeof(heard->head); i++)
        at += (size_t)snprintf(
            heard->head + at, sizeof(heard->head) - at, "%.*s: %.*s\n", TEXT_ARG(message->add[i].name),
            TEXT_ARG(message->add[i].value));
}

static void put_content(struct http_side *side, struct http_piece *piece)
{
    buffer_append(&heard_by(side)->content, piece->content);
}

static void put_end(struct http_side *side)
{
    heard_by(side)->has_ended = true;
}

static const struct http_role role = {.name = "fake", .put_head = put_head, .put_content = put_content, .end = put_end};

static struct policy *compile(void)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(rules), "test.yaml", diags);
    assert_non_null(settings);
    struct policy *policy = policy_compile(settings, diags);
    assert_non_null(policy);
    diags_free(diags);
    return policy;
}

static void begin(const char *body)
{
    const char *wrong = NULL;
    scene = (struct scene){.policy = compile(), .engines = engines_new(), .loop = loop_new()};
    scene.set = engine_set_new(scene.engines, scene.policy);
    assert_true(policy_request_parse(
        TEXT("POST https://api.openai.com/v1/chat/completions"), &scene.arena, &scene.request, &wrong));
    policy_judge(scene.policy, &scene.request, &scene.decision);
    assert_int_equal(scene.decision.plan, PLAN_REROUTE);
    scene.connection.worker = &scene.worker;
    scene.client = scene.endpoint = (struct http_side){.role = &role, .connection = &scene.connection};
    scene.down = (struct filters){.to = &scene.client, .passed = &scene.account.bytes_down};
    const struct inference_about about = {
        .policy = scene.policy,
        .request = &scene.request,
        .decision = &scene.decision,
        .engines = scene.set,
        .account = &scene.account,
        .loop = scene.loop,
        .answer_held = 1000,
    };
    scene.call = inference_new(&about);
    assert_true(inference_hold(scene.call, text_from(body), 1000));
    assert_int_equal(inference_read(scene.call), REASON_NONE);
}

static void end(void)
{
    inference_free(scene.call);
    account_unsay(&scene.account);
    buffer_clear(&scene.caller_heard.content);
    buffer_clear(&scene.endpoint_heard.content);
    engine_set_free(scene.set);
    engines_free(scene.engines);
    policy_unref(scene.policy);
    arena_clear(&scene.arena);
    loop_free(scene.loop);
}

static struct engine *engine_at(size_t place)
{
    return engine_set_at(scene.set, scene.decision.inference[place]);
}

static enum engine_says answers(size_t place, uint16_t status, const char *type)
{
    static struct message_head head;
    head = (struct message_head){.status = status, .field_count = 2};
    head.fields[0] = (struct field){TEXT("Content-Type"), text_from(type)};
    head.fields[1] = (struct field){TEXT("Retry-After"), TEXT("7")};
    return inference_answered(scene.call, place, engine_at(place), &head, &scene.down);
}

static bool has(struct text text, const char *part)
{
    return memmem(text.data, text.length, part, strlen(part)) != NULL;
}

static const char asked[] = "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
static const char streams[] =
    "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
static const char answer[] =
    "{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"tiny\",\"choices\":[{\"index\":0,"
    "\"message\":{\"role\":\"assistant\",\"content\":\"ho\"},\"finish_reason\":\"stop\"}],"
    "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}";

static void the_endpoint_gets_the_call_in_its_words_and_the_account_who_it_is(void **state)
{
    (void)state;
    begin(asked);
    assert_true(text_equal(inference_model(scene.call), TEXT("gpt-4o")));
    inference_write(scene.call, 0, &scene.endpoint, NULL, false);
    assert_non_null(strstr(scene.endpoint_heard.head, "POST /v1/chat/completions at 127.0.0.1:8000\n"));
    assert_true(has(buffer_text(&scene.endpoint_heard.content), "\"tiny\""));
    assert_false(has(buffer_text(&scene.endpoint_heard.content), "gpt-4o"));
    assert_true(scene.endpoint_heard.has_ended);
    assert_true(text_equal(scene.account.service.inference, TEXT("local")));
    assert_true(text_equal(scene.account.service.model, TEXT("tiny")));
    end();
}

static void a_body_beyond_its_limit_is_not_taken(void **state)
{
    (void)state;
    begin(asked);
    assert_false(inference_hold(scene.call, TEXT("12345"), scene.call->body.length + 4));
    end();
}

static void an_answer_is_said_when_it_is_whole_under_the_name_that_was_asked_for(void **state)
{
    (void)state;
    begin(asked);
    assert_int_equal(answers(0, 200, "application/json"), ENGINE_SERVES);
    assert_int_equal(filters_give_text(&scene.down, 0, text_part(text_from(answer), 0, 40)), FILTER_GOES_ON);
    assert_int_equal(scene.caller_heard.status, 0);
    assert_int_equal(filters_give_text(&scene.down, 0, text_after(text_from(answer), 40)), FILTER_GOES_ON);
    assert_int_equal(filters_end(&scene.down, 0), FILTER_GOES_ON);
    assert_int_equal(scene.caller_heard.status, 200);
    assert_true(has(buffer_text(&scene.caller_heard.content), "\"gpt-4o\""));
    assert_true(scene.caller_heard.has_ended);
    assert_int_equal(scene.account.service.tokens_in, 3);
    assert_int_equal(scene.account.service.tokens_out, 4);
    assert_int_equal(scene.account.bytes_down, scene.caller_heard.content.length);
    end();
}

static void an_answer_beyond_its_limit_or_that_is_none_is_not_said(void **state)
{
    (void)state;
    static char much[1001];
    begin(asked);
    memset(much, ' ', sizeof(much));
    assert_int_equal(answers(0, 200, "application/json"), ENGINE_SERVES);
    assert_int_equal(filters_give_text(&scene.down, 0, (struct text){much, sizeof(much)}), FILTER_TOO_LARGE);
    inference_take_back(scene.call);
    assert_int_equal(filters_give_text(&scene.down, 0, TEXT("not json")), FILTER_GOES_ON);
    assert_int_equal(filters_end(&scene.down, 0), FILTER_BAD);
    assert_int_equal(scene.caller_heard.status, 0);
    end();
}

static void events_go_on_one_by_one_and_end_by_their_own_word(void **state)
{
    (void)state;
    begin(streams);
    assert_int_equal(answers(0, 200, "text/event-stream"), ENGINE_SERVES);
    assert_true(inference_is_silent(scene.call));
    assert_int_equal(
        filters_give_text(
            &scene.down, 0,
            TEXT("data: {\"model\":\"tiny\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"ho\"}}]}\n\nda")),
        FILTER_GOES_ON);
    assert_false(inference_is_silent(scene.call));
    assert_true(has(buffer_text(&scene.caller_heard.content), "\"gpt-4o\""));
    assert_false(inference_has_told(scene.call));
    assert_int_equal(filters_give_text(&scene.down, 0, TEXT("ta: [DONE]\n\n")), FILTER_ENDS);
    assert_true(inference_has_told(scene.call));
    end();
}

static void an_objection_is_kept_and_stands_when_nobody_else_would_serve(void **state)
{
    (void)state;
    begin(asked);
    assert_int_equal(answers(0, 404, "application/json"), ENGINE_OBJECTS);
    assert_int_equal(
        filters_give_text(&scene.down, 0, TEXT("{\"error\":{\"message\":\"no such model here\"}}")), FILTER_GOES_ON);
    assert_int_equal(filters_end(&scene.down, 0), FILTER_GOES_ON);
    assert_int_equal(scene.caller_heard.status, 0);
    assert_true(inference_objection_stands(scene.call, 0));
    assert_false(inference_objection_stands(scene.call, 1)); /* another may have the model */
    struct dialect_answer said = {0};
    inference_object(scene.call, &said);
    assert_true(has(buffer_text(&said.body), "no such model here"));
    buffer_clear(&said.body);
    end();
}

static void what_does_not_serve_is_told_with_its_name(void **state)
{
    (void)state;
    begin(asked);
    assert_int_equal(answers(1, 503, "text/plain"), ENGINE_FAILS);
    assert_int_equal(scene.down.count, 0);
    inference_failed(scene.call, 1, engine_at(1), REASON_INFERENCE_DOWN);
    assert_string_equal(scene.account.detail, "other answered 503");
    account_say(&scene.account, FLAW_NONE, "connection refused");
    inference_failed(scene.call, 0, engine_at(0), REASON_CONNECT_FAILED);
    assert_string_equal(scene.account.detail, "local: connection refused");
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_endpoint_gets_the_call_in_its_words_and_the_account_who_it_is),
        cmocka_unit_test(a_body_beyond_its_limit_is_not_taken),
        cmocka_unit_test(an_answer_is_said_when_it_is_whole_under_the_name_that_was_asked_for),
        cmocka_unit_test(an_answer_beyond_its_limit_or_that_is_none_is_not_said),
        cmocka_unit_test(events_go_on_one_by_one_and_end_by_their_own_word),
        cmocka_unit_test(an_objection_is_kept_and_stands_when_nobody_else_would_serve),
        cmocka_unit_test(what_does_not_serve_is_told_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
