/* SPDX-License-Identifier: Apache-2.0 */
/* Strict sniffing: the first byte says what it would have to be; whether it is is found out by reading all of it. */
#include "sniff.h"

#include <string.h>

#include "label.h"

static char first_byte(struct text text)
{
    struct text core = text_trim(text, " \t\r\n");
    return core.length == 0 ? ' ' : core.data[0];
}

bool sniff_is_text(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < 0x20 && !text_has(TEXT("\t\r\n\f\x1b"), (char)byte)) || byte == 0x7f)
            return false;
    }
    return true;
}

bool sniff_is_multipart(struct text text)
{
    struct text rest = text;
    struct text line;
    bool has_first = text_split(&rest, '\n', &line) && text_starts_with(line, TEXT("--"));
    return has_first && text_equal_nocase(text_part(rest, 0, 8), TEXT("content-"));
}

/* Names and values without blanks, and at least one of both. */
static bool looks_form(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] <= ' ' || text_has(TEXT("<>{}\"\\"), text.data[i]))
            return false;
    return text_index(text, '=', 0) > 0 && text_has(text, '=');
}

enum body_kind sniff_kind(struct text text)
{
    switch (first_byte(text)) {
    case '{':
    case '[':
        return BODY_JSON;
    case '<':
        return BODY_XML;
    case '\x1e':
        return BODY_SEQUENCE;
    default:
        return looks_form(text) ? BODY_FORM : BODY_TEXT;
    }
}

bool sniff_xml_charset(struct text text, enum charset *charset)
{
    static const struct text word = TEXT_INIT("encoding");
    *charset = CHARSET_UNSAID;
    struct text line = text_part(text, 0, text_index(text, '>', 0));
    if (!text_starts_with(line, TEXT("<?xml")))
        return true;
    const char *at = memmem(line.data, line.length, word.data, word.length);
    line = text_after(line, at == NULL ? line.length : (size_t)(at - line.data));
    if (line.length > 0 && memmem(line.data + 1, line.length - 1, word.data, word.length) != NULL)
        return false; /* two, or one within another's value */
    struct text value = text_trim(text_after(line, word.length), " \t\r\n=?");
    if (value.length < 2 || (value.data[0] != '"' && value.data[0] != '\''))
        return value.length == 0;
    size_t end = text_index(value, value.data[0], 1);
    return charset_parse(text_part(value, 1, end - 1), charset);
}
