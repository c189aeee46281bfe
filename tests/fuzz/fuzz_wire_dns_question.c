/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a question: what is taken is repeated in a reply as it was, and what is a host is so in one spelling. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/wire/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dns_question question;
    enum dns_code code = DNS_NOERROR;
    struct detail detail = {0};
    uint8_t out[DNS_UDP_OLD];
    enum dns_read read = dns_question_read((struct bytes){data, size}, &question, &code, &detail);
    if (read == DNS_READ_SILENT)
        return 0;
    ASSERT(read == DNS_READ_DONE || (code != DNS_NOERROR && detail.text[0] != '\0'));
    struct dns_reply reply = {
        .question = &question, .code = code, .extra = DNS_EXTRA_BLOCKED, .why = text_from(detail.text)};
    size_t length = dns_reply_write(&reply, out, sizeof(out));
    ASSERT(length <= sizeof(out) && out[0] == data[0] && out[1] == data[1] && (out[2] & 0x80) != 0);
    ASSERT(memcmp(out + DNS_HEADER, data + DNS_HEADER, question.name.length) == 0);
    struct host host;
    struct host again;
    struct dns_name name;
    struct address address;
    if (question.name.length == 0 || !dns_name_host(&question.name, &host))
        return 0;
    dns_name_of_host(&host, &name);
    ASSERT(dns_name_equal(&name, &question.name) && dns_name_host(&name, &again) && host_equal(&host, &again));
    (void)dns_name_address(&host, &address);
    return 0;
}
