/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256, random bytes, and Ed25519 keys. The only home of libcrypto's digests and signatures. */
#ifndef EXEAT_BASE_DIGEST_H
#define EXEAT_BASE_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"

struct digest {
    uint8_t bytes[32];
};

void digest_sha256(struct bytes input, struct digest *digest); /* FIPS 180-4 */
/* SHA-256 over the pieces one after the other. */
void digest_sha256_pieces(const struct bytes *pieces, size_t count, struct digest *digest);
enum { DIGEST_HMAC_PIECES_MAX = 4 };
/* HMAC (RFC 2104) with SHA-256 over the pieces one after the other, DIGEST_HMAC_PIECES_MAX at most. */
void digest_hmac_sha256(struct bytes key, const struct bytes *pieces, size_t count, struct digest *digest);
/* Of a file of any size. False: it cannot be read. */
MUST_CHECK bool digest_file(const char *path, struct digest *digest);
bool digest_equal(const struct digest *left, const struct digest *right); /* constant time */

void random_fill(uint8_t *out, size_t length); /* ends the process if the kernel has none */

/* An Ed25519 key pair (RFC 8032). */
struct signing_key;
enum { SIGNATURE_SIZE = 64, VERIFY_KEY_SIZE = 32, SIGNING_SEED_SIZE = 32 };

/* Ed25519 (RFC 8032), of the kernel's random bytes; the caller's, for signing_key_free. */
struct signing_key *signing_key_generate(void);
/* The same of 32 bytes that are its private key (RFC 8032 5.1.5): for tests. */
struct signing_key *signing_key_from_seed(const uint8_t seed[SIGNING_SEED_SIZE]);
/* PKCS#8 PEM. NULL, with `error` filled (base_free it), when the file cannot be read or is no Ed25519 key. */
MUST_CHECK struct signing_key *signing_key_read(const char *path, char **error);
/* Creates `path` with mode 0600; fails if it exists. */
MUST_CHECK bool signing_key_save(const struct signing_key *key, const char *path, char **error);
void signing_key_free(struct signing_key *key);
void signing_key_public(const struct signing_key *key, uint8_t out[VERIFY_KEY_SIZE]);
void signing_key_sign(const struct signing_key *key, struct bytes message, uint8_t out[SIGNATURE_SIZE]);
MUST_CHECK bool
signature_verify(const uint8_t key[VERIFY_KEY_SIZE], struct bytes message, const uint8_t signature[SIGNATURE_SIZE]);

#endif
