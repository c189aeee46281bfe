/* SPDX-License-Identifier: Apache-2.0 */
/* A log that follows another, as the gate has it on record and is told to begin it. */
#include "daemon_internal.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

/* A log that follows another says so in one of its first records. */
bool gate_record_succession(struct gate *gate)
{
    const struct store_succession *succession = &gate->ledger.succession;
    struct buffer detail = {0};
    if (succession->previous[0] == '\0' || !succession->is_new)
        return true;
    buffer_printf(
        &detail, "previous=%s size=%llu reason=%s", succession->previous, (unsigned long long)succession->previous_size,
        succession->reason);
    bool done = audit_event_text(gate->ledger.audit, RECORD_ADMIN, TEXT("new_origin"), buffer_text(&detail));
    buffer_clear(&detail);
    return done;
}

bool gate_announce_succession(struct gate *gate, struct text reason, struct buffer *answer)
{
    const struct settings_audit *audit = &policy_settings(gate->in_force.policy)->audit;
    struct buffer name = {0};
    char *error = NULL;
    bool done = store_succession_announce(audit->directory.data, audit->origin, reason, &name, &error) &&
                audit_event_text(gate->ledger.audit, RECORD_ADMIN, TEXT("new_origin"), reason);
    if (done)
        buffer_printf(answer, "ok %.*s\n", TEXT_ARG(buffer_text(&name)));
    else
        buffer_printf(answer, "failed: %s\n", error == NULL ? "it could not be recorded" : error);
    if (done)
        log_warn("new_origin", log_text("origin", buffer_text(&name)), log_text("reason", reason));
    buffer_clear(&name);
    base_free(error);
    return done;
}
