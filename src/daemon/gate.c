/* SPDX-License-Identifier: Apache-2.0 */
/* The gate from start to end: open what it needs, run, drain, close in reverse. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/base/secret.h"
#include "exeat/in_force.h"

enum { FAREWELL_MS = 2000, LOG_FAREWELL_MS = 1000 };

/* --- signals
 * -------------------------------------------------------------------------------------------------------------- */

static void reload(struct gate *gate, enum reload reload)
{
    struct buffer answer = {0}; /* the log has it too */
    if (!atomic_load(&gate->told.drains))
        gate_reload(gate, reload, &answer);
    buffer_clear(&answer);
}

static void on_change(void *context)
{
    reload(context, RELOAD_SEEN);
}

static void on_hangup(void *context)
{
    struct gate *gate = context;
    struct signalfd_siginfo info;
    while (read(gate->occasions.hangups.descriptor, &info, sizeof(info)) == sizeof(info))
        reload(gate, RELOAD_ASKED);
}

/* Before any thread is made, so that all of them inherit the mask; what ends the gate is the desk's. */
static void take_signals(struct gate *gate)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    gate->occasions.hangups.descriptor = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    gate->occasions.hangups.watch = watch_new(gate->loop, gate->occasions.hangups.descriptor, on_hangup, gate);
}

/* --- start
 * -------------------------------------------------------------------------------------------------------------- */

static void take_descriptors(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static bool say(char *error)
{
    log_say("cannot_start", error == NULL ? TEXT("cannot start") : text_from(error));
    base_free(error);
    return false;
}

/* What has to be read or made with the reach that the gate was started with; from here on it is out of it. */
static bool confine(struct gate *gate)
{
    char *error = NULL;
    gate->ledger.key = daemon_load_log_key(gate->in_force.policy, &error);
    return (gate->ledger.key != NULL &&
            confinement_enter(policy_settings(gate->in_force.policy), &gate->confined, &error)) ||
           say(error);
}

static bool open_audit(struct gate *gate)
{
    const struct settings_audit *source = &policy_settings(gate->in_force.policy)->audit;
    char *error = NULL;
    if (!store_succession_settle(source->directory.data, source->origin, &gate->ledger.succession, &error))
        return say(error);
    struct audit_options options;
    daemon_audit_options(source, gate->ledger.key, &options);
    options.origin = text_from(gate->ledger.succession.origin);
    gate->ledger.audit = audit_open(&options, &error);
    return gate->ledger.audit != NULL || say(error);
}

/* What the gate runs with, in the first records of a run. */
static bool record_start(struct gate *gate)
{
    const struct settings_audit *source = &policy_settings(gate->in_force.policy)->audit;
    struct buffer detail = {0};
    buffer_printf(
        &detail, "durability=%s on_failure=%s mode=%s seccomp=%s landlock=%u",
        source->durability == DURABILITY_COMMIT ? "commit" : "batch",
        source->on_failure == ON_FAILURE_DENY ? "deny" : "allow",
        policy_settings(gate->in_force.policy)->observe ? "observe" : "enforce",
        confine_calls_word(gate->confined.calls), gate->confined.landlock);
    bool done = gate_record_succession(gate) &&
                audit_event_text(gate->ledger.audit, RECORD_CONFIG, TEXT("start"), buffer_text(&detail)) &&
                gate_record_policy(gate, gate->in_force.policy, &gate->in_force.sequence);
    buffer_clear(&detail);
    if (!done)
        buffer_printf(
            &detail, "%.*s: the audit store cannot be written; is its disk full?", TEXT_ARG(source->directory));
    return done || say(buffer_take(&detail));
}

static size_t worker_count(const struct settings *settings)
{
    cpu_set_t set;
    if (settings->run.workers > 0)
        return (size_t)settings->run.workers;
    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    return (size_t)CPU_COUNT(&set);
}

static bool start_worker(struct gate *gate, const struct sockets *sockets, char **error)
{
    struct worker_options options = {
        .client = trust_client(gate->in_force.policy, error),
        .trust = gate->in_force.trust,
        .listeners = &gate->listeners,
        .budgets = gate->in_force.budgets,
        .audit = gate->ledger.audit,
        .via = gate->via,
        .pipes = &gate->crew.pipes,
        .budget = gate->crew.budget,
        .places = gate->crew.places,
        .engines = gate->crew.engines,
        .sockets = sockets,
        .token = containment_token(gate->containment),
        .is_contained = containment_holds(gate->containment),
    };
    if (options.client == NULL)
        return false;
    struct worker *worker = worker_new(&options, gate->in_force.policy, gate->in_force.sequence);
    gate->crew.workers[gate->crew.worker_count++] = worker;
    worker_start(worker);
    return true;
}

static bool start_workers(struct gate *gate)
{
    struct crew *crew = &gate->crew;
    char *error = NULL;
    crew->workers = base_array(crew->socket_count, sizeof(struct worker *));
    crew->budget = names_budget_new();
    crew->places = tls_places_new();
    crew->engines = engines_new();
    gate->budgets = budgets_new();
    gate->in_force.budgets = limits_new(gate->budgets, gate->in_force.policy, crew->socket_count);
    limits_recall(gate->in_force.budgets, gate->in_force.policy);
    for (size_t i = 0; i < crew->socket_count; i++)
        if (!start_worker(gate, &crew->sockets[i], &error))
            return say(error);
    return true;
}

/* The first worker has the first sockets, the others join them: while the gate still may, as ports below 1024 want a
 * capability that is given up. */
static bool bind_workers(struct gate *gate, char **error)
{
    struct crew *crew = &gate->crew;
    size_t count = worker_count(policy_settings(gate->in_force.policy));
    if (!sockets_bind(policy_settings(gate->in_force.policy), &gate->sockets, error))
        return false;
    crew->sockets = base_array(count, sizeof(*crew->sockets));
    crew->sockets[crew->socket_count++] = gate->sockets;
    for (; crew->socket_count < count; crew->socket_count++)
        if (!sockets_join(&gate->sockets, &crew->sockets[crew->socket_count], error))
            return false;
    return true;
}

/* All sockets, before anything is written or begun: a gate that may not listen leaves no trace. */
static bool bind_all(struct gate *gate)
{
    const struct settings_listen *listen = &policy_settings(gate->in_force.policy)->listen;
    struct sockets *sockets = &gate->sockets;
    char *error = NULL;
    if (!bind_workers(gate, &error))
        return say(error);
    if (listen->admin.address.length > 0) {
        sockets->admin_port = listen->admin.port;
        int descriptor = listener_bind(&listen->admin.address, &sockets->admin_port, &error);
        if (descriptor < 0)
            return say(error);
        desk_listen(gate->desk, descriptor);
    }
    if (listen->control.length == 0)
        return true;
    gate->control = control_new(gate->loop, listen->control.data, gate_command, gate, &error);
    return gate->control != NULL || say(error);
}

static bool start_anchor(struct gate *gate)
{
    char *error = NULL;
    return gate_start_anchor(gate, &error) || say(error);
}

static bool start(struct gate *gate)
{
    const struct settings *settings = policy_settings(gate->in_force.policy);
    if (!bind_all(gate) || !confine(gate))
        return false;
    log_start(); /* the first thread */
    gate->containment = containment_of(settings, &gate->told.drains);
    if (!open_audit(gate) || !record_start(gate) || !start_anchor(gate) || !start_workers(gate))
        return false;
    if (settings->audit.verify_ms > 0)
        gate->ledger.verifying =
            verifying_new(settings->audit.directory.data, gate->ledger.key, settings->audit.verify_ms);
    gate->occasions.files = files_watch_new(gate->loop, on_change, gate);
    files_watch_set(gate->occasions.files, gate->in_force.policy, &gate->listeners);
    gate->retired = retired_new(gate->loop);
    log_info(
        "started", log_string("version", EXEAT_VERSION), log_number("port", gate->sockets.port),
        log_number("admin_port", gate->sockets.admin_port), log_number("workers", (int64_t)gate->crew.worker_count),
        log_number("policy", (int64_t)gate->in_force.sequence),
        log_string("seccomp", confine_calls_word(gate->confined.calls)),
        log_number("landlock", (int64_t)gate->confined.landlock),
        log_string("keys", gate->has_locked_keys ? "locked" : "not_locked"));
    gate_apply(gate);
    gate_look_after_engines(gate);
    containment_start(gate->containment, gate->ledger.audit);
    desk_open(gate->desk);
    notify_manager("READY=1");
    return true;
}

/* --- end
 * ---------------------------------------------------------------------------------------------------------------- */

static void stop(struct gate *gate)
{
    desk_close(gate->desk);
    containment_free(gate->containment);
    for (size_t i = 0; i < gate->crew.worker_count; i++)
        worker_stop(gate->crew.workers[i]);
    for (size_t i = 0; i < gate->crew.worker_count; i++) {
        worker_join(gate->crew.workers[i]);
        worker_free(gate->crew.workers[i]);
    }
    for (size_t i = gate->crew.worker_count; i < gate->crew.socket_count; i++)
        sockets_close(&gate->crew.sockets[i]);
    base_free(gate->crew.sockets);
    base_free(gate->crew.workers);
    names_budget_free(gate->crew.budget);
    tls_places_free(gate->crew.places);
    checkup_free(gate->checkup);
    engines_free(gate->crew.engines);
    control_free(gate->control);
    files_watch_free(gate->occasions.files);
    timer_free(gate->bypass.timer);
    timer_free(gate->occasions.daily);
    lapses_free(gate->in_force.lapses);
    retired_free(gate->retired);
    watch_free(gate->occasions.hangups.watch);
    close(gate->occasions.hangups.descriptor);
    verifying_free(gate->ledger.verifying);
    anchor_stop(gate->ledger.anchor, FAREWELL_MS);
    audit_close(gate->ledger.audit);
    anchor_farewell(gate->ledger.anchor, FAREWELL_MS);
    anchor_free(gate->ledger.anchor);
    store_succession_clear(&gate->ledger.succession);
    signing_key_free(gate->ledger.key);
    trust_free(gate->in_force.trust);
    buffer_clear(&gate->in_force.start_values);
    budget_table_unref(gate->in_force.budgets);
    budgets_free(gate->budgets);
    listeners_clear(&gate->listeners);
    policy_unref(gate->in_force.policy);
    loop_free(gate->loop);
}

/* Of a file that cannot be read nobody knows the format of the log. */
static void show(struct diags *diags, bool is_loaded)
{
    struct buffer out = {0};
    diags_write_problems(diags, &out);
    if (!is_loaded)
        fprintf(stderr, "%.*s", TEXT_ARG(buffer_text(&out)));
    else if (out.length > 0)
        log_warn("config_warning", log_text("why", buffer_text(&out)));
    buffer_clear(&out);
}

static bool load(struct gate *gate, enum exit_code *code)
{
    struct diags *diags = diags_new();
    char *error = NULL;
    gate->in_force.policy = daemon_load(gate->path, diags);
    bool is_loaded = gate->in_force.policy != NULL;
    if (is_loaded)
        gate_apply(gate);
    show(diags, is_loaded);
    diags_free(diags);
    *code = EXIT_USAGE;
    if (!is_loaded)
        return false;
    listeners_note(&gate->listeners, &policy_settings(gate->in_force.policy)->listen);
    gate->in_force.trust = trust_new(gate->in_force.policy, &gate->listeners, gate->path, &error);
    if (gate->in_force.trust == NULL) {
        listeners_clear(&gate->listeners);
        policy_unref(gate->in_force.policy);
        return say(error);
    }
    const struct settings_listen *listen = &policy_settings(gate->in_force.policy)->listen;
    if (listen->forward.count + listen->socks.count + listen->transparent.count == 0) {
        trust_free(gate->in_force.trust);
        listeners_clear(&gate->listeners);
        policy_unref(gate->in_force.policy);
        struct buffer out = {0};
        buffer_printf(&out, "%s: nothing to listen on; add listen.forward, such as [127.0.0.1:3128]", gate->path);
        return say(buffer_take(&out));
    }
    in_force_start_values(policy_settings(gate->in_force.policy), &gate->in_force.start_values);
    return true;
}

enum exit_code daemon_run(const char *config_path)
{
    struct gate gate = {.path = config_path, .crew.pipes.left = PIPE_BUDGET};
    enum exit_code code;
    uint8_t token[4];
    take_descriptors();
    gate.has_locked_keys = secret_memory_open();
    if (!load(&gate, &code))
        return code;
    random_fill(token, sizeof(token));
    text_store(TEXT("exeat-"), gate.via, sizeof(gate.via));
    hex_encode((struct bytes){token, sizeof(token)}, gate.via + 6);
    gate.loop = loop_new();
    take_signals(&gate);
    gate.desk = desk_new(&gate);
    code = EXIT_IO;
    if (start(&gate)) {
        loop_run(gate.loop);
        code = EXIT_DONE;
    }
    stop(&gate);
    log_flush(LOG_FAREWELL_MS);
    return code;
}
