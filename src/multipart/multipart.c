/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting multipart at its boundaries, and the heads of parts into fields. Lines may end in LF alone, as many readers
 * allow; what else could be read in two ways is ambiguous. */
#include "exeat/multipart.h"

#include <string.h>

static size_t line_end_length(struct text text)
{
    return text_starts_with(text, TEXT("\r\n")) ? 2 : text_starts_with(text, TEXT("\n"));
}

enum delimiter { DELIMITER_NONE, DELIMITER_NEXT, DELIMITER_LAST, DELIMITER_BAD };

/* A line that begins with two hyphens and the boundary; `length` is its length with its end. */
static enum delimiter read_delimiter(const struct multipart_reader *reader, struct text line, size_t *length)
{
    if (!text_starts_with(line, TEXT("--")) || !text_starts_with(text_after(line, 2), reader->boundary))
        return DELIMITER_NONE;
    size_t at = 2 + reader->boundary.length;
    bool is_last = text_starts_with(text_after(line, at), TEXT("--"));
    at += is_last ? 2 : 0;
    while (at < line.length && (line.data[at] == ' ' || line.data[at] == '\t'))
        at++;
    size_t end = line_end_length(text_after(line, at));
    *length = at + end;
    if (end == 0 && (!is_last || at < line.length))
        return DELIMITER_BAD;
    return is_last ? DELIMITER_LAST : DELIMITER_NEXT;
}

/* Behind the next LF, or a CR without one. */
static size_t next_line(struct text rest, size_t at)
{
    while (at < rest.length && rest.data[at] != '\n' && rest.data[at] != '\r')
        at++;
    return at + (text_starts_with(text_after(rest, at), TEXT("\r\n")) ? 2 : 1);
}

/* Up to the next delimiter: what stands before it, without the line end that belongs to it. */
static enum delimiter find_delimiter(const struct multipart_reader *reader, size_t *before, size_t *length)
{
    struct text rest = reader->rest;
    for (size_t at = 0; at < rest.length;) {
        enum delimiter delimiter = read_delimiter(reader, text_after(rest, at), length);
        if (delimiter != DELIMITER_NONE && at > 0 && rest.data[at - 1] == '\r')
            return DELIMITER_BAD; /* some end lines at CR too */
        if (delimiter != DELIMITER_NONE) {
            *before = at - (at > 0) - (at > 1 && rest.data[at - 2] == '\r');
            *length += at - *before;
            return delimiter;
        }
        at = next_line(rest, at);
    }
    return DELIMITER_NONE;
}

enum multipart multipart_next(struct multipart_reader *reader, struct text *piece)
{
    enum multipart here = reader->next;
    size_t before = 0;
    size_t length = 0;
    *piece = reader->rest;
    if (here == MULTIPART_EPILOGUE)
        return here;
    enum delimiter delimiter = find_delimiter(reader, &before, &length);
    if (delimiter == DELIMITER_BAD)
        return MULTIPART_AMBIGUOUS;
    if (delimiter == DELIMITER_NONE)
        return MULTIPART_NO_END;
    *piece = text_part(reader->rest, 0, before);
    reader->rest = text_after(reader->rest, before + length);
    reader->next = delimiter == DELIMITER_LAST ? MULTIPART_EPILOGUE : MULTIPART_PART;
    return here;
}

static bool is_name_byte(char byte)
{
    return byte > ' ' && byte < 0x7f && byte != ':';
}

/* A field on one line: folded ones, which readers take for different things, are none. */
bool multipart_field_next(struct text *part, struct multipart_field *field, bool *is_bad)
{
    size_t end = text_index(*part, '\n', 0);
    struct text line = text_part(*part, 0, end);
    *is_bad = part->length > 0 && end == part->length;
    if (text_ends_with(line, TEXT("\r")))
        line.length--;
    *part = text_after(*part, end + 1);
    if (line.length == 0 || *is_bad)
        return false;
    size_t colon = text_index(line, ':', 0);
    *field = (struct multipart_field){text_part(line, 0, colon), text_trim(text_after(line, colon + 1), " \t")};
    *is_bad = colon == 0 || colon == line.length || memchr(line.data, '\r', line.length) != NULL;
    for (size_t i = 0; i < colon; i++)
        *is_bad = *is_bad || !is_name_byte(line.data[i]);
    return !*is_bad;
}
