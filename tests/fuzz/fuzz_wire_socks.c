/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes where a SOCKS client is expected: the first says which message. What is taken says the same written anew,
 * what was taken stands in any longer input, and no shorter one is taken for something else. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/wire/socks.h"

/* The request that a client would send for it. */
static struct text write_request(const struct socks_request *request, uint8_t out[512])
{
    static const uint8_t head[] = {5, 1, 0, 3};
    size_t length = sizeof(head);
    memcpy(out, head, sizeof(head));
    if (request->host.kind == HOST_ADDRESS) {
        out[3] = request->host.address.length == 4 ? 1 : 4;
        memcpy(out + length, request->host.address.bytes, request->host.address.length);
        length += request->host.address.length;
    } else {
        out[length++] = request->host.length;
        memcpy(out + length, request->host.text, request->host.length);
        length += request->host.length;
    }
    out[length++] = (uint8_t)(request->port >> 8);
    out[length++] = (uint8_t)request->port;
    return (struct text){(const char *)out, length};
}

static void check_request(struct text input)
{
    uint8_t written[512];
    struct socks_request request;
    struct socks_request again;
    struct fault fault = {0};
    size_t used = 0;
    enum parse result = socks_request_parse(input, &request, &used, &fault);
    ASSERT(result != PARSE_BAD || (fault.reason != REASON_NONE && request.reply != SOCKS_SUCCEEDED));
    if (result != PARSE_DONE)
        return;
    ASSERT(used <= input.length && request.port != 0 && request.host.kind != HOST_NONE);
    for (size_t i = 0; i < used; i++) {
        size_t less = 0;
        ASSERT(socks_request_parse(text_part(input, 0, i), &again, &less, &fault) == PARSE_NEED_MORE);
    }
    struct text whole = write_request(&request, written);
    ASSERT(socks_request_parse(whole, &again, &used, &fault) == PARSE_DONE && used == whole.length);
    ASSERT(host_equal(&again.host, &request.host) && again.port == request.port);
}

static void check_user(struct text input)
{
    struct socks_user user;
    struct fault fault = {0};
    size_t used = 0;
    if (socks_user_parse(input, &user, &used, &fault) != PARSE_DONE)
        return;
    ASSERT(used == 3 + user.name.length + user.proof.length && used <= input.length);
    ASSERT(socks_user_parse(text_part(input, 0, used - 1), &user, &used, &fault) == PARSE_NEED_MORE);
}

static void check_offer(struct text input)
{
    struct socks_offer offer;
    struct fault fault = {0};
    size_t used = 0;
    if (socks_offer_parse(input, &offer, &used, &fault) != PARSE_DONE)
        return;
    ASSERT(used <= input.length && used == 2 + (size_t)(uint8_t)input.data[1]);
    ASSERT(socks_offer_parse(text_part(input, 0, used - 1), &offer, &used, &fault) == PARSE_NEED_MORE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct text input = text_of_bytes((struct bytes){data + 1, size - 1});
    if (data[0] % 3 == 0)
        check_request(input);
    else if (data[0] % 3 == 1)
        check_user(input);
    else
        check_offer(input);
    return 0;
}
