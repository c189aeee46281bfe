/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of types of DNS records. */
#include "exeat/model/dns.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "exeat/base/check.h"

const char *const dns_type_words[DNS_TYPE_WORDS] = {
    "a", "aaaa", "cname", "https", "svcb", "txt", "mx", "srv", "ns", "soa", "ptr", "caa", "naptr", "tlsa", "sshfp",
};
static const uint16_t numbers[DNS_TYPE_WORDS] = {
    DNS_A,  DNS_AAAA, DNS_CNAME, DNS_HTTPS, DNS_SVCB,  DNS_TXT,  DNS_MX,    DNS_SRV,
    DNS_NS, DNS_SOA,  DNS_PTR,   DNS_CAA,   DNS_NAPTR, DNS_TLSA, DNS_SSHFP,
};

static size_t find(uint16_t type)
{
    size_t i = 0;
    while (i < DNS_TYPE_WORDS && numbers[i] != type)
        i++;
    return i;
}

uint16_t dns_type_of_word(size_t word)
{
    ASSERT(word < DNS_TYPE_WORDS);
    return numbers[word];
}

uint32_t dns_type_bit_of_word(size_t word)
{
    ASSERT(word < DNS_TYPE_WORDS);
    return (uint32_t)1 << word;
}

uint32_t dns_type_bit(uint16_t type)
{
    size_t word = find(type);
    return word < DNS_TYPE_WORDS ? dns_type_bit_of_word(word) : 0;
}

void dns_type_write(uint16_t type, char out[DNS_TYPE_TEXT_SIZE])
{
    size_t word = find(type);
    if (word == DNS_TYPE_WORDS) {
        (void)snprintf(out, DNS_TYPE_TEXT_SIZE, "TYPE%u", type);
        return;
    }
    text_store(text_from(dns_type_words[word]), out, DNS_TYPE_TEXT_SIZE);
    for (char *at = out; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
}
