/* SPDX-License-Identifier: Apache-2.0 */
/* Events found in what has come so far. Lines are read once, whatever the pieces; an event that has ended is given at
 * once, so a CR at its end does not wait for an LF: that would be the first byte of the next event. */
#include "exeat/feed.h"

#include "exeat/base/check.h"
#include "exeat/base/memory.h"

enum { RECORD_BEGIN = 0x1e };
static const struct text byte_order_mark = TEXT_INIT("\xef\xbb\xbf");
static const struct text record_blanks = TEXT_INIT(" \t\r\n\x1e");

/* Where a JSON text of a sequence is: its line ends may stand within it. */
struct balance {
    size_t open;
    bool in_string;
    bool after_slash;
};

/* What the event that comes has so far. */
enum content {
    CONTENT_NONE, /* blank lines at most */
    CONTENT_LINES,
    CONTENT_DATA /* any of them are its data */
};
/* The byte-order mark of a stream. */
enum mark {
    MARK_NEXT, /* it may stand here */
    MARK_HERE, /* it did, in front of the event that comes */
    MARK_PAST
};

struct feed {
    enum feed_kind kind;
    size_t limit;
    struct buffer held;
    size_t start;   /* of the event that comes, in `held` */
    size_t scanned; /* up to here its lines are read */
    size_t looked;  /* behind those, bytes without a line end */
    struct buffer data;
    struct buffer name;
    struct buffer outside;
    struct balance balance;
    enum content content;
    enum mark mark;
    bool after_cr; /* the last line ended with CR at the end of what was there */
    bool is_ended;
};

struct feed *feed_new(enum feed_kind kind, size_t limit)
{

    struct feed *feed = base_zalloc(sizeof(*feed));
    feed->kind = kind;
    feed->limit = limit;
    return feed;
}

void feed_free(struct feed *feed)
{
    if (feed == NULL)
        return;
    buffer_forget(&feed->held);
    buffer_forget(&feed->data);
    buffer_forget(&feed->name);
    buffer_forget(&feed->outside);
    base_free(feed);
}

void feed_add(struct feed *feed, struct text piece)
{
    ASSERT(!feed->is_ended);
    buffer_consume(&feed->held, feed->start);
    feed->scanned -= feed->start;
    feed->start = 0;
    buffer_append(&feed->held, piece);
}

void feed_end(struct feed *feed)
{
    feed->is_ended = true;
}

size_t feed_held(const struct feed *feed)
{
    return feed->held.length - feed->start;
}

/* --- lines ---------------------------------------------------------------------------------------------------------
 */

static size_t line_length(struct text text, size_t from)
{
    size_t length = from;
    while (length < text.length && text.data[length] != '\r' && text.data[length] != '\n')
        length++;
    return length;
}

/* Only LF ends lines of JSON, in which CR is a blank like any other (RFC 8259 section 2). */
static size_t line_end(const struct feed *feed, struct text rest)
{
    return feed->kind == FEED_LINES ? text_index(rest, '\n', feed->looked) : line_length(rest, feed->looked);
}

/* Without the LF of a CR that ended the last line. */
static struct text not_scanned(struct feed *feed)
{
    struct text rest = text_after(buffer_text(&feed->held), feed->scanned);
    if (rest.length == 0)
        return rest;
    bool is_second = feed->after_cr && rest.data[0] == '\n';
    feed->after_cr = false;
    feed->scanned += is_second;
    return text_after(rest, is_second);
}

static size_t end_length(struct text end)
{
    return text_starts_with(end, TEXT("\r\n")) ? 2 : end.length > 0;
}

/* Takes a line with its end off what is not scanned; `line` is without. False: its end has not come. */
static bool take_line(struct feed *feed, struct text *line)
{
    struct text rest = not_scanned(feed);
    size_t length = line_end(feed, rest);
    feed->looked = length;
    if (rest.length == 0 || (length == rest.length && !feed->is_ended))
        return false;
    *line = text_part(rest, 0, length);
    struct text end = text_part(rest, length, 2);
    feed->after_cr = text_equal(end, TEXT("\r"));
    feed->scanned += length + end_length(end);
    feed->looked = 0;
    return true;
}

static struct text without_mark(struct feed *feed, struct text line)
{
    if (feed->mark != MARK_NEXT)
        return line;
    feed->mark = text_starts_with(line, byte_order_mark) ? MARK_HERE : MARK_PAST;
    return text_after(line, feed->mark == MARK_HERE ? byte_order_mark.length : 0);
}

/* WHATWG HTML section 9.2.6: a name, a colon, and a value behind one blank that does not count. */
static void read_field(struct feed *feed, struct text line)
{
    size_t colon = text_index(line, ':', 0);
    struct text name = text_part(line, 0, colon);
    struct text value = text_after(line, colon + 1);
    if (text_starts_with(value, TEXT(" ")))
        value = text_after(value, 1);
    if (text_equal(name, TEXT("data"))) {
        if (feed->content == CONTENT_DATA)
            buffer_append_byte(&feed->data, '\n');
        feed->content = CONTENT_DATA;
        buffer_append(&feed->data, value);
    } else if (text_equal(name, TEXT("event"))) {
        buffer_empty(&feed->name);
        buffer_append(&feed->name, value);
    } else
        BUFFER_APPEND_ALL(&feed->outside, name.length == 0 ? value : line, TEXT("\n"));
}

/* Up to the blank line at its end; false: it has not come. */
static bool find_event(struct feed *feed)
{
    struct text line;
    while (take_line(feed, &line)) {
        line = without_mark(feed, line);
        if (line.length == 0 && feed->content != CONTENT_NONE)
            return true;
        if (line.length == 0)
            continue;
        read_field(feed, line);
        if (feed->content == CONTENT_NONE)
            feed->content = CONTENT_LINES;
    }
    return false;
}

static bool find_line(struct feed *feed)
{
    struct text line;
    if (!take_line(feed, &line))
        return false;
    line = without_mark(feed, line);
    buffer_append(&feed->data, text_part(line, 0, line.length - text_ends_with(line, TEXT("\r"))));
    return true;
}

/* --- sequences -----------------------------------------------------------------------------------------------------
 */

static void weigh(struct balance *balance, char byte)
{
    if (balance->in_string) {
        bool is_end = byte == '"' && !balance->after_slash;
        balance->after_slash = byte == '\\' && !balance->after_slash;
        balance->in_string = !is_end;
        return;
    }
    balance->in_string = byte == '"';
    balance->open += byte == '{' || byte == '[';
    balance->open -= balance->open > 0 && (byte == '}' || byte == ']');
}

/* RFC 7464: up to the line end behind the text, or to where the next begins. */
static bool find_record(struct feed *feed)
{
    struct text held = buffer_text(&feed->held);
    for (; feed->scanned < held.length; feed->scanned++) {
        char byte = held.data[feed->scanned];
        bool is_begun = feed->content != CONTENT_NONE;
        if (byte == RECORD_BEGIN && is_begun)
            return true;
        weigh(&feed->balance, byte);
        if (byte == '\n' && is_begun && feed->balance.open == 0 && !feed->balance.in_string) {
            feed->scanned++;
            return true;
        }
        if (!text_has(record_blanks, byte))
            feed->content = CONTENT_LINES;
    }
    return false;
}

/* --- events --------------------------------------------------------------------------------------------------------
 */

static bool find(struct feed *feed)
{
    if (feed->kind == FEED_EVENTS)
        return find_event(feed);
    return feed->kind == FEED_LINES ? find_line(feed) : find_record(feed);
}

static void begin_next(struct feed *feed)
{
    feed->start = feed->scanned;
    feed->content = CONTENT_NONE;
    feed->mark = feed->mark == MARK_HERE ? MARK_PAST : feed->mark;
    feed->balance = (struct balance){0};
}

static void forget_last(struct feed *feed)
{
    if (feed->start < feed->scanned || feed->content != CONTENT_NONE)
        return;
    buffer_empty(&feed->data);
    buffer_empty(&feed->name);
    buffer_empty(&feed->outside);
}

enum feed_next feed_next(struct feed *feed, struct feed_event *event)
{
    forget_last(feed);
    bool is_whole = find(feed);
    if (!is_whole && feed_held(feed) > feed->limit)
        return FEED_TOO_LARGE;
    if (!is_whole && (!feed->is_ended || feed_held(feed) == 0))
        return FEED_MORE;
    if (!is_whole)
        feed->scanned = feed->held.length;
    struct text raw = text_part(buffer_text(&feed->held), feed->start, feed->scanned - feed->start);
    if (raw.length > feed->limit)
        return FEED_TOO_LARGE;
    *event = (struct feed_event){
        .raw = raw,
        .data = buffer_text(&feed->data),
        .name = buffer_text(&feed->name),
        .outside = buffer_text(&feed->outside),
        .has_mark = feed->mark == MARK_HERE};
    if (feed->kind == FEED_SEQUENCE)
        event->data = text_trim(raw, record_blanks.data);
    begin_next(feed);
    return FEED_EVENT;
}

/* --- written anew --------------------------------------------------------------------------------------------------
 */

/* `data`, a field for each of its lines, with the prefix and the line end of the one it stands for. */
static void write_data(struct text prefix, struct text data, struct text end, struct buffer *out)
{
    bool is_over = false;
    while (!is_over) {
        struct text line = text_part(data, 0, line_length(data, 0));
        BUFFER_APPEND_ALL(out, prefix, line, end);
        prefix = text_starts_with(prefix, byte_order_mark) ? text_after(prefix, 3) : prefix;
        is_over = line.length == data.length;
        data = text_after(data, line.length + 1);
    }
}

/* `mark`: so many bytes of a byte-order mark are in front. */
static struct text data_prefix(struct text line, size_t mark)
{
    struct text field = text_after(line, mark);
    if (text_starts_with(field, TEXT("data: ")))
        return text_part(line, 0, mark + 6);
    if (text_starts_with(field, TEXT("data:")))
        return text_part(line, 0, mark + 5);
    return text_equal(field, TEXT("data")) ? TEXT("data:") : TEXT("");
}

static void write_event(const struct feed_event *event, struct text data, struct buffer *out)
{
    struct text raw = event->raw;
    size_t mark = event->has_mark ? byte_order_mark.length : 0;
    bool is_written = false;
    while (raw.length > 0) {
        size_t length = line_length(raw, 0);
        struct text line = text_part(raw, 0, length);
        struct text end = text_part(raw, length, 2);
        end.length = end_length(end);
        struct text prefix = data_prefix(line, mark);
        mark = 0;
        if (prefix.length == 0)
            BUFFER_APPEND_ALL(out, line, end);
        else if (!is_written)
            write_data(prefix, data, end.length > 0 ? end : TEXT("\n"), out);
        is_written = is_written || prefix.length > 0;
        raw = text_after(raw, length + end.length);
    }
}

void feed_event_write(enum feed_kind kind, const struct feed_event *event, struct text data, struct buffer *out)
{
    if (kind == FEED_EVENTS) {
        write_event(event, data, out);
        return;
    }
    struct text raw = event->raw;
    size_t before = event->has_mark ? byte_order_mark.length : 0;
    while (kind == FEED_SEQUENCE && before < raw.length && text_has(record_blanks, raw.data[before]))
        before++;
    BUFFER_APPEND_ALL(out, text_part(raw, 0, before), data, text_after(raw, before + event->data.length));
}
