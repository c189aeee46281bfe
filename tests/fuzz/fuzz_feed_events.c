/* SPDX-License-Identifier: Apache-2.0 */
/* A stream gives the same events however it is cut: as a whole, byte by byte, and in two at a place that the input
 * names. Its events are all of its bytes; and an event that is written with its own data says the same. */
#include <stdlib.h>

#include "exeat/feed.h"

enum { LIMIT = 4096 };
static const enum feed_kind kinds[] = {FEED_EVENTS, FEED_LINES, FEED_SEQUENCE};

static void hold(bool promise)
{
    if (!promise)
        abort();
}

static void write_again(enum feed_kind kind, const struct feed_event *event)
{
    struct buffer out = {0};
    struct feed_event again;
    struct feed *feed = feed_new(kind, 2 * LIMIT);
    feed_event_write(kind, event, event->data, &out);
    if (kind == FEED_LINES && text_starts_with(event->raw, TEXT("\n")))
        buffer_consume(&out, 1); /* the second half of the line end before it */
    feed_add(feed, buffer_text(&out));
    feed_end(feed);
    if (feed_next(feed, &again) == FEED_EVENT)
        hold(
            text_equal(again.data, event->data) && text_equal(again.name, event->name) &&
            text_equal(again.outside, event->outside));
    else
        hold(out.length == 0);
    buffer_clear(&out);
    feed_free(feed);
}

/* False: too large. */
static bool take_all(enum feed_kind kind, struct feed *feed, struct buffer *told, struct buffer *raw)
{
    struct feed_event event;
    enum feed_next next;
    while ((next = feed_next(feed, &event)) == FEED_EVENT) {
        /* a blank line, or the LF of a CR that ended the stream's last line, says nothing */
        if (event.data.length + event.name.length + event.outside.length > 0)
            BUFFER_APPEND_ALL(told, TEXT("<"), event.data, TEXT("|"), event.name, TEXT("|"), event.outside, TEXT(">"));
        buffer_append(raw, event.raw);
        if (!text_starts_with(text_trim(event.raw, "\r\n"), TEXT("\xef\xbb\xbf"))) /* it counts at the first only */
            write_again(kind, &event);
    }
    return next == FEED_MORE;
}

static bool read_in_pieces(enum feed_kind kind, struct text text, size_t first, size_t others, struct buffer *told)
{
    struct feed *feed = feed_new(kind, LIMIT);
    struct buffer raw = {0};
    bool is_good = true;
    struct text rest = text;
    for (size_t size = first; rest.length > 0 && is_good; size = others) {
        feed_add(feed, text_part(rest, 0, size));
        rest = text_after(rest, size);
        is_good = take_all(kind, feed, told, &raw);
    }
    if (is_good) {
        feed_end(feed);
        is_good = take_all(kind, feed, told, &raw);
    }
    hold(!is_good || (text_equal(buffer_text(&raw), text) && feed_held(feed) == 0));
    buffer_clear(&raw);
    feed_free(feed);
    return is_good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum feed_kind kind = kinds[data[0] % COUNT_OF(kinds)];
    struct text text = text_of_bytes((struct bytes){data + 2, size - 2});
    struct buffer whole = {0};
    struct buffer cut = {0};
    struct buffer bytes = {0};
    bool is_good = read_in_pieces(kind, text, text.length, 1, &whole);
    if (is_good) {
        hold(read_in_pieces(kind, text, 1 + data[1], text.length, &cut));
        hold(read_in_pieces(kind, text, 1, 1, &bytes));
        hold(text_equal(buffer_text(&whole), buffer_text(&cut)));
        hold(text_equal(buffer_text(&whole), buffer_text(&bytes)));
    }
    buffer_clear(&whole);
    buffer_clear(&cut);
    buffer_clear(&bytes);
    return 0;
}
