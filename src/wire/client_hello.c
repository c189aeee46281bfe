/* SPDX-License-Identifier: Apache-2.0 */
/* A ClientHello (RFC 8446 4.1.2), read before anything is decided about its connection: server name, ALPN, ECH. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/name.h"
#include "wire_internal.h"

enum {
    RECORD_HANDSHAKE = 22,
    RECORD_HEAD = 5,
    RECORD_MAX = 16384 + 256,
    HANDSHAKE_CLIENT_HELLO = 1,
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_ALPN = 16,
    EXTENSION_ECH = 0xfe0d,
};

/* A cursor that never passes its end. */
struct reader {
    const uint8_t *at;
    size_t left;
    bool bad;
};

static const uint8_t *take(struct reader *reader, size_t count)
{
    if (reader->bad || reader->left < count) {
        reader->bad = true;
        return NULL;
    }
    const uint8_t *at = reader->at;
    reader->at += count;
    reader->left -= count;
    return at;
}

static size_t take_number(struct reader *reader, size_t bytes)
{
    const uint8_t *at = take(reader, bytes);
    size_t number = 0;
    for (size_t i = 0; at != NULL && i < bytes; i++)
        number = number << 8 | at[i];
    return number;
}

/* A vector with a length of `bytes` bytes before it. */
static struct reader take_vector(struct reader *reader, size_t bytes)
{
    size_t length = take_number(reader, bytes);
    const uint8_t *at = take(reader, length);
    return (struct reader){at, at == NULL ? 0 : length, at == NULL};
}

static void read_server_name(struct reader extension, struct client_hello *hello)
{
    struct reader list = take_vector(&extension, 2);
    size_t type = take_number(&list, 1);
    struct reader name = take_vector(&list, 2);
    hello->server_name_bad =
        hello->has_server_name || type != 0 || name.bad || list.bad || list.left > 0 || extension.left > 0;
    hello->has_server_name = true;
    if (name.bad)
        return;
    hello->server_name = (struct text){(const char *)name.at, name.left};
    struct host host;
    if (!host_parse_sni(hello->server_name, &host))
        hello->server_name_bad = true;
}

/* Which protocols are offered is for TLS to know; the list must be one (RFC 7301 3.1). */
static bool is_alpn(struct reader extension)
{
    struct reader list = take_vector(&extension, 2);
    while (!list.bad && list.left > 0) {
        struct reader name = take_vector(&list, 1);
        if (name.bad || name.left == 0)
            return false;
    }
    return !list.bad && extension.left == 0;
}

static bool read_extensions(struct reader *message, struct client_hello *hello)
{
    if (message->left == 0)
        return true;
    struct reader list = take_vector(message, 2);
    while (!list.bad && list.left > 0) {
        size_t type = take_number(&list, 2);
        struct reader extension = take_vector(&list, 2);
        if (extension.bad)
            return false;
        if (type == EXTENSION_SERVER_NAME)
            read_server_name(extension, hello);
        if (type == EXTENSION_ALPN && !is_alpn(extension))
            return false;
        if (type == EXTENSION_ECH)
            hello->has_ech = true;
    }
    return !list.bad && message->left == 0;
}

static bool read_message(struct reader message, struct client_hello *hello)
{
    take(&message, 2 + 32); /* legacy_version, random */
    struct reader session = take_vector(&message, 1);
    struct reader ciphers = take_vector(&message, 2);
    struct reader compressions = take_vector(&message, 1);
    if (message.bad || session.left > 32 || ciphers.left < 2 || ciphers.left % 2 != 0 || compressions.left < 1)
        return false;
    return read_extensions(&message, hello);
}

/* Is the message whole of which `have` bytes are here, and still one that may be? `head` has the first of them. */
static enum parse judge_message(const uint8_t head[CLIENT_HELLO_HEAD], size_t have)
{
    if (have > CLIENT_HELLO_MAX + CLIENT_HELLO_HEAD || (have > 0 && head[0] != HANDSHAKE_CLIENT_HELLO))
        return PARSE_BAD;
    if (have < CLIENT_HELLO_HEAD)
        return PARSE_NEED_MORE;
    size_t length = (size_t)head[1] << 16 | bytes_get_u16(head + 2);
    if (length > CLIENT_HELLO_MAX || have > CLIENT_HELLO_HEAD + length)
        return PARSE_BAD;
    return have == CLIENT_HELLO_HEAD + length ? PARSE_DONE : PARSE_NEED_MORE;
}

/* A record's head; `length` is that of its content. */
static enum parse take_record_head(struct reader *reader, size_t *length)
{
    if (reader->left > 0 && reader->at[0] != RECORD_HANDSHAKE)
        return PARSE_BAD;
    if (reader->left < RECORD_HEAD)
        return reader->left > 1 && reader->at[1] != 3 ? PARSE_BAD : PARSE_NEED_MORE;
    const uint8_t *head = take(reader, RECORD_HEAD);
    *length = bytes_get_u16(head + 3);
    return head[1] == 3 && *length > 0 && *length <= RECORD_MAX ? PARSE_DONE : PARSE_BAD;
}

/* The message's own head may come in any number of records. */
static void note_head(struct opening_scan *scan, const uint8_t *content, size_t length)
{
    for (size_t i = 0; i < length && scan->message + i < CLIENT_HELLO_HEAD; i++)
        scan->head[scan->message + i] = content[i];
}

/* Goes over the heads of records that were not looked at yet. PARSE_DONE once the whole message is there. */
static enum parse find_end(struct text input, struct opening_scan *scan)
{
    struct text rest = text_after(input, scan->record);
    struct reader reader = {(const uint8_t *)rest.data, rest.length, false};
    for (;;) {
        enum parse message = judge_message(scan->head, scan->message);
        if (message != PARSE_NEED_MORE)
            return message;
        size_t length = 0;
        enum parse record = take_record_head(&reader, &length);
        if (record != PARSE_DONE)
            return record;
        size_t here = length <= reader.left ? length : reader.left;
        note_head(scan, reader.at, here);
        if (here < length)
            return judge_message(scan->head, scan->message + here) == PARSE_BAD ? PARSE_BAD : PARSE_NEED_MORE;
        take(&reader, length);
        scan->message += (uint32_t)length;
        scan->record = (uint32_t)(input.length - reader.left);
    }
}

/* The handshake bytes of the records that were gone over. */
static void join_records(struct text input, struct buffer *joined)
{
    struct reader reader = {(const uint8_t *)input.data, input.length, false};
    while (reader.left > 0) {
        size_t length = 0;
        enum parse record = take_record_head(&reader, &length);
        ASSERT(record == PARSE_DONE);
        buffer_append(joined, (struct text){(const char *)take(&reader, length), length});
    }
}

enum parse
client_hello_parse(struct text input, struct opening_scan *scan, struct buffer *scratch, struct client_hello *hello)
{
    *hello = (struct client_hello){.has_ech = false};
    buffer_empty(scratch);
    enum parse result = find_end(input, scan);
    if (result != PARSE_DONE)
        return result;
    buffer_reserve(scratch, scan->message);
    join_records(text_part(input, 0, scan->record), scratch);
    struct reader message = {(const uint8_t *)scratch->data, scratch->length, false};
    take(&message, CLIENT_HELLO_HEAD);
    return read_message(message, hello) ? PARSE_DONE : PARSE_BAD;
}
