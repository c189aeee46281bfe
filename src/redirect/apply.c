/* SPDX-License-Identifier: Apache-2.0 */
/* nft(8) by its fixed path, without a shell and without an environment. A program of its own, and not libnftables: the
 * gate that serves has nothing of it in its memory, and one `nft -f` is one transaction. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exeat/redirect.h"

static const char nft[] = "/usr/sbin/nft";
enum { SAID_MAX = 65536 };

/* What it reads and what it says are in memory, so that neither side waits for the other. */
struct call {
    int in;
    int out;
    int status; /* of waitpid; -1: it was not run, and errno says why */
};

static int memory_of(struct text content)
{
    int descriptor = memfd_create("exeat-nft", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, content.data, content.length) != (ssize_t)content.length ||
        lseek(descriptor, 0, SEEK_SET) != 0) {
        if (descriptor >= 0)
            close(descriptor);
        return -1;
    }
    return descriptor;
}

static int spawn(const struct call *call, char *const words[], pid_t *child)
{
    static char *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, call->in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, call->out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, call->out, STDERR_FILENO);
    int result = posix_spawn(child, nft, &actions, NULL, words, environment);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

static void run(struct call *call, char *const words[])
{
    pid_t child = -1;
    call->status = -1;
    int result = call->in < 0 || call->out < 0 ? errno : spawn(call, words, &child);
    if (result == 0 && waitpid(child, &call->status, 0) != child)
        result = errno;
    errno = result;
}

static bool is_good(const struct call *call)
{
    return call->status != -1 && WIFEXITED(call->status) && WEXITSTATUS(call->status) == 0;
}

static void append_said(const struct call *call, struct buffer *out)
{
    off_t length = lseek(call->out, 0, SEEK_END);
    size_t size = length < 0 ? 0 : length > SAID_MAX ? SAID_MAX : (size_t)length;
    char *at = size == 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_PRIVATE, call->out, 0);
    if (at == MAP_FAILED)
        return;
    buffer_append(out, (struct text){at, size});
    munmap(at, size);
}

static void end(const struct call *call)
{
    if (call->in >= 0)
        close(call->in);
    if (call->out >= 0)
        close(call->out);
}

/* --- capabilities(7) -------------------------------------------------------------------------------------------------
 */

static bool may_change_rules(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    return syscall(SYS_capget, &head, data) == 0 && (data[0].effective & (1U << CAP_NET_ADMIN)) != 0;
}

static char *explain(const struct call *call, int error)
{
    struct buffer out = {0};
    struct buffer said = {0};
    if (call->status == -1) {
        buffer_printf(&out, "cannot run %s: %s", nft, strerrordesc_np(error));
        buffer_append_string(&out, error == ENOENT ? "; it is in the package nftables" : "");
        return buffer_take(&out);
    }
    if (!may_change_rules()) {
        buffer_append_string(
            &out,
            "the rules of a network namespace want the capability NET_ADMIN, and this process has it not: run it in "
            "an init container with capabilities: {add: [NET_ADMIN]}. Nothing was changed, and nobody is held to the "
            "gate");
        return buffer_take(&out);
    }
    append_said(call, &said);
    buffer_printf(
        &out, "the kernel did not take the rules, and nothing was changed: %.*s",
        TEXT_ARG(text_trim(buffer_text(&said), "\n ")));
    buffer_clear(&said);
    return buffer_take(&out);
}

bool redirect_apply(struct text rules, char **error)
{
    char *const words[] = {(char[]){"nft"}, (char[]){"-f"}, (char[]){"-"}, NULL};
    struct call call = {.in = memory_of(rules), .out = memory_of(TEXT(""))};
    run(&call, words);
    int why = errno;
    bool done = is_good(&call);
    if (!done)
        *error = explain(&call, why);
    end(&call);
    return done;
}

bool redirect_counters_append(struct buffer *out)
{
    char *const words[] = {(char[]){"nft"},
                           (char[]){"list"},
                           (char[]){"counters"},
                           (char[]){"table"},
                           (char[]){"inet"},
                           (char[]){"exeat"},
                           NULL};
    if (!may_change_rules())
        return false;
    struct call call = {.in = memory_of(TEXT("")), .out = memory_of(TEXT(""))};
    run(&call, words);
    bool done = is_good(&call);
    if (done)
        append_said(&call, out);
    end(&call);
    return done;
}
