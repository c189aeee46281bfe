/* SPDX-License-Identifier: Apache-2.0 */
/* gzip and deflate. The heads and ends of gzip's members are read here, because names, comments and extra fields are
 * places where text could leave unseen; zlib is given the bare deflate stream.
 *
 *     member = 1f 8b 08 flags mtime[4] xfl os [extra: length[2] bytes] [name 0] [comment 0] [crc16] deflate crc32 size
 */
#include <zlib.h>

#include "coding_internal.h"

enum { FLAG_CRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xe0 };
enum { HEAD_SIZE = 10, END_SIZE = 8, RAW_WINDOW = -15, ZLIB_WINDOW = 15 };

static enum coding_fault fault_of(int result, struct coding_undoing *undoing)
{
    if (result == Z_BUF_ERROR || result == Z_OK)
        return coding_fail(undoing, CODING_TRUNCATED, "its deflate stream has no end");
    if (result == Z_NEED_DICT)
        return coding_fail(undoing, CODING_UNKNOWN, "its deflate stream wants a dictionary");
    return coding_fail(undoing, CODING_MALFORMED, "its deflate stream is malformed");
}

/* One stream off the front of `in`. */
static enum coding_fault inflate_one(struct bytes *in, int window, struct coding_undoing *undoing)
{
    z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)in->data};
    stream.avail_in = in->length > UINT32_MAX ? UINT32_MAX : (uInt)in->length;
    if (inflateInit2(&stream, window) != Z_OK)
        return coding_fail(undoing, CODING_MALFORMED, "zlib could not begin");
    enum coding_fault fault = CODING_FINE;
    int result = Z_OK;
    while (fault == CODING_FINE && result == Z_OK) {
        size_t room;
        fault = coding_room(undoing, &room);
        if (fault != CODING_FINE)
            break;
        stream.next_out = (Bytef *)undoing->out->data + undoing->out->length;
        stream.avail_out = (uInt)room;
        result = inflate(&stream, Z_NO_FLUSH);
        undoing->out->length += room - stream.avail_out;
    }
    if (fault == CODING_FINE && result != Z_STREAM_END)
        fault = fault_of(result, undoing);
    *in = bytes_behind(*in, (size_t)(stream.next_in - in->data));
    (void)inflateEnd(&stream);
    return fault;
}

/* --- gzip ----------------------------------------------------------------------------------------------------------
 */

static enum coding_fault take_extra(struct bytes *in, struct coding_undoing *undoing)
{
    size_t length = in->length < 2 ? 0 : (size_t)(in->data[0] | in->data[1] << 8);
    if (in->length < 2 + length)
        return coding_fail(undoing, CODING_TRUNCATED, "its gzip head has no end");
    if (!coding_beside(undoing, (struct text){(const char *)in->data + 2, length}))
        return coding_fail(undoing, CODING_TRAILING, "an extra field of its gzip head is no text");
    *in = bytes_behind(*in, 2 + length);
    return CODING_FINE;
}

static enum coding_fault take_string(struct bytes *in, struct coding_undoing *undoing)
{
    struct text string = text_of_bytes(*in);
    string.length = text_index(string, '\0', 0);
    if (string.length == in->length)
        return coding_fail(undoing, CODING_TRUNCATED, "its gzip head has no end");
    if (!coding_beside(undoing, string))
        return coding_fail(undoing, CODING_TRAILING, "a name or comment of its gzip head is no text");
    *in = bytes_behind(*in, string.length + 1);
    return CODING_FINE;
}

static enum coding_fault check_head(struct bytes head, struct bytes *in, struct coding_undoing *undoing)
{
    size_t length = head.length - in->length;
    if (in->length < 2)
        return coding_fail(undoing, CODING_TRUNCATED, "its gzip head has no end");
    if ((crc32(0, head.data, (uInt)length) & 0xffff) != (uLong)(in->data[0] | in->data[1] << 8))
        return coding_fail(undoing, CODING_MALFORMED, "the checksum of its gzip head is another");
    *in = bytes_behind(*in, 2);
    return CODING_FINE;
}

static enum coding_fault take_head(struct bytes *in, struct coding_undoing *undoing)
{
    struct bytes head = *in;
    if (head.length < HEAD_SIZE)
        return coding_fail(undoing, CODING_TRUNCATED, "its gzip head has no end");
    uint8_t flags = head.data[3];
    if (head.data[0] != 0x1f || head.data[1] != 0x8b || head.data[2] != 8 || (flags & FLAGS_RESERVED) != 0)
        return coding_fail(undoing, CODING_MALFORMED, "its gzip head is malformed");
    *in = bytes_behind(*in, HEAD_SIZE);
    enum coding_fault fault = (flags & FLAG_EXTRA) != 0 ? take_extra(in, undoing) : CODING_FINE;
    if (fault == CODING_FINE && (flags & FLAG_NAME) != 0)
        fault = take_string(in, undoing);
    if (fault == CODING_FINE && (flags & FLAG_COMMENT) != 0)
        fault = take_string(in, undoing);
    if (fault == CODING_FINE && (flags & FLAG_CRC) != 0)
        fault = check_head(head, in, undoing);
    return fault;
}

static enum coding_fault check_end(struct bytes *in, struct bytes content, struct coding_undoing *undoing)
{
    if (in->length < END_SIZE)
        return coding_fail(undoing, CODING_TRUNCATED, "a gzip member has no checksum");
    bool is_whole = crc32_z(0, content.data, content.length) == read_little32(in->data) &&
                    (uint32_t)content.length == read_little32(in->data + 4);
    *in = bytes_behind(*in, END_SIZE);
    if (!is_whole)
        return coding_fail(undoing, CODING_MALFORMED, "the checksum of a gzip member is another");
    return CODING_FINE;
}

enum coding_fault gzip_undo(struct bytes in, struct coding_undoing *undoing)
{
    enum coding_fault fault;
    bool is_first = true;
    do {
        size_t start = undoing->out->length;
        if (!is_first && (in.data[0] != 0x1f || in.length < 2 || in.data[1] != 0x8b))
            return coding_fail(undoing, CODING_TRAILING, "bytes behind its last gzip member");
        is_first = false;
        fault = take_head(&in, undoing);
        if (fault == CODING_FINE)
            fault = inflate_one(&in, RAW_WINDOW, undoing);
        struct text content = text_after(buffer_text(undoing->out), start);
        if (fault == CODING_FINE)
            fault = check_end(&in, bytes_of_text(content), undoing);
    } while (fault == CODING_FINE && in.length > 0);
    return fault;
}

/* --- deflate -------------------------------------------------------------------------------------------------------
 */

/* "deflate" is zlib's format; some send the bare stream (RFC 9110 section 8.4.1.2). */
enum coding_fault deflate_undo(struct bytes in, struct coding_undoing *undoing)
{
    bool is_zlib = in.length >= 2 && (in.data[0] & 15) == 8 && (in.data[0] << 8 | in.data[1]) % 31 == 0;
    enum coding_fault fault = inflate_one(&in, is_zlib ? ZLIB_WINDOW : RAW_WINDOW, undoing);
    if (fault == CODING_FINE && in.length > 0)
        return coding_fail(undoing, CODING_TRAILING, "bytes behind its deflate stream");
    return fault;
}
