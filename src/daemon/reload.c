/* SPDX-License-Identifier: Apache-2.0 */
/* A new policy is built beside the old one, checked, put on record, and only then given to the workers. A bad one
 * leaves the old one in force, and a log line, a count and a record. */
#include "daemon_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/in_force.h"
#include "exeat/policy/canary.h"
#include "exeat/policy/credential.h"
#include "exeat/record.h"

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
    record_field_append(fields, EVENT_NAME, bytes_of_text(TEXT("policy")));
    record_field_append(fields, EVENT_DETAIL, bytes_of_text(buffer_text(&detail)));
    record_field_append(fields, EVENT_FILE, bytes_of_text(lists->files[0].path));
    record_field_append(
        fields, EVENT_DIGEST, (struct bytes){lists->files[0].digest.bytes, sizeof(lists->files[0].digest.bytes)});
    record_number_append(fields, EVENT_COUNT, lists->file_count, 8);
    record_field_append(fields, EVENT_FILES, bytes_of_text(buffer_text(&digests)));
    buffer_clear(&detail);
    buffer_clear(&digests);
}

bool gate_record_policy(struct gate *gate, const struct policy *policy, uint64_t *sequence)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    struct store_blob *blobs = base_array(lists->file_count, sizeof(*blobs));
    struct buffer fields = {0};
    write_fields(lists, &fields);
    for (size_t i = 0; i < lists->file_count; i++)
        blobs[i] = (struct store_blob){lists->files[i].digest, lists->files[i].content};
    bool done = audit_event(
        gate->ledger.audit, RECORD_POLICY, bytes_of_text(buffer_text(&fields)), blobs, lists->file_count, sequence);
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

static bool has_same_credentials(const struct policy *left, const struct policy *right)
{
    size_t count = policy_credential_count(left);
    bool same = count == policy_credential_count(right);
    for (size_t i = 0; same && i < count; i++)
        same = credential_is_same(policy_credential_at(left, i), policy_credential_at(right, i));
    return same;
}

/* Of endpoints. */
static bool has_same_keys(const struct policy *left, const struct policy *right)
{
    size_t count = policy_inference_count(left);
    bool same = count == policy_inference_count(right);
    for (size_t i = 0; same && i < count; i++)
        same = secret_is_same(&policy_inference(left, i)->key, &policy_inference(right, i)->key);
    return same;
}

/* The files say the same, and so do those that are not on record with a policy: of secrets and of canaries. */
static bool is_unchanged(const struct policy *left, const struct policy *right)
{
    return is_same(policy_settings(left), policy_settings(right)) && has_same_credentials(left, right) &&
           canary_set_equal(policy_canaries(left), policy_canaries(right)) && has_same_keys(left, right);
}

static void refuse(struct gate *gate, struct text reason, struct buffer *answer)
{
    struct buffer whole = {0};
    confinement_explain(&gate->confined, reason, &whole);
    struct text why = buffer_text(&whole);
    atomic_fetch_add(&gate->told.reloads_refused, 1);
    log_error("reload_refused", log_string("file", gate->path), log_text("why", why));
    if (!audit_event_text(gate->ledger.audit, RECORD_CONFIG, TEXT("reload_refused"), why))
        log_error("audit_write_failed", log_string("event", "reload_refused"));
    buffer_printf(answer, "refused: %.*s\n", TEXT_ARG(why));
    buffer_clear(&whole);
}

/* What of the new file is not in force is on record before its POLICY record. */
static bool record_waiting(struct gate *gate, struct text names)
{
    return names.length == 0 || audit_event_text(gate->ledger.audit, RECORD_CONFIG, TEXT("needs_restart"), names);
}

/* Once it is over, no client can be answered over TLS any more. */
static void warn_of_expiry(const struct gate *gate)
{
    enum { SOON_DAYS = 30, DAY = 86400 };
    int64_t left = (int64_t)atomic_load(&gate->told.issuer_expires) - clock_wall_us() / 1000000;
    if (gate->in_force.trust->issuer != NULL && left < (int64_t)SOON_DAYS * DAY)
        log_warn(
            "authority_expires", log_number("days", left / DAY),
            log_string("do", "exeat ca renew, give clients the new bundle, reload"));
}

static void on_day(void *context)
{
    enum { DAY_MS = 86400000 };
    struct gate *gate = context;
    warn_of_expiry(gate);
    timer_start(gate->occasions.daily, DAY_MS);
}

/* What the desk shows, and when it is told again. */
static void tell(struct gate *gate)
{
    const struct tls_issuer *issuer = gate->in_force.trust->issuer;
    atomic_store(&gate->told.policy_sequence, gate->in_force.sequence);
    atomic_store(&gate->told.drain_ms, policy_settings(gate->in_force.policy)->run.drain_ms);
    atomic_store(&gate->told.issuer_expires, issuer == NULL ? 0 : tls_issuer_expires(issuer));
    if (gate->in_force.lapses == NULL)
        gate->in_force.lapses = lapses_new(gate);
    lapses_watch(gate->in_force.lapses);
    if (gate->occasions.daily == NULL)
        gate->occasions.daily = timer_new(gate->loop, on_day, gate);
    on_day(gate);
}

void gate_apply(struct gate *gate)
{
    const struct settings *settings = policy_settings(gate->in_force.policy);
    struct audit_options audit;
    log_configure(settings->run.log_json ? LOG_JSON : LOG_TEXT, (enum log_level)settings->run.log_level);
    daemon_audit_options(&settings->audit, gate->ledger.key, &audit);
    if (gate->ledger.audit == NULL)
        return;
    audit_change(gate->ledger.audit, &audit);
    tell(gate);
}

/* One for each worker, or none with `error`. */
static struct tls_client **make_clients(const struct gate *gate, const struct policy *policy, char **error)
{
    struct tls_client **clients = base_array(gate->crew.worker_count + 1, sizeof(struct tls_client *));
    for (size_t i = 0; i < gate->crew.worker_count; i++) {
        clients[i] = trust_client(policy, error);
        if (clients[i] != NULL)
            continue;
        while (i > 0)
            tls_client_free(clients[--i]);
        base_free(clients);
        return NULL;
    }
    return clients;
}

/* New connections of all workers are made and taken under it. */
static void use_trust(struct gate *gate, struct trust *trust, struct tls_client **clients)
{
    for (size_t i = 0; i < gate->crew.worker_count; i++)
        worker_set_tls(gate->crew.workers[i], clients[i], trust);
    trust->older = gate->in_force.trust;
    gate->in_force.trust = trust;
}

static void drop_clients(const struct gate *gate, struct tls_client **clients)
{
    for (size_t i = 0; i < gate->crew.worker_count; i++)
        tls_client_free(clients[i]);
}

/* Said once all workers judge by it: whoever reads that asks the new policy. */
static void say_taken(struct gate *gate, struct text waiting, struct buffer *answer)
{
    bool is_whole = crew_has_policy(&gate->crew, gate->in_force.sequence);
    atomic_fetch_add(&gate->told.reloads, 1);
    log_info("reloaded", log_string("file", gate->path), log_number("policy", (int64_t)gate->in_force.sequence));
    if (waiting.length > 0)
        log_warn("needs_restart", log_text("keys", waiting));
    buffer_append_string(answer, is_whole ? "ok" : "ok, but a worker is busy and does not judge by it yet");
    if (waiting.length > 0)
        buffer_printf(answer, "; waits for a restart: %.*s", TEXT_ARG(waiting));
    buffer_append_byte(answer, '\n');
}

static void take(struct gate *gate, struct policy *policy, struct text waiting, struct buffer *answer)
{
    gate_end_bypass(gate, TEXT("a new policy is in force"));
    retired_add(gate->retired, gate->in_force.policy);
    gate->in_force.policy = policy;
    struct budget_table *budgets = limits_new(gate->budgets, policy, gate->crew.worker_count);
    budget_table_unref(gate->in_force.budgets);
    gate->in_force.budgets = budgets;
    gate_apply(gate);
    gate_look_after_engines(gate);
    crew_give_policy(&gate->crew, &gate->in_force);
    files_watch_set(gate->occasions.files, policy, &gate->listeners);
    say_taken(gate, waiting, answer);
}

/* On record, with what of it waits; nothing is in force yet. */
static bool record(struct gate *gate, const struct policy *policy, struct text waiting, uint64_t *sequence)
{
    return record_waiting(gate, waiting) && gate_record_policy(gate, policy, sequence);
}

/* Takes policy and trust, or leaves everything as it was. `trust` is NULL when it is the same. */
static void put_in_force(struct gate *gate, struct policy *policy, struct trust *trust, struct buffer *answer)
{
    struct buffer waiting = {0};
    char *error = NULL;
    uint64_t sequence = 0;
    struct tls_client **clients = trust == NULL ? NULL : make_clients(gate, policy, &error);
    in_force_waiting(policy_settings(policy), buffer_text(&gate->in_force.start_values), &waiting);
    bool done = error == NULL && record(gate, policy, buffer_text(&waiting), &sequence);
    if (done) {
        gate->in_force.sequence = sequence;
        if (trust != NULL)
            use_trust(gate, trust, clients);
        take(gate, policy, buffer_text(&waiting), answer);
    } else {
        refuse(gate, error == NULL ? TEXT("the policy could not be recorded") : text_from(error), answer);
        if (clients != NULL)
            drop_clients(gate, clients);
        trust_free(trust);
        policy_unref(policy);
    }
    base_free(clients);
    buffer_clear(&waiting);
    base_free(error);
}

/* The new policy may want to open names that the authority's certificate does not permit. */
static void consider(struct gate *gate, struct policy *policy, enum reload reload, struct buffer *answer)
{
    char *error = NULL;
    struct trust *trust = trust_new(policy, &gate->listeners, gate->path, &error);
    if (trust == NULL) {
        refuse(gate, text_from(error), answer);
        policy_unref(policy);
        base_free(error);
        return;
    }
    if (digest_equal(&trust->digest, &gate->in_force.trust->digest)) {
        trust_free(trust);
        trust = NULL;
    }
    if (trust != NULL || !is_unchanged(gate->in_force.policy, policy)) {
        put_in_force(gate, policy, trust, answer);
        return;
    }
    if (reload == RELOAD_ASKED)
        log_info("reloaded_unchanged", log_string("file", gate->path));
    buffer_append(answer, TEXT("ok, unchanged\n"));
    policy_unref(policy);
}

void gate_reload(struct gate *gate, enum reload reload, struct buffer *answer)
{
    struct diags *diags = diags_new();
    struct policy *policy = daemon_load(gate->path, diags);
    struct buffer out = {0};
    if (policy != NULL) {
        consider(gate, policy, reload, answer);
    } else {
        diags_write_problems(diags, &out);
        refuse(gate, buffer_text(&out), answer);
    }
    buffer_clear(&out);
    diags_free(diags);
}
