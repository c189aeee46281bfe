/* SPDX-License-Identifier: Apache-2.0 */
/* Root makes keys as the user who is to have them. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "setup_internal.h"

static bool refuse(const char *user, const char *why, char **error)
{
    struct buffer out = {0};
    buffer_printf(&out, "the user %s: %s", user, why);
    *error = buffer_take(&out);
    return false;
}

bool setup_owner_find(const char *user, struct setup_owner *owner, char **error)
{
    *owner = (struct setup_owner){geteuid(), getegid()};
    if (user == NULL)
        return true;
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL)
        return refuse(user, "there is none; systemd-sysusers makes the one of the unit", error);
    *owner = (struct setup_owner){entry->pw_uid, entry->pw_gid};
    return geteuid() == 0 || owner->uid == geteuid() || refuse(user, "only root can make something of his", error);
}

/* Groups first: once the user is another nothing can be changed, and last on the way back. */
bool setup_owner_enter(const struct setup_owner *owner, char **error)
{
    if (geteuid() != 0 || owner->uid == 0)
        return true;
    if (setgroups(1, &owner->gid) == 0 && setegid(owner->gid) == 0 && seteuid(owner->uid) == 0)
        return true;
    struct buffer out = {0};
    buffer_printf(
        &out, "cannot become the user with the id %lu: %s", (unsigned long)owner->uid, strerrordesc_np(errno));
    *error = buffer_take(&out);
    setup_owner_leave();
    return false;
}

void setup_owner_leave(void)
{
    if (getuid() != 0 || geteuid() == 0)
        return;
    gid_t group = getgid();
    ASSERT(seteuid(0) == 0 && setegid(group) == 0 && setgroups(1, &group) == 0);
}
