/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a resolver's answer: what is taken is within its bounds, and when it is written anew and read again it
 * is the same. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/wire/dns.h"

static void compare(const struct dns_answer *one, const struct dns_answer *other)
{
    ASSERT(one->code == other->code && one->count == other->count && one->soa == other->soa);
    for (size_t i = 0; i < one->count; i++) {
        struct bytes left = dns_record_data(one, i);
        struct bytes right = dns_record_data(other, i);
        ASSERT(one->records[i].owner == other->records[i].owner && left.length == right.length);
        ASSERT(left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
    }
}

static void
write_and_read(const struct dns_question *question, const struct dns_asked *asked, struct dns_answer *answer)
{
    static uint8_t out[DNS_MESSAGE_MAX];
    struct dns_answer again;
    struct dns_reply reply = {.question = question, .code = answer->code, .answer = answer, .extra = DNS_EXTRA_NONE};
    size_t length = dns_reply_write(&reply, out, sizeof(out));
    bool good = dns_answer_read((struct bytes){out, length}, asked, &again);
    ASSERT(good);
    compare(answer, &again);
    dns_answer_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_question question = {.class = DNS_CLASS_IN, .udp_size = DNS_UDP_OLD};
    struct dns_asked asked;
    struct dns_answer answer;
    size_t at = DNS_HEADER;
    if (size < DNS_HEADER || !dns_name_read((struct bytes){data, size}, &at, &question.name) || size - at < 4)
        return 0;
    question.type = bytes_get_u16(data + at);
    asked = (struct dns_asked){question.name, question.type, (data[0] & 1) != 0};
    if (!dns_answer_read((struct bytes){data, size}, &asked, &answer))
        return 0;
    ASSERT(answer.count <= DNS_RECORDS_MAX && answer.data.length <= DNS_DATA_MAX);
    for (size_t i = 0; i < answer.count; i++) {
        struct address address;
        if (dns_record_address(&answer, i, &address))
            ASSERT(address.length == 4 || address.length == 16);
    }
    write_and_read(&question, &asked, &answer);
    dns_answer_clear(&answer);
    return 0;
}
