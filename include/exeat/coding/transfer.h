/* SPDX-License-Identifier: Apache-2.0 */
/* Texts that are coded as a whole within others: the transfer encodings of mail (RFC 2045 section 6), and base64 where
 * it stands by itself (RFC 4648). */
#ifndef EXEAT_CODING_TRANSFER_H
#define EXEAT_CODING_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"

enum transfer {
    TRANSFER_NONE,
    TRANSFER_BASE64,       /* with padding */
    TRANSFER_BASE64_SHORT, /* without */
    TRANSFER_BASE64URL,    /* with - and _, without padding */
    TRANSFER_BASE64_MIME,  /* in lines of 76 */
    TRANSFER_PRINTABLE     /* quoted-printable */
};

/* Appends the bytes; false: they are not so coded, to the last byte. Of base64 in lines blanks may stand anywhere. */
MUST_CHECK bool transfer_read(enum transfer transfer, struct text coded, struct buffer *out);
void transfer_write(enum transfer transfer, struct text bytes, struct buffer *out);

bool base64_is(struct text text);       /* nothing but digits, and padding at its end */
extern const int8_t base64_values[256]; /* of the digits of both alphabets; -1: it is none */
/* A digit. */
static inline bool base64_has(char byte)
{
    return base64_values[(unsigned char)byte] >= 0;
}

#endif
