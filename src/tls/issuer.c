/* SPDX-License-Identifier: Apache-2.0 */
/* The local authority: made once, loaded at start. Its certificate says what it may speak for, and every client checks
 * that (RFC 5280 4.2.1.10). */
#include <errno.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exeat/base/clock.h"
#include "exeat/base/digest.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "tls_internal.h"

enum { DAY = 86400, ISSUER_DAYS = 5 * 365, CLOCK_SLACK = DAY, PEM_MAX = 1 << 20 };

/* A file that cannot be read is told by the system's own words, which stand before libcrypto's. */
static const char *openssl_reason(void)
{
    const char *why = ERR_reason_error_string(ERR_peek_last_error());
    for (unsigned long code; (code = ERR_get_error()) != 0;)
        if (ERR_SYSTEM_ERROR(code))
            return strerrordesc_np(ERR_GET_REASON(code));
    return why;
}

char *openssl_sentence(const char *path, const char *doing)
{
    struct buffer out = {0};
    const char *why = openssl_reason();
    buffer_printf(&out, "%s: cannot %s: %s", path, doing, why == NULL ? "no reason given" : why);
    ERR_clear_error();
    return buffer_take(&out);
}

/* --- name constraints ----------------------------------------------------------------------------------------------
 */

static bool add_subtree(STACK_OF(GENERAL_SUBTREE) * subtrees, int type, const void *data, size_t length)
{
    GENERAL_SUBTREE *subtree = GENERAL_SUBTREE_new();
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = ASN1_STRING_type_new(type == GEN_DNS ? V_ASN1_IA5STRING : V_ASN1_OCTET_STRING);
    if (subtree == NULL || name == NULL || value == NULL || ASN1_STRING_set(value, data, (int)length) != 1)
        return false; /* out of memory: the process is about to end anyway */
    GENERAL_NAME_set0_value(name, type, value);
    GENERAL_NAME_free(subtree->base);
    subtree->base = name;
    return sk_GENERAL_SUBTREE_push(subtrees, subtree) > 0;
}

/* `child` is `parent` or below it. */
static bool is_within(struct text child, struct text parent)
{
    if (text_equal(child, parent))
        return true;
    return text_ends_with(child, parent) && child.data[child.length - parent.length - 1] == '.';
}

static bool is_covered_by_another(const struct host_pattern *names, size_t count, size_t index)
{
    struct text name = host_text(&names[index].host);
    for (size_t i = 0; i < count; i++) {
        struct text other = host_text(&names[i].host);
        if (i == index || names[i].kind == HOST_PATTERN_ANY || !is_within(name, other))
            continue;
        if (!text_equal(name, other) || i < index)
            return true;
    }
    return false;
}

static NAME_CONSTRAINTS *constraints_new(const struct host_pattern *names, size_t count)
{
    static const uint8_t every_address[32] = {0};
    NAME_CONSTRAINTS *constraints = NAME_CONSTRAINTS_new();
    constraints->permittedSubtrees = sk_GENERAL_SUBTREE_new_null();
    constraints->excludedSubtrees = sk_GENERAL_SUBTREE_new_null();
    bool done = add_subtree(constraints->excludedSubtrees, GEN_IPADD, every_address, 8) &&
                add_subtree(constraints->excludedSubtrees, GEN_IPADD, every_address, 32);
    for (size_t i = 0; done && i < count; i++) {
        if (names[i].kind == HOST_PATTERN_ANY || names[i].host.kind != HOST_NAME)
            continue;
        if (!is_covered_by_another(names, count, i))
            done = add_subtree(constraints->permittedSubtrees, GEN_DNS, names[i].host.text, names[i].host.length);
    }
    if (done && sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees) > 0)
        return constraints;
    NAME_CONSTRAINTS_free(constraints);
    return NULL;
}

/* --- making --------------------------------------------------------------------------------------------------------
 */

static bool add_subject(X509 *certificate)
{
    uint8_t random[4];
    char name[40] = "exeat local authority ";
    random_fill(random, sizeof(random));
    size_t length = strlen(name);
    hex_encode((struct bytes){random, sizeof(random)}, name + length);
    name[length + 2 * sizeof(random)] = '\0';
    X509_NAME *subject = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, subject) == 1;
}

static X509 *issuer_certificate_new(EVP_PKEY *key, const struct host_pattern *names, size_t count)
{
    X509 *certificate = X509_new();
    NAME_CONSTRAINTS *constraints = constraints_new(names, count);
    bool done = certificate != NULL && constraints != NULL &&
                certificate_begin(certificate, -CLOCK_SLACK, (long)ISSUER_DAYS * DAY) && add_subject(certificate) &&
                X509_set_pubkey(certificate, key) == 1 &&
                certificate_extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                certificate_extend(certificate, certificate, NID_key_usage, "critical,keyCertSign") &&
                certificate_extend(certificate, certificate, NID_ext_key_usage, "serverAuth") &&
                certificate_extend(certificate, certificate, NID_subject_key_identifier, "hash") &&
                X509_add1_ext_i2d(certificate, NID_name_constraints, constraints, 1, X509V3_ADD_DEFAULT) == 1 &&
                X509_sign(certificate, key, EVP_sha256()) > 0;
    NAME_CONSTRAINTS_free(constraints);
    if (done)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static bool save_pem(BIO *pem, const char *path, unsigned mode, char **error)
{
    char *data = NULL;
    long length = BIO_get_mem_data(pem, &data);
    return file_replace(path, (struct text){data, (size_t)length}, mode, error);
}

bool tls_issuer_create(
    const struct host_pattern *names, size_t count, const char *certificate_path, const char *key_path, char **error)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key == NULL ? NULL : issuer_certificate_new(key, names, count);
    BIO *key_pem = BIO_new(BIO_s_secmem()); /* wiped when it is freed */
    BIO *certificate_pem = BIO_new(BIO_s_mem());
    bool done = certificate != NULL && PEM_write_bio_PKCS8PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) == 1 &&
                PEM_write_bio_X509(certificate_pem, certificate) == 1;
    if (!done)
        *error = openssl_sentence(certificate_path, "make the authority (has it any name to speak for?)");
    done = done && save_pem(key_pem, key_path, 0600, error) && save_pem(certificate_pem, certificate_path, 0644, error);
    BIO_free(key_pem);
    BIO_free(certificate_pem);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return done;
}

/* --- loading -------------------------------------------------------------------------------------------------------
 */

/* Why it cannot be opened; errno says. */
static char *explain(const char *path)
{
    struct buffer out = {0};
    struct buffer first = {0};
    bool is_missing = errno == ENOENT;
    buffer_printf(&first, "cannot open %s: %s", path, strerrordesc_np(errno));
    char *error = buffer_take(&first);
    if (is_missing)
        buffer_printf(&out, "%s; make the local authority with `exeat ca init -c FILE`", error);
    else
        file_append_owner(path, error, &out);
    base_free(error);
    return buffer_take(&out);
}

static bool load_certificate(struct tls_issuer *issuer, const char *path, char **error)
{
    struct buffer content = {0};
    char *why = NULL;
    BIO *pem = file_read(path, PEM_MAX, &content, &why) ? BIO_new_mem_buf(content.data, (int)content.length) : NULL;
    if (pem != NULL)
        issuer->certificate = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    if (issuer->certificate == NULL)
        *error = access(path, R_OK) == 0 ? openssl_sentence(path, "read a certificate") : explain(path);
    base_free(why);
    BIO_free(pem);
    buffer_clear(&content);
    return issuer->certificate != NULL;
}

static bool load_key(struct tls_issuer *issuer, const char *path, char **error)
{
    issuer->key = tls_key_read(path);
    if (issuer->key == NULL)
        *error = access(path, R_OK) == 0 ? openssl_sentence(path, "read a private key") : explain(path);
    return issuer->key != NULL;
}

static const char *check_pair(struct tls_issuer *issuer)
{
    if (X509_check_private_key(issuer->certificate, issuer->key) != 1)
        return "the key does not belong to this certificate";
    if (X509_check_ca(issuer->certificate) != 1)
        return "this certificate is no certificate authority";
    if (X509_cmp_current_time(X509_get0_notAfter(issuer->certificate)) < 0)
        return "this certificate has expired";
    issuer->constraints = X509_get_ext_d2i(issuer->certificate, NID_name_constraints, NULL, NULL);
    if (issuer->constraints == NULL || sk_GENERAL_SUBTREE_num(issuer->constraints->permittedSubtrees) <= 0)
        return "this certificate has no name constraints: it could speak for anyone";
    return NULL;
}

struct tls_issuer *tls_issuer_load(const char *certificate_path, const char *key_path, char **error)
{
    struct tls_issuer *issuer = base_zalloc(sizeof(*issuer));
    issuer->leaves = leaf_store_new();
    issuer->tickets = ticket_store_new();
    bool done = load_certificate(issuer, certificate_path, error) && load_key(issuer, key_path, error);
    const char *wrong = done ? check_pair(issuer) : NULL;
    if (wrong != NULL) {
        struct buffer out = {0};
        ERR_clear_error();
        buffer_printf(&out, "%s: %s; make a new one with `exeat ca renew -c FILE`", certificate_path, wrong);
        *error = buffer_take(&out);
        done = false;
    }
    if (done)
        issuer->leaf_key = EVP_EC_gen("P-256");
    if (done && issuer->leaf_key != NULL)
        return issuer;
    tls_issuer_free(issuer);
    return NULL;
}

void tls_issuer_free(struct tls_issuer *issuer)
{
    if (issuer == NULL)
        return;
    NAME_CONSTRAINTS_free(issuer->constraints);
    X509_free(issuer->certificate);
    EVP_PKEY_free(issuer->key);
    EVP_PKEY_free(issuer->leaf_key);
    leaf_store_free(issuer->leaves);
    ticket_store_free(issuer->tickets);
    base_free(issuer);
}

/* --- asking --------------------------------------------------------------------------------------------------------
 */

static struct text subtree_name(const GENERAL_SUBTREE *subtree)
{
    if (subtree->base->type != GEN_DNS)
        return TEXT("");
    const ASN1_STRING *name = subtree->base->d.dNSName;
    return (struct text){(const char *)ASN1_STRING_get0_data(name), (size_t)ASN1_STRING_length(name)};
}

bool tls_issuer_may_speak_for(const struct tls_issuer *issuer, struct text name)
{
    const NAME_CONSTRAINTS *constraints = issuer->constraints;
    int count = sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees);
    for (int i = 0; i < count; i++) {
        struct text permitted = subtree_name(sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i));
        if (permitted.length > 0 && is_within(name, permitted))
            return true;
    }
    return false;
}

static void describe_line(struct buffer *out, BIO *line, const char *what)
{
    char *data = NULL;
    long length = BIO_get_mem_data(line, &data);
    buffer_printf(out, "%-12s %.*s\n", what, (int)length, data);
    (void)BIO_reset(line);
}

uint64_t tls_issuer_expires(const struct tls_issuer *issuer)
{
    struct tm end;
    if (ASN1_TIME_to_tm(X509_get0_notAfter(issuer->certificate), &end) != 1)
        return 0;
    time_t seconds = timegm(&end);
    return seconds < 0 ? 0 : (uint64_t)seconds;
}

void tls_issuer_describe(const struct tls_issuer *issuer, bool with_names, struct buffer *out)
{
    BIO *line = BIO_new(BIO_s_mem());
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    X509_NAME_print_ex(line, X509_get_subject_name(issuer->certificate), 0, XN_FLAG_ONELINE);
    describe_line(out, line, "subject");
    ASN1_TIME_print(line, X509_get0_notAfter(issuer->certificate));
    describe_line(out, line, "valid until");
    BIO_free(line);
    if (X509_digest(issuer->certificate, EVP_sha256(), hash, &length) == 1) {
        buffer_append(out, TEXT("sha256       "));
        buffer_append_hex(out, (struct bytes){hash, length});
        buffer_append(out, TEXT("\n"));
    }
    const NAME_CONSTRAINTS *constraints = issuer->constraints;
    int count = sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees);
    buffer_printf(out, "may speak for %d names and what is below them%s\n", count, with_names ? ":" : "");
    for (int i = 0; with_names && i < count; i++) {
        struct text name = subtree_name(sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i));
        buffer_printf(out, "  %.*s\n", TEXT_ARG(name));
    }
}

void tls_issuer_certificate(const struct tls_issuer *issuer, struct buffer *out)
{
    BIO *pem = BIO_new(BIO_s_mem());
    char *data = NULL;
    if (PEM_write_bio_X509(pem, issuer->certificate) == 1) {
        long length = BIO_get_mem_data(pem, &data);
        buffer_append(out, (struct text){data, (size_t)length});
    }
    BIO_free(pem);
}
