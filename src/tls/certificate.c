/* SPDX-License-Identifier: Apache-2.0 */
/* What every certificate of ours has, the authority's own and its leaves. */
#include "exeat/base/digest.h"
#include "tls_internal.h"

bool certificate_begin(X509 *certificate, long from, long until)
{
    uint8_t serial[16];
    random_fill(serial, sizeof(serial));
    serial[0] &= 0x7f;
    BIGNUM *number = BN_bin2bn(serial, sizeof(serial), NULL);
    bool done = X509_set_version(certificate, X509_VERSION_3) == 1 && number != NULL &&
                BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL &&
                X509_gmtime_adj(X509_getm_notBefore(certificate), from) != NULL &&
                X509_gmtime_adj(X509_getm_notAfter(certificate), until) != NULL;
    BN_free(number);
    return done;
}

bool certificate_extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}
