/* SPDX-License-Identifier: Apache-2.0 */
/* The gate and its witness: settings become the options of anchor, and what anchor finds out is told to the store. */
#include <string.h>

#include "daemon_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

enum { VKEY_FILE_MAX = 4096 };

static void hold(void *context, enum audit_signing signing, bool decisions)
{
    struct gate *gate = context;
    audit_hold(gate->ledger.audit, signing, decisions);
}

static void keep(void *context, const struct tlog_tree *tree, struct text note)
{
    struct gate *gate = context;
    audit_keep_cosigned(gate->ledger.audit, tree, note);
}

static bool recall(void *context, struct tlog_tree *tree)
{
    struct gate *gate = context;
    char *error = NULL;
    struct buffer note = {0};
    struct store_reader *reader =
        store_reader_open(policy_settings(gate->in_force.policy)->audit.directory.data, &error);
    bool found = reader != NULL && store_reader_cosigned(reader, tree, &note);
    store_reader_free(reader);
    buffer_clear(&note);
    base_free(error);
    return found;
}

static const char *path_or_null(struct text path)
{
    return path.length > 0 ? path.data : NULL;
}

static struct anchor *start(struct gate *gate, struct text witness, char **error)
{
    const struct settings_audit *audit = &policy_settings(gate->in_force.policy)->audit;
    const struct settings_witness *source = &audit->witness;
    struct anchor_options options = {
        .store = audit->directory.data,
        .origin = text_from(gate->ledger.succession.origin),
        .previous = text_from(gate->ledger.succession.previous),
        .key = gate->ledger.key,
        .witness = witness,
        .scheme = source->scheme,
        .host = source->host,
        .port = source->port,
        .prefix = source->prefix,
        .token_file = path_or_null(source->token_file),
        .roots = path_or_null(source->roots),
        .denies = source->denies,
        .deny_after_ms = source->deny_after_ms,
        .interval_ms = source->interval_ms,
        .hooks = {.context = gate, .hold = hold, .keep = keep, .recall = recall},
    };
    return anchor_start(&options, error);
}

bool gate_start_anchor(struct gate *gate, char **error)
{
    const struct settings_witness *source = &policy_settings(gate->in_force.policy)->audit.witness;
    struct buffer vkey = {0};
    if (source->host.kind == HOST_NONE)
        return true;
    if (file_read(source->key_file.data, VKEY_FILE_MAX, &vkey, error))
        gate->ledger.anchor = start(gate, text_trim(buffer_text(&vkey), " \t\r\n"), error);
    buffer_clear(&vkey);
    return gate->ledger.anchor != NULL;
}
