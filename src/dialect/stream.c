/* SPDX-License-Identifier: Apache-2.0 */
/* Server-sent events, rewritten one by one: an event goes on when its empty line has come, not before and not later.
 * The usage event that the gate asked for itself is noted and left out. */
#include "dialect_internal.h"
#include "exeat/base/memory.h"

enum { EVENT_MAX = 1 << 20 };

struct dialect_stream {
    const struct dialect_call *call; /* borrowed */
    struct buffer held;              /* bytes of an event that is not whole yet */
    struct buffer event;             /* the event's lines but `data` */
    struct buffer data;              /* its data, joined */
    struct dialect_usage usage;
    bool has_data;
    bool is_complete;
};

struct dialect_stream *dialect_stream_new(const struct dialect_call *call)
{
    struct dialect_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    return stream;
}

void dialect_stream_free(struct dialect_stream *stream)
{
    if (stream == NULL)
        return;
    buffer_clear(&stream->held);
    buffer_clear(&stream->event);
    buffer_clear(&stream->data);
    base_free(stream);
}

bool dialect_stream_is_complete(const struct dialect_stream *stream)
{
    return stream->is_complete;
}

void dialect_stream_usage(const struct dialect_stream *stream, struct dialect_usage *usage)
{
    *usage = stream->usage;
}

static void take_line(struct dialect_stream *stream, struct text line)
{
    if (!text_starts_with(line, TEXT("data:"))) {
        buffer_append(&stream->event, line);
        buffer_append_byte(&stream->event, '\n');
        return;
    }
    struct text data = text_after(line, 5);
    if (text_starts_with(data, TEXT(" ")))
        data = text_after(data, 1);
    if (stream->has_data)
        buffer_append_byte(&stream->data, '\n');
    buffer_append(&stream->data, data);
    stream->has_data = true;
}

/* A usage event has no choices; the caller sees it only when it asked for it. */
static bool is_ours_alone(const struct dialect_stream *stream, const json_t *tree)
{
    const json_t *choices = json_object_get(tree, "choices");
    return !stream->call->wants_usage && json_is_array(choices) && json_array_size(choices) == 0 &&
           json_is_object(json_object_get(tree, "usage"));
}

/* `responses` says its end by the type of an event; the others by [DONE]. */
static bool ends_the_stream(struct text type)
{
    static const struct text ends[] = {
        TEXT_INIT("response.completed"),
        TEXT_INIT("response.failed"),
        TEXT_INIT("response.incomplete"),
    };
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (text_equal(type, ends[i]))
            return true;
    return false;
}

static void write_data(struct buffer *out, const struct dialect_stream *stream, const json_t *tree)
{
    buffer_append(out, buffer_text(&stream->event));
    buffer_append(out, TEXT("data: "));
    json_append_tree(out, tree);
    buffer_append(out, TEXT("\n\n"));
}

static bool rewrite_event(struct dialect_stream *stream, struct buffer *out)
{
    char error[160];
    if (text_equal(buffer_text(&stream->data), TEXT("[DONE]"))) {
        stream->is_complete = true;
        buffer_append(out, TEXT("data: [DONE]\n\n"));
        return true;
    }
    json_t *tree = json_read(buffer_text(&stream->data), error);
    if (!json_is_object(tree)) {
        json_decref(tree);
        return false;
    }
    reply_restore(stream->call, tree, &stream->usage);
    json_t *response = json_object_get(tree, "response");
    if (json_is_object(response))
        reply_restore(stream->call, response, &stream->usage);
    stream->is_complete = stream->is_complete || ends_the_stream(json_text(tree, "type"));
    if (!is_ours_alone(stream, tree))
        write_data(out, stream, tree);
    json_decref(tree);
    return true;
}

/* The empty line: the event is whole. Without data it is a comment that keeps the connection alive, and goes on too. */
static bool end_event(struct dialect_stream *stream, struct buffer *out)
{
    bool good = true;
    if (stream->has_data) {
        good = rewrite_event(stream, out);
    } else if (stream->event.length > 0) {
        buffer_append(out, buffer_text(&stream->event));
        buffer_append_byte(out, '\n');
    }
    buffer_empty(&stream->event);
    buffer_empty(&stream->data);
    stream->has_data = false;
    return good;
}

bool dialect_stream_feed(struct dialect_stream *stream, struct text bytes, struct buffer *out)
{
    buffer_append(&stream->held, bytes);
    struct text rest = buffer_text(&stream->held);
    size_t used = 0;
    for (;;) {
        size_t end = text_index(rest, '\n', used);
        if (end == rest.length)
            break;
        struct text line = text_part(rest, used, end - used);
        if (text_ends_with(line, TEXT("\r")))
            line.length--;
        used = end + 1;
        if (line.length > 0)
            take_line(stream, line);
        else if (!end_event(stream, out))
            return false;
    }
    buffer_consume(&stream->held, used);
    return stream->held.length + stream->data.length + stream->event.length <= EVENT_MAX;
}

void dialect_error_event(const struct dialect_call *call, enum reason reason, struct text id, struct buffer *out)
{
    struct dialect_refusal refusal = {.dialect = DIALECT_OPENAI, .reason = reason, .id = id};
    struct dialect_answer answer = {0};
    dialect_refuse(&refusal, &answer);
    if (call->operation == LLM_RESPONSES) {
        buffer_append(out, TEXT("event: error\ndata: {\"type\":\"error\",\"code\":"));
        json_append_string(out, text_from(reason_row(reason)->code));
        buffer_append(out, TEXT(",\"message\":"));
        json_append_string(out, text_from(reason_row(reason)->text));
        buffer_append(out, TEXT(",\"param\":null,\"sequence_number\":0}\n\n"));
    } else {
        buffer_append(out, TEXT("data: "));
        buffer_append(out, buffer_text(&answer.body));
        buffer_append(out, TEXT("\n\n"));
    }
    buffer_clear(&answer.body);
}
