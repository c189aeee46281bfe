/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies as they are framed (RFC 9112 sections 6 and 7). Chunk extensions and trailers are checked, then dropped. */
#include "wire_internal.h"

enum body_state {
    BODY_CONTENT,    /* `left` bytes of the length, or until close */
    BODY_CHUNK_SIZE, /* a chunk-size line */
    BODY_CHUNK_DATA, /* `left` bytes of a chunk */
    BODY_CHUNK_END,  /* the CRLF after a chunk's data */
    BODY_TRAILER,    /* trailer lines up to the empty one */
    BODY_DONE
};

/* A line is read as a whole, so that it must fit into what is held of a body (INFLIGHT_BLOCK). */
enum { CHUNK_LINE_MAX = 280, TRAILER_LINE_MAX = 8192, CHUNK_DIGITS_MAX = 16, CHUNK_EXTENSION_MAX = 256 };

void http_body_begin(struct http_body *body, const struct http_head *head, const struct http_limits *limits)
{
    *body = (struct http_body){
        .framing = head->framing, .trailer_limit = limits->head, .is_reply = head->message->status != 0};
    switch (head->framing) {
    case FRAMING_NONE:
        body->state = BODY_DONE;
        break;
    case FRAMING_LENGTH:
        body->left = head->message->length;
        body->state = body->left == 0 ? BODY_DONE : BODY_CONTENT;
        break;
    case FRAMING_CHUNKED:
        body->state = BODY_CHUNK_SIZE;
        break;
    case FRAMING_UNTIL_CLOSE:
        body->state = BODY_CONTENT;
        body->left = UINT64_MAX;
        break;
    }
}

bool http_body_is_done(const struct http_body *body)
{
    return body->state == BODY_DONE;
}

bool http_body_end(const struct http_body *body)
{
    return body->state == BODY_DONE || body->framing == FRAMING_UNTIL_CLOSE;
}

static enum parse read_content(struct http_body *body, struct text input, struct text *content, size_t *used)
{
    *content = input;
    if (input.length > body->left)
        *content = text_part(input, 0, (size_t)body->left);
    *used = content->length;
    if (body->framing != FRAMING_UNTIL_CLOSE)
        body->left -= content->length;
    if (body->left == 0)
        body->state = body->state == BODY_CHUNK_DATA ? BODY_CHUNK_END : BODY_DONE;
    return body->state == BODY_DONE ? PARSE_DONE : PARSE_NEED_MORE;
}

static size_t token_end(struct text text, size_t from)
{
    while (from < text.length && is_token_byte(text.data[from]))
        from++;
    return from;
}

/* The end of the quoted-string that opens at `from`; `from` itself when it never closes (RFC 9110 5.6.4). */
static size_t quoted_end(struct text text, size_t from)
{
    for (size_t at = from + 1; at < text.length; at++) {
        if (text.data[at] == '"')
            return at + 1;
        if (text.data[at] == '\\')
            at++;
    }
    return from;
}

/* Over the white space that RFC 9112 7.1.1 calls bad: where it is taken at all. */
static size_t blanks_end(struct text text, size_t from, bool takes_blanks)
{
    while (takes_blanks && from < text.length && (text.data[from] == ' ' || text.data[from] == '\t'))
        from++;
    return from;
}

/* *( ";" token [ "=" ( token / quoted-string ) ] ) */
static bool is_extension(struct text text, bool takes_blanks)
{
    size_t at = blanks_end(text, 0, takes_blanks);
    while (at < text.length) {
        size_t name = blanks_end(text, at + 1, takes_blanks);
        if (text.data[at] != ';' || (at = token_end(text, name)) == name)
            return false;
        at = blanks_end(text, at, takes_blanks);
        if (at == text.length || text.data[at] != '=')
            continue;
        size_t value = blanks_end(text, at + 1, takes_blanks);
        bool quoted = value < text.length && text.data[value] == '"';
        at = quoted ? quoted_end(text, value) : token_end(text, value);
        if (at == value)
            return false;
        at = blanks_end(text, at, takes_blanks);
    }
    return is_field_value(text);
}

/* chunk-size [ chunk-ext ]: hex digits, then nothing or ";". No white space before it: that is where parsers differ. */
static bool parse_chunk_size(struct text line, bool is_reply, uint64_t *size)
{
    size_t digits = 0;
    *size = 0;
    while (digits < line.length && hex_value(line.data[digits]) >= 0) {
        if (digits == CHUNK_DIGITS_MAX)
            return false;
        *size = *size << 4 | (uint64_t)hex_value(line.data[digits++]);
    }
    if (digits == 0 || *size > INT64_MAX)
        return false;
    struct text extension = text_after(line, digits);
    return extension.length == 0 || (extension.length <= CHUNK_EXTENSION_MAX && is_extension(extension, is_reply));
}

/* A whole line at the front, without CRLF. PARSE_NEED_MORE until its end is there. */
static enum parse peek_line(struct text input, size_t limit, struct text *line, size_t *used)
{
    size_t end = text_index(input, '\n', 0);
    if (end == input.length)
        return input.length > limit ? PARSE_BAD : PARSE_NEED_MORE;
    if (end == 0 || end > limit || input.data[end - 1] != '\r')
        return PARSE_BAD;
    *line = text_part(input, 0, end - 1);
    *used = end + 1;
    return text_has(*line, '\r') ? PARSE_BAD : PARSE_DONE;
}

static enum parse wrong(struct http_body *body, const char *what)
{
    body->wrong = what;
    return PARSE_BAD;
}

static enum parse read_chunk_size(struct http_body *body, struct text input, size_t *used)
{
    struct text line;
    enum parse result = peek_line(input, CHUNK_LINE_MAX, &line, used);
    if (result == PARSE_NEED_MORE)
        return result;
    if (result == PARSE_BAD || !parse_chunk_size(line, body->is_reply, &body->left))
        return wrong(body, "a chunk's size is not hex digits and CR LF");
    body->state = body->left == 0 ? BODY_TRAILER : BODY_CHUNK_DATA;
    return PARSE_NEED_MORE;
}

static enum parse read_chunk_end(struct http_body *body, struct text input, size_t *used)
{
    struct text end = TEXT("\r\n");
    if (!text_starts_with(input, text_part(end, 0, input.length)))
        return wrong(body, "a chunk is longer than its size says");
    if (input.length < end.length)
        return PARSE_NEED_MORE;
    *used = 2;
    body->state = BODY_CHUNK_SIZE;
    return PARSE_NEED_MORE;
}

/* Fields that change framing, routing or authority may not come in a trailer (RFC 9110 6.5.1). */
static bool is_forbidden_trailer(struct text name)
{
    static const struct text forbidden[] = {
        TEXT_INIT("Content-Length"), TEXT_INIT("Transfer-Encoding"),
        TEXT_INIT("Host"),           TEXT_INIT("Trailer"),
        TEXT_INIT("Connection"),     TEXT_INIT("Authorization"),
        TEXT_INIT("Content-Type"),   TEXT_INIT("Content-Encoding"),
        TEXT_INIT("Content-Range"),  TEXT_INIT("TE"),
    };
    for (size_t i = 0; i < COUNT_OF(forbidden); i++)
        if (text_equal_nocase(name, forbidden[i]))
            return true;
    return false;
}

/* Trailers are dropped, so that of a reply's only their form counts. */
static bool is_trailer(struct text line, bool is_reply)
{
    size_t colon = text_index(line, ':', 0);
    struct text name = text_part(line, 0, colon);
    if (is_reply)
        name = trim_end(name);
    if (colon == line.length || !is_token(name) || !is_field_value(text_after(line, colon + 1)))
        return false;
    return is_reply || !is_forbidden_trailer(name);
}

static enum parse read_trailer(struct http_body *body, struct text input, size_t *used)
{
    struct text line;
    size_t limit = body->trailer_limit - body->line;
    enum parse result = peek_line(input, limit < TRAILER_LINE_MAX ? limit : TRAILER_LINE_MAX, &line, used);
    if (result == PARSE_BAD)
        return wrong(body, "a trailer line that does not end in CR LF, or is longer than 8 KiB or limits.head");
    if (result != PARSE_DONE)
        return result;
    body->line += *used;
    if (line.length == 0) {
        body->state = BODY_DONE;
        return PARSE_DONE;
    }
    if (body->line >= body->trailer_limit || !is_trailer(line, body->is_reply))
        return wrong(body, "a trailer that is malformed, too long, or may not be one");
    return PARSE_NEED_MORE;
}

static enum parse read_once(struct http_body *body, struct text input, struct text *content, size_t *used)
{
    switch ((enum body_state)body->state) {
    case BODY_CONTENT:
    case BODY_CHUNK_DATA:
        return read_content(body, input, content, used);
    case BODY_CHUNK_SIZE:
        return read_chunk_size(body, input, used);
    case BODY_CHUNK_END:
        return read_chunk_end(body, input, used);
    case BODY_TRAILER:
        return read_trailer(body, input, used);
    case BODY_DONE:
        return PARSE_DONE;
    }
    return PARSE_BAD;
}

enum parse http_body_read(struct http_body *body, struct text input, struct text *content, size_t *used)
{
    *content = TEXT("");
    *used = 0;
    for (;;) {
        size_t step = 0;
        enum parse result = read_once(body, input, content, &step);
        *used += step;
        if (result != PARSE_NEED_MORE || content->length > 0 || step == 0)
            return result;
        input = text_after(input, step);
    }
}

size_t http_chunk_head(size_t length, char out[HTTP_CHUNK_HEAD_SIZE])
{
    size_t digits = 1;
    while (digits < CHUNK_DIGITS_MAX && length >> (4 * digits) != 0)
        digits++;
    for (size_t i = 0; i < digits; i++)
        out[i] = "0123456789abcdef"[length >> (4 * (digits - 1 - i)) & 0xf];
    out[digits] = '\r';
    out[digits + 1] = '\n';
    return digits + 2;
}
