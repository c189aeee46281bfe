/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of base64: most are long words, so that each step asks as little as settles it. */
#include "exeat/coding/base64.h"

#include "exeat/coding/magic.h"
#include "exeat/coding/scan.h"

#include "coding_internal.h"

enum { BASE64_MIN = 16, LINE_MIN = 60, BASE64_BLOCK = 64, OPAQUE_MIN = 64 };

static size_t line_end(struct text text)
{
    return text_starts_with(text, TEXT("\r\n")) ? 2 : text_starts_with(text, TEXT("\n"));
}

/* The end of the first run of at least BASE64_MIN digits from `at` on, and its start; 0: there is none. */
static size_t find_run(struct text value, size_t at, size_t *start)
{
    static const unsigned full = (1U << SCAN_STEP) - 1;
    *start = at;
    for (; at + SCAN_STEP <= value.length; at += SCAN_STEP) {
        unsigned digits = scan_base64_step(value.data + at);
        if (digits == full)
            continue;
        size_t front = (size_t)__builtin_ctz(~digits);
        if (at + front - *start >= BASE64_MIN)
            return at + front;
        *start = at + SCAN_STEP - (size_t)__builtin_clz(~(digits << (32 - SCAN_STEP)));
    }
    for (; at < value.length; at++) {
        if (base64_has(value.data[at]))
            continue;
        if (at - *start >= BASE64_MIN)
            return at;
        *start = at + 1;
    }
    return value.length - *start >= BASE64_MIN ? value.length : 0;
}

/* Where a run goes on over lines of one length, as mail and PEM write them. */
static size_t lines_end(struct text value, size_t start, size_t end)
{
    size_t length = end - start;
    size_t digits = length;
    for (size_t next = end; digits == length && length >= LINE_MIN; end = next + digits) {
        next = end + line_end(text_after(value, end));
        digits = 0;
        while (next > end && digits <= length && next + digits < value.length && base64_has(value.data[next + digits]))
            digits++;
        if (digits == 0 || digits > length)
            break;
    }
    return end;
}

bool base64_next(struct text value, size_t *at, struct text *run)
{
    size_t start;
    size_t end = value.length < BASE64_MIN ? 0 : find_run(value, *at, &start);
    if (end == 0)
        return false;
    size_t first = end;
    end = lines_end(value, start, end);
    end -= end == first && (end - start) % 4 == 1; /* one digit of a group says nothing */
    for (size_t padding = 0; padding < 2 && end < value.length && value.data[end] == '='; padding++)
        end++;
    *run = text_part(value, start, end - start);
    *at = end;
    return true;
}

enum transfer base64_transfer(struct text run)
{
    if (text_has(run, '\n'))
        return TRANSFER_BASE64_MIME;
    if (text_ends_with(run, TEXT("=")) || run.length % 4 == 0)
        return text_has(run, '-') || text_has(run, '_') ? TRANSFER_BASE64URL : TRANSFER_BASE64;
    return text_has(run, '+') || text_has(run, '/') ? TRANSFER_BASE64_SHORT : TRANSFER_BASE64URL;
}

/* Text has no control characters, and is UTF-8. */
static bool is_text(struct text bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        if ((unsigned char)bytes.data[i] < ' ' && !is_blank(bytes.data[i]))
            return false;
    return bytes.length > 0 && text_is_utf8(bytes);
}

/* Whether a byte may come in text, `left` being how many bytes of a character are still to come. */
static bool goes_on_as_text(unsigned char byte, size_t *left)
{
    if (*left > 0) {
        (*left)--;
        return (byte & 0xc0) == 0x80;
    }
    *left = byte < 0xc2 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    return byte < 0x80 ? byte >= ' ' || is_blank((char)byte) : byte >= 0xc2 && byte < 0xf5;
}

bool base64_begins_as_text(struct text run)
{
    size_t left = 0;
    for (size_t at = 0; at < BASE64_MIN; at += 4) {
        uint32_t group = 0;
        for (size_t i = 0; i < 4; i++)
            group = group << 6 | (uint8_t)base64_values[(unsigned char)run.data[at + i]];
        for (size_t i = 0; i < 3; i++)
            if (!goes_on_as_text((unsigned char)(group >> (16 - 8 * i)), &left))
                return false;
    }
    return true;
}

struct text base64_file(struct text run)
{
    char block[BASE64_BLOCK];
    struct buffer front = {block, 0, sizeof(block)};
    if (run.length < OPAQUE_MIN || !transfer_read(TRANSFER_BASE64_SHORT, text_part(run, 0, OPAQUE_MIN), &front))
        return TEXT("");
    return magic_type(buffer_text(&front));
}

bool base64_text(struct text run, struct buffer *out)
{
    size_t start = out->length;
    if (base64_begins_as_text(run) && transfer_read(base64_transfer(run), run, out) &&
        is_text(text_after(buffer_text(out), start)))
        return true;
    out->length = start;
    return false;
}
