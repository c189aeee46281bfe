/* SPDX-License-Identifier: Apache-2.0 */
/* How a stream of an endpoint gets to its caller, event by event, in each dialect; and that nobody works for one who
 * has gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

#define TURN "{\"role\":\"user\",\"content\":\"h\"}"
static const struct dialect {
    const char *host;
    const char *path;
    const char *body;
} dialects[] = {
    {"api.openai.com", "/v1/chat/completions", "{\"model\":\"m\",\"stream\":true,\"messages\":[" TURN "]}"},
    {"api.anthropic.com", "/v1/messages", "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true,\"messages\":[" TURN "]}"},
    {"generativelanguage.googleapis.com", "/v1beta/models/m:streamGenerateContent?alt=sse",
     "{\"contents\":[{\"parts\":[{\"text\":\"h\"}]}]}"},
    {"generativelanguage.googleapis.com", "/v1beta/models/m:streamGenerateContent",
     "{\"contents\":[{\"parts\":[{\"text\":\"h\"}]}]}"},
    {"api.mistral.ai", "/v1/chat/completions", "{\"model\":\"m\",\"stream\":true,\"messages\":[" TURN "]}"},
    {"api.cohere.com", "/v2/chat", "{\"model\":\"m\",\"stream\":true,\"messages\":[" TURN "]}"},
    {"ollama.com", "/api/chat", "{\"model\":\"m\",\"messages\":[" TURN "]}"},
    {"bedrock-runtime.eu-central-1.amazonaws.com", "/model/m/converse-stream",
     "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"h\"}]}]}"},
    {"bedrock-runtime.eu-central-1.amazonaws.com", "/model/anthropic.claude/invoke-with-response-stream",
     "{\"anthropic_version\":\"x\",\"max_tokens\":9,\"messages\":[" TURN "]}"},
};

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

static void ask(struct fake_peer *peer, const struct dialect *dialect)
{
    char call[1024];
    (void)snprintf(
        call, sizeof(call),
        "POST http://%s%s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
        dialect->host, dialect->path, dialect->host, strlen(dialect->body), dialect->body);
    say(peer, call);
}

/* A piece of the answer, in a chunk of its own. */
static void event_of(int number, char *out, size_t size)
{
    char event[200];
    (void)snprintf(
        event, sizeof(event),
        "data: {\"id\":\"c\",\"model\":\"mm\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word-%d\"},"
        "\"finish_reason\":null}]}\n\n",
        number);
    (void)snprintf(out, size, "%zx\r\n%s\r\n", strlen(event), event);
}

static void expect_word(const struct fake_peer *peer, const struct dialect *dialect, int number)
{
    char word[24];
    if (strstr(dialect->path, "/invoke-") != NULL)
        return; /* what is said is in base64 there */
    (void)snprintf(word, sizeof(word), "word-%d", number);
    expect(peer, word);
}

static void one_event_of_the_endpoint_is_one_write_to_the_caller(void **state)
{
    struct scene *scene = *state;
    enum { EVENTS = 20 };
    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        struct fake_peer *caller = come(scene);
        ask(caller, &dialects[i]);
        struct fake_peer *endpoint = fake_upstream();
        say(endpoint, HEAD);
        for (int number = 0; number < EVENTS; number++) {
            char event[256];
            size_t before = caller->writes;
            event_of(number, event, sizeof(event));
            say(endpoint, event);
            expect_word(caller, &dialects[i], number);
            if (caller->writes != before + 1)
                fail_msg("%s: event %d in %zu writes", dialects[i].path, number, caller->writes - before);
        }
        fake_rst(caller);
        fake_run();
    }
}

static void an_event_in_two_pieces_is_written_once_it_is_whole(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        char event[256];
        char half[256];
        struct fake_peer *caller = come(scene);
        ask(caller, &dialects[i]);
        struct fake_peer *endpoint = fake_upstream();
        say(endpoint, HEAD);
        event_of(0, event, sizeof(event));
        say(endpoint, event);
        size_t before = caller->writes;
        event_of(1, event, sizeof(event));
        (void)snprintf(half, sizeof(half), "%.*s", 60, event);
        say(endpoint, half);
        assert_int_equal(caller->writes, before);
        say(endpoint, event + 60);
        assert_int_equal(caller->writes, before + 1);
        expect_word(caller, &dialects[i], 1);
        fake_rst(caller);
        fake_run();
    }
}

/* How far its call has come when a caller goes. */
enum moment { NOTHING_CAME, A_HEAD_CAME, EVENTS_CAME, EVENTS_WAIT_FOR_IT, MOMENTS };

static struct fake_peer *stream_until(struct fake_peer *caller, const struct dialect *dialect, enum moment moment)
{
    char event[256];
    ask(caller, dialect);
    struct fake_peer *endpoint = fake_upstream();
    if (moment >= A_HEAD_CAME)
        say(endpoint, HEAD);
    if (moment >= EVENTS_CAME) {
        event_of(0, event, sizeof(event));
        say(endpoint, event);
    }
    if (moment == EVENTS_WAIT_FOR_IT) {
        caller->room = 0;
        event_of(1, event, sizeof(event));
        say(endpoint, event);
    }
    assert_non_null(endpoint->channel);
    return endpoint;
}

static void who_goes_ends_the_endpoints_call_within_one_turn(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < COUNT_OF(dialects); i++)
        for (enum moment moment = NOTHING_CAME; moment < MOMENTS; moment++) {
            struct fake_peer *caller = come(scene);
            struct fake_peer *endpoint = stream_until(caller, &dialects[i], moment);
            fake_rst(caller);
            fake_turn();
            if (endpoint->channel != NULL)
                fail_msg("%s: the endpoint goes on, at moment %d", dialects[i].path, (int)moment);
            fake_run();
        }
}

/* Who ended its side may still listen: that it does not shows when it is written to. */
static void who_ended_and_does_not_listen_is_known_by_the_next_event(void **state)
{
    struct scene *scene = *state;
    char event[256];
    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        struct fake_peer *caller = come(scene);
        struct fake_peer *endpoint = stream_until(caller, &dialects[i], EVENTS_CAME);
        fake_fin(caller);
        fake_run();
        caller->has_broken = true; /* as the kernel says of a write to a socket that was closed */
        event_of(1, event, sizeof(event));
        fake_send(endpoint, event);
        fake_turn();
        if (endpoint->channel != NULL)
            fail_msg("%s: the endpoint goes on", dialects[i].path);
        fake_run();
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(one_event_of_the_endpoint_is_one_write_to_the_caller),
        TEST(an_event_in_two_pieces_is_written_once_it_is_whole),
        TEST(who_goes_ends_the_endpoints_call_within_one_turn),
        TEST(who_ended_and_does_not_listen_is_known_by_the_next_event),
    };
    return cmocka_run_group_tests(tests, set_up_once, tear_down_once);
}
