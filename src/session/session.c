/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a session: it is started, runs its steps, and is closed once; it is freed at the end of the turn. Only
 * session_enter writes the state. */
#include "exeat/base/check.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "session_internal.h"

static void on_client_ready(void *context)
{
    session_run(context);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t forsaken_ms(const struct session *session)
{
    return smaller(FORSAKEN_MS, session->worker->limits.idle_ms);
}

bool session_is_forsaken(const struct session *session)
{
    /* While it has yet to take something it is slow, not gone: a reset would tell. */
    bool may_listen =
        session->state == SESSION_EXCHANGE && session->client_ended && inflight_length(&session->out) == 0;
    return may_listen && forsaken_ms(session) < session->worker->limits.stream_ms;
}

static uint64_t deadline_of(const struct session *session)
{
    size_t offset = session_step(session->state)->deadline;
    if (offset == 0)
        return 0;
    /* Between requests an idle connection may rest longer than a head may take. */
    if (session->state == SESSION_READ_HEAD && session->exchange == NULL)
        return session->worker->limits.idle_ms;
    if (session_is_forsaken(session))
        return forsaken_ms(session);
    return *(const uint64_t *)(const void *)((const char *)&session->worker->limits + offset - 1);
}

/* Names and connecting are one way out, and have one deadline. */
static bool is_on_the_way_out(const struct session *session)
{
    return session->state == SESSION_RESOLVE || session->state == SESSION_DIAL;
}

/* From now on; of the way out, from its beginning. */
static void arm_deadline(struct session *session)
{
    uint64_t limit = deadline_of(session);
    uint64_t spent = 0;
    if (is_on_the_way_out(session))
        spent = (session->active_us - session->exchange->way.began_us) / 1000;
    if (limit == 0)
        timer_stop(session->deadline);
    else
        timer_start(session->deadline, limit > spent ? limit - spent : 0);
}

/* A head has its time as a whole, lest a client send it byte by byte, and so have a commit and the way out, whatever
 * the client sends meanwhile; everything else may take long while it moves. */
static uint64_t quiet_since(const struct session *session)
{
    if (is_on_the_way_out(session))
        return session->exchange->way.began_us;
    bool as_a_whole = session->state == SESSION_READ_HEAD || session->state == SESSION_COMMIT;
    if (as_a_whole && session->exchange != NULL)
        return session->exchange->account.started_us;
    return session->active_us;
}

/* When it is over, by the steady clock; 0: never. */
static uint64_t due_us(const struct session *session)
{
    uint64_t limit = deadline_of(session);
    if (limit == 0)
        return 0;
    uint64_t due = quiet_since(session) + limit * 1000;
    bool awaits_head = session->state == SESSION_EXCHANGE && session->exchange->flow.head_us != 0;
    if (awaits_head)
        due = smaller(due, session->exchange->flow.head_us + session->worker->limits.head_ms * 1000);
    return due;
}

void session_watch_deadline(struct session *session)
{
    uint64_t due = due_us(session);
    uint64_t now = loop_now_us(session->worker->options.loop);
    if (due == 0)
        timer_stop(session->deadline);
    else
        timer_start(session->deadline, due > now ? (due - now + 999) / 1000 : 0);
}

/* The timer is not moved with every byte: when it fires, the time since the last byte counts. */
static void on_deadline(void *context)
{
    struct session *session = context;
    uint64_t due = due_us(session);
    if (due == 0)
        return;
    if (due > loop_now_us(session->worker->options.loop)) {
        session_watch_deadline(session);
        return;
    }
    session_step(session->state)->on_deadline(session);
}

void session_touch(struct session *session)
{
    session->active_us = loop_now_us(session->worker->options.loop);
}

void session_enter(struct session *session, enum session_state next)
{
    const struct step *step = session_step(session->state);
    ASSERT((step->next & (1u << next)) != 0);
    if (log_is_on(LOG_DEBUG))
        log_debug(
            "step", log_string("from", step->name), log_string("to", session_step(next)->name),
            log_number("descriptor", channel_descriptor(session->client)));
    session->state = next;
    session_touch(session);
    arm_deadline(session);
}

static void yield_to_others(struct session *session)
{
    struct session_worker *worker = session->worker;
    if (!list_has(&session->yield))
        list_append(&worker->yielded, &session->yield);
    loop_defer(worker->options.loop, &worker->runner);
}

void session_run(struct session *session)
{
    enum progress progress = STEP_NEXT;
    while (progress == STEP_NEXT)
        progress = session_step(session->state)->run(session);
    if (progress == STEP_YIELD)
        yield_to_others(session);
}

bool session_start(struct session_worker *worker, int descriptor, const struct address *peer)
{
    if (worker->stats.open >= worker->limits.connections) {
        session_turn_away(worker, descriptor);
        return false;
    }
    struct session *session = base_zalloc(sizeof(*session));
    session->worker = worker;
    session->peer = *peer;
    session->user = ++worker->users;
    struct buffer *scratch = &worker->authority;
    buffer_empty(scratch);
    address_append(scratch, peer);
    text_store(buffer_text(scratch), session->peer_text, sizeof(session->peer_text));
    session->tunnel.loop = worker->options.loop;
    session->client = channel_new(worker->options.loop, descriptor, on_client_ready, session);
    session->deadline = timer_new(worker->options.loop, on_deadline, session);
    session->state = SESSION_START;
    list_append(&worker->sessions, &session->node);
    worker->stats.accepted++;
    worker->stats.open++;
    session_touch(session);
    session_run(session);
    return true;
}

enum io session_fill(struct session *session, size_t limit)
{
    if (session->client_ended)
        return IO_END;
    size_t got = 0;
    enum io result = inflight_read(session->worker->options.loop, &session->in, session->client, limit, &got);
    if (result == IO_OK || result == IO_END)
        session_touch(session);
    if (result == IO_END) {
        session->client_ended = true;
        if (session->state == SESSION_EXCHANGE)
            session_watch_deadline(session);
    }
    return result;
}

enum io session_flush(struct session *session)
{
    uint64_t put = 0;
    if (session->exchange != NULL && session->exchange->flow.said == REPLY_IN_HAND)
        session->exchange->flow.said = REPLY_SAID;
    enum io result = inflight_write(session->worker->options.loop, &session->out, session->client, &put);
    if (put > 0)
        session_touch(session);
    if (put > 0 && session->client_ended)
        session_watch_deadline(session);
    return result;
}

void session_close(struct session *session, enum reason reason)
{
    if (session->state == SESSION_CLOSED)
        return;
    if (session->opened != NULL && !session->opened->is_used && session->exchange == NULL)
        account_opened_unused(session, &session->opened->host, session->opened->port, REASON_OPENED_UNUSED);
    if (session->exchange != NULL)
        account_complete(session, reason);
    exchange_free(session);
    tunnel_clear(&session->tunnel);
    session_enter(session, SESSION_CLOSED);
    struct session_worker *worker = session->worker;
    route_forget_user(worker->options.route, session->user);
    list_remove(&session->yield);
    list_remove(&session->node);
    list_append(&worker->retired, &session->node);
    channel_set_handler(session->client, NULL, NULL);
    timer_stop(session->deadline);
    worker->stats.open--;
    loop_defer(worker->options.loop, &worker->reaper);
}

void session_say(struct session *session, struct text text)
{
    inflight_append(session->worker->options.loop, &session->out, text);
}

void session_continue(struct session *session)
{
    struct ask *ask = &session->exchange->ask;
    if (ask->wants_continue)
        session_say(session, TEXT("HTTP/1.1 100 Continue\r\n\r\n"));
    ask->wants_continue = false;
}

/* After its end a client has nothing more to say, but its socket may tell of a reset. */
static enum io look_beyond_end(struct session *session)
{
    char byte;
    size_t got;
    return channel_receive(session->client, &byte, sizeof(byte), &got);
}

enum progress session_watch_client(struct session *session)
{
    enum { AHEAD = 16384 }; /* what a client may send ahead */
    if (channel_is_quiet(session->client))
        return STEP_WAIT;
    enum io result = session->client_ended ? look_beyond_end(session) : session_fill(session, AHEAD);
    if (result == IO_BROKEN)
        session_close(session, REASON_CLIENT_GONE);
    return STEP_WAIT;
}

enum progress step_closed(struct session *session)
{
    (void)session;
    return STEP_WAIT;
}

enum progress step_start(struct session *session)
{
    session_enter(session, SESSION_READ_HEAD);
    return STEP_NEXT;
}
