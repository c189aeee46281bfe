/* SPDX-License-Identifier: Apache-2.0 */
/* Each endpoint of a policy is asked once what it is, for whoever set it up: is it there, does it speak what was
 * configured, has it the models that calls are sent to it for. Nothing of any caller is sent. Where it has no list of
 * models, the path of a call is asked for with an empty object, which no model answers: any status but 404, 405 and 501
 * says that it is there, and 401, 403 and 503 what it wants first. */
#ifndef EXEAT_CHECKUP_ONLINE_H
#define EXEAT_CHECKUP_ONLINE_H

#include "exeat/policy.h"
#include "exeat/tls.h"

/* Runs a loop of its own until all have answered, or had their time. Appends a line for each. `tls`: whom their
 * certificates are believed by; borrowed. False: one of them is not as it must be. */
bool checkup_online(const struct policy *policy, struct tls_client *tls, struct buffer *out);

#endif
