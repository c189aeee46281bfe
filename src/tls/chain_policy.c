/* SPDX-License-Identifier: Apache-2.0 */
/* What a chain demands of its own certificate policies is demanded; any policy will do (RFC 5280 6.1, with anyPolicy as
 * the user's). The library's check is asked where every certificate has policies. Where one has none, no policy is left
 * from there on, and all that matters is whether one is demanded; that is counted here, because the library (3.0) loses
 * memory at a certificate with constraints on policies and no policies. */
#include "exeat/base/check.h"
#include "tls_internal.h"

static const char malformed[] = "the certificate policies are malformed";
static const char missing[] = "no certificate policy is left, and the chain demands one";

/* Reads an extension: -1: malformed, or twice; 0: there is none. */
static int read_extension(const X509 *certificate, int nid, void **out)
{
    int critical = 0;
    *out = X509_get_ext_d2i(certificate, nid, &critical, NULL);
    if (*out != NULL)
        return 1;
    return critical == -1 ? 0 : -1;
}

static bool is_self_issued(const X509 *certificate)
{
    return X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0;
}

/* How many more certificates may be without; a number of the chain's is as good as any larger. */
static long read_count(const ASN1_INTEGER *number, long before)
{
    long count = number == NULL ? -1 : ASN1_INTEGER_get(number);
    return count < 0 || count > before ? before : count;
}

/* RFC 5280 6.1.3 (f), 6.1.4 (h) and (i), 6.1.5 (a) to (g), for a chain in which no policy is left. */
static const char *count_demands(STACK_OF(X509) * chain)
{
    long explicit_policy = sk_X509_num(chain);
    for (int i = sk_X509_num(chain) - 2; i >= 0; i--) {
        const X509 *certificate = sk_X509_value(chain, i);
        void *constraints = NULL;
        bool is_leaf = i == 0;
        if (explicit_policy > 0 && (is_leaf || !is_self_issued(certificate)))
            explicit_policy--;
        if (read_extension(certificate, NID_policy_constraints, &constraints) < 0)
            return malformed;
        if (constraints == NULL)
            continue;
        const POLICY_CONSTRAINTS *found = constraints;
        long demanded = read_count(found->requireExplicitPolicy, explicit_policy);
        explicit_policy = !is_leaf || demanded == 0 ? demanded : explicit_policy;
        POLICY_CONSTRAINTS_free(constraints);
    }
    return explicit_policy > 0 ? NULL : missing;
}

enum { POLICIES_MAX = 256 };

/* RFC 5280 4.2.1.4: a policy stands there once. Nobody has hundreds. */
static bool repeats_a_policy(const CERTIFICATEPOLICIES *policies)
{
    if (sk_POLICYINFO_num(policies) > POLICIES_MAX)
        return true;
    for (int i = 0; i < sk_POLICYINFO_num(policies); i++)
        for (int j = 0; j < i; j++)
            if (OBJ_cmp(sk_POLICYINFO_value(policies, i)->policyid, sk_POLICYINFO_value(policies, j)->policyid) == 0)
                return true;
    return false;
}

static const char *ask_library(STACK_OF(X509) * chain)
{
    STACK_OF(ASN1_OBJECT) *any = sk_ASN1_OBJECT_new_null();
    X509_POLICY_TREE *tree = NULL;
    int is_explicit = 0;
    ASSERT(any != NULL && sk_ASN1_OBJECT_push(any, OBJ_nid2obj(NID_any_policy)) > 0);
    int result = X509_policy_check(&tree, &is_explicit, chain, any, 0);
    X509_policy_tree_free(tree);
    sk_ASN1_OBJECT_free(any);
    if (result == X509_PCY_TREE_VALID)
        return NULL;
    return result == X509_PCY_TREE_FAILURE ? missing : malformed;
}

const char *chain_policy_objection(STACK_OF(X509) * chain)
{
    bool all_have = true;
    for (int i = 0; i + 1 < sk_X509_num(chain); i++) {
        void *policies = NULL;
        int found = read_extension(sk_X509_value(chain, i), NID_certificate_policies, &policies);
        bool repeats = found > 0 && repeats_a_policy(policies);
        CERTIFICATEPOLICIES_free(policies);
        if (found < 0 || repeats)
            return malformed;
        all_have = all_have && found > 0;
    }
    return all_have && sk_X509_num(chain) > 1 ? ask_library(chain) : count_demands(chain);
}
