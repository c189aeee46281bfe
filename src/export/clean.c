/* SPDX-License-Identifier: Apache-2.0 */
/* What came from the network, made fit for a line of text. */
#include <string.h>

#include "exeat/base/json.h"
#include "export_internal.h"

static void append_escaped(struct buffer *out, uint32_t code, const char *escaped)
{
    const char *backslash = strchr(escaped, '\\') != NULL ? "\\\\" : "\\";
    buffer_printf(out, code < 0x100 ? "%sx%02x" : "%su%04x", backslash, (unsigned)code);
}

void export_append_clean(struct buffer *out, struct text text, const char *escaped)
{
    while (text.length > 0) {
        uint32_t code = 0;
        size_t length = text_utf8_length(text, &code);
        if (length == 0) {
            buffer_append_string(out, "\xef\xbf\xbd");
            length = 1;
        } else if (text_is_unseen(code)) {
            append_escaped(out, code, escaped);
        } else {
            if (code < 0x80 && strchr(escaped, (int)code) != NULL)
                buffer_append_byte(out, '\\');
            buffer_append(out, text_part(text, 0, length));
        }
        text = text_after(text, length);
    }
}

struct text export_text_limit(struct text text, size_t limit)
{
    if (text.length <= limit)
        return text;
    while (limit > 0 && ((unsigned char)text.data[limit] & 0xc0) == 0x80)
        limit--;
    return text_part(text, 0, limit);
}

void export_append_visible(struct buffer *out, struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < ' ' || byte >= 0x7f)
            buffer_printf(out, "\\x%02x", byte);
        else
            buffer_append_byte(out, (char)byte);
    }
}

/* --- JSON
 * ------------------------------------------------------------------------------------------------------------- */

static void json_name(struct json_line *line, const char *name)
{
    if (line->needs_comma)
        buffer_append_byte(line->out, ',');
    line->needs_comma = true;
    if (name == NULL)
        return;
    buffer_append_byte(line->out, '"');
    buffer_append_string(line->out, name);
    buffer_append(line->out, TEXT("\":"));
}

void json_open(struct json_line *line, const char *name)
{
    json_name(line, name);
    buffer_append_byte(line->out, '{');
    line->needs_comma = false;
}

void json_close(struct json_line *line)
{
    buffer_append_byte(line->out, '}');
    line->needs_comma = true;
}

void json_put(struct json_line *line, const char *name, struct text text)
{
    if (text.length == 0)
        return;
    json_name(line, name);
    json_append_string(line->out, text);
}

void json_put_string(struct json_line *line, const char *name, const char *string)
{
    json_put(line, name, text_from(string));
}

void json_put_number(struct json_line *line, const char *name, uint64_t number)
{
    if (number == 0)
        return;
    json_name(line, name);
    buffer_append_number(line->out, number);
}

void json_put_hex(struct json_line *line, const char *name, struct bytes bytes)
{
    if (bytes.length == 0)
        return;
    json_name(line, name);
    buffer_append_byte(line->out, '"');
    buffer_append_hex(line->out, bytes);
    buffer_append_byte(line->out, '"');
}

void json_put_raw(struct json_line *line, const char *name, const char *json)
{
    json_name(line, name);
    buffer_append_string(line->out, json);
}
