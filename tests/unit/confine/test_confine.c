/* SPDX-License-Identifier: Apache-2.0 */
/* What a confined process can still do, and what ends it. Each case is a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confine_internal.h"
#include "exeat/base/memory.h"

static char folder[] = "/tmp/exeat-confine-XXXXXX";
static char mine[64];
static char foreign[64];

/* Runs `act` in a process of its own, confined so; its wait status. */
static int confined_with(struct confine_options options, int (*act)(void))
{
    const struct confine_place places[] = {{mine, CONFINE_WRITES}};
    options.places = places;
    options.place_count = 1;
    pid_t child = fork();
    if (child == 0) {
        struct confined confined;
        char *error = NULL;
        confine_memory();
        if (!confine_enter(&options, &confined, &error))
            _exit(99);
        _exit(act());
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static int confined(int (*act)(void))
{
    return confined_with((struct confine_options){.calls = CONFINE_CALLS_ENFORCE}, act);
}

static void assert_done(int status)
{
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- calls that are never made ---------------------------------------------------------------------------------------
 */

#define NEVER(name, expression)                                                                                        \
    static int name(void)                                                                                              \
    {                                                                                                                  \
        (void)(expression);                                                                                            \
        return 0;                                                                                                      \
    }
NEVER(call_execve, syscall(SYS_execve, "/bin/true", NULL, NULL))
NEVER(call_execveat, syscall(SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0))
#ifdef SYS_fork
NEVER(call_fork, syscall(SYS_fork))
NEVER(call_vfork, syscall(SYS_vfork))
#endif
NEVER(call_clone, syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL))
NEVER(call_ptrace, syscall(SYS_ptrace, PTRACE_TRACEME, 0, NULL, NULL))
NEVER(call_mount, syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL))
NEVER(call_umount, syscall(SYS_umount2, "/", 0))
NEVER(call_pivot_root, syscall(SYS_pivot_root, "/", "/"))
NEVER(call_chroot, syscall(SYS_chroot, "/"))
NEVER(call_unshare, syscall(SYS_unshare, 0))
NEVER(call_setns, syscall(SYS_setns, -1, 0))
NEVER(call_bpf, syscall(SYS_bpf, 0, NULL, 0))
NEVER(call_io_uring_setup, syscall(SYS_io_uring_setup, 1, NULL))
NEVER(call_userfaultfd, syscall(SYS_userfaultfd, 0))
NEVER(call_perf_event_open, syscall(SYS_perf_event_open, NULL, 0, 0, -1, 0))
NEVER(call_keyctl, syscall(SYS_keyctl, 0, 0, 0, 0, 0))
NEVER(call_add_key, syscall(SYS_add_key, "user", "x", NULL, 0, 0))
NEVER(call_process_vm_readv, syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0))
NEVER(call_process_vm_writev, syscall(SYS_process_vm_writev, getpid(), NULL, 0, NULL, 0, 0))
NEVER(call_pidfd_getfd, syscall(SYS_pidfd_getfd, -1, 0, 0))
NEVER(call_kexec_load, syscall(SYS_kexec_load, 0, 0, NULL, 0))
NEVER(call_init_module, syscall(SYS_init_module, NULL, 0, ""))
NEVER(call_open_by_handle_at, syscall(SYS_open_by_handle_at, -1, NULL, 0))
NEVER(call_setuid, syscall(SYS_setuid, 0))
NEVER(call_setresuid, syscall(SYS_setresuid, 0, 0, 0))
NEVER(call_setgroups, syscall(SYS_setgroups, 0, NULL))
NEVER(call_capset, syscall(SYS_capset, NULL, NULL))
NEVER(call_seccomp, syscall(SYS_seccomp, 0, 0, NULL))
NEVER(call_reboot, syscall(SYS_reboot, 0, 0, 0, NULL))
NEVER(call_sethostname, syscall(SYS_sethostname, "x", 1))
NEVER(call_settimeofday, syscall(SYS_settimeofday, NULL, NULL))
NEVER(call_mknodat, syscall(SYS_mknodat, AT_FDCWD, "/tmp/x", S_IFCHR, 0))
NEVER(call_symlinkat, syscall(SYS_symlinkat, "/", AT_FDCWD, "/tmp/x"))
NEVER(call_packet_socket, socket(AF_PACKET, SOCK_RAW, 0))
NEVER(call_vsock_socket, socket(AF_VSOCK, SOCK_STREAM, 0))
NEVER(call_alg_socket, socket(AF_ALG, SOCK_SEQPACKET, 0))

static const struct never {
    const char *name;
    int (*act)(void);
    bool sanitizers_too; /* a sanitizer's tracer makes it, too */
} nevers[] = {
    {"execve", call_execve, false},
    {"execveat", call_execveat, false},
#ifdef SYS_fork
    {"fork", call_fork, false},
    {"vfork", call_vfork, false},
#endif
    {"clone of a process", call_clone, true},
    {"ptrace", call_ptrace, true},
    {"mount", call_mount, false},
    {"umount2", call_umount, false},
    {"pivot_root", call_pivot_root, false},
    {"chroot", call_chroot, false},
    {"unshare", call_unshare, false},
    {"setns", call_setns, false},
    {"bpf", call_bpf, false},
    {"io_uring_setup", call_io_uring_setup, false},
    {"userfaultfd", call_userfaultfd, false},
    {"perf_event_open", call_perf_event_open, false},
    {"keyctl", call_keyctl, false},
    {"add_key", call_add_key, false},
    {"process_vm_readv", call_process_vm_readv, false},
    {"process_vm_writev", call_process_vm_writev, false},
    {"pidfd_getfd", call_pidfd_getfd, false},
    {"kexec_load", call_kexec_load, false},
    {"init_module", call_init_module, false},
    {"open_by_handle_at", call_open_by_handle_at, false},
    {"setuid", call_setuid, false},
    {"setresuid", call_setresuid, false},
    {"setgroups", call_setgroups, false},
    {"capset", call_capset, false},
    {"seccomp", call_seccomp, false},
    {"reboot", call_reboot, false},
    {"sethostname", call_sethostname, false},
    {"settimeofday", call_settimeofday, false},
    {"mknodat", call_mknodat, false},
    {"symlinkat", call_symlinkat, false},
    {"a socket of AF_PACKET", call_packet_socket, false},
    {"a socket of AF_VSOCK", call_vsock_socket, false},
    {"a socket of AF_ALG", call_alg_socket, false},
};

static void a_call_that_is_never_made_ends_the_process(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(nevers); i++) {
        if (CONFINE_SANITIZED && nevers[i].sanitizers_too)
            continue;
        int status = confined(nevers[i].act);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
            fail_msg("%s: status %#x, and not SIGSYS", nevers[i].name, (unsigned)status);
    }
}

static void *unshare_in_thread(void *context)
{
    (void)syscall(SYS_unshare, 0);
    return context;
}

static int call_in_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, unshare_in_thread, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    return 0;
}

static void a_thread_that_makes_one_ends_the_whole_process(void **state)
{
    (void)state;
    int status = confined(call_in_thread);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void the_log_mode_only_tells(void **state)
{
    (void)state;
    assert_done(confined_with((struct confine_options){.calls = CONFINE_CALLS_LOG}, call_unshare));
}

static void without_a_filter_the_rest_is_given_up_all_the_same(void **state)
{
    (void)state;
    assert_done(confined_with((struct confine_options){.calls = CONFINE_CALLS_FREE}, call_unshare));
}

/* --- calls that fail -------------------------------------------------------------------------------------------------
 */

static bool is_refused(int result)
{
    return result < 0 && (errno == ENOSYS || errno == EPERM || errno == EACCES);
}

static int try_sockets(void)
{
    if (!is_refused(socket(AF_INET, SOCK_RAW, 1)) || !is_refused(socket(AF_INET6, SOCK_RAW, 58)) ||
        !is_refused(socket(AF_INET, SOCK_SEQPACKET, 132)) || !is_refused(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT)) ||
        !is_refused(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER)))
        return 1;
    return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) < 0 || socket(AF_INET6, SOCK_DGRAM, 0) < 0 ||
           socket(AF_UNIX, SOCK_DGRAM, 0) < 0 || socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) < 0 ||
           socket(AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG) < 0;
}

static void only_sockets_of_the_internet_and_the_machine_are_made(void **state)
{
    (void)state;
    assert_done(confined(try_sockets));
}

static int call_what_is_newer(void)
{
    enum { NEWER = 1000 };
    return syscall(NEWER) == -1 && errno == ENOSYS ? 0 : 1;
}

static void a_call_that_is_newer_than_this_program_fails_as_on_an_older_kernel(void **state)
{
    (void)state;
    assert_done(confined(call_what_is_newer));
}

static int try_limits(void)
{
    struct rlimit limit;
    struct rlimit none = {0, 0};
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1;
    return CONFINE_SANITIZED || is_refused(setrlimit(RLIMIT_NOFILE, &none)) ? 0 : 2;
}

static void limits_can_be_asked_and_not_set(void **state)
{
    (void)state;
    assert_done(confined(try_limits));
}

static int try_signals(void)
{
    signal(SIGUSR1, SIG_IGN);
    if (kill(getpid(), SIGUSR1) != 0 || raise(SIGUSR1) != 0)
        return 1;
    return CONFINE_SANITIZED || is_refused(kill(getppid(), 0)) ? 0 : 2;
}

static void signals_are_sent_to_oneself_only(void **state)
{
    (void)state;
    assert_done(confined(try_signals));
}

/* --- what is given up ------------------------------------------------------------------------------------------------
 */

static int look_at_status(void)
{
    static const char *const wanted[] = {
        "NoNewPrivs:\t1\n", "Seccomp:\t2\n", "CapEff:\t0000000000000000\n", "CapPrm:\t0000000000000000\n",
        "CapAmb:\t0000000000000000\n"};
    char text[8192];
    int descriptor = open("/proc/self/status", O_RDONLY);
    ssize_t length = read(descriptor, text, sizeof(text) - 1);
    text[length > 0 ? length : 0] = '\0';
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        if (strstr(text, wanted[i]) == NULL)
            return (int)i + 1;
    return prctl(PR_GET_DUMPABLE) == 0 ? 0 : 20;
}

static void no_capability_and_no_new_privileges_are_left(void **state)
{
    (void)state;
    assert_done(confined(look_at_status));
}

/* --- files -----------------------------------------------------------------------------------------------------------
 */

static int open_in(const char *where, const char *name, int flags)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", where, name);
    return open(path, flags, 0600);
}

static int use_files(void)
{
    char from[128];
    char to[128];
    if (open_in(mine, "made", O_RDWR | O_CREAT) < 0 || open_in(mine, "made", O_RDONLY) < 0)
        return 1;
    snprintf(from, sizeof(from), "%s/made", mine);
    snprintf(to, sizeof(to), "%s/below", mine);
    if (mkdir(to, 0700) != 0)
        return 2;
    snprintf(to, sizeof(to), "%s/below/moved", mine);
    if (rename(from, to) != 0 && errno != EXDEV) /* the first landlock moved nothing between folders */
        return 3;
    if (open("/etc/hosts", O_RDONLY) < 0 || open("/dev/urandom", O_RDONLY) < 0)
        return 4;
    if (open_in(foreign, "secret", O_RDONLY) >= 0 || errno != EACCES)
        return 5;
    if (open_in(foreign, "made", O_WRONLY | O_CREAT) >= 0 || errno != EACCES)
        return 6;
    if (open("/etc/exeat-made-by-a-test", O_WRONLY | O_CREAT, 0600) >= 0 || (errno != EACCES && errno != EROFS))
        return 7;
    return 0;
}

static bool has_landlock(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, 1) > 0;
}

static void files_beside_those_that_are_named_are_out_of_reach(void **state)
{
    (void)state;
    if (has_landlock()) /* else the start says so: confine.landlock */
        assert_done(confined_with(
            (struct confine_options){.calls = CONFINE_CALLS_ENFORCE, .files = CONFINE_FILES_REQUIRE}, use_files));
}

static int reach_secret(void)
{
    return open_in(foreign, "secret", O_RDONLY) >= 0 ? 0 : 1;
}

static void files_that_are_not_confined_stay_within_reach(void **state)
{
    (void)state;
    assert_done(confined_with((struct confine_options){.files = CONFINE_FILES_FREE}, reach_secret));
}

/* --- a profile around us, as container runtimes have them ------------------------------------------------------------
 */

/* Those that a profile forbids fail with EPERM. */
static bool forbid(const int *calls, size_t count)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool done = filter != NULL;
    for (size_t i = 0; i < count && done; i++)
        done = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0) == 0;
    done = done && seccomp_rule_add(
                       filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1, SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)) == 0;
    done = done && seccomp_load(filter) == 0;
    seccomp_release(filter);
    return done;
}

/* The sentence must have `word`; NULL: it must begin. */
static int enter_below(const int *calls, size_t count, const struct confine_options *options, const char *word)
{
    struct confined result;
    char *error = NULL;
    if (!forbid(calls, count))
        return 10;
    bool done = confine_enter(options, &result, &error);
    int wrong = word == NULL ? !done || result.landlock != 0 : done || error == NULL || strstr(error, word) == NULL;
    base_free(error);
    return wrong;
}

static int begin_without_filters(void)
{
    static const int calls[] = {SCMP_SYS(seccomp)};
    const struct confine_options options = {.calls_cure = "confine: {seccomp: none}", .files_cure = ""};
    return enter_below(calls, COUNT_OF(calls), &options, "(seccomp); confine: {seccomp: none}");
}

static const int landlock_calls[] = {SCMP_SYS(landlock_create_ruleset), SCMP_SYS(landlock_add_rule)};

static int begin_without_landlock(void)
{
    const struct confine_options options = {.calls_cure = "", .files_cure = ""};
    return enter_below(landlock_calls, COUNT_OF(landlock_calls), &options, NULL);
}

static int require_landlock(void)
{
    const struct confine_options options = {
        .files = CONFINE_FILES_REQUIRE, .calls_cure = "", .files_cure = "confine: {landlock: none}"};
    return enter_below(landlock_calls, COUNT_OF(landlock_calls), &options, "landlock");
}

/* In a process of its own, from nothing. */
static void assert_begins(int (*act)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(act());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_done(status);
}

static void where_no_filter_is_taken_the_start_ends_with_a_sentence(void **state)
{
    (void)state;
    assert_begins(begin_without_filters);
}

static void where_there_is_no_landlock_it_begins_unless_that_is_required(void **state)
{
    (void)state;
    assert_begins(begin_without_landlock);
    assert_begins(require_landlock);
}

/* --- the table -------------------------------------------------------------------------------------------------------
 */

static void each_call_stands_in_the_tables_once_with_who_makes_it(void **state)
{
    size_t allowed;
    size_t probed;
    const struct allowed_call *calls = confine_allowed_calls(&allowed);
    const struct allowed_call *others = confine_probed_calls(&probed);
    (void)state;
    assert_true(allowed > 100 && probed > 0);
    for (size_t i = 0; i < allowed; i++) {
        assert_true(calls[i].who[0] != '\0');
        for (size_t j = 0; j < i; j++)
            assert_true(calls[i].number < 0 || calls[i].number != calls[j].number);
        for (size_t j = 0; j < probed; j++)
            assert_int_not_equal(calls[i].number, others[j].number);
    }
}

static int make_folders(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(mine, sizeof(mine), "%s/mine", folder);
    snprintf(foreign, sizeof(foreign), "%s/foreign", folder);
    if (mkdir(mine, 0700) != 0 || mkdir(foreign, 0700) != 0)
        return -1;
    return close(open_in(foreign, "secret", O_WRONLY | O_CREAT));
}

static int remove_folders(void **state)
{
    static const char *const names[] = {"mine/made", "mine/below/moved", "mine/below",
                                        "mine",      "foreign/secret",   "foreign"};
    char path[128];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)remove(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_is_never_made_ends_the_process),
        cmocka_unit_test(a_thread_that_makes_one_ends_the_whole_process),
        cmocka_unit_test(the_log_mode_only_tells),
        cmocka_unit_test(without_a_filter_the_rest_is_given_up_all_the_same),
        cmocka_unit_test(only_sockets_of_the_internet_and_the_machine_are_made),
        cmocka_unit_test(a_call_that_is_newer_than_this_program_fails_as_on_an_older_kernel),
        cmocka_unit_test(limits_can_be_asked_and_not_set),
        cmocka_unit_test(signals_are_sent_to_oneself_only),
        cmocka_unit_test(no_capability_and_no_new_privileges_are_left),
        cmocka_unit_test(files_beside_those_that_are_named_are_out_of_reach),
        cmocka_unit_test(files_that_are_not_confined_stay_within_reach),
        cmocka_unit_test(where_no_filter_is_taken_the_start_ends_with_a_sentence),
        cmocka_unit_test(where_there_is_no_landlock_it_begins_unless_that_is_required),
        cmocka_unit_test(each_call_stands_in_the_tables_once_with_who_makes_it),
    };
    return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
