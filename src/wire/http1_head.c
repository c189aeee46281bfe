/* SPDX-License-Identifier: Apache-2.0 */
/* What request and reply heads have in common: lines, fields, framing (RFC 9112 sections 2, 5, 6). */
#include <string.h>

#include "eight.h"
#include "wire_internal.h"

static const bool token_bytes[256] = {
    ['!'] = true, ['#'] = true, ['$'] = true, ['%'] = true, ['&'] = true, ['\''] = true, ['*'] = true, ['+'] = true,
    ['-'] = true, ['.'] = true, ['^'] = true, ['_'] = true, ['`'] = true, ['|'] = true,  ['~'] = true, ['0'] = true,
    ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true, ['5'] = true, ['6'] = true,  ['7'] = true, ['8'] = true,
    ['9'] = true, ['A'] = true, ['B'] = true, ['C'] = true, ['D'] = true, ['E'] = true,  ['F'] = true, ['G'] = true,
    ['H'] = true, ['I'] = true, ['J'] = true, ['K'] = true, ['L'] = true, ['M'] = true,  ['N'] = true, ['O'] = true,
    ['P'] = true, ['Q'] = true, ['R'] = true, ['S'] = true, ['T'] = true, ['U'] = true,  ['V'] = true, ['W'] = true,
    ['X'] = true, ['Y'] = true, ['Z'] = true, ['a'] = true, ['b'] = true, ['c'] = true,  ['d'] = true, ['e'] = true,
    ['f'] = true, ['g'] = true, ['h'] = true, ['i'] = true, ['j'] = true, ['k'] = true,  ['l'] = true, ['m'] = true,
    ['n'] = true, ['o'] = true, ['p'] = true, ['q'] = true, ['r'] = true, ['s'] = true,  ['t'] = true, ['u'] = true,
    ['v'] = true, ['w'] = true, ['x'] = true, ['y'] = true, ['z'] = true,
};

bool is_token_byte(char byte)
{
    return token_bytes[(unsigned char)byte];
}

static size_t token_length(struct text text)
{
    size_t length = 0;
    while (length < text.length && is_token_byte(text.data[length]))
        length++;
    return length;
}

bool is_token(struct text text)
{
    return text.length > 0 && token_length(text) == text.length;
}

/* May be wrong about HTAB, too: then each is looked at. */
static bool may_have_control(const char *bytes)
{
    uint64_t eight = eight_of(bytes);
    return (eight_below(eight, 0x20) | eight_equal(eight, 0x7f)) != 0;
}

bool is_field_value(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        while (text.length - i >= 8 && !may_have_control(text.data + i))
            i += 8;
        if (i == text.length)
            return true;
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}

size_t head_length(struct text input, const struct http_scan *scan, enum line_end line_end)
{
    struct text empty = line_end == LINE_LF ? TEXT("\n\n") : TEXT("\r\n\r\n");
    size_t from = scan->seen < empty.length ? 0 : scan->seen - (empty.length - 1);
    if (input.length - from < empty.length)
        return 0;
    const char *end = memmem(input.data + from, input.length - from, empty.data, empty.length);
    return end == NULL ? 0 : (size_t)(end - input.data) + empty.length;
}

size_t first_line_end(struct text input, struct http_scan *scan)
{
    if (scan->line > 0)
        return scan->line - 1;
    size_t end = text_index(input, '\n', scan->seen);
    scan->line = end < input.length ? end + 1 : 0;
    return end;
}

bool take_line(struct text *rest, enum line_end line_end, struct text *line)
{
    const char *end = rest->length == 0 ? NULL : memchr(rest->data, '\n', rest->length);
    size_t mark = line_end == LINE_CRLF ? 1 : 0;
    if (end == NULL || (mark == 1 && (end == rest->data || end[-1] != '\r')))
        return false;
    *line = (struct text){rest->data, (size_t)(end - rest->data) - mark};
    rest->length -= line->length + mark + 1;
    rest->data = end + 1;
    return memchr(line->data, '\r', line->length) == NULL;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

struct text trim_end(struct text text)
{
    while (text.length > 0 && is_blank(text.data[text.length - 1]))
        text.length--;
    return text;
}

static struct text trim_blanks(struct text text)
{
    while (text.length > 0 && is_blank(text.data[0]))
        text = text_after(text, 1);
    return trim_end(text);
}

/* Where in the head: the start line is not counted. */
static bool wrong_in_line(struct detail *detail, const struct http_head *head, const char *what)
{
    return detail_say(detail, "field line %zu: %s", head->message->field_count + 1, what);
}

static bool wrong_name(struct detail *detail, const struct http_head *head, struct text line, size_t colon)
{
    struct text name = text_part(line, 0, colon);
    if (colon == line.length)
        return wrong_in_line(detail, head, "no colon");
    if (trim_blanks(name).length < name.length)
        return wrong_in_line(detail, head, "white space before its name or its colon");
    if (name.length == 0)
        return wrong_in_line(detail, head, "no name");
    for (size_t i = 0; i < name.length; i++)
        if (!is_token_byte(name.data[i]))
            return detail_say(
                detail, "field line %zu: byte 0x%02X in its name", head->message->field_count + 1,
                (unsigned char)name.data[i]);
    return false;
}

static bool wrong_value(struct detail *detail, const struct http_head *head, struct text value)
{
    for (size_t i = 0; i < value.length; i++)
        if (!is_field_value(text_part(value, i, 1)))
            return detail_say(
                detail, "field line %zu: byte 0x%02X in its value", head->message->field_count,
                (unsigned char)value.data[i]);
    return false;
}

static bool parse_field(struct text line, const struct reading *reading, struct http_head *head, struct detail *detail)
{
    struct field *field = &head->message->fields[head->message->field_count];
    field->name = text_part(line, 0, token_length(line));
    size_t colon = field->name.length;
    while (reading->trims_names && colon < line.length && is_blank(line.data[colon]))
        colon++;
    if (field->name.length == 0 || colon == line.length || line.data[colon] != ':')
        return wrong_name(detail, head, line, text_index(line, ':', 0));
    enum field_kind kind = known_field_find(field->name);
    struct field_place *seen = &head->message->places[kind];
    if (seen->count++ == 0)
        seen->first = (uint16_t)head->message->field_count;
    head->message->kinds[head->message->field_count] = (uint8_t)kind;
    field->value = trim_blanks(text_after(line, colon + 1));
    head->message->field_count++;
    return is_field_value(field->value) || wrong_value(detail, head, field->value);
}

enum fields parse_fields(
    struct text lines, const struct reading *reading, const struct http_limits *limits, struct http_head *head,
    struct detail *detail)
{
    size_t limit = limits->fields < FIELDS_MAX ? limits->fields : FIELDS_MAX;
    struct text line;
    head->message->field_count = 0;
    memset(head->message->places, 0, sizeof(head->message->places));
    for (;;) {
        if (!take_line(&lines, reading->line_end, &line)) {
            (void)wrong_in_line(detail, head, "a CR or LF that ends no line");
            return FIELDS_BAD;
        }
        if (line.length == 0)
            return FIELDS_GOOD;
        if (head->message->field_count == limit) {
            (void)detail_say(detail, "more than %zu fields: limits.fields", limit);
            return FIELDS_TOO_MANY;
        }
        if (!parse_field(line, reading, head, detail))
            return FIELDS_BAD;
    }
}

const struct field *http_field_find(const struct message_head *head, struct text name)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (text_equal_nocase(head->fields[i].name, name))
            return &head->fields[i];
    return NULL;
}

/* Of the first of that kind; empty where there is none. */
static struct text value_of(const struct message_head *head, enum field_kind kind)
{
    const struct field_place *seen = &head->places[kind];
    return seen->count == 0 ? TEXT("") : head->fields[seen->first].value;
}

static bool parse_length(struct http_head *head, struct detail *detail)
{
    head->framing = FRAMING_LENGTH;
    if (text_to_number(value_of(head->message, FIELD_CONTENT_LENGTH), INT64_MAX, &head->message->length))
        return true;
    return detail_say(detail, "Content-Length is not a number of bytes");
}

static bool parse_coding(struct http_head *head, struct detail *detail)
{
    head->framing = FRAMING_CHUNKED;
    if (head->message->version == HTTP_1_0)
        return detail_say(detail, "Transfer-Encoding in HTTP/1.0");
    if (text_equal_nocase(value_of(head->message, FIELD_TRANSFER_ENCODING), TEXT("chunked")))
        return true;
    return detail_say(detail, "a Transfer-Encoding other than chunked");
}

bool parse_framing(struct http_head *head, struct detail *detail)
{
    size_t lengths = head->message->places[FIELD_CONTENT_LENGTH].count;
    size_t codings = head->message->places[FIELD_TRANSFER_ENCODING].count;
    head->framing = FRAMING_NONE;
    if (lengths > 0 && codings > 0)
        return detail_say(detail, "Content-Length and Transfer-Encoding together");
    if (lengths > 1 || codings > 1)
        return detail_say(
            detail, "%s stands %zu times", lengths > 1 ? "Content-Length" : "Transfer-Encoding", lengths + codings);
    if (lengths == 1)
        return parse_length(head, detail);
    return codings == 0 || parse_coding(head, detail);
}

enum content content_framed(enum http_framing framing)
{
    switch (framing) {
    case FRAMING_NONE:
        return CONTENT_NONE;
    case FRAMING_LENGTH:
        return CONTENT_OF_LENGTH;
    case FRAMING_CHUNKED:
    case FRAMING_UNTIL_CLOSE:
        break;
    }
    return CONTENT_UNTIL_END;
}

/* Is `item` in one of the lists that the fields of this name are? */
static bool lists(const struct message_head *head, enum field_kind which, struct text name, struct text item)
{
    if (head->places[which].count == 0)
        return false;
    for (size_t i = head->places[which].first; i < head->field_count; i++) {
        if (!text_equal_nocase(head->fields[i].name, name))
            continue;
        struct text rest = head->fields[i].value;
        struct text piece;
        while (text_split(&rest, ',', &piece))
            if (text_equal_nocase(trim_blanks(piece), item))
                return true;
    }
    return false;
}

bool connection_names(const struct message_head *head, struct text option)
{
    return lists(head, FIELD_CONNECTION, TEXT("Connection"), option);
}

/* A list of protocols, or a second field, would leave the choice to the other side. */
static bool names_websocket(const struct http_head *head)
{
    return head->message->version >= HTTP_1_1 && head->message->places[FIELD_UPGRADE].count == 1 &&
           text_equal_nocase(value_of(head->message, FIELD_UPGRADE), TEXT("websocket")) &&
           connection_names(head->message, TEXT("upgrade"));
}

/* Each field of the head is looked for among the options, and nobody names more fields than there are. */
static bool names_too_many(const struct http_head *head)
{
    enum { OPTIONS_MAX = 128 };
    size_t count = 0;
    for (size_t i = head->message->places[FIELD_CONNECTION].first; i < head->message->field_count; i++) {
        if (head->message->places[FIELD_CONNECTION].count == 0 ||
            !text_equal_nocase(head->message->fields[i].name, TEXT("Connection")))
            continue;
        struct text rest = head->message->fields[i].value;
        struct text option;
        while (text_split(&rest, ',', &option))
            if (++count > OPTIONS_MAX)
                return true;
    }
    return false;
}

bool parse_control(struct http_head *head, struct detail *detail)
{
    if (names_too_many(head))
        return detail_say(detail, "Connection names more than 128 fields");
    bool closes = connection_names(head->message, TEXT("close"));
    bool stays = head->message->version == HTTP_1_0 && connection_names(head->message, TEXT("keep-alive"));
    head->keep_alive = !closes && (head->message->version >= HTTP_1_1 || stays);
    head->message->names_websocket = names_websocket(head);
    head->message->has_host = head->message->places[FIELD_HOST].count == 1;
    head->message->host = head->message->has_host ? value_of(head->message, FIELD_HOST) : TEXT("");
    head->message->expects_continue =
        head->message->version >= HTTP_1_1 && lists(head->message, FIELD_EXPECT, TEXT("Expect"), TEXT("100-continue"));
    if (head->message->places[FIELD_HOST].count > 1)
        return detail_say(detail, "Host stands %u times", (unsigned)head->message->places[FIELD_HOST].count);
    return true;
}

/* A Via entry is protocol, received-by and perhaps a comment (RFC 9110 7.6.3). */
static bool via_entry_names(struct text entry, struct text token)
{
    entry = trim_blanks(entry);
    struct text by = trim_blanks(text_after(entry, text_index(entry, ' ', 0)));
    return text_equal_nocase(text_part(by, 0, text_index(by, ' ', 0)), token);
}

bool http_via_has(const struct message_head *head, struct text token)
{
    if (head->places[FIELD_VIA].count == 0)
        return false;
    for (size_t i = head->places[FIELD_VIA].first; i < head->field_count; i++) {
        struct text rest = head->fields[i].value;
        struct text entry;
        if (!text_equal_nocase(head->fields[i].name, TEXT("Via")))
            continue;
        while (text_split(&rest, ',', &entry))
            if (token.length > 0 && via_entry_names(entry, token))
                return true;
    }
    return false;
}

bool http_max_forwards(const struct message_head *head, uint64_t *left)
{
    if (!text_equal(head->method, TEXT("OPTIONS")) && !text_equal(head->method, TEXT("TRACE")))
        return false;
    const struct field *field = http_field_find(head, TEXT("Max-Forwards"));
    return field != NULL && text_to_number(field->value, INT64_MAX, left);
}
