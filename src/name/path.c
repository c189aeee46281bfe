/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical form of a path (RFC 3986 6.2.2). What two servers might read differently is called ambiguous, never
 * guessed. */
#include "exeat/base/bytes.h"
#include "exeat/base/check.h"
#include "exeat/name.h"

static bool is_unreserved(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

static bool is_plain(char byte)
{
    return byte > 0x20 && byte < 0x7f && byte != '\\' && byte != '#' && byte != '?' && byte != '%';
}

bool path_is_plain(struct text path)
{
    if (path.length == 0 || path.data[0] != '/')
        return false;
    for (size_t i = 1; i < path.length; i++) {
        if (!is_plain(path.data[i]))
            return false;
        if (path.data[i - 1] == '/' && (path.data[i] == '/' || path.data[i] == '.'))
            return false;
    }
    return true;
}

static enum path_result bad(struct detail *detail, const char *what)
{
    (void)detail_say(detail, "%s", what);
    return PATH_BAD;
}

static enum path_result bad_byte(struct detail *detail, char byte)
{
    (void)detail_say(detail, "byte 0x%02X in the path: percent-encode it", (unsigned char)byte);
    return PATH_BAD;
}

/* Percent-escapes in their one spelling. Returns the worst thing seen. */
static enum path_result decode(struct text path, struct buffer *out, struct detail *detail)
{
    enum path_result result = PATH_CANONICAL;
    for (size_t i = 0; i < path.length; i++) {
        if ((unsigned char)path.data[i] >= 0x80) {
            buffer_printf(out, "%%%02X", (unsigned)(unsigned char)path.data[i]);
            continue;
        }
        if (path.data[i] != '%') {
            if (!is_plain(path.data[i]))
                return bad_byte(detail, path.data[i]);
            buffer_append_byte(out, path.data[i]);
            continue;
        }
        if (path.length - i < 3 || hex_value(path.data[i + 1]) < 0 || hex_value(path.data[i + 2]) < 0)
            return bad(detail, "a % in the path without two hex digits: write %25");
        int byte = hex_value(path.data[i + 1]) * 16 + hex_value(path.data[i + 2]);
        i += 2;
        if (byte == 0)
            return bad(detail, "%00 in the path");
        if (byte == '/' || byte == '\\' || byte == '%') {
            (void)detail_say(detail, "%%%02X in the path, which servers read in two ways", (unsigned)byte);
            result = PATH_AMBIGUOUS;
        }
        if (is_unreserved(byte))
            buffer_append_byte(out, (char)byte);
        else
            buffer_printf(out, "%%%02X", (unsigned)byte);
    }
    return result;
}

/* A letter of ASCII in more bytes than it has (RFC 3629 10: %C0%AE, %E0%80%AE): nothing to most servers, and a dot or a
 * slash to some. */
static bool has_overlong(struct text decoded)
{
    static const char *const starts[] = {"%C0%8", "%C0%9", "%C0%A",  "%C0%B",  "%C1%8",     "%C1%9",
                                         "%C1%A", "%C1%B", "%E0%80", "%E0%81", "%F0%80%80", "%F0%80%81"};
    for (size_t i = 0; i < decoded.length; i++)
        for (size_t row = 0; decoded.data[i] == '%' && row < COUNT_OF(starts); row++)
            if (text_starts_with(text_after(decoded, i), text_from(starts[row])))
                return true;
    return false;
}

/* ".;x" and "..;x" are dot segments to some servers and names to others, and so they are with the semicolon escaped. */
static bool hides_dots(struct text segment)
{
    size_t dots = text_starts_with(segment, TEXT("..")) ? 2 : text_starts_with(segment, TEXT(".")) ? 1 : 0;
    struct text rest = text_after(segment, dots);
    return dots > 0 && (text_starts_with(rest, TEXT(";")) || text_starts_with(rest, TEXT("%3B")));
}

static void drop_last_segment(struct buffer *out, size_t start)
{
    while (out->length > start && out->data[out->length - 1] != '/')
        out->length--;
    if (out->length > start)
        out->length--;
}

/* Dot segments removed (RFC 3986 5.2.4), empty segments collapsed. */
static enum path_result remove_dots(struct text path, struct buffer *out, struct detail *detail)
{
    size_t start = out->length;
    struct text rest = text_after(path, 1);
    struct text segment = TEXT("");
    bool ends_in_folder = false;
    while (text_split(&rest, '/', &segment)) {
        ends_in_folder = segment.length == 0;
        if (hides_dots(segment))
            return bad(detail, "a segment that begins with '.;' or '..;', be it escaped");
        if (segment.length == 0)
            continue;
        if (text_equal(segment, TEXT(".")) || text_equal(segment, TEXT(".."))) {
            if (segment.length == 2)
                drop_last_segment(out, start);
            ends_in_folder = true;
            continue;
        }
        buffer_append_byte(out, '/');
        buffer_append(out, segment);
    }
    if (ends_in_folder || out->length == start)
        buffer_append_byte(out, '/');
    return PATH_CANONICAL;
}

enum path_result path_canonicalise(struct text path, struct buffer *out, struct detail *detail)
{
    if (path.length == 0 || path.data[0] != '/')
        return bad(detail, "a path begins with '/'");
    size_t start = out->length;
    struct buffer decoded = {0};
    enum path_result result = decode(path, &decoded, detail);
    if (result != PATH_BAD && has_overlong(buffer_text(&decoded))) {
        (void)detail_say(detail, "a plain letter in more bytes than it has (%%C0%%AE), which servers read in two ways");
        result = PATH_AMBIGUOUS;
    }
    if (result != PATH_BAD && remove_dots(buffer_text(&decoded), out, detail) == PATH_BAD)
        result = PATH_BAD;
    buffer_clear(&decoded);
    if (result == PATH_BAD)
        out->length = start;
    if (result == PATH_CANONICAL && !text_equal(text_after(buffer_text(out), start), path)) {
        (void)detail_say(detail, "'.' or '..' as a segment, '//', or an escape of a plain letter");
        result = PATH_DIFFERS;
    }
    return result;
}

enum path_result path_read(struct text path, struct buffer *out, struct path_readings *readings, struct detail *detail)
{
    size_t start = out->length;
    enum path_result result = path_canonicalise(path, out, detail);
    size_t middle = out->length;
    if (result == PATH_DIFFERS)
        result = decode(path, out, NULL) == PATH_CANONICAL ? PATH_DIFFERS : PATH_AMBIGUOUS;
    readings->canonical = text_part(buffer_text(out), start, middle - start);
    readings->otherwise = text_after(buffer_text(out), middle);
    if (result == PATH_DIFFERS && text_equal(readings->canonical, readings->otherwise)) {
        readings->otherwise = TEXT("");
        result = PATH_CANONICAL;
    }
    return result;
}
