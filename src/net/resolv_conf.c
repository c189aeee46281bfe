/* SPDX-License-Identifier: Apache-2.0 */
/* What resolv.conf says, as c-ares reads it. */
#include <ares.h>
#include <netdb.h>
#include <string.h>

#include "exeat/net/ask.h"

static bool is_node(const struct ares_addr_port_node *node, const struct address *address, uint16_t port)
{
    struct address asked = {.length = node->family == AF_INET6 ? 16 : 4};
    memcpy(asked.bytes, &node->addr, asked.length);
    uint16_t asked_port = node->udp_port == 0 ? 53 : (uint16_t)node->udp_port;
    bool is_any = address_class(address) == ADDRESS_UNSPECIFIED && address->length == asked.length &&
                  address_class(&asked) == ADDRESS_LOOPBACK;
    return asked_port == port && (is_any || address_equal(&asked, address));
}

static bool has_node(ares_channel ares, const struct address *address, uint16_t port)
{
    struct ares_addr_port_node *list = NULL;
    bool found = false;
    if (ares_get_servers_ports(ares, &list) != ARES_SUCCESS)
        return false;
    for (const struct ares_addr_port_node *node = list; node != NULL && !found; node = node->next)
        found = is_node(node, address, port);
    ares_free_data(list);
    return found;
}

bool resolver_would_ask(const char *servers, const struct address *address, uint16_t port)
{
    ares_channel ares;
    bool found = false;
    if (ares_init(&ares) != ARES_SUCCESS)
        return false;
    if (servers == NULL || servers[0] == '\0' || ares_set_servers_ports_csv(ares, servers) == ARES_SUCCESS)
        found = has_node(ares, address, port);
    ares_destroy(ares);
    return found;
}

size_t resolver_search_list(struct host *names, size_t capacity)
{
    ares_channel ares;
    struct ares_options options;
    int mask = 0;
    size_t count = 0;
    if (ares_init(&ares) != ARES_SUCCESS)
        return 0;
    if (ares_save_options(ares, &options, &mask) == ARES_SUCCESS) {
        for (int i = 0; i < options.ndomains && count < capacity; i++)
            if (host_parse(text_from(options.domains[i]), &names[count]) && names[count].kind == HOST_NAME)
                count++;
        ares_destroy_options(&options);
    }
    ares_destroy(ares);
    return count;
}
