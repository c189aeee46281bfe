/* SPDX-License-Identifier: Apache-2.0 */
/* A server on loopback, as the gate is towards clients when it opens a connection: programs of this machine are run,
 * one at a time, and connect to it. A handshake is all it has for them. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor_internal.h"
#include "exeat/base/memory.h"
#include "exeat/net.h"
#include "exeat/tls.h"

enum { PATIENCE_MS = 15000, GUESTS = 8, SAID_MAX = 16384 };

struct guest {
    struct channel *channel;          /* owned; NULL: this place is free */
    struct tls_connection *handshake; /* owned while it runs */
};
struct loopback {
    struct loop *loop; /* owned, as the next */
    struct tls_server *server;
    struct listener *listener;
    uint16_t port;
    struct host name;
    struct guest guests[GUESTS];
    bool is_late; /* the program that runs */
};

/* --- guests ---------------------------------------------------------------------------------------------------------
 */

static void guest_clear(struct guest *guest)
{
    tls_connection_free(guest->handshake);
    channel_free(guest->channel);
    *guest = (struct guest){.channel = NULL};
}

static void on_quiet(void *context)
{
    (void)context;
}

/* An end, and not a close: what a client has said since would be answered by a reset. */
static void on_handshake(void *context)
{
    struct guest *guest = context;
    switch (tls_connection_handshake(guest->handshake)) {
    case TLS_AGAIN:
        return;
    case TLS_FAILED:
        guest_clear(guest);
        return;
    case TLS_DONE:
        break;
    }
    tls_connection_install(guest->handshake);
    guest->handshake = NULL;
    channel_set_handler(guest->channel, on_quiet, guest);
    (void)channel_finish(guest->channel);
}

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    (void)peer, (void)port;
    struct loopback *loopback = context;
    struct guest *guest = loopback->guests;
    while (guest < loopback->guests + GUESTS && guest->channel != NULL)
        guest++;
    if (guest == loopback->guests + GUESTS) {
        close(descriptor);
        return false;
    }
    guest->channel = channel_new(loopback->loop, descriptor, on_handshake, guest);
    guest->handshake = tls_accept(loopback->server, guest->channel, &loopback->name, TEXT(""));
    if (guest->handshake == NULL)
        guest_clear(guest);
    return true;
}

/* --- programs -------------------------------------------------------------------------------------------------------
 */

static void on_exit_of_program(void *context)
{
    loop_stop(((struct loopback *)context)->loop);
}

static void on_deadline(void *context)
{
    struct loopback *loopback = context;
    loopback->is_late = true;
    loop_stop(loopback->loop);
}

/* Guests are served meanwhile. */
static void wait_for(struct loopback *loopback, pid_t child, struct loopback_run *run)
{
    int status = -1;
    int descriptor = pidfd_open(child, 0);
    struct watch *watch = descriptor < 0 ? NULL : watch_new(loopback->loop, descriptor, on_exit_of_program, loopback);
    struct timer *limit = timer_new(loopback->loop, on_deadline, loopback);
    timer_start(limit, PATIENCE_MS);
    loopback->is_late = false;
    loop_run(loopback->loop);
    if (loopback->is_late)
        kill(child, SIGKILL);
    bool is_over = waitpid(child, &status, 0) == child && WIFEXITED(status);
    run->status = is_over ? WEXITSTATUS(status) : -1;
    timer_free(limit);
    watch_free(watch);
    if (descriptor >= 0)
        close(descriptor);
}

static void read_said(int descriptor, struct buffer *said)
{
    char part[SAID_MAX];
    ssize_t got = pread(descriptor, part, sizeof(part), 0);
    if (got > 0)
        buffer_append(said, (struct text){part, (size_t)got});
}

static int spawn(const struct loopback_run *run, int out, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", 0, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
    int result = posix_spawnp(child, run->words[0], &actions, NULL, run->words, environ);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

void loopback_run(struct loopback *loopback, struct loopback_run *run)
{
    pid_t child = -1;
    int out = memfd_create("exeat-doctor", MFD_CLOEXEC);
    int result = out < 0 ? errno : spawn(run, out, &child);
    run->status = -1;
    run->is_missing = result == ENOENT;
    if (result == 0) {
        wait_for(loopback, child, run);
        read_said(out, &run->said);
    } else {
        buffer_append_string(&run->said, strerrordesc_np(result));
    }
    if (out >= 0)
        close(out);
    for (size_t i = 0; i < GUESTS; i++)
        guest_clear(&loopback->guests[i]);
}

/* --- life -----------------------------------------------------------------------------------------------------------
 */

struct loopback *loopback_new(const struct tls_issuer *issuer, const struct host *name)
{
    static const struct address address = {.bytes = {127, 0, 0, 1}, .length = 4};
    uint16_t port = 0;
    char *error = NULL;
    int descriptor = listener_bind(&address, &port, &error);
    base_free(error);
    if (descriptor < 0)
        return NULL;
    struct loopback *loopback = base_zalloc(sizeof(*loopback));
    loopback->loop = loop_new();
    loopback->server = tls_server_new(issuer);
    loopback->name = *name;
    loopback->port = port;
    loopback->listener = listener_new(loopback->loop, descriptor, on_accept, loopback);
    return loopback;
}

uint16_t loopback_port(const struct loopback *loopback)
{
    return loopback->port;
}

void loopback_free(struct loopback *loopback)
{
    if (loopback == NULL)
        return;
    listener_free(loopback->listener);
    for (size_t i = 0; i < GUESTS; i++)
        guest_clear(&loopback->guests[i]);
    tls_server_free(loopback->server);
    loop_free(loopback->loop);
    base_free(loopback);
}
