/* SPDX-License-Identifier: Apache-2.0 */
/* One text in the ways that others write it. */
#ifndef EXEAT_CREDENTIAL_INTERNAL_H
#define EXEAT_CREDENTIAL_INTERNAL_H

#include "exeat/credential.h"

/* spelling.c. Each byte may be as it is, percent-encoded (also more than once), behind backslashes (JSON, C, PHP: \/,
 * \u002f, \x2f) or a character reference (HTML, XML); the whole may be in base64, of either alphabet and wherever it
 * begins there, or in hex; and its digits may be spelled so again. */
struct spellings *spellings_new(struct text text); /* a copy, in the memory of secrets; NULL: it is too short */
void spellings_free(struct spellings *spellings);  /* wipes; NULL is fine */

struct spelled {
    size_t at;
    size_t length; /* 0: it stands nowhere; then what is from `at` on may be where it begins, and the end cuts it off */
};
/* The first one at or behind `from`. */
struct spelled spellings_find(const struct spellings *spellings, struct text text, size_t from);
bool spellings_stand_in(const struct spellings *spellings, struct text text); /* of NULL: no */

#endif
