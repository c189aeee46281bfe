/* SPDX-License-Identifier: Apache-2.0 */
/* The whole file: defaults, the top-level table, and what is kept for the record. */
#include "config_internal.h"
#include "exeat/base/memory.h"

static const char *const on_reload_words[] = {"keep", "cut-denied"};
static const struct type type_on_reload = FLAG_TYPE(on_reload_words);

enum { HINT_MAX = 300 };
static bool read_hint(struct load *load, const struct yaml_node *node, void *field)
{
    struct text *hint = field;
    if (!read_text(load, node, hint))
        return false;
    bool is_line = true;
    for (size_t i = 0; i < hint->length; i++)
        is_line = is_line && (unsigned char)hint->data[i] >= 0x20 && hint->data[i] != 0x7f;
    if (is_line && hint->length <= HINT_MAX)
        return true;
    diag_error(load->diags, node->mark, "a hint is one line of at most %d bytes", HINT_MAX);
    return false;
}

static const struct type type_hint = VALUE_TYPE("text", read_hint, write_text, NULL);
static const struct key top_keys[] = {
    REQUIRED_KEY(settings, version, "version", &type_version, "of this language"),
    KEY(settings, observe, "mode", &type_file_mode, "enforce", "observe only records what rules would do"),
    KEY(settings, lists, "include", &type_include, "(none)",
        "further files with clients, groups, llm, inference, detectors, rules, tests; a `*` stands for many"),
    KEY(settings, listen, "listen", &type_listen, NULL, "sockets of the gate"),
    KEY(settings, redirect, "redirect", &type_redirect, "(nobody is held to the gate)",
        "whether all others in the network namespace are held to the gate, by the rules of `exeat redirect`"),
    KEY(settings, audit, "audit", &type_audit, NULL, "the store of decisions"),
    KEY(settings, tls, "tls", &type_tls, NULL, "what may be opened, who is trusted"),
    KEY(settings, resolve, "resolve", &type_resolve, NULL, "names to addresses"),
    START_KEY(
        settings, run.workers, "workers", &type_workers, "auto",
        "threads that serve; auto: one for each CPU of the pod"),
    KEY(settings, run, "limits", &type_limits, NULL, "sizes and counts"),
    KEY(settings, run, "timeouts", &type_timeouts, NULL, "how long what may take"),
    KEY(settings, run, "log", &type_log, NULL, "the operator's log, on stderr"),
    KEY(settings, confine, "confine", &type_confine, NULL, "what the running gate may still do on its machine"),
    KEY(settings, run.cut_denied, "on_reload", &type_on_reload, "keep",
        "what becomes of an open tunnel that a new policy would not have: it stays, or is cut"),
    KEY(settings, keys_pass, "keys_elsewhere", &type_keys_elsewhere, "deny",
        "what becomes of a request that carries a vendor's key to a host that is not its vendor's"),
    KEY(settings, canaries, "canaries", &type_marked_path, "(none)",
        "a file of values that are planted and may not leave, each a line of `exeat canary new`"),
    KEY(settings, deny_hint, "deny_hint", &type_hint, "(none)",
        "one line for people, shown in every refusal: whom to ask"),
    KEY(settings, lists, "proxies", &type_proxies, NULL, "names for `upstream_proxy` and `via`"),
    KEY(settings, upstream_proxy, "upstream_proxy", &type_setting_text, "none",
        "the proxy that all requests go through, but for rules with their own word"),
    KEY(settings, lists, "clients", &type_clients, NULL, "names for `from`"),
    KEY(settings, lists, "groups", &type_groups, NULL, "names for lists of hosts: `@name`"),
    KEY(settings, lists, "llm", &type_llm, NULL, "adds to the catalogue"),
    KEY(settings, lists, "inference", &type_inference, NULL, "who answers rerouted calls"),
    KEY(settings, lists, "detectors", &type_detectors, NULL, "kinds of your own, for `inspect`"),
    KEY(settings, credentials, "credentials", &type_credentials, NULL,
        "secrets that the gate puts into requests of rules that `use` them"),
    KEY(settings, lists, "rules", &type_rules, NULL, "what may leave"),
    KEY(settings, lists, "tests", &type_tests, NULL, "run by `exeat check` and at every load"),
};
const struct section settings_section = SECTION("the configuration", top_keys);

struct settings *settings_defaults(void)
{
    struct diags *diags = diags_new();
    struct settings *settings = base_zalloc(sizeof(*settings));
    struct load load = {settings, &settings->arena, diags, ""};
    schema_set_defaults(&load, &settings_section, settings);
    diags_free(diags);
    return settings;
}

struct settings *settings_parse(struct text text, const char *path, struct diags *diags)
{
    size_t errors_before = diags_errors(diags);
    struct settings *settings = base_zalloc(sizeof(*settings));
    struct load load = {settings, &settings->arena, diags, path};
    schema_set_defaults(&load, &settings_section, settings);
    int file = load_add_file(&load, path, text);
    const struct yaml_node *root = schema_parse_yaml(text, file, &settings->arena, diags);
    if (root != NULL) {
        settings->may_be_included = load_may_be_included(root);
        (void)schema_read_map(&load, root, &settings_section, settings);
    }
    bool is_whole = load_includes(&load) && root != NULL;
    load_merge(&load);
    if (is_whole) {
        load_check_names(&load);
        load_find_answerers(&load);
    }
    if (diags_errors(diags) == errors_before)
        return settings;
    settings_free(settings);
    return NULL;
}

struct settings *settings_load(const char *path, struct diags *diags)
{
    struct load load = {NULL, NULL, diags, path};
    struct buffer content = {0};
    struct settings *settings = NULL;
    if (load_read_file(&load, path, (struct mark){.file = DIAG_NO_FILE}, POLICY_FILE_MAX, &content))
        settings = settings_parse(buffer_text(&content), path, diags);
    buffer_clear(&content);
    return settings;
}

void settings_free(struct settings *settings)
{
    if (settings == NULL)
        return;
    arena_clear(&settings->arena);
    base_free(settings);
}

void settings_schema_write(struct buffer *out)
{
    schema_write_json(&settings_section, TEXT("exeat: how the gate runs, and what may leave"), out);
}

void settings_reference_write(struct buffer *out)
{
    schema_write_reference(&settings_section, out);
}
