/* SPDX-License-Identifier: Apache-2.0 */
/* What a host staples to its handshake about its own certificate (RFC 6066 8, RFC 6960): when it is sent it has to be
 * right, and a certificate may demand that it is sent (RFC 7633). */
#include <string.h>

#include "exeat/base/clock.h"
#include "tls_internal.h"

/* RFC 6960 4.2.2.1 leaves open how old an answer without nextUpdate may be. */
enum { CLOCK_SLACK = 300, OPEN_ENDED = 7 * 86400 };

/* --- must-staple -----------------------------------------------------------------------------------------------------
 */

enum demand { DEMAND_NONE, DEMAND_STAPLE, DEMAND_MALFORMED };

static enum demand demand_of(const X509 *certificate)
{
    int critical = 0;
    TLS_FEATURE *features = X509_get_ext_d2i(certificate, NID_tlsfeature, &critical, NULL);
    enum demand demand = DEMAND_NONE;
    if (features == NULL)
        return critical == -1 ? DEMAND_NONE : DEMAND_MALFORMED;
    for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
        if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == TLSEXT_TYPE_status_request)
            demand = DEMAND_STAPLE;
    TLS_FEATURE_free(features);
    return demand;
}

/* RFC 7633 4.2.2: what an issuer's certificate says holds for those below it. */
static enum demand demand_of_chain(STACK_OF(X509) * chain)
{
    enum demand most = DEMAND_NONE;
    for (int i = 0; i + 1 < sk_X509_num(chain); i++) {
        enum demand demand = demand_of(sk_X509_value(chain, i));
        most = demand > most ? demand : most;
    }
    return most;
}

/* --- the answer ------------------------------------------------------------------------------------------------------
 */

/* The answer about the leaf: its name is a hash that the responder chose. */
static OCSP_SINGLERESP *find_single(OCSP_BASICRESP *basic, const X509 *leaf, const X509 *issuer)
{
    for (int i = 0; i < OCSP_resp_count(basic); i++) {
        OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
        OCSP_CERTID *theirs = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
        ASN1_OBJECT *algorithm = NULL;
        if (OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, theirs) != 1)
            continue;
        OCSP_CERTID *ours = OCSP_cert_to_id(EVP_get_digestbyobj(algorithm), leaf, issuer);
        bool is_same = ours != NULL && OCSP_id_cmp(ours, theirs) == 0;
        OCSP_CERTID_free(ours);
        if (is_same)
            return single;
    }
    return NULL;
}

static bool is_in_time(const ASN1_GENERALIZEDTIME *from, const ASN1_GENERALIZEDTIME *until)
{
    return OCSP_check_validity(
               (ASN1_GENERALIZEDTIME *)(uintptr_t)from, (ASN1_GENERALIZEDTIME *)(uintptr_t)until, CLOCK_SLACK,
               until == NULL ? OPEN_ENDED : -1) == 1;
}

static const char *judge_single(OCSP_SINGLERESP *single, enum tls_failure *failure, int64_t *until)
{
    ASN1_GENERALIZEDTIME *from = NULL;
    ASN1_GENERALIZEDTIME *end = NULL;
    int status = OCSP_single_get0_status(single, NULL, NULL, &from, &end);
    if (!is_in_time(from, end))
        return "the stapled OCSP response is over, or not yet valid";
    *until = asn1_seconds(end);
    if (status == V_OCSP_CERTSTATUS_GOOD)
        return NULL;
    if (status != V_OCSP_CERTSTATUS_REVOKED)
        return "the stapled OCSP response does not know the certificate";
    *failure = TLS_FAILURE_REVOKED;
    return "the stapled OCSP response says that the certificate was revoked";
}

static bool is_weakly_signed(const OCSP_BASICRESP *basic)
{
    int digest = NID_undef;
    int nid = OBJ_obj2nid(OCSP_resp_get0_tbs_sigalg(basic)->algorithm);
    return OBJ_find_sigid_algs(nid, &digest, NULL) != 1 || digest == NID_md5 || digest == NID_sha1;
}

/* The responder is the leaf's issuer, or has a certificate of it for this purpose (RFC 6960 4.2.2.2). */
static const char *
judge_basic(OCSP_BASICRESP *basic, STACK_OF(X509) * chain, X509_STORE *store, enum tls_failure *failure, int64_t *until)
{
    if (sk_X509_num(chain) < 2)
        return "the stapled OCSP response is about no issuer's certificate";
    if (is_weakly_signed(basic))
        return "the stapled OCSP response is signed with SHA-1 or weaker";
    OCSP_SINGLERESP *single = find_single(basic, sk_X509_value(chain, 0), sk_X509_value(chain, 1));
    if (single == NULL)
        return "the stapled OCSP response is about another certificate";
    if (OCSP_basic_verify(basic, chain, store, 0) != 1)
        return "the stapled OCSP response is not signed by whom the issuer trusts with it";
    return judge_single(single, failure, until);
}

static const char *judge_response(
    const OCSP_RESPONSE *response, STACK_OF(X509) * chain, X509_STORE *store, enum tls_failure *failure, int64_t *until)
{
    if (OCSP_response_status((OCSP_RESPONSE *)(uintptr_t)response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return "the stapled OCSP response is an error";
    OCSP_BASICRESP *basic = OCSP_response_get1_basic((OCSP_RESPONSE *)(uintptr_t)response);
    if (basic == NULL)
        return "the stapled OCSP response is malformed";
    const char *objection = judge_basic(basic, chain, store, failure, until);
    OCSP_BASICRESP_free(basic);
    return objection;
}

const char *staple_objection(
    struct bytes response, STACK_OF(X509) * chain, X509_STORE *store, enum tls_failure *failure, int64_t *until)
{
    enum demand demand = demand_of_chain(chain);
    if (demand == DEMAND_MALFORMED)
        return "the TLS features of a certificate are malformed";
    if (response.length == 0)
        return demand == DEMAND_STAPLE ? "the certificate demands a stapled OCSP response, and none was sent" : NULL;
    const unsigned char *at = response.data;
    OCSP_RESPONSE *parsed = d2i_OCSP_RESPONSE(NULL, &at, (long)response.length);
    bool is_whole = parsed != NULL && at == response.data + response.length;
    const char *objection =
        is_whole ? judge_response(parsed, chain, store, failure, until) : "the stapled OCSP response is malformed";
    OCSP_RESPONSE_free(parsed);
    ERR_clear_error();
    return objection;
}

/* Of a resumed session everything was looked at when it began. */
int staple_verify(SSL *ssl, void *context)
{
    (void)context;
    if (SSL_session_reused(ssl) == 1)
        return 1;
    const unsigned char *data = NULL;
    long length = SSL_get_tlsext_status_ocsp_resp(ssl, &data);
    enum tls_failure failure = TLS_FAILURE_PROTOCOL;
    int64_t until = INT64_MAX;
    const char *objection = staple_objection(
        (struct bytes){data, length > 0 ? (size_t)length : 0}, SSL_get0_verified_chain(ssl),
        SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl)), &failure, &until);
    connection_limit(ssl, until);
    if (objection == NULL)
        return 1;
    connection_refuse(ssl, failure, objection);
    return 0;
}
