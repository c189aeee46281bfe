/* SPDX-License-Identifier: Apache-2.0 */
/* Events found in what has come so far. Lines are read once, whatever the pieces; an event that has ended is given at
 * once, so a CR at its end does not wait for an LF: that would be the first byte of the next event. */
#include "exeat/body/stream.h"

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

struct body_stream {
    enum body_kind kind;
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

struct body_stream *body_stream_new(enum body_kind kind, size_t limit)
{
    ASSERT(kind == BODY_EVENTS || kind == BODY_LINES || kind == BODY_SEQUENCE);
    struct body_stream *stream = base_zalloc(sizeof(*stream));
    stream->kind = kind;
    stream->limit = limit;
    return stream;
}

void body_stream_free(struct body_stream *stream)
{
    if (stream == NULL)
        return;
    buffer_forget(&stream->held);
    buffer_forget(&stream->data);
    buffer_forget(&stream->name);
    buffer_forget(&stream->outside);
    base_free(stream);
}

void body_stream_add(struct body_stream *stream, struct text piece)
{
    ASSERT(!stream->is_ended);
    buffer_consume(&stream->held, stream->start);
    stream->scanned -= stream->start;
    stream->start = 0;
    buffer_append(&stream->held, piece);
}

void body_stream_end(struct body_stream *stream)
{
    stream->is_ended = true;
}

size_t body_stream_held(const struct body_stream *stream)
{
    return stream->held.length - stream->start;
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
static size_t line_end(const struct body_stream *stream, struct text rest)
{
    return stream->kind == BODY_LINES ? text_index(rest, '\n', stream->looked) : line_length(rest, stream->looked);
}

/* Without the LF of a CR that ended the last line. */
static struct text not_scanned(struct body_stream *stream)
{
    struct text rest = text_after(buffer_text(&stream->held), stream->scanned);
    if (rest.length == 0)
        return rest;
    bool is_second = stream->after_cr && rest.data[0] == '\n';
    stream->after_cr = false;
    stream->scanned += is_second;
    return text_after(rest, is_second);
}

static size_t end_length(struct text end)
{
    return text_starts_with(end, TEXT("\r\n")) ? 2 : end.length > 0;
}

/* Takes a line with its end off what is not scanned; `line` is without. False: its end has not come. */
static bool take_line(struct body_stream *stream, struct text *line)
{
    struct text rest = not_scanned(stream);
    size_t length = line_end(stream, rest);
    stream->looked = length;
    if (rest.length == 0 || (length == rest.length && !stream->is_ended))
        return false;
    *line = text_part(rest, 0, length);
    struct text end = text_part(rest, length, 2);
    stream->after_cr = text_equal(end, TEXT("\r"));
    stream->scanned += length + end_length(end);
    stream->looked = 0;
    return true;
}

static struct text without_mark(struct body_stream *stream, struct text line)
{
    if (stream->mark != MARK_NEXT)
        return line;
    stream->mark = text_starts_with(line, byte_order_mark) ? MARK_HERE : MARK_PAST;
    return text_after(line, stream->mark == MARK_HERE ? byte_order_mark.length : 0);
}

/* WHATWG HTML section 9.2.6: a name, a colon, and a value behind one blank that does not count. */
static void read_field(struct body_stream *stream, struct text line)
{
    size_t colon = text_index(line, ':', 0);
    struct text name = text_part(line, 0, colon);
    struct text value = text_after(line, colon + 1);
    if (text_starts_with(value, TEXT(" ")))
        value = text_after(value, 1);
    if (text_equal(name, TEXT("data"))) {
        if (stream->content == CONTENT_DATA)
            buffer_append_byte(&stream->data, '\n');
        stream->content = CONTENT_DATA;
        buffer_append(&stream->data, value);
    } else if (text_equal(name, TEXT("event"))) {
        buffer_empty(&stream->name);
        buffer_append(&stream->name, value);
    } else
        BUFFER_APPEND_ALL(&stream->outside, name.length == 0 ? value : line, TEXT("\n"));
}

/* Up to the blank line at its end; false: it has not come. */
static bool find_event(struct body_stream *stream)
{
    struct text line;
    while (take_line(stream, &line)) {
        line = without_mark(stream, line);
        if (line.length == 0 && stream->content != CONTENT_NONE)
            return true;
        if (line.length == 0)
            continue;
        read_field(stream, line);
        if (stream->content == CONTENT_NONE)
            stream->content = CONTENT_LINES;
    }
    return false;
}

static bool find_line(struct body_stream *stream)
{
    struct text line;
    if (!take_line(stream, &line))
        return false;
    line = without_mark(stream, line);
    buffer_append(&stream->data, text_part(line, 0, line.length - text_ends_with(line, TEXT("\r"))));
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
static bool find_record(struct body_stream *stream)
{
    struct text held = buffer_text(&stream->held);
    for (; stream->scanned < held.length; stream->scanned++) {
        char byte = held.data[stream->scanned];
        bool is_begun = stream->content != CONTENT_NONE;
        if (byte == RECORD_BEGIN && is_begun)
            return true;
        weigh(&stream->balance, byte);
        if (byte == '\n' && is_begun && stream->balance.open == 0 && !stream->balance.in_string) {
            stream->scanned++;
            return true;
        }
        if (!text_has(record_blanks, byte))
            stream->content = CONTENT_LINES;
    }
    return false;
}

/* --- events --------------------------------------------------------------------------------------------------------
 */

static bool find(struct body_stream *stream)
{
    if (stream->kind == BODY_EVENTS)
        return find_event(stream);
    return stream->kind == BODY_LINES ? find_line(stream) : find_record(stream);
}

static void begin_next(struct body_stream *stream)
{
    stream->start = stream->scanned;
    stream->content = CONTENT_NONE;
    stream->mark = stream->mark == MARK_HERE ? MARK_PAST : stream->mark;
    stream->balance = (struct balance){0};
}

static void forget_last(struct body_stream *stream)
{
    if (stream->start < stream->scanned || stream->content != CONTENT_NONE)
        return;
    buffer_empty(&stream->data);
    buffer_empty(&stream->name);
    buffer_empty(&stream->outside);
}

enum body_next body_stream_next(struct body_stream *stream, struct body_event *event)
{
    forget_last(stream);
    bool is_whole = find(stream);
    if (!is_whole && body_stream_held(stream) > stream->limit)
        return BODY_EVENT_TOO_LARGE;
    if (!is_whole && (!stream->is_ended || body_stream_held(stream) == 0))
        return BODY_MORE;
    if (!is_whole)
        stream->scanned = stream->held.length;
    struct text raw = text_part(buffer_text(&stream->held), stream->start, stream->scanned - stream->start);
    if (raw.length > stream->limit)
        return BODY_EVENT_TOO_LARGE;
    *event = (struct body_event){
        .raw = raw,
        .data = buffer_text(&stream->data),
        .name = buffer_text(&stream->name),
        .outside = buffer_text(&stream->outside),
        .has_mark = stream->mark == MARK_HERE};
    if (stream->kind == BODY_SEQUENCE)
        event->data = text_trim(raw, record_blanks.data);
    begin_next(stream);
    return BODY_EVENT;
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

static void write_event(const struct body_event *event, struct text data, struct buffer *out)
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

void body_event_write(enum body_kind kind, const struct body_event *event, struct text data, struct buffer *out)
{
    if (kind == BODY_EVENTS) {
        write_event(event, data, out);
        return;
    }
    struct text raw = event->raw;
    size_t before = event->has_mark ? byte_order_mark.length : 0;
    while (kind == BODY_SEQUENCE && before < raw.length && text_has(record_blanks, raw.data[before]))
        before++;
    BUFFER_APPEND_ALL(out, text_part(raw, 0, before), data, text_after(raw, before + event->data.length));
}
