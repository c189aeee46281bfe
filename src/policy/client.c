/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: a name of `clients:`, by credentials or by address. */
#include "exeat/base/memory.h"
#include "policy_internal.h"

static bool fits(const struct settings_client *client, struct text user, const struct digest *secret)
{
    return client->has_secret && text_equal(client->user, user) && digest_equal(&client->secret, secret);
}

/* "Basic base64(user:secret)" (RFC 7617). The secret itself is forgotten at once. */
static bool by_credentials(const struct policy *policy, struct text authorization, struct text *name)
{
    const struct settings_lists *lists = &policy->settings->lists;
    struct buffer pair = {0};
    bool found = false;
    bool is_basic = authorization.length > 6 && text_equal_nocase(text_part(authorization, 0, 6), TEXT("Basic "));
    if (is_basic && base64_decode(text_trim(text_after(authorization, 6), " "), &pair)) {
        struct text secret = buffer_text(&pair);
        size_t colon = text_index(secret, ':', 0);
        struct text user = text_part(secret, 0, colon);
        struct digest digest;
        digest_sha256(bytes_of_text(text_after(secret, colon + 1)), &digest);
        for (size_t i = 0; colon < secret.length && i < lists->client_count && !found; i++) {
            found = fits(&lists->clients[i], user, &digest);
            *name = found ? lists->clients[i].name.text : *name;
        }
    }
    base_forget(pair.data, pair.capacity);
    buffer_clear(&pair);
    return found;
}

bool policy_identify(
    const struct policy *policy, const struct address *address, struct text authorization, struct text *name)
{
    const struct settings_lists *lists = &policy->settings->lists;
    *name = TEXT("");
    if (authorization.length > 0 && policy->has_users)
        return by_credentials(policy, authorization, name);
    for (size_t i = 0; i < lists->client_count; i++) {
        const struct settings_client *client = &lists->clients[i];
        if (client->has_address && !client->has_secret && address_range_has(&client->address.range, address)) {
            *name = client->name.text;
            break;
        }
    }
    return true;
}
