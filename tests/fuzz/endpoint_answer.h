/* SPDX-License-Identifier: Apache-2.0 */
/* What comes of an endpoint's answer: the same however the bytes were cut, and JSON. */
#ifndef TESTS_FUZZ_ENDPOINT_ANSWER_H
#define TESTS_FUZZ_ENDPOINT_ANSWER_H

#include "exeat/base/json_view.h"
#include "exeat/dialect.h"

static inline void check_json(struct text text)
{
    struct json_view view = {0};
    if (!json_view_read(&view, text, JSON_ANY_BYTES, NULL))
        __builtin_trap();
    json_view_clear(&view);
}

/* Each line of an event is a comment or a field, and its data one line of JSON, or the mark of the end. Lines of JSON
 * stand alone in one dialect. */
static inline void check_events(struct text events)
{
    struct text line;
    while (text_split(&events, '\n', &line)) {
        line = text_trim(line, "\r");
        if (text_starts_with(line, TEXT("{")))
            check_json(line);
        else if (text_starts_with(line, TEXT("data: ")) && !text_equal(line, TEXT("data: [DONE]")))
            check_json(text_after(line, 6));
        else if (
            line.length > 0 && !text_equal(line, TEXT("data: [DONE]")) && !text_starts_with(line, TEXT("event: ")) &&
            !text_starts_with(line, TEXT(": ")))
            __builtin_trap();
    }
}

/* How it ended; what it gave is in `out`. */
static inline int
feed_in_two(const struct dialect_call *call, size_t limit, struct text first, struct text second, struct buffer *out)
{
    struct dialect_stream *stream = dialect_stream_new(call, limit);
    enum dialect_progress progress = dialect_stream_feed(stream, first, out);
    if (progress == DIALECT_GOES_ON)
        progress = dialect_stream_feed(stream, second, out);
    int ending = (int)progress;
    if (progress == DIALECT_GOES_ON)
        ending = dialect_stream_end(stream, out) ? 10 : 11;
    dialect_stream_free(stream);
    return ending;
}

/* Gives what came of it whole, for which `whole` is empty at first; cut where its first byte says. */
static inline void check_pieces(const struct dialect_call *call, size_t limit, struct text input, struct buffer *whole)
{
    struct buffer cut = {0};
    size_t middle = input.length == 0 ? 0 : (unsigned char)input.data[0] % input.length;
    int ending = feed_in_two(call, limit, input, TEXT(""), whole);
    if (ending != feed_in_two(call, limit, text_part(input, 0, middle), text_after(input, middle), &cut) ||
        !text_equal(buffer_text(whole), buffer_text(&cut)))
        __builtin_trap();
    buffer_clear(&cut);
}

#endif
