/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of setup share. */
#ifndef EXEAT_SETUP_INTERNAL_H
#define EXEAT_SETUP_INTERNAL_H

#include <sys/types.h>

#include "exeat/setup.h"

/* module.cmake makes them */
extern const char setup_yaml[];
extern const size_t setup_yaml_size;

/* Whose keys and records are. Root makes them as that user, so that nothing in a folder of his can lead root astray. */
struct setup_owner {
    uid_t uid;
    gid_t gid;
};
/* NULL: whoever asks. False with `error`: there is no such user, or only root could be him. */
MUST_CHECK bool setup_owner_find(const char *user, struct setup_owner *owner, char **error);
/* Files are opened and made as the owner until setup_owner_leave. False with `error`. */
MUST_CHECK bool setup_owner_enter(const struct setup_owner *owner, char **error);
void setup_owner_leave(void); /* as whoever asked again */

#endif
