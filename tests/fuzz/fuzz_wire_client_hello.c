/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes where a ClientHello is expected, at once and in pieces: whatever the pieces, it is the same. */
#include <string.h>

#include <sanitizer/asan_interface.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/wire.h"

static void check_same(const struct client_hello *one, const struct client_hello *other)
{
    ASSERT(text_equal(one->server_name, other->server_name));
    ASSERT(one->has_server_name == other->has_server_name && one->server_name_bad == other->server_name_bad);
    ASSERT(one->has_ech == other->has_ech);
}

static enum parse parse_at_once(const char *bytes, size_t length, struct buffer *scratch, struct client_hello *hello)
{
    struct opening_scan fresh = {0};
    return client_hello_parse((struct text){bytes, length}, &fresh, scratch, hello);
}

/* What has not come yet is poisoned; how wide the pieces are says the first byte of the last quarter. */
static void check_in_pieces(char *bytes, size_t length, size_t piece)
{
    struct opening_scan scan = {0};
    struct buffer one = {0}, other = {0};
    struct client_hello by_pieces, so_far;
    enum parse result = PARSE_NEED_MORE;
    size_t come = 0;
    ASAN_POISON_MEMORY_REGION(bytes, length);
    while (come < length && result == PARSE_NEED_MORE) {
        come = piece < length - come ? come + piece : length;
        ASAN_UNPOISON_MEMORY_REGION(bytes, come);
        result = client_hello_parse((struct text){bytes, come}, &scan, &one, &by_pieces);
    }
    ASSERT(parse_at_once(bytes, come, &other, &so_far) == result);
    if (result == PARSE_DONE)
        check_same(&by_pieces, &so_far);
    ASAN_UNPOISON_MEMORY_REGION(bytes, length);
    ASSERT(parse_at_once(bytes, length, &other, &so_far) == result);
    buffer_clear(&one);
    buffer_clear(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer scratch = {0};
    struct client_hello hello;
    char *bytes = base_alloc(size + 1);
    if (size > 0)
        memcpy(bytes, data, size);
    enum parse result = parse_at_once(bytes, size, &scratch, &hello);
    if (result == PARSE_DONE && hello.has_server_name && !hello.server_name_bad) {
        struct host host;
        ASSERT(host_parse_sni(hello.server_name, &host));
    }
    check_in_pieces(bytes, size, size == 0 ? 1 : 1 + data[size * 3 / 4] % 64);
    base_free(bytes);
    buffer_clear(&scratch);
    return 0;
}
