/* SPDX-License-Identifier: Apache-2.0 */
/* Is a chain believed? The library verifies it (RFC 5280 6.1, security level 2); then comes what it does not look at.
 */
#include "exeat/base/clock.h"
#include "tls_internal.h"

enum { DAY = 86400, SESSION_DAYS = 1, EXTENSIONS_MAX = 64 };

int64_t asn1_seconds(const ASN1_TIME *time)
{
    struct tm parts;
    return time != NULL && ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : INT64_MAX;
}

/* RFC 5280 4.2: an extension stands in a certificate once. Readers that take the first of two, and others that take the
 * last, would see two certificates. */
static bool repeats_an_extension(const X509 *certificate)
{
    int count = X509_get_ext_count(certificate);
    for (int i = 1; i < count; i++)
        if (X509_get_ext_by_OBJ(certificate, X509_EXTENSION_get_object(X509_get_ext(certificate, i)), -1) != i)
            return true;
    return false;
}

const char *chain_objection(STACK_OF(X509) * chain)
{
    for (int i = 0; i + 1 < sk_X509_num(chain); i++)
        if (X509_get_ext_count(sk_X509_value(chain, i)) > EXTENSIONS_MAX)
            return "a certificate has more than 64 extensions";
        else if (repeats_an_extension(sk_X509_value(chain, i)))
            return "a certificate has an extension twice";
    return chain_policy_objection(chain);
}

static bool is_pinned(X509 *certificate, const struct digest *pins, size_t count)
{
    unsigned char *der = NULL;
    struct digest key;
    int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (length <= 0)
        return false;
    digest_sha256((struct bytes){der, (size_t)length}, &key);
    OPENSSL_free(der);
    for (size_t i = 0; i < count; i++)
        if (digest_equal(&key, &pins[i]))
            return true;
    return false;
}

/* RFC 7469 2.6: of any certificate of the chain that was verified, the root too; not of one that was merely sent. */
bool chain_has_pin(STACK_OF(X509) * chain, const struct digest *pins, size_t count)
{
    for (int i = 0; i < sk_X509_num(chain); i++)
        if (is_pinned(sk_X509_value(chain, i), pins, count))
            return true;
    return count == 0;
}

/* A session is resumed without a look at the chain. */
static void limit_session(SSL *ssl, STACK_OF(X509) * chain)
{
    connection_limit(ssl, clock_wall_us() / 1000000 + (int64_t)SESSION_DAYS * DAY);
    for (int i = 0; i < sk_X509_num(chain); i++)
        connection_limit(ssl, asn1_seconds(X509_get0_notAfter(sk_X509_value(chain, i))));
}

static int refuse(X509_STORE_CTX *context, enum tls_failure failure, const char *why)
{
    connection_refuse(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()), failure, why);
    X509_STORE_CTX_set_error(context, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

/* The library's words, and that they are about an issuer. */
static int refuse_as_library(X509_STORE_CTX *context)
{
    int error = X509_STORE_CTX_get_error(context);
    enum tls_failure failure = error == X509_V_ERR_CERT_REVOKED ? TLS_FAILURE_REVOKED : TLS_FAILURE_PROTOCOL;
    struct buffer why = {0};
    buffer_append_string(&why, X509_verify_cert_error_string(error));
    if (X509_STORE_CTX_get_error_depth(context) > 0)
        buffer_printf(
            &why, " (certificate %d of the chain, after the host's)", X509_STORE_CTX_get_error_depth(context));
    buffer_append_byte(&why, '\0');
    connection_refuse(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()), failure, why.data);
    buffer_clear(&why);
    return 0;
}

int chain_verify(X509_STORE_CTX *context, void *opaque)
{
    const struct trust *trust = opaque;
    if (X509_verify_cert(context) != 1)
        return refuse_as_library(context);
    STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);
    const char *objection = chain_objection(chain);
    if (objection != NULL)
        return refuse(context, TLS_FAILURE_PROTOCOL, objection);
    if (!chain_has_pin(chain, trust->pins, trust->pin_count))
        return refuse(context, TLS_FAILURE_PIN, "no key of the verified chain is one that the rule pins");
    limit_session(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()), chain);
    return 1;
}
