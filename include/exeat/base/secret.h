/* SPDX-License-Identifier: Apache-2.0 */
/* What nobody may read in a log, an error, a core or on a swap disk: keys of endpoints, tokens, the text of key files.
 * It is a type of its own, which no helper for texts, logs or printf takes, in memory that is locked, left out of cores
 * and overwritten before it is given back. libcrypto keeps private keys in the same memory. */
#ifndef EXEAT_BASE_SECRET_H
#define EXEAT_BASE_SECRET_H

#include "exeat/base/text.h"

/* Zeroed is empty and valid. */
struct secret {
    char *veiled; /* owned; secret.c's alone, as tests/lint/check_secrets holds */
    size_t length;
};

/* Once, before the first key is read and the first thread: 8 MiB of which only what is used is ever there. A private
 * key takes some hundred bytes of it, an open TLS connection 32. False: the limit of locked memory (RLIMIT_MEMLOCK) is
 * less, and it is not locked. Without it secrets are wiped all the same. */
bool secret_memory_open(void);

void secret_take(struct secret *secret, struct text text); /* a copy; what it was is wiped */
/* The whole file; larger than `limit` is an error. On false, `error` (base_free) is one sentence with the path and the
 * system's reason, and errno is the system's. */
MUST_CHECK bool secret_read(const char *path, size_t limit, struct secret *secret, char **error);
void secret_trim(struct secret *secret); /* of white space at both ends */
bool secret_is_empty(const struct secret *secret);
bool secret_is_same(const struct secret *left, const struct secret *right); /* in a time that tells nothing else */
/* The only way out, borrowed: for a digest, a parser of keys, a field of a request. The lint has the list of callers;
 * what they make of it they wipe (base_forget). */
struct text secret_show(const struct secret *secret);
void secret_clear(struct secret *secret); /* wipes; it is empty after */

/* A zeroed block for a struct that is secret as a whole. */
void *secret_block_new(size_t size);
void secret_block_free(void *block, size_t size); /* wipes; NULL is fine */

#endif
