/* SPDX-License-Identifier: Apache-2.0 */
/* The inner loops as they are compiled for processors without SSE2. */
#ifndef PORTABLE_H
#define PORTABLE_H

#include <stdbool.h>
#include <stddef.h>

size_t portable_plain(const char *at, size_t length);
bool portable_has(const char *at, size_t length, char one, char other);
unsigned portable_base64(const char *at, size_t count); /* bits of `count` bytes, a multiple of 8 */

#endif
