/* SPDX-License-Identifier: Apache-2.0 */
/* Charsets, transfer encodings and spellings: what is read is UTF-8 and is written back, to the byte where there is but
 * one way to write it; and a place is found by what it says. */
#include <stdlib.h>

#include "exeat/coding/charset.h"
#include "exeat/coding/spelling.h"
#include "exeat/coding/transfer.h"

static void hold(bool promise)
{
    if (!promise)
        abort();
}

static void try_charset(enum charset charset, struct text bytes)
{
    struct buffer text = {0};
    struct buffer back = {0};
    size_t mark;
    if (charset_settle(bytes, &charset, &mark) && charset_read(charset, text_after(bytes, mark), &text)) {
        hold(text_is_utf8(buffer_text(&text)));
        hold(charset_write(charset, mark > 0, buffer_text(&text), &back));
        hold(text_equal(buffer_text(&back), bytes));
    }
    buffer_clear(&text);
    buffer_clear(&back);
}

static void try_transfer(enum transfer transfer, struct text coded)
{
    struct buffer text = {0};
    struct buffer back = {0};
    struct buffer again = {0};
    if (transfer_read(transfer, coded, &text)) {
        transfer_write(transfer, buffer_text(&text), &back);
        hold(transfer_read(transfer, buffer_text(&back), &again));
        hold(text_equal(buffer_text(&text), buffer_text(&again)));
    }
    buffer_clear(&text);
    buffer_clear(&back);
    buffer_clear(&again);
}

static bool is_exact(enum spelling spelling, struct text text)
{
    if (spelling == SPELLED_XML || spelling == SPELLED_LINES)
        for (size_t i = 0; i < text.length; i++)
            if ((unsigned char)text.data[i] < ' ')
                return false;
    return (spelling <= SPELLED_XML && spelling != SPELLED_JSON_PLAIN) || spelling == SPELLED_QUOTED ||
           spelling == SPELLED_LINES;
}

static void try_spelling(enum spelling spelling, struct text raw)
{
    struct buffer says = {0};
    struct buffer back = {0};
    struct buffer again = {0};
    struct spelled spelled = {.spelling = spelling, .raw = raw};
    spelling_read(spelling, raw, &says);
    hold(!text_is_utf8(raw) || text_is_utf8(buffer_text(&says)));
    hold(spelling_differs(spelling, raw) || text_equal(raw, buffer_text(&says)));
    hold(spelled_seek(&spelled, says.length) && spelled.at == raw.length);
    hold(!spelled_seek(&spelled, says.length + 1));
    spelling_write(spelling, buffer_text(&says), &back);
    spelling_read(spelling, buffer_text(&back), &again);
    if (is_exact(spelling, buffer_text(&says)) && text_is_utf8(buffer_text(&says)))
        hold(text_equal(buffer_text(&says), buffer_text(&again)));
    buffer_clear(&says);
    buffer_clear(&back);
    buffer_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct text text = text_of_bytes((struct bytes){data + 1, size - 1});
    try_charset((enum charset)(data[0] % (CHARSET_WINDOWS1252 + 1)), text);
    try_transfer((enum transfer)(data[0] % (TRANSFER_PRINTABLE + 1)), text);
    enum spelling spelling = (enum spelling)(data[0] % SPELLING_COUNT);
    if (spelling != SPELLED_JSON_PLAIN || !text_has(text, '\\'))
        try_spelling(spelling, text);
    return 0;
}
