/* SPDX-License-Identifier: Apache-2.0 */
/* What an installation has before its first start: a configuration that is checked, the log's key, the local authority,
 * and the bundle that clients trust. What is there stays as it is, byte by byte. */
#ifndef EXEAT_SETUP_H
#define EXEAT_SETUP_H

#include "exeat/policy.h"
#include "exeat/tls.h"

/* The configuration of an installation that has none (config/debian/exeat.yaml). Static. */
struct text setup_configuration(void);

/* Makes a new authority for the names of the policy, in the place that it names: certificate, and key (mode 0600).
 * False with `error` (base_free). */
MUST_CHECK bool setup_authority(const struct policy *policy, char **error);
/* What clients trust, as PEM: the public roots (`tls.upstream.roots`, else the system's), and the authority. Appended
 * to `out`; false with `error` (base_free). */
MUST_CHECK bool
setup_bundle(const struct policy *policy, const struct tls_issuer *issuer, struct buffer *out, char **error);

struct setup_options {
    const char *config; /* its folder gets bundle.pem, too */
    const char *user;   /* whose keys and records are; NULL: whoever asks. Another than who asks: root asks */
};
enum setup_result {
    SETUP_DONE,    /* something was made */
    SETUP_NOTHING, /* all was there */
    SETUP_REFUSED, /* the configuration is wrong: `diags` says what; or a part of what was there is, says `error` */
};
/* Looks at everything that is there first: where a part is broken or a half is missing nothing is made, but for the
 * configuration. A line of each part is appended to `said`, "made" or "there"; what the checked configuration would
 * stumble over, to `diags`. */
MUST_CHECK enum setup_result
setup_run(const struct setup_options *options, struct diags *diags, struct buffer *said, char **error);

#endif
