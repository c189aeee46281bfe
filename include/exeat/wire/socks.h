/* SPDX-License-Identifier: Apache-2.0 */
/* SOCKS version 5 (RFC 1928), with user and password (RFC 1929): what a client says, and what it is told. Pure and
 * strict: a field that the RFC fixes has that value, a name is one as CONNECT has it, nothing is repaired. */
#ifndef EXEAT_WIRE_SOCKS_H
#define EXEAT_WIRE_SOCKS_H

#include "exeat/base/attributes.h"
#include "exeat/model/fault.h"
#include "exeat/name.h"
#include "exeat/wire.h"

/* All three parsers look at the start of `input`. PARSE_DONE sets `*used`; texts are slices of the input. PARSE_BAD
 * sets
 * `*fault`, as a whole, and is told from as few bytes as tell it. */

/* RFC 1928 section 3. What of the methods that the client offers is known here. */
enum socks_method { SOCKS_NOBODY = 0x00, SOCKS_USER = 0x02, SOCKS_NO_METHOD = 0xff };
struct socks_offer {
    bool has_nobody; /* it would show nothing */
    bool has_user;   /* it would show a user and a password */
};
enum parse socks_offer_parse(struct text input, struct socks_offer *offer, size_t *used, struct fault *fault);

/* RFC 1929 section 2. Either may be empty here: whether somebody is called so is not wire's matter. */
struct socks_user {
    struct text name;
    struct text proof; /* a password, or a token */
};
enum parse socks_user_parse(struct text input, struct socks_user *user, size_t *used, struct fault *fault);

/* RFC 1928 section 6. */
enum socks_reply {
    SOCKS_SUCCEEDED = 0,
    SOCKS_FAILED = 1,
    SOCKS_NOT_ALLOWED = 2,
    SOCKS_NET_UNREACHABLE = 3,
    SOCKS_HOST_UNREACHABLE = 4,
    SOCKS_REFUSED = 5,
    SOCKS_TTL_EXPIRED = 6,
    SOCKS_COMMAND_UNSUPPORTED = 7,
    SOCKS_ADDRESS_UNSUPPORTED = 8
};

/* RFC 1928 section 4. PARSE_DONE: a CONNECT to a host and a port. PARSE_BAD: `method` and, where they can be read, host
 * and port are there for the record, and `reply` is what the client is told. */
struct socks_request {
    struct text method; /* static: "CONNECT", "BIND", "UDP"; empty: no command of the RFC */
    struct host host;
    uint16_t port;
    enum socks_reply reply;
};
enum parse socks_request_parse(struct text input, struct socks_request *request, size_t *used, struct fault *fault);

/* --- what it is told -------------------------------------------------------------------------------------------------
 */

enum { SOCKS_ANSWER_SIZE = 2, SOCKS_REPLY_SIZE = 10 };
/* Which way of showing who it is the client shall take (RFC 1928 section 3); SOCKS_NO_METHOD: it has none that is
 * known. */
void socks_method_write(enum socks_method method, uint8_t out[SOCKS_ANSWER_SIZE]);
/* RFC 1929 section 2. */
void socks_user_write(bool is_known, uint8_t out[SOCKS_ANSWER_SIZE]);
/* What a client is told of a refusal, or of a way out that failed, for that reason. */
enum socks_reply socks_reply_of(enum reason reason);
/* Of where the gate is bound nobody is told: 0.0.0.0 and port 0. */
void socks_reply_write(enum socks_reply reply, uint8_t out[SOCKS_REPLY_SIZE]);

#endif
