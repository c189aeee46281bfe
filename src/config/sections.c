/* SPDX-License-Identifier: Apache-2.0 */
/* The sections that say how the gate runs. */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "exeat/base/log.h"
#include "schema.h"

enum { FORWARD_MAX = 8 };

static bool read_forward(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_listen *listen = field;
    void *items = NULL;
    bool good =
        schema_read_list(load, node, sizeof(struct setting_socket), read_socket, &items, &listen->forward_count);
    const struct setting_socket *sockets = items;
    if (listen->forward_count > FORWARD_MAX) {
        diag_error(load->diags, node->mark, "at most %d listeners", FORWARD_MAX);
        listen->forward_count = FORWARD_MAX;
        good = false;
    }
    for (size_t i = 0; i < listen->forward_count; i++)
        listen->forward[i] = sockets[i];
    return good;
}

static bool refuse_transparent(struct load *load, const struct yaml_node *node, void *field)
{
    (void)field;
    diag_error(load->diags, node->mark, "transparent listeners are not available in this version");
    return false;
}

bool read_listen(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        {"forward", read_forward, 0, false, "list of address:port", "HTTP_PROXY and HTTPS_PROXY of the workers"},
        {"transparent", refuse_transparent, 0, false, "list of address:port",
         "redirected connections; a later version"},
        KEY(settings_listen, admin, "admin", read_socket, "address:port", "read-only: /livez /readyz /metrics"),
        KEY(settings_listen, control, "control", read_path, "path", "socket for commands that change state"),
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "listen");
}

static bool is_name_byte(char byte)
{
    return isalnum((unsigned char)byte) || byte == '_';
}

enum { VARIABLE_SIZE = 64 };

/* "pod-name" is the variable POD_NAME; too long a name is none. */
static void name_variable(struct text name, char variable[VARIABLE_SIZE])
{
    size_t length = name.length < VARIABLE_SIZE ? name.length : 0;
    for (size_t i = 0; i < length; i++)
        variable[i] = is_name_byte(name.data[i]) ? (char)toupper((unsigned char)name.data[i]) : '_';
    variable[length] = '\0';
}

/* {namespace} becomes the value of the environment variable NAMESPACE; {hostname} is the host's name. */
static bool append_placeholder(struct load *load, const struct yaml_node *node, struct text name, struct buffer *out)
{
    char variable[VARIABLE_SIZE];
    if (text_equal(name, TEXT("hostname")) && gethostname(variable, sizeof(variable)) == 0) {
        variable[sizeof(variable) - 1] = '\0';
        buffer_append_string(out, variable);
        return true;
    }
    name_variable(name, variable);
    const char *value = variable[0] == '\0' ? NULL : getenv(variable);
    if (value != NULL && value[0] != '\0') {
        buffer_append_string(out, value);
        return true;
    }
    diag_error(
        load->diags, node->mark, "the placeholder {%.*s} needs the environment variable %s", TEXT_ARG(name), variable);
    return false;
}

static bool read_origin(struct load *load, const struct yaml_node *node, void *field)
{
    struct text rest;
    struct buffer out = {0};
    bool good = read_text(load, node, &rest);
    while (good && rest.length > 0) {
        size_t open = text_index(rest, '{', 0);
        size_t close = text_index(rest, '}', open);
        buffer_append(&out, text_part(rest, 0, open));
        if (open < rest.length)
            good = close < rest.length &&
                   append_placeholder(load, node, text_part(rest, open + 1, close - open - 1), &out);
        rest = text_after(rest, close == rest.length ? rest.length : close + 1);
    }
    if (good && (text_has(buffer_text(&out), ' ') || text_has(buffer_text(&out), '+'))) {
        diag_error(load->diags, node->mark, "an origin has no space and no '+'");
        good = false;
    }
    *(struct text *)field = arena_text(&load->settings->arena, buffer_text(&out));
    buffer_clear(&out);
    return good;
}

static bool read_durability(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"commit", "batch"};
    size_t index = 0;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(enum durability *)field = (enum durability)index;
    return good;
}

static bool read_on_failure(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"deny", "allow"};
    size_t index = 0;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(enum on_failure *)field = (enum on_failure)index;
    return good;
}

static bool read_privacy(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"private", "hash", "none"};
    size_t index = 0;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(enum privacy *)field = (enum privacy)index;
    return good;
}

static bool read_record(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        KEY(settings_audit, path, "path", read_privacy, "private, hash or none", "how paths are kept"),
        KEY(settings_audit, query, "query", read_privacy, "private, hash or none", "how query strings are kept"),
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "audit.record");
}

bool read_audit(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        KEY(settings_audit, directory, "directory", read_path, "path", "where the store lies"),
        KEY(settings_audit, origin, "origin", read_origin, "text", "the log's name; {pod} is the variable POD"),
        KEY(settings_audit, key, "key", read_path, "path", "the log's signing key, created if absent"),
        KEY(settings_audit, durability, "durability", read_durability, "commit or batch",
            "on disk before anything leaves, or soon"),
        KEY(settings_audit, batch_ms, "batch_ms", read_number, "milliseconds", "how far a batch may be behind"),
        KEY(settings_audit, heartbeat_ms, "heartbeat", read_duration, "duration", "a record after that long a silence"),
        KEY(settings_audit, segment_bytes, "segment_size", read_size, "size",
            "a segment ends and is sealed when it was written that much to"),
        KEY(settings_audit, segment_ms, "segment_age", read_duration, "duration", "and after that long"),
        KEY(settings_audit, on_failure, "on_failure", read_on_failure, "deny or allow",
            "when the store cannot be written"),
        {"record", read_record, 0, false, "map", "which personal data is kept, and how"},
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "audit");
}

static bool read_authority(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        REQUIRED_KEY(settings_tls, certificate, "certificate", read_path, "path", "the local authority's certificate"),
        REQUIRED_KEY(settings_tls, key, "key", read_path, "path", "its key"),
        KEY(settings_tls, names, "names", read_patterns, "list of host patterns", "what it may ever speak for"),
    };
    ((struct settings_tls *)field)->mark = node->mark;
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "tls.authority");
}

static bool read_minimum(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"1.2", "1.3"};
    size_t index = 0;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(bool *)field = index == 1;
    return good;
}

static bool read_upstream(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        KEY(settings_tls, roots, "roots", read_path, "path", "who is trusted upstream; default: the system's roots"),
        KEY(settings_tls, minimum_13, "minimum", read_minimum, "\"1.2\" or \"1.3\"", "the oldest TLS version upstream"),
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "tls.upstream");
}

static bool read_ech(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"ignore", "deny"};
    size_t index = 0;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(bool *)field = index == 1;
    return good;
}

bool read_tls(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        {"authority", read_authority, 0, false, "map", "the local authority"},
        KEY(settings_tls, never, "never", read_patterns, "list of host patterns", "never opened"),
        {"upstream", read_upstream, 0, false, "map", "TLS towards the internet"},
        KEY(settings_tls, ech_denied, "ech", read_ech, "ignore or deny", "an encrypted ClientHello inside a tunnel"),
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "tls");
}

bool read_workers(struct load *load, const struct yaml_node *node, void *field)
{
    if (node->kind == YAML_TEXT && text_equal(node->text, TEXT("auto")))
        return true;
    if (!read_number(load, node, field))
        return false;
    if (*(uint64_t *)field >= 1 && *(uint64_t *)field <= 64)
        return true;
    diag_error(load->diags, node->mark, "workers: auto, or 1 to 64");
    return false;
}

bool read_limits(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        KEY(settings_run, head, "head", read_size, "size", "a request's or reply's head"),
        KEY(settings_run, fields, "fields", read_number, "number", "field lines in a head, at most 256"),
        KEY(settings_run, body_held, "body_held", read_size, "size", "a body that is judged or rewritten"),
        KEY(settings_run, connections, "connections", read_number, "number", "client connections at once"),
        KEY(settings_run, drain_ms, "drain", read_duration, "duration", "what is open may finish for that long"),
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "limits");
}

bool read_timeouts(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        KEY(settings_run, head_ms, "head", read_duration, "duration", "for a request head or a handshake"),
        KEY(settings_run, connect_ms, "connect", read_duration, "duration", "for one address"),
        KEY(settings_run, idle_ms, "idle", read_duration, "duration", "between two requests"),
        KEY(settings_run, stream_ms, "stream", read_duration, "duration", "inactivity while a request runs"),
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "timeouts");
}

static bool read_log_format(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"text", "json"};
    size_t index = 0;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(bool *)field = index == 1;
    return good;
}

static bool read_log_level(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"debug", "info", "warn", "error"};
    size_t index = LOG_INFO;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(uint64_t *)field = index;
    return good;
}

bool read_log(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct key keys[] = {
        KEY(settings_run, log_json, "format", read_log_format, "text or json", "one line per event on stderr"),
        KEY(settings_run, log_level, "level", read_log_level, "debug, info, warn or error",
            "the least that is written"),
    };
    return schema_read_map(load, node, keys, COUNT_OF(keys), field, "log");
}
