/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a session: it is started, runs its steps, and is closed once; it is freed at the end of the turn. Only
 * session_enter writes the state. */
#include "exeat/base/check.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/net/room.h"
#include "session_internal.h"

static const struct session_step *step_of(const struct session *session, enum session_state state)
{
    ASSERT(state < SESSION_STATE_COUNT);
    return &session->worker->steps[state];
}

/* --- deadlines ------------------------------------------------------------------------------------------------------
 */

static uint64_t limit_ms(const struct session *session)
{
    const struct exchange_limits *limits = exchange_worker_limits(session->worker->exchanges);
    switch (step_of(session, session->state)->deadline) {
    case DEADLINE_NONE:
        return 0;
    case DEADLINE_SERVE:
        return limits->idle_ms;
    case DEADLINE_HEAD:
    case DEADLINE_LAST_WORDS:
        return limits->head_ms;
    case DEADLINE_STREAM:
        break;
    }
    return limits->stream_ms;
}

static bool is_serving(const struct session *session)
{
    return session->state == SESSION_SERVE && session->exchange != NULL;
}

/* When it is over, by the steady clock; 0: never. */
static uint64_t due_us(const struct session *session)
{
    if (is_serving(session))
        return exchange_due_us(session->exchange);
    const struct exchange_limits *limits = exchange_worker_limits(session->worker->exchanges);
    uint64_t limit_us = limit_ms(session) * 1000;
    uint64_t end_us = session->entered_us + limits->longest_ms * 1000;
    switch (step_of(session, session->state)->deadline) {
    case DEADLINE_NONE:
        return 0;
    case DEADLINE_SERVE:
        break;
    case DEADLINE_HEAD:
        return session->entered_us + limit_us;
    case DEADLINE_LAST_WORDS:
    case DEADLINE_STREAM:
        return session->active_us + limit_us < end_us ? session->active_us + limit_us : end_us;
    }
    return session->active_us + limit_us;
}

void session_watch_deadline(struct session *session)
{
    session->deadline_moved = true;
}

/* A run may go through many steps: the timer is set once, for the one that it stops at. */
static void set_timer(struct session *session)
{
    session->deadline_moved = false;
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
        set_timer(session);
    } else if (is_serving(session)) {
        exchange_expire(session->exchange);
        session_run(session);
    } else if (step_of(session, session->state)->on_deadline != NULL) {
        (void)step_of(session, session->state)->on_deadline(session);
        session_run(session);
    } else {
        session_close(session, REASON_IDLE);
    }
}

bool session_is_outdated(const struct session *session)
{
    return session->greeting != NULL && session->greeting->by != session->listener->tls;
}

struct opened *session_opened(const struct session *session)
{
    struct binding *binding = session->entrance.binding;
    return binding == NULL ? NULL : list_owner(binding, struct opened, binding);
}

void session_touch(struct session *session)
{
    session->active_us = loop_now_us(session->worker->options.loop);
}

/* --- steps ----------------------------------------------------------------------------------------------------------
 */

void session_enter(struct session *session, enum session_state next)
{
    const struct session_step *step = step_of(session, session->state);
    ASSERT((step->next & (1u << next)) != 0);
    if (log_is_on(LOG_DEBUG))
        log_debug(
            "step", log_string("from", step->name), log_string("to", step_of(session, next)->name),
            log_number("descriptor", channel_descriptor(session->entrance.http.channel)));
    session->state = next;
    session->heard = (struct opening_scan){0};
    session_touch(session);
    session->entered_us = session->active_us;
    session_watch_deadline(session);
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
        progress = step_of(session, session->state)->run(session);
    if (session->deadline_moved)
        set_timer(session);
    if (progress == STEP_YIELD)
        yield_to_others(session);
}

bool session_hears_nothing(const struct session *session)
{
    const struct http_connection *client = &session->entrance.http;
    return inflight_length(&client->in) == 0 && channel_is_quiet(client->channel);
}

enum io session_read(struct session *session)
{
    struct http_connection *client = &session->entrance.http;
    bool had_ended = client->has_ended;
    enum io result = http_connection_read(client);
    if (!had_ended && (result == IO_OK || result == IO_END))
        session_touch(session);
    return result;
}

enum io session_write(struct session *session)
{
    uint64_t put = 0;
    enum io result = http_connection_write(&session->entrance.http, &put);
    if (put > 0)
        session_touch(session);
    return result;
}

/* --- from the first byte to the last --------------------------------------------------------------------------------
 */

static void on_client_ready(void *context)
{
    session_run(context);
}

/* A connection from this machine may come by a listener that others reach. */
static struct peer peer_at(const struct address *address, const struct session_listener *listener)
{
    return (struct peer){
        .address = *address,
        .door = listener->door,
        .listener = listener->name,
        .is_from_outside = listener->is_open && address_class(address) != ADDRESS_LOOPBACK,
    };
}

static void enter_by(struct session *session, int descriptor, const struct address *peer)
{
    struct session_worker *worker = session->worker;
    struct entrance *entrance = &session->entrance;
    struct buffer *scratch = &worker->http.scratch;
    entrance->peer = peer_at(peer, session->listener);
    entrance->user = exchange_new_user(worker->exchanges);
    http_connection_begin(
        &entrance->http, &worker->http, channel_new(worker->options.loop, descriptor, on_client_ready, session));
    buffer_empty(scratch);
    address_append(scratch, peer);
    text_store(buffer_text(scratch), entrance->peer_text, sizeof(entrance->peer_text));
}

static void start(
    struct session_worker *worker, int descriptor, const struct address *peer, const struct session_listener *listener,
    const struct turned *turned)
{
    struct session *session = base_zalloc(sizeof(*session));
    session->worker = worker;
    session->listener = listener;
    session->deadline = timer_new(worker->options.loop, on_deadline, session);
    session->state = SESSION_START;
    if (turned != NULL) {
        session->entrance.turned = base_zalloc(sizeof(*turned));
        *session->entrance.turned = *turned;
    }
    enter_by(session, descriptor, peer);
    if (turned != NULL)
        session->entrance.peer.owner = turned->owner;
    list_append(&worker->sessions, &session->node);
    worker->counts.accepted++;
    worker->counts.socks += listener->door == DOOR_SOCKS ? 1 : 0;
    worker->counts.open++;
    session_touch(session);
    session_run(session);
}

static enum reason against_another(struct session_worker *worker, int descriptor)
{
    uint64_t memory = exchange_worker_limits(worker->exchanges)->memory;
    if (worker->counts.open >= worker->limits.connections ||
        !room_has_descriptor(worker->options.loop, descriptor, ROOM_FOR_CLIENTS))
        return REASON_LIMIT;
    return room_has_memory(worker->options.loop, memory) ? REASON_NONE : REASON_MEMORY;
}

bool session_start(
    struct session_worker *worker, int descriptor, const struct address *peer, const struct session_listener *listener)
{
    enum reason against = against_another(worker, descriptor);
    if (against == REASON_NONE)
        start(worker, descriptor, peer, listener, NULL);
    else
        session_turn_away(worker, descriptor, listener, against);
    return against == REASON_NONE;
}

bool session_start_turned(
    struct session_worker *worker, int descriptor, const struct address *peer, const struct turned *turned)
{
    static const struct session_listener nowhere = {.door = DOOR_TRANSPARENT};
    enum reason against = against_another(worker, descriptor);
    if (against == REASON_NONE)
        start(worker, descriptor, peer, &nowhere, turned);
    else
        session_count_over(worker, against);
    return against == REASON_NONE;
}

static void end_exchange(struct session *session, enum reason reason)
{
    const struct tunnel *tunnel = session->tunnel;
    if (session->exchange == NULL)
        return;
    if (tunnel != NULL)
        exchange_count_bytes(session->exchange, tunnel->up.bytes, tunnel->down.bytes);
    exchange_free(session->exchange, reason);
    session->exchange = NULL;
}

static void tunnel_end(struct session *session)
{
    if (session->tunnel == NULL)
        return;
    tunnel_clear(session->tunnel);
    base_free(session->tunnel);
    session->tunnel = NULL;
}

void session_close(struct session *session, enum reason reason)
{
    struct session_worker *worker = session->worker;
    if (session->state == SESSION_CLOSED)
        return;
    const struct binding *binding = session->entrance.binding;
    if (binding != NULL && !binding->is_used && session->exchange == NULL)
        exchange_note_unused(worker->exchanges, &session->entrance);
    end_exchange(session, reason);
    tunnel_end(session);
    session_enter(session, SESSION_CLOSED);
    route_forget_user(worker->options.route, session->entrance.user);
    list_remove(&session->yield);
    list_remove(&session->node);
    list_append(&worker->retired, &session->node);
    channel_set_handler(session->entrance.http.channel, NULL, NULL);
    timer_stop(session->deadline);
    worker->counts.open--;
    loop_defer(worker->options.loop, &worker->reaper);
}

enum progress session_forsaken(struct session *session)
{
    session_close(session, REASON_CLIENT_GONE);
    return STEP_WAIT;
}

enum progress step_closed(struct session *session)
{
    (void)session;
    return STEP_WAIT;
}

enum session_state session_first(const struct session *session)
{
    return session->listener->door == DOOR_SOCKS ? SESSION_SOCKS_OFFER : SESSION_SERVE;
}

enum progress step_start(struct session *session)
{
    enum session_state next = session->listener->tls != NULL ? SESSION_GREET : session_first(session);
    session_enter(session, session->entrance.turned != NULL ? SESSION_LOOK : next);
    return STEP_NEXT;
}
