/* SPDX-License-Identifier: Apache-2.0 */
/* By what a request goes out. */
#ifndef EXEAT_MODEL_SCHEME_H
#define EXEAT_MODEL_SCHEME_H

#include <stdint.h>

/* The numbers stand in the records. */
enum scheme {
    SCHEME_HTTP = 1,
    SCHEME_HTTPS = 2,
    SCHEME_TCP = 3, /* a CONNECT for bytes that are no TLS: only ever by a rule that says so */
    SCHEME_DNS = 4, /* in records: a question for a name; no rule is about it */
    SCHEME_COUNT
};
/* A set of schemes: one bit each. */
static inline uint8_t scheme_bit(enum scheme scheme)
{
    return (uint8_t)(1u << scheme);
}
uint16_t scheme_port(enum scheme scheme); /* 0: the scheme has none of its own */
const char *scheme_name(enum scheme scheme);

#endif
