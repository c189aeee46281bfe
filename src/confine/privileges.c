/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities, privileges that a program file could give, and who may look into the process. */
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine_internal.h"

void confine_memory(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0); /* neither ptrace nor /proc/PID/mem, and no core by a pipe either (core(5)) */
}

/* Whoever has CAP_SETPCAP gives up the bounding set, too; without it no_new_privs has the same effect. */
static void drop_bounding_set(void)
{
    for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++)
        (void)prctl(PR_CAPBSET_DROP, capability);
}

bool confine_drop_privileges(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    drop_bounding_set();
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    bool done = syscall(SYS_capset, &header, none) == 0;
    (void)prctl(PR_SET_DUMPABLE, 0); /* a change of credentials may have set it again */
    return done;
}
