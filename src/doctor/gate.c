/* SPDX-License-Identifier: Apache-2.0 */
/* What only the gate that runs knows: when its witness has cosigned, and what was shipped. */
#include "doctor_internal.h"
#include "exeat/base/clock.h"

/* False: the gate cannot be asked, which was said. */
static bool can_ask(const struct patient *patient, const char *what, struct finding *finding)
{
    if (patient->metrics.length > 0)
        return true;
    finding_say(finding, DOCTOR_UNSEEN, "no gate answers on listen.admin, and it alone knows %s", what);
    return false;
}

void look_at_witness(const struct patient *patient, struct finding *finding)
{
    enum { ROUNDS = 3 };
    const struct settings_witness *witness = &patient_settings(patient)->audit.witness;
    double age = 0;
    if (witness->host.kind == HOST_NONE) {
        finding_say(finding, DOCTOR_NOTHING, "there is no audit.witness");
        return;
    }
    if (!can_ask(patient, "when the witness has cosigned", finding))
        return;
    struct text state = metric_state(patient->metrics, TEXT("exeat_witness_state"));
    bool is_told = metric_find(patient->metrics, TEXT("exeat_witness_age_seconds"), &age);
    bool is_fresh = is_told && age * 1000 <= (double)(ROUNDS * witness->interval_ms);
    bool is_well = is_fresh && text_equal(state, TEXT("witnessed"));
    finding_say(
        finding, is_well ? DOCTOR_WELL : DOCTOR_TO_DO, "%s is %.*s, %.0f s since it cosigned or the gate began",
        witness->host.text, TEXT_ARG(state), age);
    if (!is_well)
        finding_advise(finding, "the gate's log has why (`witness`); docs/operations.md, \"The gate's side\"");
}

void look_at_ship(const struct patient *patient, struct finding *finding)
{
    const struct settings_audit *audit = &patient_settings(patient)->audit;
    double shipped = 0;
    if (audit->ship.length == 0) {
        finding_say(finding, DOCTOR_NOTHING, "there is no audit.ship");
        return;
    }
    if (!can_ask(patient, "what was shipped", finding))
        return;
    struct text state = metric_state(patient->metrics, TEXT("exeat_audit_ship_state"));
    (void)metric_find(patient->metrics, TEXT("exeat_audit_ship_time_seconds"), &shipped);
    double lag = shipped > 0 ? (double)clock_wall_us() / 1e6 - shipped : 0;
    bool is_late = shipped > 0 && lag * 1000 > (double)(2 * audit->segment_ms);
    bool is_well = text_equal(state, TEXT("shipped")) && !is_late;
    finding_say(
        finding, is_well ? DOCTOR_WELL : DOCTOR_TO_DO, "%s: %.*s, all that is sealed %.0f s ago", audit->ship.data,
        TEXT_ARG(state), lag);
    if (!is_well)
        finding_advise(finding, "the gate's log has why (`ship`); is the folder there, and may the gate write it?");
}
