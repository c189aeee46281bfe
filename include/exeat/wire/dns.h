/* SPDX-License-Identifier: Apache-2.0 */
/* DNS messages (RFC 1035, with EDNS of RFC 6891): questions of clients, answers of a resolver, and our replies. Pure.
 * What is passed on is read into records that are understood, and written anew: nothing else of a message gets through.
 */
#ifndef EXEAT_WIRE_DNS_H
#define EXEAT_WIRE_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/detail.h"
#include "exeat/model/dns.h"
#include "exeat/name.h"

enum { DNS_HEADER = 12, DNS_NAME_MAX = 255, DNS_UDP_OLD = 512, DNS_UDP_SAFE = 1232, DNS_MESSAGE_MAX = 65535 };
enum { DNS_CLASS_IN = 1 };

/* RFC 1035 4.1.1, RFC 6891 6.1.3. */
enum dns_code {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_SERVFAIL = 2,
    DNS_NXDOMAIN = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSED = 5,
    DNS_BADVERS = 16
};
const char *dns_code_name(enum dns_code code); /* "NOERROR" */

/* A name without compression: labels with their lengths, up to the root; case as it was sent. */
struct dns_name {
    uint8_t length; /* 0: none */
    uint8_t bytes[DNS_NAME_MAX];
};
/* Reads the name at `*at`, which moves behind it. A pointer leads to before the labels that it ends (RFC 1035 4.1.4),
 * so that no name is read twice. False: it is none. */
MUST_CHECK bool dns_name_read(struct bytes message, size_t *at, struct dns_name *name);
bool dns_name_equal(const struct dns_name *left, const struct dns_name *right); /* ASCII case aside (RFC 4343) */
/* The host that it names, in its one spelling. False: no host has that name (RFC 1123 2.1). */
MUST_CHECK bool dns_name_host(const struct dns_name *name, struct host *host);
void dns_name_of_host(const struct host *host, struct dns_name *name);
/* The address in "1.2.0.192.in-addr.arpa" and "….ip6.arpa" (RFC 1035 3.5, RFC 3596 2.5). False: it is none. */
MUST_CHECK bool dns_name_address(const struct host *host, struct address *address);

/* --- what a client asks ---
 */

struct dns_question {
    uint16_t id;
    uint8_t opcode;
    bool wants_recursion;
    struct dns_name name; /* empty: it was not read */
    uint16_t type;
    uint16_t class;
    bool has_edns;
    uint16_t udp_size; /* what the client takes by UDP; at least DNS_UDP_OLD */
};
/* DNS_READ_ERROR: `code` is to be said, and `detail` why. DNS_READ_SILENT: it is no question, and nobody is told. */
enum dns_read { DNS_READ_DONE, DNS_READ_ERROR, DNS_READ_SILENT };
/* Strict: one question, at most one OPT, nothing else, nothing behind. Options are looked over and not followed:
 * cookies (RFC 7873) among them. */
enum dns_read
dns_question_read(struct bytes message, struct dns_question *question, enum dns_code *code, struct detail *detail);

/* --- what a resolver answers ---
 */

enum { DNS_RECORDS_MAX = 64, DNS_ALIASES_MAX = 16, DNS_DATA_MAX = 16384 };
enum { DNS_OF_QUESTION = UINT16_MAX }; /* `owner` of a record */
struct dns_record {
    uint16_t type;
    uint16_t owner; /* the alias before it whose target has this record; or DNS_OF_QUESTION */
    uint32_t seconds;
    uint32_t at; /* its data in dns_answer.data, names without compression */
    uint16_t length;
};
/* Aliases in the order in which they lead on, then what the question was about, then, where there is nothing of that,
 * the SOA that says how long. */
struct dns_answer {
    enum dns_code code;
    uint32_t seconds; /* how long all of it is good (RFC 2308); 0: it is not to be kept */
    size_t count;
    size_t soa; /* the record that is the SOA of nothing; DNS_RECORDS_MAX: there is none */
    struct dns_record records[DNS_RECORDS_MAX];
    struct dns_name soa_owner;
    struct buffer data; /* owned */
};
struct dns_asked {
    struct dns_name name;
    uint16_t type;
    bool takes_ech; /* keys for an encrypted ClientHello may be passed on */
};
/* Takes what answers the question, as far as it is understood: CNAMEs, and records of the type, each with data of that
 * type's shape. SVCB and HTTPS keep `mandatory`, `alpn`, `no-default-alpn`, `port` and maybe `ech`: addresses are asked
 * for by themselves, and judged. What has another owner, class or type is dropped, and records beyond
 * DNS_RECORDS_MAX. False: it is no answer to that question, or broken; `answer` needs no clearing then. */
MUST_CHECK bool dns_answer_read(struct bytes reply, const struct dns_asked *asked, struct dns_answer *answer);
void dns_answer_clear(struct dns_answer *answer);
struct bytes dns_record_data(const struct dns_answer *answer, size_t record); /* borrowed */
/* Of an A or AAAA. False: it is neither. */
MUST_CHECK bool dns_record_address(const struct dns_answer *answer, size_t record, struct address *address);
/* An answer of our own: addresses of one family, or a name (PTR); `answer` is empty before. */
void dns_answer_add_address(struct dns_answer *answer, const struct address *address, uint32_t seconds);
void dns_answer_add_name(struct dns_answer *answer, uint16_t type, const struct dns_name *name, uint32_t seconds);

/* --- what we reply ---
 */

/* Extended errors (RFC 8914). */
enum dns_extra {
    DNS_EXTRA_NONE = UINT16_MAX,
    DNS_EXTRA_OTHER = 0,
    DNS_EXTRA_NOT_READY = 14,
    DNS_EXTRA_BLOCKED = 15,
    DNS_EXTRA_FILTERED = 17,
    DNS_EXTRA_NO_REACHABLE = 22
};
struct dns_reply {
    const struct dns_question *question;
    enum dns_code code;
    const struct dns_answer *answer; /* NULL: none */
    uint64_t dropped;                /* bits: records of it that are left out */
    uint32_t age;                    /* seconds that the answer was kept: its TTLs are that much less */
    enum dns_extra extra;            /* told to who has EDNS */
    struct text why;                 /* of `extra`; UTF-8 */
};
/* At most `room` bytes, of which there are DNS_UDP_OLD at least; what does not fit is left out and TC set (RFC 2181
 * section 9). The question is repeated as it was sent, letter by letter. Returns the length. */
size_t dns_reply_write(const struct dns_reply *reply, uint8_t *out, size_t room);

#endif
