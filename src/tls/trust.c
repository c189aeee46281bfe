/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a connection trusts: roots, revocation lists and pins, and who the gate is towards it. From files, once. */
#include <openssl/pem.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "tls_internal.h"

enum { CRL_FILE_MAX = 64 << 20 };

static bool is_set(const char *path)
{
    return path != NULL && path[0] != '\0';
}

static bool cannot(const struct tls_trust *source, const char *path, const char *what, char **error)
{
    struct buffer doing = {0};
    buffer_printf(&doing, "read the %s of %s", what, source->called == NULL ? "tls.upstream" : source->called);
    buffer_append_byte(&doing, '\0');
    *error = openssl_sentence(path, doing.data);
    buffer_clear(&doing);
    return false;
}

/* --- roots -----------------------------------------------------------------------------------------------------------
 */

static bool load_roots(struct trust *trust, const struct tls_trust *source, const struct trust *common, char **error)
{
    if (is_set(source->roots)) {
        bool done = SSL_CTX_load_verify_file(trust->context, source->roots) == 1;
        return done || cannot(source, source->roots, "root certificates", error);
    }
    if (common != NULL && source->crl_count == 0) {
        SSL_CTX_set1_cert_store(trust->context, SSL_CTX_get_cert_store(common->context));
        return true;
    }
    if (SSL_CTX_set_default_verify_paths(trust->context) == 1)
        return true;
    *error = openssl_sentence("system roots", "read the certificates (is ca-certificates installed?)");
    return false;
}

/* --- revocation lists ------------------------------------------------------------------------------------------------
 */

typedef void (*crl_taker)(void *context, X509_CRL *crl); /* borrowed for the call */

/* As many as there are, in PEM; or one in DER. */
static size_t read_crls(struct text content, crl_taker take, void *context)
{
    BIO *bio = BIO_new_mem_buf(content.data, (int)content.length);
    size_t count = 0;
    X509_CRL *crl;
    while ((crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) != NULL) {
        take(context, crl);
        X509_CRL_free(crl);
        count++;
    }
    bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    const unsigned char *der = (const unsigned char *)content.data;
    if (count == 0 && ended && (crl = d2i_X509_CRL(NULL, &der, (long)content.length)) != NULL) {
        take(context, crl);
        X509_CRL_free(crl);
        count++;
    }
    BIO_free(bio);
    return ended ? count : 0;
}

static size_t read_crl_file(const char *path, crl_taker take, void *context, char **error)
{
    struct buffer content = {0};
    ERR_clear_error();
    size_t count = file_read(path, CRL_FILE_MAX, &content, error) ? read_crls(buffer_text(&content), take, context) : 0;
    buffer_clear(&content);
    return count;
}

static void add_crl(void *store, X509_CRL *crl)
{
    int result = X509_STORE_add_crl(store, crl);
    ASSERT(result == 1);
}

static bool load_crls(struct trust *trust, const struct tls_trust *source, char **error)
{
    X509_STORE *store = SSL_CTX_get_cert_store(trust->context);
    for (size_t i = 0; i < source->crl_count; i++) {
        if (read_crl_file(source->crls[i], add_crl, store, error) == 0)
            return *error != NULL ? false : cannot(source, source->crls[i], "revocation lists (PEM or DER)", error);
    }
    ERR_clear_error();
    if (source->crl_count > 0)
        X509_VERIFY_PARAM_set_flags(
            SSL_CTX_get0_param(trust->context), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
    trust->keeps_sessions = source->crl_count == 0;
    return true;
}

struct remarks {
    const char *path;
    void (*say)(void *context, const char *sentence);
    void *context;
};

static void remark_on_crl(void *context, X509_CRL *crl)
{
    const struct remarks *remarks = context;
    struct buffer line = {0};
    char when[CLOCK_TEXT_SIZE];
    int64_t end = asn1_seconds(X509_CRL_get0_nextUpdate(crl));
    if (end >= clock_wall_us() / 1000000)
        return;
    clock_write(end * 1000000, when);
    buffer_printf(
        &line, "%s: a revocation list is over since %s: what it is about is refused until there is a new one",
        remarks->path, when);
    buffer_append_byte(&line, '\0');
    remarks->say(remarks->context, line.data);
    buffer_clear(&line);
}

void tls_trust_remarks(const struct tls_trust *trust, void (*say)(void *context, const char *sentence), void *context)
{
    for (size_t i = 0; i < trust->crl_count; i++) {
        struct remarks remarks = {trust->crls[i], say, context};
        char *error = NULL;
        (void)read_crl_file(trust->crls[i], remark_on_crl, &remarks, &error);
        base_free(error); /* tls_client_new has the word about it */
    }
    ERR_clear_error();
}

/* --- who the gate is -------------------------------------------------------------------------------------------------
 */

static bool load_identity(struct trust *trust, const struct tls_trust *source, char **error)
{
    if (!is_set(source->certificate))
        return true;
    SSL_CTX_set_default_passwd_cb(trust->context, tls_no_password);
    if (SSL_CTX_use_certificate_chain_file(trust->context, source->certificate) != 1)
        return cannot(source, source->certificate, "client certificate (PEM)", error);
    if (!tls_key_use(trust->context, source->key))
        return cannot(source, source->key, "private key (PEM, not encrypted, of that certificate)", error);
    return true;
}

bool trust_load(struct trust *trust, const struct tls_trust *source, const struct trust *common, char **error)
{
    trust->id = source->id;
    trust->pins = base_array(source->pin_count + 1, sizeof(*trust->pins));
    trust->pin_count = source->pin_count;
    if (source->pin_count > 0)
        memcpy(trust->pins, source->pins, source->pin_count * sizeof(*trust->pins));
    if (is_set(source->server_name) && !host_parse(text_from(source->server_name), &trust->server_name))
        return cannot(source, source->server_name, "name of a server", error);
    return load_roots(trust, source, common, error) && load_crls(trust, source, error) &&
           load_identity(trust, source, error);
}

void trust_clear(struct trust *trust)
{
    SSL_CTX_free(trust->context);
    base_free(trust->pins);
}
