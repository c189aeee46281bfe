/* SPDX-License-Identifier: Apache-2.0 */
/* The sections that say how the gate runs. */
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "config_internal.h"
#include "exeat/base/log.h"
#include "exeat/tlog/note.h"

/* --- audit -----------------------------------------------------------------------------------------------------------
 */

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
    diag_note(
        load->diags, "in a pod it comes from the manifest; to check the file elsewhere: %s=any exeat check", variable);
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
    if (good && !tlog_name_is_good(buffer_text(&out))) {
        diag_error(
            load->diags, node->mark, "an origin is UTF-8 without spaces of any kind, control characters and '+'");
        good = false;
    }
    *(struct text *)field = arena_text(&load->settings->arena, buffer_text(&out));
    buffer_clear(&out);
    return good;
}

static const char *const durability_words[] = {"commit", "batch"};
static const struct type type_durability = ENUM_TYPE(durability_words);
static const char *const on_failure_words[] = {"deny", "allow"};
static const struct type type_on_failure = ENUM_TYPE(on_failure_words);
static const char *const privacy_words[] = {"private", "hash", "none"};
static const struct type type_privacy = ENUM_TYPE(privacy_words);
static const struct type type_origin = VALUE_TYPE("text", read_origin, write_text, NULL);

static const struct key record_keys[] = {
    KEY(settings_audit, path, "path", &type_privacy, "private", "how paths are kept"),
    KEY(settings_audit, query, "query", &type_privacy, "none", "how query strings are kept"),
};
static const struct section section_record = SECTION("audit.record", record_keys);
static const struct type type_record = MAP_TYPE(&section_record);

static const struct key ship_keys[] = {
    REQUIRED_START_KEY(
        settings_audit, ship, "directory", &type_path,
        "sealed segments and checkpoints are copied there, below the log's name"),
};
static const struct section section_ship = SECTION("audit.ship", ship_keys);
static const struct type type_ship = MAP_TYPE(&section_ship);

static const struct key verify_keys[] = {
    START_KEY(
        settings_audit, verify_ms, "every", &type_duration, "24h",
        "how often the gate verifies its own store, when the processor has nothing else to do; 0s: never"),
};
static const struct section section_verify = SECTION("audit.verify", verify_keys);
static const struct type type_verify = MAP_TYPE(&section_verify);

static const struct key disk_keys[] = {
    KEY(settings_audit, disk_warn, "warn", &type_size, "256MiB", "less free room is said, in the log and on record"),
    KEY(settings_audit, disk_refuse, "refuse", &type_size, "32MiB", "with less, on_failure decides; 0: with none"),
    START_KEY(settings_audit, disk_ballast, "ballast", &type_size, "8MiB", "room that is kept for the last words"),
};
static const struct section section_disk = SECTION("audit.disk", disk_keys);
static const struct type type_disk = MAP_TYPE(&section_disk);

static const struct key audit_keys[] = {
    START_KEY(settings_audit, directory, "directory", &type_path, "/var/lib/exeat/audit", "where the store lies"),
    START_KEY(
        settings_audit, origin, "origin", &type_origin, "exeat",
        "the log's name, without spaces and '+'; {pod} and {namespace} are the environment variables POD and "
        "NAMESPACE, {hostname} the host's name"),
    START_KEY(
        settings_audit, key, "key", &type_path, "/etc/exeat/keys/log.key",
        "the log's signing key, made if absent; never below the store"),
    START_KEY(
        settings_audit, durability, "durability", &type_durability, "commit",
        "commit: on disk before anything leaves; batch: at most batch_ms later"),
    START_KEY(settings_audit, batch_ms, "batch_ms", &type_number, "10", "how many milliseconds a batch may be behind"),
    START_KEY(settings_audit, heartbeat_ms, "heartbeat", &type_duration, "10s", "a record after that long a silence"),
    START_KEY(
        settings_audit, segment_bytes, "segment_size", &type_size, "64MiB",
        "a segment ends and is sealed when that much was written to it"),
    START_KEY(settings_audit, segment_ms, "segment_age", &type_duration, "24h", "and after that long"),
    KEY(settings_audit, retention_ms, "retention", &type_duration, "0s",
        "sealed segments are removed when all of their records are older; 0s: never"),
    WHOLE_KEY("disk", &type_disk, NULL, "how much room the store's disk has to have"),
    WHOLE_KEY("verify", &type_verify, NULL, "whether the gate looks for itself if its records are whole"),
    WHOLE_KEY("ship", &type_ship, NULL, "where evidence goes that has to outlive the pod"),
    KEY(settings_audit, on_failure, "on_failure", &type_on_failure, "deny", "when the store cannot be written"),
    KEY(settings_audit, witness, "witness", &type_witness, NULL, "who remembers the log where the gate is not"),
    WHOLE_KEY("record", &type_record, NULL, "which personal data is kept, and how"),
};
static const struct section section_audit = SECTION("audit", audit_keys);
const struct type type_audit = MAP_TYPE(&section_audit);

/* --- tls -------------------------------------------------------------------------------------------------------------
 */

static const struct key authority_keys[] = {
    REQUIRED_KEY(settings_tls, certificate, "certificate", &type_path, "the local authority's certificate"),
    REQUIRED_KEY(settings_tls, key, "key", &type_path, "its key"),
    KEY(settings_tls, names, "names", &type_patterns, "([\"@llm\"])", "what it may ever speak for"),
};
static const struct section section_authority = SECTION("tls.authority", authority_keys);

static bool read_authority(struct load *load, const struct yaml_node *node, void *field)
{
    ((struct settings_tls *)field)->mark = node->mark;
    return schema_read_map(load, node, &section_authority, field);
}

static const struct type type_authority = {
    .called = "map", .shape = SHAPE_MAP, .read = read_authority, .section = &section_authority};
static const char *const minimum_words[] = {"1.2", "1.3"};
static const struct type type_minimum = FLAG_TYPE(minimum_words);
static const char *const ech_words[] = {"ignore", "deny"};
static const struct type type_ech = FLAG_TYPE(ech_words);

static const struct key upstream_keys[] = {
    KEY(settings_tls, roots, "roots", &type_path, "(the system's)",
        "who is trusted upstream: a PEM file of root certificates"),
    KEY(settings_tls, minimum_13, "minimum", &type_minimum, "1.2", "the oldest TLS version upstream, in quotes"),
};
static const struct section section_upstream = SECTION("tls.upstream", upstream_keys);
static const struct type type_upstream = MAP_TYPE(&section_upstream);

static const struct key tls_keys[] = {
    WHOLE_KEY("authority", &type_authority, "(nothing is opened)", "the local authority, made by `exeat ca init`"),
    KEY(settings_tls, never, "never", &type_patterns, "(none)", "never opened, whatever a rule would like to see"),
    WHOLE_KEY("upstream", &type_upstream, NULL, "TLS towards the internet"),
    KEY(settings_tls, ech_denied, "ech", &type_ech, "ignore", "an encrypted ClientHello inside a tunnel"),
};
static const struct section section_tls = SECTION("tls", tls_keys);
const struct type type_tls = MAP_TYPE(&section_tls);

/* --- how it runs -----------------------------------------------------------------------------------------------------
 */

static bool read_workers(struct load *load, const struct yaml_node *node, void *field)
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

enum { FIELDS_MOST = 256, NAMES_MOST = 1000, HEAD_LEAST = 1024, HEAD_MOST = 1 << 20 };

static bool read_fields(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_number(load, node, field))
        return false;
    if (*(uint64_t *)field >= 1 && *(uint64_t *)field <= FIELDS_MOST)
        return true;
    diag_error(load->diags, node->mark, "fields: 1 to %d", FIELDS_MOST);
    return false;
}

static bool read_head_size(struct load *load, const struct yaml_node *node, void *field)
{
    if (!type_size.read(load, node, field))
        return false;
    if (*(uint64_t *)field >= HEAD_LEAST && *(uint64_t *)field <= HEAD_MOST)
        return true;
    diag_error(load->diags, node->mark, "head: at least 1KiB, at most 1MiB");
    return false;
}

static bool read_names_most(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_number(load, node, field))
        return false;
    if (*(uint64_t *)field >= 1 && *(uint64_t *)field <= NAMES_MOST)
        return true;
    diag_error(load->diags, node->mark, "names: 1 to %d", NAMES_MOST);
    return false;
}

static const struct type type_names_most = VALUE_TYPE("number", read_names_most, write_number, "^[0-9]+$");
static const struct type type_fields = VALUE_TYPE("number", read_fields, write_number, "^[0-9]+$");
static const struct type type_head_size = VALUE_TYPE("size", read_head_size, write_size, "^[0-9]+(KiB|MiB|GiB)?$");
const struct type type_workers = VALUE_TYPE("auto or number", read_workers, write_workers, "^(auto|[0-9]+)$");

static const struct key limits_keys[] = {
    KEY(settings_run, head, "head", &type_head_size, "64KiB", "a request's or reply's head, at most 1MiB"),
    KEY(settings_run, fields, "fields", &type_fields, "200", "field lines of a head, at most 256"),
    KEY(settings_run, body_held, "body_held", &type_size, "8MiB", "a body that is read whole: rerouted calls"),
    KEY(settings_run, answer_held, "answer_held", &type_size, "64MiB",
        "an endpoint's answer to one, or an event of its stream"),
    KEY(settings_run, connections, "connections", &type_number, "10000", "client connections of a worker"),
    KEY(settings_run, memory, "memory", &type_size, "0",
        "what the process may have in memory before it refuses what needs more; 0: any"),
    KEY(settings_run, names, "names", &type_names_most, "100",
        "names under one `*.` pattern that a client may ask listen.dns for in a minute, at most 1000"),
    KEY(settings_run, drain_ms, "drain", &type_duration, "25s", "what is open at the end may finish for that long"),
};
static const struct section section_limits = SECTION("limits", limits_keys);
const struct type type_limits = MAP_TYPE(&section_limits);

static const struct key timeouts_keys[] = {
    KEY(settings_run, head_ms, "head", &type_duration, "10s", "a head as a whole, or a handshake"),
    KEY(settings_run, connect_ms, "connect", &type_duration, "3s",
        "the way to an upstream as a whole: its name, TCP and TLS"),
    KEY(settings_run, idle_ms, "idle", &type_duration, "60s", "a connection between requests"),
    KEY(settings_run, stream_ms, "stream", &type_duration, "300s",
        "inactivity of an exchange or tunnel; a body that is held, as a whole"),
    KEY(settings_run, longest_ms, "longest", &type_duration, "24h", "an exchange or tunnel as a whole, whatever moves"),
};
static const struct section section_timeouts = SECTION("timeouts", timeouts_keys);
const struct type type_timeouts = MAP_TYPE(&section_timeouts);

static const char *const format_words[] = {"text", "json"};
static const struct type type_format = FLAG_TYPE(format_words);
static const char *const level_words[] = {"debug", "info", "warn", "error"};
static const struct type type_level = ENUM_TYPE(level_words);
_Static_assert(LOG_DEBUG == 0 && LOG_ERROR + 1 == COUNT_OF(level_words), "each level has its word");

static const struct key log_keys[] = {
    KEY(settings_run, log_json, "format", &type_format, "text", "one line per event on stderr"),
    KEY(settings_run, log_level, "level", &type_level, "info", "the least that is written"),
};
static const struct section section_log = SECTION("log", log_keys);
const struct type type_log = MAP_TYPE(&section_log);
