/* SPDX-License-Identifier: Apache-2.0 */
/* The local authority: is it there, for how long, and may it speak for all that the policy wants opened? */
#include <errno.h>
#include <unistd.h>

#include "doctor_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "exeat/daemon.h"

enum { SOON_DAYS = 30, DAY = 86400 };

void judge_days(int64_t left_seconds, const char *config, struct finding *finding)
{
    long long days = (long long)(left_seconds / DAY);
    bool is_soon = left_seconds < (int64_t)SOON_DAYS * DAY;
    if (left_seconds <= 0)
        finding_say(finding, DOCTOR_TO_DO, "its certificate is over");
    else
        finding_say(
            finding, is_soon ? DOCTOR_TO_DO : DOCTOR_WELL, "good for %lld more day%s", days, days == 1 ? "" : "s");
    if (is_soon)
        finding_advise(finding, "exeat ca renew -c %s, and the new bundle to all clients", config);
}

static bool is_hidden(const struct settings_tls *tls)
{
    return (access(tls->certificate.data, R_OK) != 0 && errno == EACCES) ||
           (access(tls->key.data, R_OK) != 0 && errno == EACCES);
}

/* A gate that runs knows it, whatever may be read here. */
static void look_from_outside(const struct patient *patient, struct finding *finding)
{
    double expires = 0;
    bool is_told = metric_find(patient->metrics, TEXT("exeat_authority_expires_seconds"), &expires) && expires > 0;
    finding_say(
        finding, DOCTOR_UNSEEN, "%s may not be read by this user, so it is not seen for which names it is",
        patient_settings(patient)->tls.key.data);
    if (is_told)
        judge_days((int64_t)expires - clock_wall_us() / 1000000, patient->config, finding);
}

void look_at_authority(const struct patient *patient, struct finding *finding)
{
    const struct settings_tls *tls = &patient_settings(patient)->tls;
    char *error = NULL;
    if (tls->certificate.length == 0) {
        finding_say(finding, DOCTOR_NOTHING, "there is no tls.authority: no connection is opened");
        return;
    }
    if (is_hidden(tls)) {
        look_from_outside(patient, finding);
        return;
    }
    struct tls_issuer *issuer = daemon_load_issuer(patient->policy, patient->config, &error);
    if (issuer == NULL)
        finding_say(finding, DOCTOR_TO_DO, "%s", error);
    else
        judge_days((int64_t)tls_issuer_expires(issuer) - clock_wall_us() / 1000000, patient->config, finding);
    tls_issuer_free(issuer);
    base_free(error);
}
