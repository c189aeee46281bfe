/* SPDX-License-Identifier: Apache-2.0 */
/* Types of DNS records by name: those that the gate understands, and so may answer with. */
#ifndef EXEAT_MODEL_DNS_H
#define EXEAT_MODEL_DNS_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

/* The numbers are IANA's; a question may have others. */
enum dns_type {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_SRV = 33,
    DNS_NAPTR = 35,
    DNS_OPT = 41, /* no record: EDNS (RFC 6891) */
    DNS_SSHFP = 44,
    DNS_TLSA = 52,
    DNS_SVCB = 64,
    DNS_HTTPS = 65,
    DNS_CAA = 257
};

/* Those that a rule may name, in lower case. */
enum { DNS_TYPE_WORDS = 15 };
extern const char *const dns_type_words[DNS_TYPE_WORDS];
/* A set of types: one bit for each word. Unknown types have none. */
uint32_t dns_type_bit(uint16_t type);
uint32_t dns_type_bit_of_word(size_t word);
uint16_t dns_type_of_word(size_t word);

enum { DNS_TYPE_TEXT_SIZE = 10 };
/* In upper case, or "TYPE1234" (RFC 3597 section 5). */
void dns_type_write(uint16_t type, char out[DNS_TYPE_TEXT_SIZE]);

#endif
