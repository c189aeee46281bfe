/* SPDX-License-Identifier: Apache-2.0 */
/* Writing: text as it must be spelled to stand where another stood. A table of what each byte becomes there. */
#include "exeat/coding/spelling.h"

/* NULL: it stands for itself. */
static const char *json_escape(char byte)
{
    switch (byte) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

static void write_json(char byte, struct buffer *out)
{
    const char *escape = json_escape(byte);
    if (escape != NULL)
        buffer_append_string(out, escape);
    else if ((unsigned char)byte < 0x20)
        buffer_printf(out, "\\u%04x", (unsigned)(unsigned char)byte);
    else
        buffer_append_byte(out, byte);
}

static bool is_unreserved(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           text_has(TEXT("-._~*"), byte);
}

static void write_percent(char byte, struct buffer *out)
{
    if (is_unreserved(byte))
        buffer_append_byte(out, byte);
    else
        buffer_printf(out, "%%%02X", (unsigned)(unsigned char)byte);
}

static void write_form(char byte, struct buffer *out)
{
    if (byte == ' ')
        buffer_append_byte(out, '+');
    else
        write_percent(byte, out);
}

/* Control characters other than the three white ones cannot stand in XML at all. */
static void write_xml(char byte, struct buffer *out)
{
    static const struct text special = TEXT_INIT("&<>\"'");
    static const char *const entities[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    size_t index = text_index(special, byte, 0);
    if (index < special.length)
        buffer_append_string(out, entities[index]);
    else if ((unsigned char)byte < 0x20 && !text_has(TEXT("\t\r\n"), byte))
        buffer_append_byte(out, ' ');
    else
        buffer_append_byte(out, byte);
}

static void write_cdata(char byte, struct buffer *out)
{
    if (byte == '>' && text_ends_with(buffer_text(out), TEXT("]]")))
        buffer_append_string(out, "]]><![CDATA[>");
    else
        buffer_append_byte(out, byte);
}

static void write_comment(char byte, struct buffer *out)
{
    buffer_append_byte(out, text_has(TEXT("-?>"), byte) ? ' ' : byte);
}

static void write_cell(char byte, struct buffer *out)
{
    buffer_append_byte(out, text_has(TEXT(",;\t\r\n\""), byte) ? ' ' : byte);
}

static void write_quoted(char byte, struct buffer *out)
{
    if (byte == '"')
        buffer_append_byte(out, '"');
    buffer_append_byte(out, byte);
}

/* As browsers write file names: a quote by its number (WHATWG HTML section 4.10.22.8). */
static void write_pair(char byte, struct buffer *out)
{
    if (byte == '"')
        buffer_append_string(out, "%22");
    else if ((unsigned char)byte < 0x20)
        buffer_append_byte(out, ' ');
    else {
        if (byte == '\\')
            buffer_append_byte(out, byte);
        buffer_append_byte(out, byte);
    }
}

static void write_field(char byte, struct buffer *out)
{
    buffer_append_byte(out, (unsigned char)byte < 0x20 ? ' ' : byte);
}

static void write_line(char byte, struct buffer *out)
{
    if (byte == '\n')
        buffer_append_string(out, "\ndata: ");
    else
        buffer_append_byte(out, byte == '\r' ? ' ' : byte);
}

static void (*const writers[SPELLING_COUNT])(char byte, struct buffer *out) = {
    [SPELLED_JSON] = write_json,
    [SPELLED_JSON_PLAIN] = write_json,
    [SPELLED_FORM] = write_form,
    [SPELLED_PERCENT] = write_percent,
    [SPELLED_XML] = write_xml,
    [SPELLED_CDATA] = write_cdata,
    [SPELLED_COMMENT] = write_comment,
    [SPELLED_CELL] = write_cell,
    [SPELLED_QUOTED] = write_quoted,
    [SPELLED_PAIRS] = write_pair,
    [SPELLED_FIELD] = write_field,
    [SPELLED_LINES] = write_line,
    [SPELLED_HTML] = write_xml,
    [SPELLED_SLASHES] = write_json,
    [SPELLED_JSON_SHOWN] = write_json,
    [SPELLED_XML_SHOWN] = write_xml,
    [SPELLED_FORM_SHOWN] = write_percent,
    [SPELLED_PAIRS_SHOWN] = write_pair,
};

void spelling_write(enum spelling spelling, struct text text, struct buffer *out)
{
    if (writers[spelling] == NULL) {
        buffer_append(out, text);
        return;
    }
    for (size_t i = 0; i < text.length; i++)
        writers[spelling](text.data[i], out);
}
