/* SPDX-License-Identifier: Apache-2.0 */
/* Who is looked at: a configuration as `exeat check` reads it, and the gate that runs with it, if one does. */
#include <errno.h>

#include "doctor_internal.h"
#include "exeat/admin.h"
#include "exeat/base/clock.h"
#include "exeat/daemon.h"
#include "exeat/lint.h"

const struct settings *patient_settings(const struct patient *patient)
{
    return policy_settings(patient->policy);
}

static void load(struct patient *patient, struct buffer *complaints)
{
    struct diags *diags = diags_new();
    patient->policy = daemon_load(patient->config, diags);
    if (patient->policy != NULL) {
        lint_policy(patient->policy, clock_wall_us(), diags);
        daemon_check(patient->policy, patient->config, diags);
    }
    diags_write_problems(diags, complaints);
    patient->errors = diags_errors(diags);
    patient->warnings = diags_warnings(diags);
    patient->complaints = buffer_text(complaints);
    diags_free(diags);
}

static enum gate_seen ask_control(const char *path)
{
    struct buffer answer = {0};
    bool runs = control_ask(path, TEXT("show-config"), &answer);
    int error = errno;
    buffer_clear(&answer);
    return runs ? GATE_RUNS : error == EACCES ? GATE_HIDDEN : GATE_SILENT;
}

/* Another program may have taken the port: a gate says which it is. */
static bool ask_admin(const struct setting_socket *admin, struct buffer *metrics)
{
    uint16_t status = admin_ask(&admin->address, admin->port, TEXT("/metrics"), metrics);
    return status == 200 && metric_state(buffer_text(metrics), TEXT("exeat_build_info")).length > 0;
}

static void ask_gate(struct patient *patient, struct buffer *metrics)
{
    const struct settings_listen *listen = &patient_settings(patient)->listen;
    patient->gate = GATE_HIDDEN;
    if (listen->admin.address.length > 0 && ask_admin(&listen->admin, metrics)) {
        patient->gate = GATE_RUNS;
        patient->metrics = buffer_text(metrics);
    } else if (listen->control.length > 0)
        patient->gate = ask_control(listen->control.data);
    else if (listen->admin.address.length > 0)
        patient->gate = GATE_SILENT;
}

void patient_meet(struct patient *patient, const char *config, struct buffer kept[2])
{
    *patient = (struct patient){.config = config, .gate = GATE_HIDDEN};
    load(patient, &kept[0]);
    if (patient->policy != NULL)
        ask_gate(patient, &kept[1]);
}
