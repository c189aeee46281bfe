/* SPDX-License-Identifier: Apache-2.0 */
/* A form is the text of a key with holes: `%` and a letter is one character of an alphabet, `{n}`, `{m,n}` or `{m,}`
 * behind it how many. All other characters stand for themselves. Forms are short, and a hole is at most
 * FORM_HOLE_MAX characters. */
#ifndef EXEAT_VENDOR_KEY_FORM_H
#define EXEAT_VENDOR_KEY_FORM_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

enum { FORM_HOLE_MAX = 2048 };

/* The alphabets: %d digits, %h lower-case hex, %H hex of either case, %l lower-case letters and digits, %u upper-case
 * ones and digits, %a letters and digits, %2 base32 (A-Z2-7), %_ letters, digits and `_`, %w the same and `-`, %t the
 * same and
 * `.` `~`, %b base64 (RFC 4648 section 4), padding included. */
bool form_alphabet_has(char alphabet, char byte);

struct form_fit {
    size_t length;   /* of all of it */
    size_t secret;   /* where the secret part begins: at a `^` in the form, or at 0 */
    size_t changing; /* where the first hole begins */
};
/* The form fits at the start of `text`, and no character of its last alphabet follows. */
MUST_CHECK bool form_fits(const char *form, struct text text, struct form_fit *fit);

#endif
