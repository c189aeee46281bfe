/* SPDX-License-Identifier: Apache-2.0 */
/* What request and reply heads have in common: lines, fields, framing (RFC 9112 sections 2, 5, 6). */
#include <string.h>

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

bool is_token(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (!is_token_byte(text.data[i]))
            return false;
    return text.length > 0;
}

bool is_field_value(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}

size_t head_length(struct text input)
{
    const char *end = input.length == 0 ? NULL : memmem(input.data, input.length, "\r\n\r\n", 4);
    return end == NULL ? 0 : (size_t)(end - input.data) + 4;
}

bool take_line(struct text *rest, struct text *line)
{
    size_t end = text_index(*rest, '\n', 0);
    if (end == rest->length || end == 0 || rest->data[end - 1] != '\r')
        return false;
    *line = text_part(*rest, 0, end - 1);
    *rest = text_after(*rest, end + 1);
    return !text_has(*line, '\r');
}

static bool parse_field(struct text line, struct http_field *field)
{
    size_t colon = text_index(line, ':', 0);
    if (colon == line.length)
        return false;
    field->name = text_part(line, 0, colon);
    field->value = text_trim(text_after(line, colon + 1), " \t");
    return is_token(field->name) && is_field_value(field->value);
}

bool parse_fields(struct text lines, const struct http_limits *limits, struct http_head *head, bool *too_many)
{
    size_t limit = limits->fields < HTTP_FIELDS_MAX ? limits->fields : HTTP_FIELDS_MAX;
    struct text line;
    head->field_count = 0;
    *too_many = false;
    for (;;) {
        if (!take_line(&lines, &line))
            return false;
        if (line.length == 0)
            return true;
        if (head->field_count == limit) {
            *too_many = true;
            return false;
        }
        if (!parse_field(line, &head->fields[head->field_count++]))
            return false;
    }
}

void http_head_reset(struct http_head *head)
{
    memset(head, 0, offsetof(struct http_head, fields));
}

const struct http_field *http_field_find(const struct http_head *head, struct text name)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (text_equal_nocase(head->fields[i].name, name))
            return &head->fields[i];
    return NULL;
}

static size_t count_fields(const struct http_head *head, struct text name)
{
    size_t count = 0;
    for (size_t i = 0; i < head->field_count; i++)
        if (text_equal_nocase(head->fields[i].name, name))
            count++;
    return count;
}

bool parse_framing(struct http_head *head)
{
    size_t lengths = count_fields(head, TEXT("Content-Length"));
    size_t codings = count_fields(head, TEXT("Transfer-Encoding"));
    head->framing = FRAMING_NONE;
    if (lengths + codings > 1)
        return false;
    if (lengths == 1) {
        head->framing = FRAMING_LENGTH;
        struct text value = http_field_find(head, TEXT("Content-Length"))->value;
        return text_to_number(value, INT64_MAX, &head->content_length);
    }
    if (codings == 1) {
        head->framing = FRAMING_CHUNKED;
        struct text value = http_field_find(head, TEXT("Transfer-Encoding"))->value;
        return head->minor >= 1 && text_equal_nocase(value, TEXT("chunked"));
    }
    return true;
}

bool connection_names(const struct http_head *head, struct text option)
{
    for (size_t i = 0; i < head->field_count; i++) {
        if (!text_equal_nocase(head->fields[i].name, TEXT("Connection")))
            continue;
        struct text rest = head->fields[i].value;
        struct text piece;
        while (text_split(&rest, ',', &piece))
            if (text_equal_nocase(text_trim(piece, " \t"), option))
                return true;
    }
    return false;
}

bool parse_control(struct http_head *head)
{
    bool closes = connection_names(head, TEXT("close"));
    bool stays = connection_names(head, TEXT("keep-alive"));
    head->keep_alive = !closes && (head->minor >= 1 || stays);
    head->has_upgrade = http_field_find(head, TEXT("Upgrade")) != NULL && connection_names(head, TEXT("upgrade"));
    size_t hosts = count_fields(head, TEXT("Host"));
    head->has_host = hosts == 1;
    head->host = head->has_host ? http_field_find(head, TEXT("Host"))->value : TEXT("");
    const struct http_field *expect = http_field_find(head, TEXT("Expect"));
    head->expects_continue = expect != NULL && text_equal_nocase(expect->value, TEXT("100-continue"));
    return hosts <= 1;
}

/* A Via entry is protocol, received-by and perhaps a comment (RFC 9110 7.6.3). */
static bool via_entry_names(struct text entry, struct text token)
{
    entry = text_trim(entry, " \t");
    struct text by = text_trim(text_after(entry, text_index(entry, ' ', 0)), " \t");
    return text_equal_nocase(text_part(by, 0, text_index(by, ' ', 0)), token);
}

bool http_via_has(const struct http_head *head, struct text token)
{
    for (size_t i = 0; i < head->field_count; i++) {
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
