/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of system calls. What is allowed is in a table; what libseccomp can name and no table has ends the
 * process; what it cannot name is newer than this program and fails (ENOSYS), so that a newer libc takes what it took
 * before. */
#include <errno.h>
#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "confine_internal.h"
#include "exeat/base/memory.h"

enum { NUMBERS = 1024, FAMILIES = 64, SOCKET_TYPE = 0xf };

static const uint32_t allow = SCMP_ACT_ALLOW;
static const uint32_t kill = SCMP_ACT_KILL_PROCESS;

static bool add_allowed(scmp_filter_ctx filter)
{
    size_t count;
    const struct allowed_call *calls = confine_allowed_calls(&count);
    bool done = true;
    for (size_t i = 0; i < count && done; i++)
        done = calls[i].number < 0 || seccomp_rule_add(filter, allow, calls[i].number, 0) == 0;
    return done;
}

/* --- what is allowed with some arguments only ------------------------------------------------------------------------
 */

static struct scmp_arg_cmp equals(unsigned argument, uint64_t value)
{
    return (struct scmp_arg_cmp){.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value};
}

static struct scmp_arg_cmp equals_masked(unsigned argument, uint64_t mask, uint64_t value)
{
    return (struct scmp_arg_cmp){.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

static bool add_socket(scmp_filter_ctx filter, unsigned family, unsigned type)
{
    return seccomp_rule_add(
               filter, allow, SCMP_SYS(socket), 2, equals(0, family), equals_masked(1, SOCKET_TYPE, type)) == 0;
}

/* The kernel's tables: addresses of this machine (libc), and whose a connection is (sock_diag(7)). */
static bool add_netlink(scmp_filter_ctx filter, unsigned protocol)
{
    return seccomp_rule_add(filter, allow, SCMP_SYS(socket), 2, equals(0, AF_NETLINK), equals(2, protocol)) == 0;
}

static bool add_sockets(scmp_filter_ctx filter)
{
    static const unsigned families[] = {AF_INET, AF_INET6, AF_UNIX};
    bool done = add_netlink(filter, NETLINK_ROUTE) && add_netlink(filter, NETLINK_SOCK_DIAG);
    for (size_t i = 0; i < COUNT_OF(families) && done; i++)
        done = add_socket(filter, families[i], SOCK_STREAM) && add_socket(filter, families[i], SOCK_DGRAM);
    return done;
}

static bool add_first_argument(scmp_filter_ctx filter, int call, const unsigned long *values, size_t count)
{
    bool done = true;
    for (size_t i = 0; i < count && done; i++)
        done = seccomp_rule_add(filter, allow, call, 1, equals(0, values[i])) == 0;
    return done;
}

/* Threads, never processes; names of threads; signals to ourselves; limits that are asked, not set; whether
 * stderr is a terminal. */
static bool add_limited(scmp_filter_ctx filter)
{
    static const unsigned long names[] = {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_CAPBSET_READ};
    static const unsigned long requests[] = {FIONREAD, FIONBIO, TCGETS, TIOCGWINSZ};
    bool done = add_first_argument(filter, SCMP_SYS(prctl), names, COUNT_OF(names));
    for (size_t i = 0; i < COUNT_OF(requests) && done; i++)
        done = seccomp_rule_add(filter, allow, SCMP_SYS(ioctl), 1, equals(1, requests[i])) == 0;
    return done &&
           seccomp_rule_add(filter, allow, SCMP_SYS(clone), 1, equals_masked(0, CLONE_THREAD, CLONE_THREAD)) == 0 &&
           seccomp_rule_add(filter, allow, SCMP_SYS(tgkill), 1, equals(0, (uint64_t)getpid())) == 0 &&
           seccomp_rule_add(filter, allow, SCMP_SYS(kill), 1, equals(0, (uint64_t)getpid())) == 0 &&
           seccomp_rule_add(filter, allow, SCMP_SYS(prlimit64), 1, equals(2, 0)) == 0;
}

/* --- what ends the process -------------------------------------------------------------------------------------------
 */

static bool has_number(const struct allowed_call *calls, size_t count, int number)
{
    for (size_t i = 0; i < count; i++)
        if (calls[i].number == number)
            return true;
    return false;
}

static bool is_told_apart(int number)
{
    static const int limited[] = {SCMP_SYS(socket), SCMP_SYS(prctl), SCMP_SYS(ioctl),    SCMP_SYS(clone),
                                  SCMP_SYS(tgkill), SCMP_SYS(kill),  SCMP_SYS(prlimit64)};
    size_t allowed;
    size_t probed;
    const struct allowed_call *first = confine_allowed_calls(&allowed);
    const struct allowed_call *second = confine_probed_calls(&probed);
    for (size_t i = 0; i < COUNT_OF(limited); i++)
        if (limited[i] == number)
            return true;
    return has_number(first, allowed, number) || has_number(second, probed, number);
}

static bool add_never(scmp_filter_ctx filter)
{
    bool done = true;
    for (int number = 0; number < NUMBERS && done; number++) {
        char *name = is_told_apart(number) ? NULL : seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
        done = name == NULL || seccomp_rule_add(filter, kill, number, 0) == 0;
        base_free(name);
    }
    return done;
}

/* A socket beside the internet's and the machine's own (AF_PACKET, AF_VSOCK, AF_ALG...), and another process. */
static bool add_never_so(scmp_filter_ctx filter)
{
    bool done =
        CONFINE_SANITIZED || seccomp_rule_add(filter, kill, SCMP_SYS(clone), 1, equals_masked(0, CLONE_THREAD, 0)) == 0;
    for (unsigned family = 0; family < FAMILIES && done; family++)
        done = family == AF_INET || family == AF_INET6 || family == AF_UNIX || family == AF_NETLINK ||
               seccomp_rule_add(filter, kill, SCMP_SYS(socket), 1, equals(0, family)) == 0;
    return done;
}

/* --- the filter ------------------------------------------------------------------------------------------------------
 */

/* All threads have it. It is a binary tree; and speculation stays as it is, since there is no stranger's code here that
 * could make use of it (kernels before 5.16 would slow down whoever has a filter). */
static bool set_attributes(scmp_filter_ctx filter)
{
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
           seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, kill) == 0;
}

/* Where all else is made and told, these fail as ever: they would be told for each thread. */
static bool add_probed(scmp_filter_ctx filter)
{
    size_t count;
    const struct allowed_call *calls = confine_probed_calls(&count);
    bool done = true;
    for (size_t i = 0; i < count && done; i++)
        done = calls[i].number < 0 || seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), calls[i].number, 0) == 0;
    return done;
}

static bool fill(scmp_filter_ctx filter, enum confine_calls calls)
{
    bool done = set_attributes(filter) && add_allowed(filter) && add_sockets(filter);
    if (!CONFINE_SANITIZED)
        done = done && add_limited(filter);
    if (calls == CONFINE_CALLS_ENFORCE)
        return done && add_never(filter) && add_never_so(filter);
    return done && add_probed(filter);
}

bool confine_filter(enum confine_calls calls)
{
    scmp_filter_ctx filter = seccomp_init(calls == CONFINE_CALLS_ENFORCE ? SCMP_ACT_ERRNO(ENOSYS) : SCMP_ACT_LOG);
    if (filter == NULL || !fill(filter, calls)) {
        seccomp_release(filter);
        return false;
    }
    bool done = seccomp_load(filter) == 0;
    seccomp_release(filter);
    return done;
}
