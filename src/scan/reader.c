/* SPDX-License-Identifier: Apache-2.0 */
/* What PowerShell writes with `>` is UTF-16 (RFC 2781), and as good a .env as any to who reads it so. */
#include "reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 16384, UNKNOWN = 0xfffd };

ssize_t reader_fill_bytes(int file, char *at, size_t room)
{
    size_t length = 0;
    while (length < room) {
        ssize_t count = read(file, at + length, room - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return -1;
        if (count == 0)
            break;
        length += (size_t)count;
    }
    return (ssize_t)length;
}

void reader_begin(struct reader *reader, int file)
{
    uint8_t mark[2] = {0, 0};
    *reader = (struct reader){.file = file};
    if (pread(file, mark, sizeof(mark), 0) != (ssize_t)sizeof(mark))
        return;
    if (mark[0] == 0xff && mark[1] == 0xfe)
        reader->form = READ_UTF16_LE;
    else if (mark[0] == 0xfe && mark[1] == 0xff)
        reader->form = READ_UTF16_BE;
}

void reader_end(struct reader *reader)
{
    buffer_clear(&reader->text);
}

/* Halves of pairs that stand alone are no character. */
static void take_unit(struct reader *reader, uint32_t unit)
{
    bool is_low = unit >= 0xdc00 && unit <= 0xdfff;
    uint32_t high = reader->high;
    reader->high = unit >= 0xd800 && unit <= 0xdbff ? unit : 0;
    if (high != 0 && !is_low)
        buffer_append_code(&reader->text, UNKNOWN);
    if (is_low)
        unit = high == 0 ? UNKNOWN : 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
    if (reader->high == 0)
        buffer_append_code(&reader->text, unit);
}

/* False: there is no more; or errno, where `*count` is negative. */
static bool decode_more(struct reader *reader, ssize_t *count)
{
    char raw[CHUNK];
    bool is_first = reader->taken == 0;
    *count = reader_fill_bytes(reader->file, raw, sizeof(raw));
    buffer_empty(&reader->text);
    reader->given = 0;
    for (ssize_t i = is_first ? 2 : 0; i + 1 < *count; i += 2) {
        uint32_t one = (uint8_t)raw[i];
        uint32_t other = (uint8_t)raw[i + 1];
        take_unit(reader, reader->form == READ_UTF16_LE ? one | other << 8 : one << 8 | other);
    }
    reader->taken += *count > 0 ? (uint64_t)*count : 0;
    return *count > 0;
}

static ssize_t fill_decoded(struct reader *reader, char *at, size_t room)
{
    size_t length = 0;
    ssize_t count = 0;
    while (length < room) {
        struct text rest = text_after(buffer_text(&reader->text), reader->given);
        size_t taken = rest.length < room - length ? rest.length : room - length;
        if (taken > 0)
            memcpy(at + length, rest.data, taken);
        length += taken;
        reader->given += taken;
        if (taken == 0 && !decode_more(reader, &count))
            break;
    }
    return count < 0 ? -1 : (ssize_t)length;
}

ssize_t reader_fill(struct reader *reader, char *at, size_t room)
{
    if (reader->form != READ_AS_IT_IS)
        return fill_decoded(reader, at, room);
    ssize_t count = reader_fill_bytes(reader->file, at, room);
    reader->taken += count > 0 ? (uint64_t)count : 0;
    return count;
}
