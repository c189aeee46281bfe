/* SPDX-License-Identifier: Apache-2.0 */
/* The proxies that requests have to go through on their way out, and who does. */
#include "config_internal.h"
#include "exeat/model/url.h"

static bool read_url(struct load *load, const struct yaml_node *node, void *object)
{
    struct settings_proxy *proxy = object;
    struct text text;
    struct url url;
    if (!read_text(load, node, &text))
        return false;
    bool good = url_parse(text, &url) && url.path.length == 0;
    if (!good) {
        diag_error(
            load->diags, node->mark, "'%.*s' is not the URL of a proxy such as http://proxy.corp.example:3128",
            TEXT_ARG(text));
        return false;
    }
    proxy->is_tls = url.scheme == SCHEME_HTTPS;
    proxy->host = url.host;
    proxy->port = url.port;
    return true;
}

static const struct type type_proxy_url = SHAPED_TYPE("http or https URL", read_url, "^https?://");
static const struct key proxy_keys[] = {
    {"url", &type_proxy_url, 0, true, NULL, "where it is, and whether TLS is spoken to it", ON_RELOAD},
    KEY(settings_proxy, credentials_file, "credentials_file", &type_path, "(none)",
        "`user:password` on one line, for its Proxy-Authorization: Basic"),
    KEY(settings_proxy, trust.roots, "roots", &type_placed_path, "(tls.upstream.roots)",
        "who is trusted to speak for the proxy, a PEM file: where TLS is spoken to it"),
};
static const struct section section_proxy = SECTION("a proxy", proxy_keys);

static bool read_proxy(struct load *load, const struct yaml_node *node, void *item)
{
    struct settings_proxy *proxy = item;
    if (!schema_read_map(load, node, &section_proxy, item))
        return false;
    if (!text_equal(proxy->name.text, TEXT("none")))
        return true;
    diag_error(load->diags, proxy->name.mark, "`none` is the word for no proxy; choose another name");
    return false;
}

static bool read_proxies(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = lists->proxies;
    bool good = read_named(load, node, sizeof(struct settings_proxy), read_proxy, &items, &lists->proxy_count);
    lists->proxies = items;
    return good;
}

static const struct type type_proxy = MAP_TYPE(&section_proxy);
const struct type type_proxies = NAMES_TYPE("map of names to proxies", read_proxies, &type_proxy);
