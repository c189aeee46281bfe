/* SPDX-License-Identifier: Apache-2.0 */
/* What dialects cost, without sockets: CPU of one event of an endpoint's stream on its way to the caller, and how fast
 * a call of 1 MiB is read and written anew. Prints one line of JSON a dialect, medians of rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exeat/base/check.h"
#include "exeat/dialect.h"

enum { EVENTS = 40000, ROUNDS = 5, CALLS = 16, CALL_SIZE = 1 << 20, LIMIT = 1 << 20 };

/* A call: `before`, then for each turn `turn` with its text for '%', then `after`. */
static const struct way {
    const char *name;
    enum llm_dialect dialect;
    const char *path;
    const char *before;
    const char *turn;
    const char *after;
} ways[] = {
    {"openai", DIALECT_OPENAI, "/v1/chat/completions", "{\"model\":\"m\",\"stream\":true,\"messages\":[",
     "{\"role\":\"user\",\"content\":\"%\"}", "]}"},
    {"anthropic", DIALECT_ANTHROPIC, "/v1/messages", "{\"model\":\"m\",\"max_tokens\":9,\"stream\":true,\"messages\":[",
     "{\"role\":\"user\",\"content\":\"%\"}", "]}"},
    {"gemini", DIALECT_GEMINI, "/v1beta/models/m:streamGenerateContent", "{\"contents\":[",
     "{\"role\":\"user\",\"parts\":[{\"text\":\"%\"}]}", "]}"},
    {"mistral", DIALECT_MISTRAL, "/v1/chat/completions", "{\"model\":\"m\",\"stream\":true,\"messages\":[",
     "{\"role\":\"user\",\"content\":\"%\"}", "]}"},
    {"cohere", DIALECT_COHERE, "/v2/chat", "{\"model\":\"m\",\"stream\":true,\"messages\":[",
     "{\"role\":\"user\",\"content\":\"%\"}", "]}"},
    {"ollama", DIALECT_OLLAMA, "/api/chat", "{\"model\":\"m\",\"stream\":true,\"messages\":[",
     "{\"role\":\"user\",\"content\":\"%\"}", "]}"},
    {"bedrock", DIALECT_BEDROCK, "/model/m/converse-stream", "{\"messages\":[",
     "{\"role\":\"user\",\"content\":[{\"text\":\"%\"}]}", "]}"},
};

/* As servers send it: a token of an answer. */
#define FRAME                                                                                                          \
    "data: {\"id\":\"chatcmpl-0123456789abcdef0123456789abcdef\",\"object\":\"chat.completion.chunk\",\"created\":"    \
    "1790000000,\"model\":\"local\",\"choices\":[{\"index\":0,\"delta\":"
static const struct text first = TEXT_INIT(FRAME "{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                                                 "\"finish_reason\":null}]}\n\n");
static const struct text token = TEXT_INIT(FRAME "{\"content\":\" invoice\"},\"logprobs\":null,"
                                                 "\"finish_reason\":null}]}\n\n");

/* Of this process on a CPU. */
static double seconds_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), compare);
    return values[ROUNDS / 2];
}

/* --- calls -----------------------------------------------------------------------------------------------------------
 */

static void append_turn(const char *turn, size_t length, struct buffer *out)
{
    static const struct text line =
        TEXT_INIT("The customer asks when the order is sent; \\\"soon\\\" is no answer.\\n");
    const char *text = strchr(turn, '%');
    buffer_append(out, (struct text){turn, (size_t)(text - turn)});
    for (size_t size = 0; size < length; size += line.length)
        buffer_append(out, line);
    buffer_append(out, text_from(text + 1));
}

static void write_body(const struct way *way, size_t turns, size_t length, struct buffer *out)
{
    buffer_append(out, text_from(way->before));
    for (size_t i = 0; i < turns; i++) {
        buffer_append(out, i > 0 ? TEXT(",") : TEXT(""));
        append_turn(way->turn, length, out);
    }
    buffer_append(out, text_from(way->after));
}

static struct dialect_call *read_call(const struct way *way, struct buffer *body)
{
    const struct llm_call llm = {.operation = LLM_CHAT, .dialect = way->dialect};
    const struct dialect_target target = {.path = text_from(way->path), .query = TEXT("alt=sse"), .id = TEXT("01")};
    struct dialect_call *call = NULL;
    struct detail detail = {0};
    enum reason reason = dialect_call_read(&llm, &target, body, &call, &detail);
    if (reason != REASON_NONE)
        fprintf(stderr, "%s: %s\n", way->name, detail.text);
    ASSERT(reason == REASON_NONE);
    return call;
}

/* MB of a caller's body that are read and written anew in a second; its copy is not counted. */
static double megabytes_of(const struct way *way, size_t turns)
{
    const struct dialect_endpoint endpoint = {.model = TEXT("local"), .takes_usage = true};
    struct buffer body = {0};
    double rounds[ROUNDS];
    write_body(way, turns, CALL_SIZE / turns, &body);
    for (size_t round = 0; round < ROUNDS; round++) {
        double used = 0;
        for (size_t i = 0; i < CALLS; i++) {
            struct buffer copy = {0};
            struct buffer out = {0};
            buffer_append(&copy, buffer_text(&body));
            double began = seconds_now();
            struct dialect_call *call = read_call(way, &copy);
            dialect_call_write(call, &endpoint, &out);
            dialect_call_free(call);
            buffer_clear(&out);
            used += seconds_now() - began;
        }
        rounds[round] = (double)body.length * CALLS / used / 1e6;
    }
    buffer_clear(&body);
    return median(rounds);
}

/* --- streams ---------------------------------------------------------------------------------------------------------
 */

static void feed(struct dialect_stream *stream, struct text event, struct buffer *out)
{
    enum dialect_progress progress = dialect_stream_feed(stream, event, out);
    ASSERT(progress == DIALECT_GOES_ON);
    buffer_empty(out);
}

static double microseconds_of(const struct way *way)
{
    struct buffer body = {0};
    struct buffer out = {0};
    double rounds[ROUNDS];
    write_body(way, 1, 64, &body);
    struct dialect_call *call = read_call(way, &body);
    for (size_t round = 0; round < ROUNDS; round++) {
        struct dialect_stream *stream = dialect_stream_new(call, LIMIT);
        feed(stream, first, &out);
        double began = seconds_now();
        for (size_t i = 0; i < EVENTS; i++)
            feed(stream, token, &out);
        rounds[round] = (seconds_now() - began) / EVENTS * 1e6;
        dialect_stream_free(stream);
    }
    buffer_clear(&out);
    dialect_call_free(call);
    return median(rounds);
}

int main(void)
{
    for (size_t i = 0; i < COUNT_OF(ways); i++)
        (void)megabytes_of(&ways[i], 4096); /* or the first would pay for the memory of all */
    for (size_t i = 0; i < COUNT_OF(ways); i++)
        printf(
            "{\"dialect\": \"%s\", \"event_us\": %.3f, \"call_of_64_turns\": %.1f, \"call_of_4096_turns\": %.1f}\n",
            ways[i].name, microseconds_of(&ways[i]), megabytes_of(&ways[i], 64), megabytes_of(&ways[i], 4096));
    return 0;
}
