/* SPDX-License-Identifier: Apache-2.0 */
/* The listeners that the gate was started with: their names, and the files of their TLS, which a reload reads anew. */
#include "daemon_internal.h"
#include "exeat/base/memory.h"

static char *copy(struct text text)
{
    return text.length > 0 ? text_copy(text) : NULL;
}

static void note(struct listeners *listeners, const struct settings_listeners *sources, enum client_door door)
{
    for (size_t i = 0; i < sources->count; i++) {
        const struct settings_listener *source = &sources->items[i];
        listeners->items[listeners->count++] = (struct listener_plan){
            .door = door,
            .name = copy(source->name),
            .certificate = copy(source->tls.certificate),
            .key = copy(source->tls.key),
            .client_roots = copy(source->tls.client_roots),
            .crl = copy(source->tls.crl),
            .is_open = address_class(&source->socket.address) != ADDRESS_LOOPBACK,
        };
    }
}

void listeners_note(struct listeners *listeners, const struct settings_listen *listen)
{
    note(listeners, &listen->forward, DOOR_FORWARD);
    note(listeners, &listen->socks, DOOR_SOCKS);
    for (size_t i = 0; i < listen->transparent.count; i++)
        listeners->owners[i] = listen->transparent.items[i].owner;
}

void listeners_clear(struct listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        struct listener_plan *plan = &listeners->items[i];
        base_free(plan->name);
        base_free(plan->certificate);
        base_free(plan->key);
        base_free(plan->client_roots);
        base_free(plan->crl);
    }
    listeners->count = 0;
}

bool listeners_load(const struct listeners *listeners, struct tls_identity *out[LISTENERS_MAX], char **error)
{
    for (size_t i = 0; i < listeners->count; i++) {
        const struct listener_plan *plan = &listeners->items[i];
        const struct tls_identity_options options = {plan->certificate, plan->key, plan->client_roots, plan->crl};
        if (plan->certificate == NULL)
            continue;
        out[i] = tls_identity_load(&options, error);
        if (out[i] == NULL)
            return false;
    }
    return true;
}
