/* SPDX-License-Identifier: Apache-2.0 */
/* The whole file: defaults, the top-level table, and what is kept for the record. */
#include <string.h>

#include "exeat/base/file.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "schema.h"

enum { FILE_MAX = 16 * 1024 * 1024, FIELDS_MOST = 256 };

static bool read_version(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_number(load, node, field))
        return false;
    if (*(uint64_t *)field == 1)
        return true;
    diag_error(load->diags, node->mark, "this program reads version 1");
    return false;
}

static bool read_mode(struct load *load, const struct yaml_node *node, void *field)
{
    static const char *const words[] = {"enforce", "observe"};
    size_t index = 0;
    bool good = read_choice(load, node, words, COUNT_OF(words), &index);
    *(bool *)field = index == 1;
    return good;
}

static const struct key top_keys[] = {
    REQUIRED_KEY(settings, version, "version", read_version, "1", "of this language"),
    KEY(settings, observe, "mode", read_mode, "enforce or observe", "observe only records what rules would do"),
    KEY(settings, listen, "listen", read_listen, "map", "sockets of the gate"),
    KEY(settings, audit, "audit", read_audit, "map", "the store of decisions"),
    KEY(settings, tls, "tls", read_tls, "map", "what may be opened, who is trusted"),
    KEY(settings, resolve, "resolve", read_resolve, "map", "names to addresses"),
    KEY(settings, run.workers, "workers", read_workers, "auto or number", "threads that serve"),
    KEY(settings, run, "limits", read_limits, "map", "sizes and counts"),
    KEY(settings, run, "timeouts", read_timeouts, "map", "inactivity, never total"),
    KEY(settings, run, "log", read_log, "map", "the operator's log"),
    KEY(settings, lists, "clients", read_clients, "map of names", "names for `from`"),
    KEY(settings, lists, "groups", read_groups, "map of names", "names for lists of hosts"),
    KEY(settings, lists, "llm", read_llm, "list", "adds to the catalogue"),
    KEY(settings, lists, "inference", read_inference, "list", "who answers instead"),
    KEY(settings, lists, "rules", read_rules, "list", "what may leave"),
    KEY(settings, lists, "tests", read_tests, "list", "run by `exeat check` and at every load"),
};

static void set_defaults(struct settings *settings)
{
    settings->audit = (struct settings_audit){
        .directory = TEXT("/var/lib/exeat/audit"),
        .origin = TEXT("exeat"),
        .key = TEXT("/etc/exeat/keys/log.key"),
        .batch_ms = 10,
        .heartbeat_ms = 10000,
        .segment_bytes = UINT64_C(64) << 20,
        .segment_ms = UINT64_C(24) * 3600 * 1000,
        .query = PRIVACY_NONE,
    };
    settings->run = (struct settings_run){
        .head = 65536,
        .fields = 200,
        .body_held = 8388608,
        .connections = 10000,
        .drain_ms = 25000,
        .head_ms = 10000,
        .connect_ms = 3000,
        .idle_ms = 60000,
        .stream_ms = 300000,
        .log_level = LOG_INFO,
    };
}

struct text settings_add_file(struct settings *settings, struct text path, struct text content)
{
    struct settings_lists *lists = &settings->lists;
    struct settings_file *files = arena_array(&settings->arena, lists->file_count + 1, sizeof(*files));
    if (lists->file_count > 0)
        memcpy(files, lists->files, lists->file_count * sizeof(*files));
    struct settings_file *file = &files[lists->file_count++];
    file->path = arena_text(&settings->arena, path);
    file->content = arena_text(&settings->arena, content);
    digest_sha256(bytes_of_text(content), &file->digest);
    lists->files = files;
    return file->content;
}

static void check_limits(struct load *load, const struct yaml_node *root)
{
    if (load->settings->run.fields < 1 || load->settings->run.fields > FIELDS_MOST)
        diag_error(load->diags, root->mark, "limits.fields: 1 to %d", FIELDS_MOST);
    if (load->settings->run.head < 1024)
        diag_error(load->diags, root->mark, "limits.head: at least 1KiB");
}

struct settings *settings_parse(struct text text, const char *path, struct diags *diags)
{
    size_t errors_before = diags_errors(diags);
    int file = diags_add_file(diags, path, text);
    struct settings *settings = base_zalloc(sizeof(*settings));
    struct load load = {settings, diags, path};
    set_defaults(settings);
    settings_add_file(settings, text_from(path), text);
    const struct yaml_node *root = yaml_tree_parse(text, file, &settings->arena, diags);
    if (root != NULL && schema_read_map(&load, root, top_keys, COUNT_OF(top_keys), settings, "the configuration"))
        check_limits(&load, root);
    if (diags_errors(diags) == errors_before)
        return settings;
    settings_free(settings);
    return NULL;
}

struct settings *settings_load(const char *path, struct diags *diags)
{
    struct buffer content = {0};
    char *error = NULL;
    struct settings *settings = NULL;
    if (file_read(path, FILE_MAX, &content, &error)) {
        settings = settings_parse(buffer_text(&content), path, diags);
    } else {
        diag_error(diags, (struct mark){.file = DIAG_NO_FILE}, "%s", error);
        base_free(error);
    }
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
