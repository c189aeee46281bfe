/* SPDX-License-Identifier: Apache-2.0 */
/* What a token looks like. */
#ifndef EXEAT_DETECT_TOKEN_H
#define EXEAT_DETECT_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/text.h"

/* Of a byte: what a run of token characters has. */
enum token_byte {
    TOKEN_RUN = 1 << 0,
    TOKEN_RUN_OF_JSON = 1 << 1, /* where it is not decoded */
    TOKEN_MADE = 1 << 2,        /* words have none of these: digits, capitals */
    TOKEN_OF_JWT = 1 << 3       /* the `J` of "eyJ" */
};
/* Fills the table of all bytes. */
void token_bytes_init(uint8_t bytes[256]);

/* Letters and digits mixed, or letters of both cases, and nothing that tokens have not. */
bool token_is_random(struct text text);

#endif
