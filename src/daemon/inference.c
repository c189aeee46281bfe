/* SPDX-License-Identifier: Apache-2.0 */
/* The engines behind inference endpoints: who looks after them, what of it is put on record, what the operator says. */
#include "daemon_internal.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/checkup/online.h"
#include "exeat/record.h"

static void write_model(struct text endpoint, const struct engine_identity *identity, struct buffer *fields)
{
    struct buffer detail = {0};
    buffer_printf(&detail, "endpoint=%.*s", TEXT_ARG(endpoint));
    if (identity->model[0] != '\0')
        buffer_printf(&detail, " model=%s", identity->model);
    if (identity->version[0] != '\0')
        buffer_printf(&detail, " version=%s", identity->version);
    if (identity->adapter[0] != '\0')
        buffer_printf(&detail, " adapter=%s", identity->adapter);
    if (identity->region[0] != '\0')
        buffer_printf(
            &detail, " region=%s region_from=%s", identity->region,
            identity->is_region_read ? "file" : "configuration");
    record_field_append(fields, EVENT_NAME, bytes_of_text(TEXT("model")));
    record_field_append(fields, EVENT_DETAIL, bytes_of_text(buffer_text(&detail)));
    if (identity->has_digest)
        record_field_append(
            fields, EVENT_DIGEST, (struct bytes){identity->digest.bytes, sizeof(identity->digest.bytes)});
    buffer_clear(&detail);
}

static void on_model(void *context, struct text endpoint, const struct engine_identity *identity)
{
    struct gate *gate = context;
    struct buffer fields = {0};
    write_model(endpoint, identity, &fields);
    log_info(
        "inference_model", log_text("endpoint", endpoint), log_string("model", identity->model),
        log_string("version", identity->version), log_string("adapter", identity->adapter),
        log_string("region", identity->region));
    if (!audit_event(gate->ledger.audit, RECORD_MODEL, bytes_of_text(buffer_text(&fields)), NULL, 0, NULL))
        log_error("audit_write_failed", log_string("event", "model"));
    buffer_clear(&fields);
}

static void note(struct gate *gate, struct text what)
{
    log_info("inference_order", log_text("order", what));
    if (!audit_event_text(gate->ledger.audit, RECORD_ADMIN, TEXT("inference"), what))
        log_error("audit_write_failed", log_string("event", "inference"));
}

static void on_swap(void *context, struct text from, struct text to)
{
    struct buffer detail = {0};
    buffer_printf(&detail, "%.*s answers instead of %.*s", TEXT_ARG(to), TEXT_ARG(from));
    note(context, buffer_text(&detail));
    buffer_clear(&detail);
}

void gate_look_after_engines(struct gate *gate)
{
    char *error = NULL;
    struct tls_client *tls = trust_client(gate->in_force.policy, &error);
    if (tls == NULL)
        log_error("inference_unasked", log_text("why", text_from(error))); /* what the workers have was good */
    base_free(error);
    const struct checkup_options options = {
        .loop = gate->loop,
        .engines = gate->crew.engines,
        .hooks = {gate, on_model, on_swap},
    };
    if (gate->checkup == NULL)
        gate->checkup = checkup_new(&options);
    checkup_set_policy(gate->checkup, gate->in_force.policy, tls);
}

bool daemon_check_online(const struct policy *policy, struct buffer *out, char **error)
{
    *error = NULL;
    struct tls_client *tls = trust_client(policy, error);
    if (tls == NULL)
        return false;
    bool is_good = checkup_online(policy, tls, out);
    tls_client_free(tls);
    return is_good;
}

void gate_inference(struct gate *gate, struct text words, struct buffer *answer)
{
    if (checkup_order(gate->checkup, words, answer))
        note(gate, words);
}
