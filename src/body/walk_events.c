/* SPDX-License-Identifier: Apache-2.0 */
/* Server-Sent Events as a whole (WHATWG HTML section 9.2): the data of each is a text of its own, JSON or not; every
 * other line is told as it stands. */
#include "body_internal.h"

struct events {
    struct body *body;
    size_t index;
    struct text data; /* from the first line of data to the end of the last */
};

static bool end_event(struct events *events)
{
    struct text data = events->data;
    events->data = (struct text){0};
    if (data.length == 0)
        return true;
    if (!crumb_push(events->body, (struct crumb){.index = events->index++}))
        return false;
    struct layer layer = {
        .kind = BODY_JSON, .origin = LAYER_GUESS, .charset = CHARSET_UTF8, .spelling = SPELLED_LINES, .text = data};
    if (spelling_differs(SPELLED_LINES, data)) {
        spelling_read(SPELLED_LINES, data, &layer.owned);
        layer.text = buffer_text(&layer.owned);
    }
    bool goes_on = layer_walk(events->body, data, &layer);
    crumb_pop(events->body);
    return goes_on;
}

static bool take_line(struct events *events, struct text line)
{
    if (line.length == 0)
        return end_event(events);
    if (!text_starts_with(line, TEXT("data:")))
        return text_equal(line, TEXT("data")) || place_tell(events->body, BODY_OUTSIDE, SPELLED_FIELD, line);
    struct text value = text_after(line, text_starts_with(line, TEXT("data: ")) ? 6 : 5);
    if (events->data.data == NULL)
        events->data = value;
    events->data.length = (size_t)(value.data + value.length - events->data.data);
    return true;
}

bool walk_events(struct body *body)
{
    struct events events = {.body = body};
    struct text rest = body_layer(body)->text;
    while (rest.length > 0) {
        size_t length = 0;
        while (length < rest.length && rest.data[length] != '\r' && rest.data[length] != '\n')
            length++;
        if (!take_line(&events, text_part(rest, 0, length)))
            return false;
        bool is_pair = text_starts_with(text_after(rest, length), TEXT("\r\n"));
        rest = text_after(rest, length + (is_pair ? 2 : 1));
    }
    return end_event(&events);
}
