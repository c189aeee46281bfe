/* SPDX-License-Identifier: Apache-2.0 */
/* The sections that name who asks and who answers: clients, groups, llm, inference, resolve. */
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "schema.h"

/* A map whose keys are names chosen by the operator: each value is read into an item, its key given through `name_of`.
 */
static bool
read_named(struct load *load, const struct yaml_node *node, size_t size, item_reader read, void **items, size_t *count)
{
    if (node->kind != YAML_MAP) {
        diag_error(load->diags, node->mark, "expected a map of names and their values");
        return false;
    }
    bool good = true;
    char *array = arena_array(&load->settings->arena, node->count, size);
    for (size_t i = 0; i < node->count; i++) {
        /* every named item starts with its name */
        struct setting_text *name = (struct setting_text *)(void *)(array + i * size);
        *name = (struct setting_text){node->keys[i]->text, node->keys[i]->mark};
        good = read(load, node->items[i], array + i * size) && good;
    }
    *items = array;
    *count = node->count;
    return good;
}

/* --- clients
 * ----------------------------------------------------------------------------------------------------------- */

static bool refuse_uid(struct load *load, const struct yaml_node *node, void *field)
{
    (void)field;
    diag_error(
        load->diags, node->mark,
        "clients by uid are not available in this version; use user and secret_sha256, or address");
    return false;
}

static bool read_secret(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_client *client = field;
    struct text text;
    client->has_secret = true;
    if (!read_text(load, node, &text))
        return false;
    if (hex_decode(text, client->secret.bytes, sizeof(client->secret.bytes)))
        return true;
    diag_error(load->diags, node->mark, "secret_sha256 takes 64 hex digits: the SHA-256 of the secret");
    return false;
}

static bool read_client_address(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_client *client = field;
    struct text text;
    client->has_address = true;
    client->address.mark = node->mark;
    if (!read_text(load, node, &text))
        return false;
    if (address_range_parse(text, &client->address.range))
        return true;
    diag_error(load->diags, node->mark, "'%.*s' is not an address range such as 10.20.0.0/16", TEXT_ARG(text));
    return false;
}

static bool read_client(struct load *load, const struct yaml_node *node, void *item)
{
    static const struct key keys[] = {
        {"uid", refuse_uid, 0, false, "number", "owner of the local socket; a later version"},
        KEY(settings_client, user, "user", read_text, "text", "user name of Proxy-Authorization"),
        {"secret_sha256", read_secret, 0, false, "64 hex digits", "SHA-256 of its secret"},
        {"address", read_client_address, 0, false, "address range", "where it connects from"},
    };
    struct settings_client *client = item;
    if (!schema_read_map(load, node, keys, COUNT_OF(keys), item, "a client"))
        return false;
    if ((client->user.length > 0) == client->has_secret && (client->has_secret || client->has_address))
        return true;
    diag_error(load->diags, node->mark, "a client needs user and secret_sha256, or address");
    return false;
}

bool read_clients(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = NULL;
    bool good = read_named(load, node, sizeof(struct settings_client), read_client, &items, &lists->client_count);
    lists->clients = items;
    return good;
}

/* --- groups and list files
 * --------------------------------------------------------------------------------------------- */

static bool read_list_file(struct load *load, const struct yaml_node *node, void *field)
{
    return list_file_read(load, node, field);
}

static bool read_group(struct load *load, const struct yaml_node *node, void *item)
{
    static const struct key keys[] = {{"file", read_list_file, 0, true, "path", "one pattern a line"}};
    struct settings_group *group = item;
    if (text_equal(group->name.text, TEXT("llm")) || text_equal(group->name.text, TEXT("llm-web"))) {
        diag_error(
            load->diags, group->name.mark, "the groups llm and llm-web are the catalogue's; choose another name");
        return false;
    }
    if (node->kind == YAML_MAP)
        return schema_read_map(load, node, keys, COUNT_OF(keys), &group->patterns, "a group");
    return read_patterns(load, node, &group->patterns);
}

bool read_groups(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = NULL;
    bool good = read_named(load, node, sizeof(struct settings_group), read_group, &items, &lists->group_count);
    lists->groups = items;
    return good;
}

/* --- llm
 * --------------------------------------------------------------------------------------------------------------- */

static bool read_dialect(struct load *load, const struct yaml_node *node, void *field)
{
    struct text text;
    if (!read_text(load, node, &text))
        return false;
    if (llm_dialect_parse(text, field))
        return true;
    diag_error(load->diags, node->mark, "'%.*s' is not a dialect such as openai or anthropic", TEXT_ARG(text));
    return false;
}

static bool read_llm_host(struct load *load, const struct yaml_node *node, void *field)
{
    struct text text;
    return read_text(load, node, &text) && pattern_of(load, text, node->mark, field);
}

static bool read_llm_entry(struct load *load, const struct yaml_node *node, void *item)
{
    static const struct key keys[] = {
        REQUIRED_KEY(settings_llm, host, "host", read_llm_host, "host pattern", "an LLM host of your own"),
        KEY(settings_llm, provider, "provider", read_text, "text", "its name in records"),
        KEY(settings_llm, dialect, "dialect", read_dialect, "openai, anthropic, ...", "what it speaks"),
        KEY(settings_llm, paths, "paths", read_text, "globs, comma-separated", "where a shared host takes LLM calls"),
    };
    struct settings_llm *entry = item;
    entry->dialect = DIALECT_OTHER;
    entry->provider = TEXT("custom");
    return schema_read_map(load, node, keys, COUNT_OF(keys), item, "an llm entry");
}

bool read_llm(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = NULL;
    bool good = schema_read_list(load, node, sizeof(struct settings_llm), read_llm_entry, &items, &lists->llm_count);
    lists->llm = items;
    return good;
}

/* --- inference
 * --------------------------------------------------------------------------------------------------------- */

static bool parse_endpoint(struct load *load, struct text url, struct settings_inference *inference)
{
    inference->scheme = SCHEME_HTTP;
    if (text_starts_with(url, TEXT("https://")))
        inference->scheme = SCHEME_HTTPS;
    else if (!text_starts_with(url, TEXT("http://")))
        return false;
    url = text_after(url, inference->scheme == SCHEME_HTTPS ? 8 : 7);
    size_t slash = text_index(url, '/', 0);
    struct text prefix = text_trim(text_after(url, slash), "");
    while (prefix.length > 0 && prefix.data[prefix.length - 1] == '/')
        prefix.length--;
    inference->prefix = arena_text(&load->settings->arena, prefix);
    return authority_parse(
        text_part(url, 0, slash), scheme_port(inference->scheme), &inference->host, &inference->port);
}

static bool read_endpoint(struct load *load, const struct yaml_node *node, void *field)
{
    struct text url;
    if (!read_text(load, node, &url))
        return false;
    if (parse_endpoint(load, url, field))
        return true;
    diag_error(load->diags, node->mark, "'%.*s' is not an endpoint such as http://127.0.0.1:8000", TEXT_ARG(url));
    return false;
}

static bool read_builtin(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"canned"};
    size_t index;
    *(bool *)field = true;
    return read_choice(load, node, words, COUNT_OF(words), &index);
}

static bool read_endpoint_dialect(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"openai"};
    size_t index;
    (void)field;
    return read_choice(load, node, words, COUNT_OF(words), &index);
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

static bool read_health(struct load *load, const struct yaml_node *node, void *field)
{
    (void)field;
    diag_error(load->diags, node->mark, "health checks are not available in this version");
    diag_note(load->diags, "an endpoint that fails rests for five seconds by itself");
    return false;
}

static bool read_inference_entry(struct load *load, const struct yaml_node *node, void *item)
{
    static const struct key keys[] = {
        REQUIRED_KEY(settings_inference, name, "name", read_setting_text, "text", "what rules call it"),
        {"endpoint", read_endpoint, 0, false, "http or https URL", "a server that speaks the dialect"},
        KEY(settings_inference, is_canned, "builtin", read_builtin, "canned", "a fixed answer, no server"),
        {"dialect", read_endpoint_dialect, 0, false, "openai", "what the endpoint speaks"},
        KEY(settings_inference, key_file, "key_file", read_path, "path", "the endpoint's own key"),
        KEY(settings_inference, text, "text", read_text, "text", "what the canned answer says"),
        {"models", read_models, 0, false, "map of globs to names", "which model is asked instead"},
        {"health", read_health, 0, false, "map", "how its health is asked"},
    };
    struct settings_inference *inference = item;
    if (!schema_read_map(load, node, keys, COUNT_OF(keys), item, "an inference entry"))
        return false;
    if (inference->is_canned != (inference->host.kind != HOST_NONE))
        return true;
    diag_error(load->diags, node->mark, "an inference entry needs either `endpoint` or `builtin: canned`");
    return false;
}

bool read_inference(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = NULL;
    size_t size = sizeof(struct settings_inference);
    bool good = schema_read_list(load, node, size, read_inference_entry, &items, &lists->inference_count);
    lists->inference = items;
    return good;
}

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

bool read_resolve(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        {"hosts", read_fixed_hosts, 0, false, "map of names to addresses", "fixed answers, asked before DNS"},
        KEY(settings_resolve, servers, "servers", read_servers, "list of addresses",
            "DNS servers; default: resolv.conf"),
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "resolve");
}
