/* SPDX-License-Identifier: Apache-2.0 */
/* The witness from start to end: its key, its state, its socket, one loop, until SIGTERM. */
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/base/secret.h"

enum { LOG_FAREWELL_MS = 1000 };

struct witness_run {
    struct loop *loop;
    struct signing_key *key;
    struct digest *tokens;
    size_t token_count;
    struct tls_identity *tls;
    struct witness *witness;
    struct witness_server *server;
    int signals; /* signalfd */
    struct watch *signals_watch;
};

static void on_signal(void *context)
{
    struct witness_run *run = context;
    struct signalfd_siginfo info;
    while (read(run->signals, &info, sizeof(info)) == sizeof(info))
        loop_stop(run->loop);
}

static void take_signals(struct witness_run *run)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    run->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    run->signals_watch = watch_new(run->loop, run->signals, on_signal, run);
}

static bool open_parts(struct witness_run *run, const struct daemon_witness_options *options, char **error)
{
    run->key = signing_key_read(options->key, error);
    if (run->key == NULL)
        return false;
    if (options->tokens != NULL && !anchor_tokens_read(options->tokens, &run->tokens, &run->token_count, error))
        return false;
    if (options->certificate != NULL) {
        run->tls = tls_identity_load(
            &(struct tls_identity_options){.certificate = options->certificate, .key = options->certificate_key},
            error);
        if (run->tls == NULL)
            return false;
    }
    struct witness_options witness = {.directory = options->state, .name = text_from(options->name), .key = run->key};
    run->witness = witness_open(&witness, error);
    return run->witness != NULL;
}

static bool start(struct witness_run *run, const struct daemon_witness_options *options, char **error)
{
    uint16_t port = options->port;
    struct confined confined;
    if (!open_parts(run, options, error))
        return false;
    int descriptor = listener_bind(&options->address, &port, error);
    if (descriptor < 0)
        return false;
    if (!confinement_enter_witness(options, &confined, error)) {
        close(descriptor);
        return false;
    }
    log_start(); /* the first thread */
    struct witness_server_options server = {
        .loop = run->loop,
        .witness = run->witness,
        .descriptor = descriptor,
        .tls = run->tls,
        .tokens = run->tokens,
        .token_count = run->token_count,
    };
    run->server = witness_server_new(&server);
    struct buffer vkey = {0};
    struct tlog_vkey typed;
    uint8_t key[VERIFY_KEY_SIZE];
    signing_key_public(run->key, key);
    tlog_vkey_make(text_from(options->name), TLOG_KEY_WITNESS, key, &typed);
    tlog_vkey_append(&typed, &vkey);
    log_info(
        "witness_started", log_text("vkey", buffer_text(&vkey)), log_number("port", port),
        log_number("logs", (int64_t)witness_statistics(run->witness)->logs),
        log_string("seccomp", confine_calls_word(confined.calls)), log_number("landlock", (int64_t)confined.landlock));
    buffer_clear(&vkey);
    return true;
}

static void stop(struct witness_run *run)
{
    witness_server_free(run->server);
    witness_free(run->witness);
    tls_identity_free(run->tls);
    base_free(run->tokens);
    signing_key_free(run->key);
    watch_free(run->signals_watch);
    close(run->signals);
    loop_free(run->loop);
}

enum exit_code daemon_witness(const struct daemon_witness_options *options)
{
    (void)secret_memory_open();
    struct witness_run run = {.loop = loop_new()};
    char *error = NULL;
    take_signals(&run);
    bool done = start(&run, options, &error);
    if (done)
        loop_run(run.loop);
    else
        log_say("cannot_start", error == NULL ? TEXT("cannot start") : text_from(error));
    base_free(error);
    stop(&run);
    log_flush(LOG_FAREWELL_MS);
    return done ? EXIT_DONE : EXIT_IO;
}
