/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519 keys (RFC 8032), kept as PKCS#8 PEM files that only their owner can read. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/digest.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/base/secret.h"

enum { PEM_MAX = 65536 };

struct signing_key {
    EVP_PKEY *key; /* owned */
};

static struct signing_key *wrap(EVP_PKEY *key)
{
    ASSERT(key != NULL);
    struct signing_key *wrapped = base_zalloc(sizeof(*wrapped));
    wrapped->key = key;
    return wrapped;
}

struct signing_key *signing_key_generate(void)
{
    return wrap(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
}

struct signing_key *signing_key_from_seed(const uint8_t seed[SIGNING_SEED_SIZE])
{
    return wrap(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SIGNING_SEED_SIZE));
}

static char *file_error(const char *path, const char *what, int error)
{
    struct buffer text = {0};
    buffer_printf(&text, "%s: %s", path, what);
    if (error != 0)
        buffer_printf(&text, ": %s", strerrordesc_np(error));
    return buffer_take(&text);
}

static EVP_PKEY *parse(const struct secret *content)
{
    struct text pem = secret_show(content);
    BIO *source = BIO_new_mem_buf(pem.data, (int)pem.length);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(source, NULL, NULL, NULL);
    BIO_free(source);
    return key;
}

struct signing_key *signing_key_read(const char *path, char **error)
{
    struct secret content = {0};
    if (!secret_read(path, PEM_MAX, &content, error)) {
        base_free(*error);
        *error = file_error(path, "cannot read the signing key", errno);
        return NULL;
    }
    EVP_PKEY *key = parse(&content);
    secret_clear(&content);
    if (key == NULL || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(key);
        *error = file_error(
            path, "is not an Ed25519 private key in PEM (make one by removing the file and starting again)", 0);
        return NULL;
    }
    return wrap(key);
}

/* Its text stands in the same memory as the key, and nowhere else. */
static bool write_key(const struct signing_key *key, const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return false;
    BIO *pem = BIO_new(BIO_s_secmem());
    char *data = NULL;
    bool good = PEM_write_bio_PKCS8PrivateKey(pem, key->key, NULL, NULL, 0, NULL, NULL) == 1;
    long length = BIO_get_mem_data(pem, &data);
    good = good && file_write_all(descriptor, (struct text){data, (size_t)length});
    BIO_free(pem);
    return close(descriptor) == 0 && good;
}

static bool put_in_place(const char *draft, const char *path)
{
    if (link(draft, path) == 0)
        return true;
    return errno != EEXIST && access(path, F_OK) != 0 && rename(draft, path) == 0; /* a file system without links */
}

/* Made beside and linked: a key is there as a whole or not at all, and never in the place of another. */
bool signing_key_save(const struct signing_key *key, const char *path, char **error)
{
    struct buffer name = {0};
    buffer_printf(&name, "%s.%ld.new", path, (long)getpid());
    char *draft = buffer_take(&name);
    (void)unlink(draft); /* of a process that had our number and did not end it */
    bool good = write_key(key, draft) && put_in_place(draft, path) && file_sync_folder_of(path);
    if (!good)
        *error = file_error(path, "cannot create the signing key", errno);
    (void)unlink(draft);
    base_free(draft);
    return good;
}

void signing_key_free(struct signing_key *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->key);
    base_free(key);
}

void signing_key_public(const struct signing_key *key, uint8_t out[VERIFY_KEY_SIZE])
{
    size_t length = VERIFY_KEY_SIZE;
    int good = EVP_PKEY_get_raw_public_key(key->key, out, &length);
    ASSERT(good == 1 && length == VERIFY_KEY_SIZE);
}

void signing_key_sign(const struct signing_key *key, struct bytes message, uint8_t out[SIGNATURE_SIZE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t length = SIGNATURE_SIZE;
    bool good = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key->key) == 1 &&
                EVP_DigestSign(context, out, &length, message.data, message.length) == 1;
    ASSERT(good && length == SIGNATURE_SIZE);
    EVP_MD_CTX_free(context);
}

bool signature_verify(const uint8_t key[VERIFY_KEY_SIZE], struct bytes message, const uint8_t signature[SIGNATURE_SIZE])
{
    EVP_PKEY *public = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, VERIFY_KEY_SIZE);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = public != NULL && context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, public) == 1 &&
                EVP_DigestVerify(context, signature, SIGNATURE_SIZE, message.data, message.length) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(public);
    return good;
}
