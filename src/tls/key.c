/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys from files: their text is in the memory of secrets only, as is what libcrypto makes of it. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "exeat/base/memory.h"
#include "exeat/base/secret.h"
#include "tls_internal.h"

enum { KEY_MAX = 65536 };

/* An encrypted key is not asked for on a terminal. */
// NOLINTNEXTLINE(readability-non-const-parameter): the signature is the library's
int tls_no_password(char *out, int size, int writing, void *context)
{
    (void)out, (void)size, (void)writing, (void)context;
    return -1;
}

EVP_PKEY *tls_key_read(const char *path)
{
    struct secret content = {0};
    char *error = NULL;
    if (!secret_read(path, KEY_MAX, &content, &error)) {
        ERR_raise(ERR_LIB_SYS, errno);
        base_free(error);
        return NULL;
    }
    struct text pem = secret_show(&content);
    BIO *source = BIO_new_mem_buf(pem.data, (int)pem.length);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(source, NULL, tls_no_password, NULL);
    BIO_free(source);
    secret_clear(&content);
    return key;
}

bool tls_key_use(SSL_CTX *context, const char *path)
{
    EVP_PKEY *key = tls_key_read(path);
    bool done = key != NULL && SSL_CTX_use_PrivateKey(context, key) == 1;
    EVP_PKEY_free(key);
    return done;
}
