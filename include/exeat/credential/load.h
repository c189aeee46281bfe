/* SPDX-License-Identifier: Apache-2.0 */
/* All credentials of a configuration, with the secrets of their files. */
#ifndef EXEAT_CREDENTIAL_LOAD_H
#define EXEAT_CREDENTIAL_LOAD_H

#include "exeat/base/diag.h"
#include "exeat/config.h"
#include "exeat/credential.h"
#include "exeat/name.h"

struct credentials {
    struct credential *items; /* owned; their texts borrow from the settings */
    size_t count;
};
/* Reads the files; what is wrong with one is an error in `diags`. In either case the caller's, for credentials_clear.
 */
void credentials_load(
    const struct settings_credentials *settings, struct credentials *credentials, struct diags *diags);
void credentials_clear(struct credentials *credentials); /* wipes */
/* Whose placeholder stands in the name of a host; NULL: none. Borrowed. */
const struct credential *credentials_in_host(const struct credentials *credentials, const struct host *host);

#endif
