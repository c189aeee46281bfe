/* SPDX-License-Identifier: Apache-2.0 */
/* The running gate: workers, reload, drain; the settings are handed to the modules here. */
#ifndef EXEAT_DAEMON_H
#define EXEAT_DAEMON_H

#include "exeat/audit.h"
#include "exeat/confine.h"
#include "exeat/option.h"
#include "exeat/policy.h"
#include "exeat/redirect.h"
#include "exeat/tls.h"

/* Loads, compiles and tests a configuration. NULL with errors in `diags`. */
MUST_CHECK struct policy *daemon_load(const char *path, struct diags *diags);
/* The authority of the configuration, checked to be able to speak for all that it must. NULL without error: the
 * configuration has none. NULL with `error` (base_free): a sentence with what to do. */
struct tls_issuer *daemon_load_issuer(const struct policy *policy, const char *path, char **error);
/* Whom the policy's upstreams and endpoints are believed by: the caller's. NULL with `error`: what cannot be read. */
MUST_CHECK struct tls_client *daemon_load_trust(const struct policy *policy, char **error);
/* Warns and remarks about what `run` would stumble over: nothing to listen on, an authority that is missing or ends. */
void daemon_check(const struct policy *policy, const char *path, struct diags *diags);
/* Asks the inference endpoints (checkup/online.h): a line of each is appended. False: one is not as it must be, or with
 * `error` (base_free), none could be asked. */
bool daemon_check_online(const struct policy *policy, struct buffer *out, char **error);
/* The log's key, made on first use. NULL with `error`. */
MUST_CHECK struct signing_key *daemon_load_log_key(const struct policy *policy, char **error);

/* How the store is opened that the settings mean; all borrowed. */
void daemon_audit_options(
    const struct settings_audit *source, const struct signing_key *key, struct audit_options *options);

/* The rules of the network namespace as the settings have them. False: they say nothing about such. */
MUST_CHECK bool daemon_redirect_rules(const struct settings *settings, struct redirect_rules *rules);

/* Runs the gate until SIGTERM or SIGINT and its drain. Says on stderr why it could not. */
enum exit_code daemon_run(const char *config_path);

/* What a witness is started with. All texts borrowed. */
struct daemon_witness_options {
    struct address address; /* to listen on */
    uint16_t port;
    const char *name;
    const char *key;
    const char *state;
    const char *tokens;      /* NULL: nobody can enrol over HTTP */
    const char *certificate; /* NULL: plain HTTP */
    const char *certificate_key;
    enum confine_calls calls;
};
/* Runs it until SIGTERM or SIGINT. Says on stderr why it could not. */
enum exit_code daemon_witness(const struct daemon_witness_options *options);

#endif
