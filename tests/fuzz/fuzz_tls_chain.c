/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as what a host shows of itself: certificates, leaf first and root last, and what is stapled to them. */
#include "exeat/tls/places.h"
#include "tls_internal.h"

enum { CERTIFICATES = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509_STORE *store = X509_STORE_new();
    const unsigned char *at = data;
    const unsigned char *end = data + size;
    X509 *certificate;
    while (sk_X509_num(chain) < CERTIFICATES && (certificate = d2i_X509(NULL, &at, end - at)) != NULL)
        (void)sk_X509_push(chain, certificate);
    enum tls_failure failure = TLS_FAILURE_PROTOCOL;
    int64_t until = INT64_MAX;
    struct digest pin = {{0}};
    if (sk_X509_num(chain) > 0) {
        (void)X509_STORE_add_cert(store, sk_X509_value(chain, sk_X509_num(chain) - 1));
        (void)chain_objection(chain);
        (void)chain_has_pin(chain, &pin, 1);
        (void)staple_objection((struct bytes){at, (size_t)(end - at)}, chain, store, &failure, &until);
    }
    struct tls_places *places = tls_places_new();
    struct host host = {.kind = HOST_NAME};
    char rule[TLS_PLACES_RULE_SIZE];
    places_note_chain(places, chain, TEXT("rule"));
    (void)tls_places_have(places, &(struct tls_places_request){TEXT("GET"), &host, 80, TEXT("/"), TEXT("")}, rule);
    tls_places_free(places);
    sk_X509_pop_free(chain, X509_free);
    X509_STORE_free(store);
    ERR_clear_error();
    return 0;
}
