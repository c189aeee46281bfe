/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the doctor share: who is looked at, what is found, and a function for each question. */
#ifndef EXEAT_DOCTOR_INTERNAL_H
#define EXEAT_DOCTOR_INTERNAL_H

#include <stdint.h>

#include "exeat/doctor.h"
#include "exeat/policy.h"

/* Does a gate run with this configuration? */
enum gate_seen {
    GATE_RUNS,
    GATE_SILENT, /* nobody answers where it would */
    GATE_HIDDEN  /* the configuration has no place to ask it, or it is another user's */
};
/* Who is looked at. */
struct patient {
    const char *config;      /* path */
    struct policy *policy;   /* owned; NULL: the configuration is not good, and only what needs none is asked */
    struct text complaints;  /* what `exeat check` says */
    size_t errors, warnings; /* ... of each how many */
    enum gate_seen gate;
    struct text metrics; /* what it says at /metrics; empty: nothing */
};
const struct settings *patient_settings(const struct patient *patient); /* of its policy */
/* patient.c: loads the configuration and asks the gate; the texts live in `kept`. */
void patient_meet(struct patient *patient, const char *config, struct buffer kept[2]);

/* --- finding.c: what is found --------------------------------------------------------------------------------------
 */

/* Zeroed: nothing. */
struct finding {
    enum doctor_state state;
    struct buffer found;  /* lines, each a sentence without an end */
    struct buffer advice; /* lines: what to do */
};
/* One more thing; the worst of all is the finding's state. */
void finding_say(struct finding *finding, enum doctor_state state, const char *format, ...) PRINTF_LIKE(3, 4);
void finding_advise(struct finding *finding, const char *format, ...) PRINTF_LIKE(2, 3);
void finding_clear(struct finding *finding);

/* --- show.c --------------------------------------------------------------------------------------------------------
 */

void show_text(const struct doctor_question *question, const struct finding *finding, struct buffer *out);
void show_json(const struct doctor_question *question, const struct finding *finding, struct buffer *out);

/* --- the questions -------------------------------------------------------------------------------------------------
 */

typedef void (*doctor_look)(const struct patient *patient, struct finding *finding);
void look_at_configuration(const struct patient *patient, struct finding *finding); /* configuration.c, as the next */
void look_at_llm(const struct patient *patient, struct finding *finding);
void look_at_keys(const struct patient *patient, struct finding *finding);      /* keys.c */
void look_at_authority(const struct patient *patient, struct finding *finding); /* authority.c */
void look_at_ports(const struct patient *patient, struct finding *finding);     /* ports.c */
void look_at_redirect(const struct patient *patient, struct finding *finding);  /* redirect.c */
void look_at_curl(const struct patient *patient, struct finding *finding);      /* clients.c, as the next */
void look_at_php(const struct patient *patient, struct finding *finding);
void look_at_node(const struct patient *patient, struct finding *finding);
void look_at_python(const struct patient *patient, struct finding *finding);
void look_at_proxy(const struct patient *patient, struct finding *finding); /* proxy.c */
void look_at_store(const struct patient *patient, struct finding *finding); /* store.c, as the next */
void look_at_disk(const struct patient *patient, struct finding *finding);
void look_at_clock(const struct patient *patient, struct finding *finding);     /* clock.c */
void look_at_names(const struct patient *patient, struct finding *finding);     /* names.c */
void look_at_endpoints(const struct patient *patient, struct finding *finding); /* endpoints.c */
void look_at_witness(const struct patient *patient, struct finding *finding);   /* gate.c, as the next */
void look_at_ship(const struct patient *patient, struct finding *finding);
void look_at_memory(const struct patient *patient, struct finding *finding); /* memory.c */

/* --- what their tests ask, too -------------------------------------------------------------------------------------
 */

/* keys.c: one file that holds a secret; `gate` is the user that a gate runs as, or NOBODY_KNOWS. */
#define NOBODY_KNOWS UINT32_MAX
void judge_key(const char *key, const char *path, uint32_t gate, struct finding *finding);
/* authority.c: how long it is good */
void judge_days(int64_t left_seconds, const char *config, struct finding *finding);
/* store.c: a file system by its magic number (statfs(2)), and the room on it */
void judge_file_system(uint64_t type, const char *path, struct finding *finding);
struct room {
    uint64_t free;  /* bytes, as is the next */
    uint64_t taken; /* by the store */
    int64_t age_s;  /* of what is oldest in it */
};
void judge_room(const struct room *room, const struct settings_audit *audit, struct finding *finding);
/* clock.c */
enum clock_seen { CLOCK_SYNCHRONISED, CLOCK_ALONE, CLOCK_HIDDEN };
void judge_clock(enum clock_seen seen, int64_t newest_s, int64_t now_s, struct finding *finding);
/* memory.c: `limit` of the cgroup in bytes; 0: none */
void judge_memory(uint64_t limit, const struct settings_run *run, uint64_t workers, struct finding *finding);
/* proxy.c: one entry of no_proxy */
void judge_no_proxy(struct text entry, const struct llm_catalogue *catalogue, struct finding *finding);

/* metric.c: the number behind `name`, labels and all, in what a gate says. False: it does not say it, and `*value` is
 * as it was. */
bool metric_find(struct text metrics, struct text name, double *value);
/* The first label of the series of that name whose value is 1: state="x" gives x. Empty: there is none. */
struct text metric_state(struct text metrics, struct text name);

/* bundle.c: a file on this machine that clients would believe the authority by, the caller's (base_free). NULL: none
 * was found. */
char *bundle_find(const struct patient *patient);

/* loopback.c: a server on loopback with a certificate of the authority, for one name; programs are run against it. */
struct loopback;
struct loopback_run {
    char *const *words; /* the command, NULL-terminated */
    int status;         /* exit code; -1: it did not end in time, or by itself */
    bool is_missing;    /* no such program */
    struct buffer said; /* its output */
};
/* The caller's; borrows the issuer. NULL: nobody can listen on loopback. */
struct tls_issuer;
struct loopback *loopback_new(const struct tls_issuer *issuer, const struct host *name);
uint16_t loopback_port(const struct loopback *loopback);
void loopback_run(struct loopback *loopback, struct loopback_run *run); /* waits for its end */
void loopback_free(struct loopback *loopback);

#endif
