/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: a name of `clients:`, by credentials, or by what the connection itself tells. */
#include <string.h>

#include "policy_internal.h"

/* Somebody being identified. */
struct identifying {
    const struct policy *policy;
    const struct peer *peer;
    struct client *client;
};

/* --- what else a client asks for -------------------------------------------------------------------------------------
 */

static bool certificate_fits(const struct settings_client *wanted, const struct peer *peer)
{
    for (size_t i = 0; i < peer->certified_count; i++)
        if (text_equal(peer->certified[i], wanted->certificate))
            return true;
    return wanted->certificate.length == 0;
}

static bool owner_fits(const struct settings_client *wanted, const struct peer *peer)
{
    return !wanted->owner.is_known || (peer->owner.is_known && peer->owner.uid == wanted->owner.uid);
}

static bool connection_fits(const struct settings_client *wanted, const struct peer *peer)
{
    bool listener_fits = wanted->listener.text.length == 0 || text_equal(wanted->listener.text, peer->listener);
    bool address_fits = !wanted->has_address || address_range_has(&wanted->address.range, &peer->address);
    return listener_fits && address_fits && owner_fits(wanted, peer) && certificate_fits(wanted, peer);
}

static bool is_client(const struct identifying *who, uint32_t index, enum client_proof proof)
{
    const struct settings_client *wanted = &who->policy->settings->lists.clients[index];
    if (!connection_fits(wanted, who->peer))
        return false;
    who->client->name = wanted->name.text;
    who->client->known.by = proof;
    return true;
}

static bool find(const struct identifying *who, const struct client_key *key, enum client_proof proof)
{
    struct client_walk walk = {0};
    uint32_t index;
    while (client_table_next(&who->policy->clients, key, &walk, &index))
        if (is_client(who, index, proof))
            return true;
    return false;
}

/* --- by credentials --------------------------------------------------------------------------------------------------
 */

static bool by_secret(const struct identifying *who, struct text user, const struct digest *digest)
{
    const struct client_key key = {FACT_USER, 0, bytes_of_text(user)};
    struct client_walk walk = {0};
    uint32_t index;
    while (client_table_next(&who->policy->clients, &key, &walk, &index))
        if (digest_equal(&who->policy->settings->lists.clients[index].secret, digest) &&
            is_client(who, index, PROOF_SECRET))
            return true;
    return false;
}

static bool by_token(const struct identifying *who, const struct digest *digest)
{
    return find(who, &(struct client_key){FACT_TOKEN, 0, {digest->bytes, sizeof(digest->bytes)}}, PROOF_TOKEN);
}

/* "Basic base64(user:secret)" (RFC 7617); the secret may be a token, since most programs know no other scheme. The
 * secret itself is forgotten at once. */
static bool by_basic(const struct identifying *who, struct text encoded)
{
    struct buffer pair = {0};
    struct digest digest;
    bool found = false;
    if (base64_decode(encoded, &pair)) {
        struct text secret = buffer_text(&pair);
        size_t colon = text_index(secret, ':', 0);
        digest_sha256(bytes_of_text(text_after(secret, colon + 1)), &digest);
        found =
            colon < secret.length && (by_secret(who, text_part(secret, 0, colon), &digest) || by_token(who, &digest));
    }
    buffer_forget(&pair);
    return found;
}

static bool has_scheme(struct text authorization, struct text scheme, struct text *rest)
{
    bool is_it = authorization.length > scheme.length && authorization.data[scheme.length] == ' ' &&
                 text_equal_nocase(text_part(authorization, 0, scheme.length), scheme);
    *rest = text_trim(text_after(authorization, scheme.length), " ");
    return is_it;
}

static bool by_credentials(const struct identifying *who, struct text authorization)
{
    struct text rest;
    struct digest digest;
    if (has_scheme(authorization, TEXT("Basic"), &rest))
        return by_basic(who, rest);
    if (!has_scheme(authorization, TEXT("Bearer"), &rest))
        return false;
    digest_sha256(bytes_of_text(rest), &digest);
    return by_token(who, &digest);
}

/* --- by the connection -----------------------------------------------------------------------------------------------
 */

static bool by_certificate(const struct identifying *who)
{
    for (size_t i = 0; i < who->peer->certified_count; i++)
        if (find(
                who, &(struct client_key){FACT_CERTIFICATE, 0, bytes_of_text(who->peer->certified[i])},
                PROOF_CERTIFICATE))
            return true;
    return false;
}

static bool by_uid(const struct identifying *who)
{
    const uint32_t *uid = &who->peer->owner.uid;
    return who->peer->owner.is_known &&
           find(who, &(struct client_key){FACT_UID, 0, {(const uint8_t *)uid, sizeof(*uid)}}, PROOF_UID);
}

/* The first `prefix` bits, the rest zero: the base of a range. */
static void mask(const struct address *address, size_t prefix, uint8_t base[16])
{
    for (size_t i = 0; i < address->length; i++) {
        size_t bits = prefix > i * 8 ? prefix - i * 8 : 0;
        unsigned kept = 0xff00u >> (bits < 8 ? bits : 8);
        base[i] = (uint8_t)(address->bytes[i] & kept);
    }
}

/* The narrowest range that has it. */
static bool by_address(const struct identifying *who)
{
    const struct address *address = &who->peer->address;
    const uint8_t *prefixes = who->policy->clients.prefixes[address->length == 16];
    uint8_t base[16];
    for (size_t prefix = (size_t)address->length * 8 + 1; prefix-- > 0;) {
        if (prefixes[prefix] == 0)
            continue;
        mask(address, prefix, base);
        if (find(who, &(struct client_key){FACT_ADDRESS, (uint8_t)prefix, {base, address->length}}, PROOF_ADDRESS))
            return true;
    }
    return false;
}

static bool by_connection(const struct identifying *who)
{
    const struct client_key listener = {FACT_LISTENER, 0, bytes_of_text(who->peer->listener)};
    return by_certificate(who) || by_uid(who) || (listener.bytes.length > 0 && find(who, &listener, PROOF_LISTENER)) ||
           by_address(who);
}

enum identity
policy_identify(const struct policy *policy, const struct peer *peer, struct text authorization, struct client *client)
{
    const struct identifying who = {policy, peer, client};
    *client = (struct client){
        .name = TEXT(""), .address = peer->address, .known = {.door = peer->door, .owner = peer->owner}};
    if (authorization.length > 0 && policy->clients.has_credentials)
        return by_credentials(&who, authorization) ? IDENTITY_KNOWN : IDENTITY_WRONG;
    if (by_connection(&who))
        return IDENTITY_KNOWN;
    return peer->is_from_outside ? IDENTITY_REFUSED : IDENTITY_NOBODY;
}

bool policy_asks_for_credentials(const struct policy *policy)
{
    return policy->clients.has_credentials;
}

bool policy_asks_for_owners(const struct policy *policy)
{
    return policy->clients.has_owners;
}

/* --- compiling -------------------------------------------------------------------------------------------------------
 */

size_t client_index(const struct policy *policy, struct text name)
{
    const struct client_key key = {FACT_NAME, 0, bytes_of_text(name)};
    struct client_walk walk = {0};
    uint32_t index;
    if (name.length > 0 && client_table_next(&policy->clients, &key, &walk, &index))
        return index;
    return policy->settings->lists.client_count;
}

bool client_has_credentials(const struct settings_client *client)
{
    return client->has_secret || client->token_count > 0;
}

/* Whoever can reach it could use what is allowed to everybody. */
static void
check_listeners(const struct policy *policy, const struct settings_listeners *listeners, struct diags *diags)
{
    for (size_t i = 0; i < listeners->count; i++) {
        const struct setting_socket *socket = &listeners->items[i].socket;
        if (address_class(&socket->address) == ADDRESS_LOOPBACK || policy->settings->lists.client_count > 0)
            continue;
        diag_error(diags, socket->mark, "other machines can reach this port: it needs `clients`, to know who asks");
        diag_note(diags, "clients: { pod: { address: 10.1.0.0/16 } }, or with secret, token or certificate");
    }
}

void clients_compile(struct policy *policy, struct diags *diags)
{
    const struct settings_lists *lists = &policy->settings->lists;
    struct client_table *table = &policy->clients;
    for (size_t i = 0; i < lists->client_count; i++) {
        table->has_credentials = table->has_credentials || client_has_credentials(&lists->clients[i]);
        table->has_owners = table->has_owners || lists->clients[i].owner.is_known;
    }
    client_table_fill(table, lists);
    check_listeners(policy, &policy->settings->listen.forward, diags);
    check_listeners(policy, &policy->settings->listen.socks, diags);
}
