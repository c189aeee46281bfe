/* SPDX-License-Identifier: Apache-2.0 */
/* Files that hold a secret: who owns each, and who may read or change it. Their content is not looked at. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor_internal.h"
#include "exeat/base/file.h"

static void judge_mode(const char *key, const char *path, const struct stat *status, struct finding *finding)
{
    if ((status->st_mode & S_IRWXO) != 0) {
        finding_say(
            finding, DOCTOR_TO_DO, "%s: %s may be read or changed by everybody on this machine (%03o)", key, path,
            status->st_mode & 0777);
        finding_advise(
            finding,
            "chmod o= %s (of a Kubernetes Secret, defaultMode: 0440), and make it anew if others could read it", path);
    } else if ((status->st_mode & S_IWGRP) != 0) {
        finding_say(
            finding, DOCTOR_TO_DO, "%s: %s may be changed by its group (%03o)", key, path, status->st_mode & 0777);
        finding_advise(finding, "chmod g-w %s", path);
    }
}

/* Who is in which group is not known, so a group that may read it may be the gate's. */
static void
judge_owner(const char *key, const char *path, const struct stat *status, uint32_t gate, struct finding *finding)
{
    bool may_read = gate == 0 || (status->st_uid == gate && (status->st_mode & S_IRUSR) != 0) ||
                    (status->st_mode & (S_IRGRP | S_IROTH)) != 0;
    if (gate == NOBODY_KNOWS || may_read)
        return;
    finding_say(finding, DOCTOR_TO_DO, "%s: %s is user %u's, and the gate is user %u", key, path, status->st_uid, gate);
    finding_advise(finding, "chown %u %s", gate, path);
}

void judge_key(const char *key, const char *path, uint32_t gate, struct finding *finding)
{
    struct stat status;
    if (stat(path, &status) == 0) {
        finding_say(finding, DOCTOR_WELL, "%s: %s", key, path);
        judge_mode(key, path, &status, finding);
        judge_owner(key, path, &status, gate, finding);
        return;
    }
    if (errno != ENOENT && errno != ENOTDIR) {
        finding_say(finding, DOCTOR_UNSEEN, "%s: %s: %s", key, path, strerrordesc_np(errno));
        finding_advise(finding, "run it as the gate's user, or as root, to see %s", path);
        return;
    }
    finding_say(finding, DOCTOR_TO_DO, "%s: %s is not there", key, path);
    finding_advise(finding, "put %s there, readable by the gate's user alone (is the Secret mounted?)", path);
}

/* --- which ----------------------------------------------------------------------------------------------------------
 */

struct looking {
    uint32_t gate;
    struct finding *finding;
};

static void look_at(const struct looking *looking, const char *key, struct text path)
{
    if (path.length > 0)
        judge_key(key, path.data, looking->gate, looking->finding);
}

static void look_at_authority_key(const struct looking *looking, const struct settings_tls *tls)
{
    struct stat status;
    if (tls->key.length == 0)
        return;
    look_at(looking, "tls.authority", tls->key);
    if (stat(tls->key.data, &status) != 0 && errno == ENOENT)
        finding_advise(looking->finding, "exeat ca init makes that of tls.authority");
}

/* The log's key is made at the first start. */
static void look_at_log_key(const struct looking *looking, const struct settings_audit *audit)
{
    struct stat status;
    if (stat(audit->key.data, &status) == 0 || errno != ENOENT)
        look_at(looking, "audit.key", audit->key);
    else
        finding_say(looking->finding, DOCTOR_WELL, "audit.key: %s is made at the first start", audit->key.data);
}

static void look_at_listeners(const struct looking *looking, const struct settings_listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++)
        look_at(looking, "listen", listeners->items[i].tls.key);
}

static void look_at_lists(const struct looking *looking, const struct settings *settings)
{
    const struct settings_lists *lists = &settings->lists;
    for (size_t i = 0; i < lists->inference_count; i++) {
        look_at(looking, "inference", lists->inference[i].key_file);
        look_at(looking, "inference", lists->inference[i].trust.key.text);
    }
    for (size_t i = 0; i < lists->proxy_count; i++)
        look_at(looking, "proxies", lists->proxies[i].credentials_file);
    for (size_t i = 0; i < lists->rule_count; i++)
        look_at(looking, "rules", lists->rules[i].trust.key.text);
    for (size_t i = 0; i < settings->credentials.count; i++)
        look_at(looking, "credentials", settings->credentials.items[i].file.text);
}

/* The one that runs owns its control socket; `redirect` says who it is to be. */
static uint32_t user_of_gate(const struct settings *settings)
{
    struct stat status;
    bool has_socket = settings->listen.control.length > 0 && stat(settings->listen.control.data, &status) == 0;
    if (has_socket)
        return status.st_uid;
    return settings->redirect.mark.line > 0 ? (uint32_t)settings->redirect.uid : NOBODY_KNOWS;
}

void look_at_keys(const struct patient *patient, struct finding *finding)
{
    const struct settings *settings = patient_settings(patient);
    const struct looking looking = {user_of_gate(settings), finding};
    look_at_authority_key(&looking, &settings->tls);
    look_at_log_key(&looking, &settings->audit);
    look_at(&looking, "audit.witness", settings->audit.witness.token_file);
    look_at_listeners(&looking, &settings->listen.forward);
    look_at_listeners(&looking, &settings->listen.socks);
    look_at_lists(&looking, settings);
}
