/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets that the gate puts into requests of rules that `use` them: as written. */
#ifndef EXEAT_CONFIG_CREDENTIAL_H
#define EXEAT_CONFIG_CREDENTIAL_H

#include "exeat/config/values.h"

struct settings_credential {
    struct setting_text name;
    struct setting_text file;
    struct setting_text header;      /* "Authorization: Bearer {}" */
    struct setting_text placeholder; /* what requests have in its place */
};
struct settings_credentials {
    struct settings_credential *items;
    size_t count;
};

#endif
