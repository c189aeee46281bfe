/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a proxy's answer to CONNECT. */
#include <stdlib.h>

#include "exeat/base/memory.h"
#include "route_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* It connects only when a head that says 2xx has come whole. */
static void look_at(struct text taken)
{
    bool is_head = text_ends_with(taken, TEXT("\n\n")) || text_ends_with(taken, TEXT("\n\r\n"));
    if (!is_head || taken.length < sizeof("HTTP/1.1 200\n\n") - 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct proxy_reading *reading = base_zalloc(sizeof(*reading));
    enum proxy_answer answer = PROXY_MORE;
    struct detail detail = {.text = ""};
    size_t used = 0;
    while (used < size && answer == PROXY_MORE)
        answer = proxy_answer_take(reading, (char)data[used++], &detail);
    if (answer == PROXY_CONNECTED)
        look_at((struct text){(const char *)data, used});
    if ((answer == PROXY_REFUSED || answer == PROXY_BROKEN) && detail.text[0] == '\0')
        abort();
    base_free(reading);
    return 0;
}
