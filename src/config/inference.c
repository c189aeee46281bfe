/* SPDX-License-Identifier: Apache-2.0 */
/* The sections that say who answers: inference endpoints, and names that DNS is not asked for. */
#include "config_internal.h"
#include "exeat/base/memory.h"

/* --- inference
 * --------------------------------------------------------------------------------------------------------- */

bool url_parse(
    struct load *load, struct text url, enum scheme *scheme, struct host *host, uint16_t *port, struct text *prefix)
{
    *scheme = SCHEME_HTTP;
    if (text_starts_with(url, TEXT("https://")))
        *scheme = SCHEME_HTTPS;
    else if (!text_starts_with(url, TEXT("http://")))
        return false;
    url = text_after(url, *scheme == SCHEME_HTTPS ? 8 : 7);
    size_t slash = text_index(url, '/', 0);
    struct text path = text_after(url, slash);
    while (path.length > 0 && path.data[path.length - 1] == '/')
        path.length--;
    *prefix = arena_text(&load->settings->arena, path);
    return authority_parse(text_part(url, 0, slash), scheme_port(*scheme), host, port);
}

static bool read_endpoint(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_inference *inference = field;
    struct text url;
    if (!read_text(load, node, &url))
        return false;
    if (url_parse(load, url, &inference->scheme, &inference->host, &inference->port, &inference->prefix))
        return true;
    diag_error(load->diags, node->mark, "'%.*s' is not an endpoint such as http://127.0.0.1:8000", TEXT_ARG(url));
    return false;
}

static bool read_models(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_inference *inference = field;
    if (node->kind != YAML_MAP) {
        diag_error(load->diags, node->mark, "models maps names to names, such as { \"gpt-4*\": mistral-7b }");
        return false;
    }
    struct model_alias *aliases = arena_array(&load->settings->arena, node->count, sizeof(*aliases));
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        aliases[i].asked = node->keys[i]->text;
        good = read_text(load, node->items[i], &aliases[i].served) && good;
    }
    inference->models = aliases;
    inference->model_count = node->count;
    return good;
}

static const struct type type_endpoint = SHAPED_TYPE("http or https URL", read_endpoint, "^https?://");
static const char *const builtin_words[] = {"canned"};
static const struct type type_builtin = FLAG_TYPE(builtin_words);
static const char *const dialect_words[] = {"openai"};
static const struct type type_endpoint_dialect = {
    .shape = SHAPE_ENUM, .words = dialect_words, .word_count = COUNT_OF(dialect_words), .first = DIALECT_OPENAI};
static const char *const usage_words[] = {"false", "true"};
static const struct type type_usage = FLAG_TYPE(usage_words);
static const struct type type_models = NAMES_TYPE("map of globs to names", read_models, &type_text);
static const struct type type_health = LATER_TYPE("an endpoint that fails rests for five seconds by itself");

static const struct key inference_keys[] = {
    REQUIRED_KEY(settings_inference, name, "name", &type_setting_text, "what rules call it"),
    WHOLE_KEY("endpoint", &type_endpoint, "(none)", "a server that speaks the dialect; a path is put before /v1/..."),
    KEY(settings_inference, is_canned, "builtin", &type_builtin, "(none)", "a fixed answer, no server"),
    KEY(settings_inference, dialect, "dialect", &type_endpoint_dialect, "openai", "what the endpoint speaks"),
    KEY(settings_inference, key_file, "key_file", &type_path, "(none)", "the endpoint's own bearer token"),
    KEY(settings_inference, text, "text", &type_text, "(a sentence)", "what the canned answer says"),
    KEY(settings_inference, takes_usage, "usage", &type_usage, "true",
        "false: its streams are not asked for their tokens (`stream_options`), which some old servers refuse"),
    KEY(settings_inference, via, "via", &type_setting_text, "(none)",
        "the proxy on the way to the endpoint; `upstream_proxy` is not about it"),
    WHOLE_KEY("models", &type_models, "(as asked)", "which model is asked instead"),
    WHOLE_KEY("health", &type_health, NULL, "how its health is asked"),
};
static const struct section section_inference = SECTION("an inference entry", inference_keys);

static bool read_inference_entry(struct load *load, const struct yaml_node *node, void *item)
{
    struct settings_inference *inference = item;
    schema_set_defaults(load, &section_inference, item);
    if (!schema_read_map(load, node, &section_inference, item))
        return false;
    if (inference->is_canned != (inference->host.kind != HOST_NONE))
        return true;
    diag_error(load->diags, node->mark, "an inference entry needs either `endpoint` or `builtin: canned`");
    return false;
}

static bool read_inference(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = lists->inference;
    bool good = schema_append_list(
        load, node, sizeof(struct settings_inference), read_inference_entry, &items, &lists->inference_count);
    lists->inference = items;
    return good;
}

static const struct type type_inference_entry = MAP_TYPE(&section_inference);
const struct type type_inference = LIST_TYPE("list of endpoints", read_inference, &type_inference_entry);

/* --- resolve
 * ----------------------------------------------------------------------------------------------------------- */

static bool read_fixed_address(struct load *load, const struct yaml_node *node, void *item)
{
    struct text text;
    if (!read_text(load, node, &text))
        return false;
    if (address_parse(text, item))
        return true;
    diag_error(load->diags, node->mark, "'%.*s' is not an address", TEXT_ARG(text));
    return false;
}

static bool read_fixed_hosts(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_resolve *resolve = field;
    if (node->kind != YAML_MAP) {
        diag_error(load->diags, node->mark, "hosts maps names to lists of addresses");
        return false;
    }
    bool good = true;
    resolve->hosts = arena_array(&load->settings->arena, node->count, sizeof(*resolve->hosts));
    resolve->host_count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        struct setting_host *host = &resolve->hosts[i];
        void *items = NULL;
        if (!host_parse_written(node->keys[i]->text, &host->name)) {
            diag_error(load->diags, node->keys[i]->mark, "'%.*s' is not a host name", TEXT_ARG(node->keys[i]->text));
            good = false;
        }
        good =
            schema_read_list(load, node->items[i], sizeof(struct address), read_fixed_address, &items, &host->count) &&
            good;
        host->addresses = items;
    }
    return good;
}

static bool read_server(struct load *load, const struct yaml_node *node, void *item)
{
    struct setting_socket *server = item;
    struct text text;
    if (!read_text(load, node, &text))
        return false;
    server->port = 53;
    return address_parse(text, &server->address) || read_socket(load, node, item);
}

static bool read_servers(struct load *load, const struct yaml_node *node, void *field)
{
    void *items = NULL;
    size_t count = 0;
    if (!schema_read_list(load, node, sizeof(struct setting_socket), read_server, &items, &count))
        return false;
    const struct setting_socket *servers = items;
    struct buffer csv = {0};
    for (size_t i = 0; i < count; i++) {
        struct host host = {.kind = HOST_ADDRESS, .address = servers[i].address};
        struct buffer text = {0};
        address_append(&text, &host.address);
        const char *comma = i == 0 ? "" : ",";
        if (host.address.length == 16)
            buffer_printf(&csv, "%s[%.*s]:%u", comma, TEXT_ARG(buffer_text(&text)), servers[i].port);
        else
            buffer_printf(&csv, "%s%.*s:%u", comma, TEXT_ARG(buffer_text(&text)), servers[i].port);
        buffer_clear(&text);
    }
    *(struct text *)field = arena_text(&load->settings->arena, buffer_text(&csv));
    buffer_clear(&csv);
    return true;
}

static const struct type type_address = TEXT_TYPE("address", read_fixed_address);
static const struct type type_addresses = {.called = "list of addresses", .shape = SHAPE_LIST, .item = &type_address};
static const struct type type_fixed = {
    .called = "map of names to lists of addresses",
    .shape = SHAPE_NAMES,
    .read = read_fixed_hosts,
    .write = write_fixed_hosts,
    .item = &type_addresses};
static const struct type type_servers = VALUES_TYPE("list of addresses", read_servers, write_servers, &type_address);
static bool read_rerouted(struct load *load, const struct yaml_node *node, void *field)
{
    struct address *address = field;
    *address = (struct address){.length = 0};
    if (node->kind == YAML_TEXT && (text_equal(node->text, TEXT("real")) || address_parse(node->text, address)))
        return true;
    diag_error(load->diags, node->mark, "rerouted: real, or an address such as 127.0.0.1");
    return false;
}

static bool read_search(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_patterns *search = field;
    bool good = read_patterns(load, node, search);
    for (size_t i = 0; good && i < search->count; i++) {
        const struct setting_pattern *item = &search->items[i];
        good = item->group.length == 0 && item->pattern.kind == HOST_PATTERN_EXACT;
        if (!good)
            diag_error(load->diags, item->mark, "search takes names as resolv.conf has them: svc.cluster.local");
    }
    return good;
}

static const struct type type_rerouted = VALUE_TYPE("real or address", read_rerouted, write_rerouted, NULL);
static const struct type type_suffix = TEXT_TYPE("name", read_text);
static const struct type type_search = VALUES_TYPE("list of names", read_search, write_patterns, &type_suffix);
static const struct key resolve_keys[] = {
    WHOLE_KEY("hosts", &type_fixed, "(none)", "fixed answers, asked before DNS; judged like any answer"),
    KEY(settings_resolve, servers, "servers", &type_servers, "(resolv.conf)", "DNS servers: address, or address:port"),
    KEY(settings_resolve, search, "search", &type_search, "(resolv.conf)",
        "what clients put behind names: a name so made is answered NXDOMAIN"),
    KEY(settings_resolve, rerouted, "rerouted", &type_rerouted, "real",
        "what listen.dns answers for names that are rerouted: the real address, or this one"),
};
static const struct section section_resolve = SECTION("resolve", resolve_keys);
const struct type type_resolve = MAP_TYPE(&section_resolve);
