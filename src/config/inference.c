/* SPDX-License-Identifier: Apache-2.0 */
/* The sections that say who answers: inference endpoints, and names that DNS is not asked for. */
#include "config_internal.h"
#include "exeat/base/memory.h"
#include "exeat/model/url.h"

/* --- inference
 * --------------------------------------------------------------------------------------------------------- */

/* What cannot be meant otherwise is told by its own reader. */
static bool parse_endpoint(struct text text, struct url *url, struct detail *detail)
{
    if (url_is_socket(text))
        return url_parse_socket(text, url, detail);
    return url_parse(text, url) ||
           detail_say(detail, "write http://127.0.0.1:8000/v1 or unix:/run/llama.sock, and no query");
}

static bool read_endpoint(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_inference *inference = field;
    struct detail detail = {0};
    struct url url;
    if (!read_text(load, node, &url.path))
        return false;
    if (!parse_endpoint(node->text, &url, &detail)) {
        diag_error(load->diags, node->mark, "'%.*s' is not an endpoint: %s", TEXT_ARG(node->text), detail.text);
        return false;
    }
    inference->scheme = url.scheme;
    inference->host = url.host;
    inference->port = url.port;
    inference->prefix = arena_text(&load->settings->arena, url.path);
    return true;
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

static const struct type type_endpoint =
    SHAPED_TYPE("URL: http, https, or unix:/PATH", read_endpoint, "^(https?://|unix:)");
static const char *const builtin_words[] = {"canned"};
static const struct type type_builtin = FLAG_TYPE(builtin_words);
static const char *const dialect_words[] = {"openai", "ollama", "anthropic", "responses"};
static const struct type type_endpoint_dialect = {
    .shape = SHAPE_ENUM, .words = dialect_words, .word_count = COUNT_OF(dialect_words), .first = SPEAKS_OPENAI};
static const char *const usage_words[] = {"false", "true"};
static const struct type type_usage = FLAG_TYPE(usage_words);
static const struct type type_models = NAMES_TYPE("map of globs to names", read_models, &type_text);

static const char *const engine_words[] = {"llama.cpp", "vllm", "ollama", "tgi"};
static const struct type type_engine = {
    .shape = SHAPE_ENUM, .words = engine_words, .word_count = COUNT_OF(engine_words), .first = ENGINE_KIND_LLAMA};
static const char *const standby_words[] = {"false", "true"};
static const struct type type_standby = FLAG_TYPE(standby_words);

static bool read_server_name(struct load *load, const struct yaml_node *node, void *field)
{
    struct host host;
    if (!read_text(load, node, field))
        return false;
    bool is_name = host_parse_written(node->text, &host) && host.kind == HOST_NAME;
    if (is_name)
        *(struct text *)field = arena_text(&load->settings->arena, host_text(&host));
    else
        diag_error(load->diags, node->mark, "'%.*s' is not the name of a host", TEXT_ARG(node->text));
    return is_name;
}

static bool read_digest(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct text prefix = TEXT_INIT("sha256:");
    struct setting_text *digest = field;
    uint8_t bytes[sizeof(struct digest)];
    if (!read_setting_text(load, node, field))
        return false;
    if (text_starts_with(digest->text, prefix) &&
        hex_decode(text_after(digest->text, prefix.length), bytes, sizeof(bytes)))
        return true;
    diag_error(
        load->diags, node->mark, "'%.*s' is not the digest of a model: sha256: and 64 hex digits",
        TEXT_ARG(digest->text));
    return false;
}

static bool read_page(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_text(load, node, field))
        return false;
    bool is_path = node->text.length > 0 && node->text.data[0] == '/';
    for (size_t i = 0; i < node->text.length; i++)
        is_path = is_path && node->text.data[i] > ' ' && node->text.data[i] < 0x7f;
    if (!is_path)
        diag_error(load->diags, node->mark, "'%.*s' is not a path such as /health", TEXT_ARG(node->text));
    return is_path;
}

static const struct type type_server_name = TEXT_TYPE("host name", read_server_name);
static const struct type type_digest = SHAPED_TYPE("sha256:HEX", read_digest, "^sha256:[0-9a-fA-F]{64}$");
static const struct type type_page = SHAPED_TYPE("path", read_page, "^/");
static const struct key health_keys[] = {
    KEY(settings_engine, health_path, "path", &type_page, "(that of `engine`, else /health)",
        "2xx: it is ready; 503: it loads its model"),
    KEY(settings_engine, health_ms, "every", &type_duration, "5s", "how often"),
};
static const struct section section_health = SECTION("health", health_keys);
static const struct key queue_keys[] = {
    KEY(settings_engine, queue_length, "length", &type_number, "64", "how many may wait"),
    KEY(settings_engine, queue_ms, "wait", &type_duration, "10s", "how long, before the next endpoint is asked"),
};
static const struct section section_queue = SECTION("queue", queue_keys);
static const struct type type_queue = MAP_TYPE(&section_queue);

static bool read_health(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_engine *engine = field;
    engine->is_asked = true;
    return schema_read_map(load, node, &section_health, engine);
}

static const struct type type_health = {
    .called = "map", .shape = SHAPE_MAP, .read = read_health, .section = &section_health};

static const struct key inference_keys[] = {
    REQUIRED_KEY(settings_inference, name, "name", &type_setting_text, "what rules call it"),
    WHOLE_KEY(
        "endpoint", &type_endpoint, "(none)",
        "a server that speaks the dialect; a path is put before /v1/..., behind a second colon of unix:/PATH:/v2"),
    KEY(settings_inference, is_canned, "builtin", &type_builtin, "(none)", "a fixed answer, no server"),
    KEY(settings_inference, speaks, "dialect", &type_endpoint_dialect, "openai",
        "what the endpoint speaks; calls that its words cannot carry go to the next one"),
    KEY(settings_inference, key_file, "key_file", &type_path, "(none)", "the endpoint's own bearer token"),
    KEY(settings_inference, canned.text, "text", &type_text,
        "This is not available at the moment. Please try again later.", "what the canned answer says"),
    KEY(settings_inference, canned, "texts", &type_canned_texts, "(none)", "what it says to some, in place of `text`"),
    KEY(settings_inference, takes_usage, "usage", &type_usage, "true",
        "false: its streams are not asked for their tokens (`stream_options`), which some old servers refuse"),
    KEY(settings_inference, via, "via", &type_setting_text, "(none)",
        "the proxy on the way to the endpoint; `upstream_proxy` is not about it"),
    KEY(settings_inference, trust.roots, "roots", &type_placed_path, "(tls.upstream.roots)",
        "who is trusted there, for https: a PEM file of root certificates"),
    KEY(settings_inference, trust.pins, "pin", &type_pins, "(any key)",
        "its verified chain has a key with one of these SHA-256"),
    KEY(settings_inference, trust.crls, "crl", &type_crls, "(not asked)", "revocation lists, as those of rules"),
    KEY(settings_inference, trust.certificate, "certificate", &type_placed_path, "(none)",
        "the gate's own certificate there: PEM, its issuers after it"),
    KEY(settings_inference, trust.key, "key", &type_placed_path, "(none)", "its key, PEM, not encrypted"),
    KEY(settings_inference, trust.server_name, "server_name", &type_server_name, "(that of `endpoint`)",
        "the name in its certificate, and in SNI, where `endpoint` has an address or another name"),
    WHOLE_KEY("models", &type_models, "(as asked)", "which model is asked instead"),
    KEY(settings_inference, engine.pool, "pool", &type_setting_text, "(none)",
        "a name for several endpoints that are equals: rules write it in `inference`, the least busy answers"),
    KEY(settings_inference, engine.kind, "engine", &type_engine, "(unknown)",
        "what the server is: it is asked on its own pages how it is, how many slots it has and which model"),
    KEY(settings_inference, engine, "health", &type_health, NULL, "how it is asked how it is"),
    KEY(settings_inference, engine.keepalive_ms, "keepalive", &type_duration, "0s",
        "how often a stream that has nothing new tells its caller to wait, from before its first content on; 0: never"),
    KEY(settings_inference, engine.slots, "slots", &type_number, "0",
        "how many calls it serves at once; 0: as many as it says itself, or no limit is known"),
    KEY(settings_inference, engine, "queue", &type_queue, NULL, "calls that wait where all slots are taken"),
    KEY(settings_inference, engine.stands_by, "standby", &type_standby, "false",
        "true: it is asked how it is and gets no calls, until `exeat control swap` puts it in; needs `engine` or "
        "`health`"),
    KEY(settings_inference, engine.region, "region", &type_region, "(unknown)",
        "where it computes, one word, of those that `residency` of rules uses"),
    KEY(settings_inference, engine, "region_file", &type_region_file, "(none)",
        "a file whose only line is that, such as the label of the node"),
    KEY(settings_inference, engine.expected, "expect_digest", &type_digest, "(any)",
        "sha256: of the model; with another, or while nobody knows, it gets no calls; needs `engine` or `health`"),
    KEY(settings_inference, engine.digest_file, "digest_file", &type_path, "(none)",
        "a file with that digest as sha256sum prints it, for engines that do not tell theirs; believed as it stands"),
    KEY(settings_inference, engine.adapter, "adapter", &type_text, "(none)", "what is put on the model; for records"),
};
static const struct section section_inference = SECTION("an inference entry", inference_keys);

/* TLS is said something about that is not spoken, or half of it. */
static bool trust_is_sound(struct load *load, const struct settings_inference *inference, struct mark mark)
{
    const struct settings_trust *trust = &inference->trust;
    bool is_set = trust->roots.text.length > 0 || trust->pins.count > 0 || trust->crls.count > 0 ||
                  trust->certificate.text.length > 0 || trust->key.text.length > 0 || trust->server_name.length > 0;
    if (!is_set || inference->scheme == SCHEME_HTTPS)
        return trust_is_whole(load, trust, mark);
    diag_error(
        load->diags, mark,
        "`roots`, `pin`, `crl`, `certificate`, `key` and `server_name` are about TLS: they need an endpoint of https");
    return false;
}

/* What asks an endpoint that is none, or two places for one thing. */
static bool engine_is_sound(struct load *load, struct settings_inference *inference, struct mark mark)
{
    struct settings_engine *engine = &inference->engine;
    engine->is_asked = engine->is_asked || engine->kind != ENGINE_KIND_NONE;
    bool is_about_a_server = engine->is_asked || engine->slots > 0 || engine->keepalive_ms > 0 || engine->stands_by ||
                             engine->expected.text.length > 0 || engine->pool.text.length > 0;
    const char *wrong = NULL;
    if (inference->is_canned && is_about_a_server)
        wrong =
            "a canned answer has no server: pool, engine, health, keepalive, slots, standby and expect_digest are of "
            "endpoints";
    else if (engine->region.text.length > 0 && engine->region_file.length > 0)
        wrong = "`region` and `region_file` say the same thing: leave one away";
    else if (engine->expected.text.length > 0 && engine->digest_file.length == 0 && engine->kind != ENGINE_KIND_OLLAMA)
        wrong = "`expect_digest` needs somebody who tells the digest: `engine: ollama`, or a `digest_file`";
    else if (inference->host.kind == HOST_SOCKET && inference->via.text.length > 0)
        wrong = "a Unix socket is on this machine: there is no proxy (`via`) on the way to it";
    else if (engine->is_asked && inference->via.text.length > 0)
        wrong = "an endpoint behind a proxy (`via`) cannot be asked how it is: leave `engine` and `health` away";
    else if (engine->expected.text.length > 0 && !engine->is_asked)
        wrong = "`expect_digest` needs `engine` or `health`: else nobody looks which model it has";
    else if (engine->stands_by && !engine->is_asked)
        wrong = "`standby` needs `engine` or `health`: else nobody knows when it is warm";
    if (wrong != NULL)
        diag_error(load->diags, mark, "%s", wrong);
    if (engine->region_file.length > 0)
        engine->region = engine->told;
    return wrong == NULL;
}

static bool read_inference_entry(struct load *load, const struct yaml_node *node, void *item)
{
    struct settings_inference *inference = item;
    schema_set_defaults(load, &section_inference, item);
    if (!schema_read_map(load, node, &section_inference, item))
        return false;
    if (inference->is_canned == (inference->host.kind != HOST_NONE)) {
        diag_error(load->diags, node->mark, "an inference entry needs either `endpoint` or `builtin: canned`");
        return false;
    }
    return engine_is_sound(load, inference, node->mark) && trust_is_sound(load, inference, node->mark);
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
