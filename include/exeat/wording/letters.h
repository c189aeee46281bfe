/* SPDX-License-Identifier: Apache-2.0 */
/* Letters as they are written without accents. */
#ifndef EXEAT_WORDING_LETTERS_H
#define EXEAT_WORDING_LETTERS_H

#include <stddef.h>
#include <stdint.h>

/* Writes the small letters that `code` is without accents; how many (0: it has none, or there is no room). */
size_t letters_plain(uint32_t code, char *out, size_t room);

#endif
