/* SPDX-License-Identifier: Apache-2.0 */
/* A new policy is built beside the old one, checked, put on record, and only then given to the workers. A bad one
 * leaves the old one in force, and a log line, a count and a record. */
#include "daemon_internal.h"
#include "exeat/audit/record.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

static void write_fields(const struct settings_lists *lists, struct buffer *fields)
{
    struct buffer detail = {0};
    struct buffer digests = {0};
    for (size_t i = 0; i < lists->file_count; i++) {
        buffer_append(
            &digests, (struct text){(const char *)lists->files[i].digest.bytes, sizeof(lists->files[i].digest.bytes)});
        buffer_append_hex(&detail, (struct bytes){lists->files[i].digest.bytes, sizeof(lists->files[i].digest.bytes)});
        buffer_printf(&detail, " %s%s", lists->files[i].path.data, i + 1 < lists->file_count ? ", " : "");
    }
    audit_field_append(fields, LIFE_EVENT, bytes_of_text(TEXT("policy")));
    audit_field_append(fields, LIFE_DETAIL, bytes_of_text(buffer_text(&detail)));
    audit_field_append(fields, LIFE_FILE, bytes_of_text(lists->files[0].path));
    audit_field_append(
        fields, LIFE_DIGEST, (struct bytes){lists->files[0].digest.bytes, sizeof(lists->files[0].digest.bytes)});
    audit_number_append(fields, LIFE_COUNT, lists->file_count, 8);
    audit_field_append(fields, LIFE_FILES, bytes_of_text(buffer_text(&digests)));
    buffer_clear(&detail);
    buffer_clear(&digests);
}

bool gate_record_policy(struct gate *gate, const struct policy *policy, uint64_t *sequence)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    struct audit_blob *blobs = base_array(lists->file_count, sizeof(*blobs));
    struct buffer fields = {0};
    write_fields(lists, &fields);
    for (size_t i = 0; i < lists->file_count; i++)
        blobs[i] = (struct audit_blob){lists->files[i].digest, lists->files[i].content};
    bool done =
        audit_event(gate->audit, AUDIT_POLICY, bytes_of_text(buffer_text(&fields)), blobs, lists->file_count, sequence);
    buffer_clear(&fields);
    base_free(blobs);
    return done;
}

static bool is_same(const struct settings *left, const struct settings *right)
{
    if (left->lists.file_count != right->lists.file_count)
        return false;
    for (size_t i = 0; i < left->lists.file_count; i++)
        if (!digest_equal(&left->lists.files[i].digest, &right->lists.files[i].digest))
            return false;
    return true;
}

static void refuse(struct gate *gate, struct text why)
{
    gate->reloads.refused++;
    log_error("reload_refused", log_string("file", gate->path), log_text("why", why));
    if (!audit_event_text(gate->audit, AUDIT_CONFIG, TEXT("reload_refused"), why))
        log_error("audit_write_failed", log_string("event", "reload_refused"));
}

/* The new policy may want to open names that the authority's certificate does not permit. */
static bool authority_fits(struct gate *gate, const struct policy *policy)
{
    char *error = NULL;
    struct tls_authority *authority = daemon_load_authority(policy, gate->path, &error);
    tls_authority_free(authority);
    if (error == NULL)
        return true;
    refuse(gate, text_from(error));
    base_free(error);
    return false;
}

static bool same_sockets(const struct settings_listen *left, const struct settings_listen *right)
{
    if (left->forward_count != right->forward_count || left->admin.port != right->admin.port ||
        !address_equal(&left->admin.address, &right->admin.address))
        return false;
    for (size_t i = 0; i < left->forward_count; i++)
        if (left->forward[i].port != right->forward[i].port ||
            !address_equal(&left->forward[i].address, &right->forward[i].address))
            return false;
    return true;
}

static void warn_of_restart(const struct settings *old, const struct settings *new)
{
    bool same =
        same_sockets(&old->listen, &new->listen) && text_equal(old->audit.directory, new->audit.directory) &&
        text_equal(old->audit.origin, new->audit.origin) &&
        old->audit.durability == new->audit.durability &&text_equal(old->tls.certificate, new->tls.certificate) &&
        old->run.workers == new->run.workers;
    if (!same)
        log_warn("needs_restart", log_string("sections", "listen, audit, tls.authority or workers have changed"));
}

static void take(struct gate *gate, struct policy *policy)
{
    uint64_t sequence;
    if (!gate_record_policy(gate, policy, &sequence)) {
        refuse(gate, TEXT("the policy could not be recorded"));
        policy_unref(policy);
        return;
    }
    gate_end_bypass(gate, TEXT("a new policy is in force"));
    warn_of_restart(policy_settings(gate->in_force.policy), policy_settings(policy));
    retired_add(gate->retired, gate->in_force.policy);
    gate->in_force.policy = policy;
    gate->in_force.sequence = sequence;
    gate->reloads.done++;
    for (size_t i = 0; i < gate->worker_count; i++)
        worker_set_policy(gate->workers[i], policy, sequence);
    files_watch_set(gate->files, policy_settings(policy));
    log_info("reloaded", log_string("file", gate->path), log_number("policy", (int64_t)sequence));
}

void gate_reload(struct gate *gate)
{
    struct diags *diags = diags_new();
    struct policy *policy = daemon_load(gate->path, diags);
    if (policy == NULL) {
        struct buffer out = {0};
        diags_write_problems(diags, &out);
        refuse(gate, buffer_text(&out));
        buffer_clear(&out);
    } else if (
        is_same(policy_settings(gate->in_force.policy), policy_settings(policy)) || !authority_fits(gate, policy)) {
        policy_unref(policy);
    } else {
        take(gate, policy);
    }
    diags_free(diags);
}
