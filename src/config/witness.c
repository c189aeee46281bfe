/* SPDX-License-Identifier: Apache-2.0 */
/* The section that says who remembers the audit log where the gate is not. */
#include "config_internal.h"
#include "exeat/model/url.h"

static bool read_url(struct load *load, const struct yaml_node *node, void *object)
{
    struct settings_witness *witness = object;
    struct text text;
    struct url url;
    if (!read_text(load, node, &text))
        return false;
    if (!url_parse(text, &url)) {
        diag_error(
            load->diags, node->mark, "'%.*s' is not the URL of a witness such as https://witness.example:9902",
            TEXT_ARG(text));
        return false;
    }
    witness->scheme = url.scheme;
    witness->host = url.host;
    witness->port = url.port;
    witness->prefix = arena_text(&load->settings->arena, url.path);
    return true;
}

enum { INTERVAL_LEAST_MS = 100 };

static bool read_interval(struct load *load, const struct yaml_node *node, void *field)
{
    if (!type_duration.read(load, node, field))
        return false;
    if (*(uint64_t *)field >= INTERVAL_LEAST_MS)
        return true;
    diag_error(load->diags, node->mark, "at least 100ms: each question is an answer on the witness's disk");
    return false;
}

static const struct type type_interval = VALUE_TYPE("duration", read_interval, write_duration, "^[0-9]+(ms|s|m|h|d)$");
static const struct type type_url = VALUE_TYPE("http or https URL", read_url, write_witness_url, "^https?://");
static const char *const on_unreachable_words[] = {"run", "deny"};
static const struct type type_on_unreachable = FLAG_TYPE(on_unreachable_words);

static const struct key witness_keys[] = {
    {"url", &type_url, 0, true, NULL, "where the witness is; its name is the one in its certificate", AT_START},
    REQUIRED_START_KEY(
        settings_witness, key_file, "key_file", &type_path,
        "its vkey (its name and public key in one line), as `exeat key show --witness` prints it"),
    START_KEY(
        settings_witness, token_file, "enrol_token_file", &type_path, "(enrolled by hand)",
        "one line: what the witness lets new logs in by"),
    START_KEY(
        settings_witness, roots, "roots", &type_path, "(the system's roots)",
        "who is trusted to certify its name, PEM"),
    START_KEY(
        settings_witness, denies, "on_unreachable", &type_on_unreachable, "run",
        "deny: no request is decided on while the newest cosignature is older than deny_after"),
    START_KEY(settings_witness, deny_after_ms, "deny_after", &type_duration, "1m", "how old it may be then"),
    START_KEY(
        settings_witness, interval_ms, "interval", &type_interval, "5s",
        "how often the newest checkpoint is shown to it"),
};
static const struct section section_witness = SECTION("audit.witness", witness_keys);

/* Whoever answers in its place could have every request refused, and nobody would know who it was. */
static bool read_witness(struct load *load, const struct yaml_node *node, void *field)
{
    const struct settings_witness *witness = field;
    if (!schema_read_map(load, node, &section_witness, field))
        return false;
    if (!witness->denies || witness->scheme == SCHEME_HTTPS)
        return true;
    diag_error(
        load->diags, node->mark,
        "on_unreachable: deny wants an https URL: over plain http anybody on the way could stop this gate");
    return false;
}

const struct type type_witness = {
    .called = "map", .shape = SHAPE_MAP, .read = read_witness, .section = &section_witness};
