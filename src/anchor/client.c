/* SPDX-License-Identifier: Apache-2.0 */
/* The gate's side of witnessing, in a thread of its own with a loop of its own: requests never wait for it.
 * 1. At start nothing is signed until the newest checkpoint that the store has was shown to the witness.
 * 2. What the witness knows and the store has not is a roll-back; what it knows otherwise is a fork. Both end signing.
 * 3. A cosignature is kept only when it verifies with the witness's key. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "anchor_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

enum { TOKEN_MAX = 4096, DNS_MS = 5000, CONNECT_MS = 5000, RETRIES = 3 };

/* Owned, all. */
struct anchor_kept {
    char *store;
    char *origin;
    char *previous;
    char *prefix;
    char *witness;
    char *token; /* secret; NULL: none */
};
/* What other threads may ask. */
struct anchor_told {
    _Atomic int state;
    _Atomic uint64_t witnessed_size;
    _Atomic uint64_t witnessed_at;
    _Atomic uint64_t cosigned;
    _Atomic uint64_t failures;
};
struct anchor {
    struct anchor_options options; /* its texts point into `kept` */
    struct anchor_kept kept;
    struct audit_vkey vkey;
    struct anchor_peer peer;
    struct tls_client *tls; /* owned */
    struct loop *loop;      /* owned */
    struct resolver *resolver;
    struct route *route;
    struct timer *timer;
    pthread_t thread;
    int wake; /* eventfd: the end */
    struct watch *wake_watch;
    struct anchor_call *call;        /* owned while it runs */
    struct anchor_question question; /* of the call */
    struct audit_tree known;         /* what the witness has, as we remember it */
    unsigned retries;                /* of this question */
    uint64_t heard_us;               /* when it was cosigned last, or the client began */
    bool was_witnessed;
    bool is_leaving; /* the thread has ended, and with it the hooks; one last question */
    struct anchor_told told;
};

static const struct {
    const char *name;
    bool is_broken;
} states[] = {
    [ANCHOR_STARTING] = {"starting", false},
    [ANCHOR_WITNESSED] = {"witnessed", false},
    [ANCHOR_UNREACHABLE] = {"unreachable", false},
    [ANCHOR_ROLLED_BACK] = {"rolled_back", true},
    [ANCHOR_FORKED] = {"forked", true},
    [ANCHOR_KEY_REFUSED] = {"key_refused", true},
};
_Static_assert(COUNT_OF(states) == ANCHOR_STATE_COUNT, "every state has a row");

const char *anchor_state_name(enum anchor_state state)
{
    return states[state].name;
}

bool anchor_state_is_broken(enum anchor_state state)
{
    return states[state].is_broken;
}

void anchor_stats_read(const struct anchor *anchor, struct anchor_stats *stats)
{
    stats->state = (enum anchor_state)atomic_load(&anchor->told.state);
    stats->witnessed_size = atomic_load(&anchor->told.witnessed_size);
    stats->witnessed_at = atomic_load(&anchor->told.witnessed_at);
    stats->cosigned = atomic_load(&anchor->told.cosigned);
    stats->failures = atomic_load(&anchor->told.failures);
}

/* --- what follows from a state -------------------------------------------------------------------------------------
 */

static enum anchor_state state_of(const struct anchor *anchor)
{
    return (enum anchor_state)atomic_load(&anchor->told.state);
}

/* A witness that cannot be reached stops signing only where the operator wants nothing to happen without it. */
static void apply(struct anchor *anchor, enum anchor_state state)
{
    bool denies = anchor->options.denies;
    bool is_broken = anchor_state_is_broken(state);
    bool is_old = clock_boot_us() - anchor->heard_us > anchor->options.deny_after_ms * 1000;
    bool is_alone = state == ANCHOR_UNREACHABLE && (is_old || !anchor->was_witnessed);
    bool holds_signing = is_broken || state == ANCHOR_STARTING || (denies && is_alone && !anchor->was_witnessed);
    bool holds_decisions = denies && (is_broken || state == ANCHOR_STARTING || is_alone);
    anchor->options.hooks.hold(anchor->options.hooks.context, holds_signing, holds_decisions);
}

static void enter(struct anchor *anchor, enum anchor_state state, const char *why)
{
    enum anchor_state before = state_of(anchor);
    if (anchor->is_leaving)
        loop_stop(anchor->loop);
    else
        apply(anchor, state);
    atomic_store(&anchor->told.state, (int)state);
    if (state != before) {
        struct log_fact facts[] = {
            log_string("state", anchor_state_name(state)), log_string("origin", anchor->kept.origin),
            log_string("witness", anchor->kept.witness), log_string("why", why)};
        enum log_level level = anchor_state_is_broken(state) ? LOG_ERROR
                               : state == ANCHOR_UNREACHABLE ? LOG_WARN
                                                             : LOG_INFO;
        log_write(level, "witness", facts, COUNT_OF(facts));
    }
}

/* --- questions and answers -----------------------------------------------------------------------------------------
 */

static void ask(struct anchor *anchor);
static void on_answer(void *context, uint16_t status, struct text body, const char *error);

static void fail(struct anchor *anchor, const char *why)
{
    atomic_fetch_add(&anchor->told.failures, 1);
    enter(anchor, ANCHOR_UNREACHABLE, why);
}

static void send_question(struct anchor *anchor)
{
    anchor->call = anchor_call_start(
        &anchor->peer, TEXT("/add-checkpoint"), TEXT(""), buffer_text(&anchor->question.body), on_answer, anchor);
}

/* One line of an answer: is it this witness's word about our checkpoint? */
static bool is_cosignature(struct anchor *anchor, struct text line, uint64_t *time)
{
    struct buffer whole = {0};
    struct audit_note note;
    buffer_append(&whole, buffer_text(&anchor->question.note));
    buffer_append(&whole, line);
    bool good =
        audit_note_parse(buffer_text(&whole), &note) && audit_note_verify(&note, &anchor->vkey, time) == AUDIT_SIGNED;
    buffer_clear(&whole);
    return good;
}

/* The lines that this witness signed, out of an answer that may hold others. */
static void take_cosignatures(struct anchor *anchor, struct text body, struct buffer *lines, uint64_t *time)
{
    while (body.length > 0) {
        size_t end = text_index(body, '\n', 0);
        struct text line = text_part(body, 0, end + 1);
        if (is_cosignature(anchor, line, time))
            buffer_append(lines, line);
        body = text_after(body, end + 1);
    }
}

static void on_cosigned(struct anchor *anchor, struct text body)
{
    uint64_t time = 0;
    struct buffer note = {0};
    buffer_append(&note, buffer_text(&anchor->question.note));
    take_cosignatures(anchor, body, &note, &time);
    if (note.length == anchor->question.note.length) {
        buffer_clear(&note);
        fail(anchor, "its answer is not signed by the key of audit.witness.key_file");
        return;
    }
    anchor->known = anchor->question.tree;
    anchor->heard_us = clock_boot_us();
    anchor->was_witnessed = true;
    atomic_store(&anchor->told.witnessed_size, anchor->known.size);
    atomic_store(&anchor->told.witnessed_at, time);
    atomic_fetch_add(&anchor->told.cosigned, 1);
    if (!anchor->is_leaving)
        anchor->options.hooks.keep(anchor->options.hooks.context, &anchor->known, buffer_text(&note));
    buffer_clear(&note);
    enter(anchor, ANCHOR_WITNESSED, "cosigned");
}

/* It knows another size than we thought: our memory is old, or the store is. */
static void on_conflict(struct anchor *anchor, struct text body)
{
    struct audit_checkpoint checkpoint;
    uint64_t size = 0;
    uint64_t was = anchor->known.size;
    char *error = NULL;
    bool readable = audit_checkpoint_parse(buffer_text(&anchor->question.note), &checkpoint) &&
                    text_ends_with(body, TEXT("\n")) &&
                    text_to_number(text_part(body, 0, body.length - 1), INT64_MAX, &size);
    if (!readable) {
        fail(anchor, "its answer 409 has no size in it");
    } else if (size > checkpoint.size) {
        enter(anchor, ANCHOR_ROLLED_BACK, "the witness has seen more records than the store has");
    } else if (size == anchor->known.size) {
        enter(anchor, ANCHOR_FORKED, "the witness has seen another tree of this size");
    } else if (anchor->retries++ >= RETRIES) {
        fail(anchor, "its answers contradict each other");
    } else if (anchor_tree_at(&anchor->options, size, &anchor->known, &error)) {
        if (size < was)
            log_warn("witness_forgot", log_number("had", (int64_t)was), log_number("has", (int64_t)size));
        ask(anchor);
    } else {
        fail(anchor, error);
        base_free(error);
    }
}

static void on_enrolled(void *context, uint16_t status, struct text body, const char *error)
{
    struct anchor *anchor = context;
    char why[200];
    anchor->call = NULL;
    text_store(status == 0 ? text_from(error) : text_trim(body, "\n"), why, sizeof(why));
    if (status == 200 && anchor->retries++ < RETRIES)
        send_question(anchor);
    else if (status == 409)
        enter(anchor, ANCHOR_KEY_REFUSED, why);
    else
        fail(anchor, why);
}

static void enrol(struct anchor *anchor)
{
    struct buffer body = {0};
    uint8_t key[VERIFY_KEY_SIZE];
    if (anchor->kept.token == NULL) {
        fail(anchor, "it does not know this origin, and there is no audit.witness.enrol_token_file to enrol it with");
        return;
    }
    signing_key_public(anchor->options.key, key);
    buffer_append(&body, TEXT("vkey "));
    audit_vkey_write(anchor->options.origin, key, &body);
    buffer_append_byte(&body, '\n');
    if (anchor->options.previous.length > 0)
        buffer_printf(&body, "previous %.*s\n", TEXT_ARG(anchor->options.previous));
    anchor->call = anchor_call_start(
        &anchor->peer, TEXT("/enrol"), text_from(anchor->kept.token), buffer_text(&body), on_enrolled, anchor);
    buffer_clear(&body);
}

static void on_answer(void *context, uint16_t status, struct text body, const char *error)
{
    struct anchor *anchor = context;
    char why[80];
    anchor->call = NULL;
    switch (status) {
    case 0:
        fail(anchor, error);
        return;
    case 200:
        on_cosigned(anchor, body);
        return;
    case 403:
        enter(anchor, ANCHOR_KEY_REFUSED, "the witness knows this origin with another key");
        return;
    case 404:
        enrol(anchor);
        return;
    case 409:
        on_conflict(anchor, body);
        return;
    case 422:
        enter(anchor, ANCHOR_FORKED, "the witness has seen other records of this log");
        return;
    default:
        break;
    }
    struct buffer text = {0};
    buffer_printf(&text, "it answered with status %u", status);
    text_store(buffer_text(&text), why, sizeof(why));
    buffer_clear(&text);
    fail(anchor, why);
}

static void ask(struct anchor *anchor)
{
    char *error = NULL;
    anchor_question_clear(&anchor->question);
    switch (anchor_ask(&anchor->options, &anchor->known, &anchor->question, &error)) {
    case ANCHOR_NOTHING_NEW:
        if (state_of(anchor) == ANCHOR_WITNESSED)
            return;
        break;
    case ANCHOR_UNREADABLE:
        fail(anchor, error);
        base_free(error);
        return;
    case ANCHOR_ASK:
    case ANCHOR_BEHIND:
        break;
    }
    send_question(anchor);
}

static void on_timer(void *context)
{
    struct anchor *anchor = context;
    timer_start(anchor->timer, anchor->options.interval_ms);
    if (anchor->call != NULL || anchor_state_is_broken(state_of(anchor)))
        return;
    anchor->retries = 0;
    ask(anchor);
    apply(anchor, state_of(anchor)); /* time passes, too */
}

/* --- life ----------------------------------------------------------------------------------------------------------
 */

static void *anchor_main(void *context)
{
    struct anchor *anchor = context;
    loop_run(anchor->loop);
    return NULL;
}

static void on_wake(void *context)
{
    struct anchor *anchor = context;
    loop_stop(anchor->loop);
}

static bool read_token(struct anchor *anchor, const char *path, char **error)
{
    struct buffer content = {0};
    if (path == NULL || path[0] == '\0')
        return true;
    buffer_reserve(&content, TOKEN_MAX + 1); /* so that it is never moved, and all of it is forgotten below */
    bool done = file_read(path, TOKEN_MAX, &content, error);
    struct text token = text_trim(buffer_text(&content), " \t\r\n");
    if (done && (token.length == 0 || text_has(token, '\n') || text_has(token, '\r'))) {
        struct buffer out = {0};
        buffer_printf(&out, "%s: an enrolment token is one line", path);
        *error = buffer_take(&out);
        done = false;
    }
    if (done)
        anchor->kept.token = text_copy(token);
    base_forget(content.data, content.length);
    buffer_clear(&content);
    return done;
}

static struct anchor *anchor_new(const struct anchor_options *options)
{
    struct anchor *anchor = base_zalloc(sizeof(*anchor));
    anchor->options = *options;
    anchor->kept.store = text_copy(text_from(options->store));
    anchor->kept.origin = text_copy(options->origin);
    anchor->kept.previous = text_copy(options->previous);
    anchor->kept.prefix = text_copy(options->prefix);
    anchor->kept.witness = text_copy(options->witness);
    anchor->options.store = anchor->kept.store;
    anchor->options.origin = text_from(anchor->kept.origin);
    anchor->options.previous = text_from(anchor->kept.previous);
    anchor->options.prefix = text_from(anchor->kept.prefix);
    anchor->options.witness = text_from(anchor->kept.witness);
    anchor->wake = -1;
    return anchor;
}

void anchor_free(struct anchor *anchor)
{
    if (anchor == NULL)
        return;
    anchor_call_cancel(anchor->call);
    anchor_question_clear(&anchor->question);
    timer_free(anchor->timer);
    if (anchor->wake_watch != NULL)
        watch_free(anchor->wake_watch);
    if (anchor->wake >= 0)
        close(anchor->wake);
    route_free(anchor->route);
    resolver_free(anchor->resolver);
    tls_client_free(anchor->tls);
    if (anchor->loop != NULL)
        loop_free(anchor->loop);
    base_free(anchor->kept.store);
    base_free(anchor->kept.origin);
    base_free(anchor->kept.previous);
    base_free(anchor->kept.prefix);
    base_free(anchor->kept.witness);
    if (anchor->kept.token != NULL)
        base_free_secret(anchor->kept.token, strlen(anchor->kept.token));
    base_free(anchor);
}

static bool read_witness_key(struct anchor *anchor, char **error)
{
    if (audit_vkey_parse(anchor->options.witness, &anchor->vkey) && anchor->vkey.type == AUDIT_KEY_WITNESS)
        return true;
    *error = text_copy(TEXT("audit.witness.key_file does not hold the key of a witness; it is the line that "
                            "`exeat witness` shows at its start, and `exeat key show --witness` prints"));
    return false;
}

static void connect_parts(struct anchor *anchor)
{
    struct route_options route = {
        .tls = anchor->tls, .connect_timeout_ms = CONNECT_MS, .idle_timeout_ms = CONNECT_MS, .idle_maximum = 1};
    struct resolver_options resolver = {.timeout_ms = DNS_MS};
    anchor->loop = loop_new();
    anchor->resolver = resolver_new(anchor->loop, &resolver);
    anchor->route = route_new(anchor->loop, &route);
    anchor->timer = timer_new(anchor->loop, on_timer, anchor);
    anchor->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(anchor->wake >= 0);
    anchor->wake_watch = watch_new(anchor->loop, anchor->wake, on_wake, anchor);
    anchor->peer = (struct anchor_peer){
        .loop = anchor->loop,
        .resolver = anchor->resolver,
        .route = anchor->route,
        .scheme = anchor->options.scheme,
        .host = &anchor->options.host,
        .port = anchor->options.port,
        .prefix = anchor->options.prefix,
    };
}

struct anchor *anchor_start(const struct anchor_options *options, char **error)
{
    struct anchor *anchor = anchor_new(options);
    struct tls_client_options tls = {.roots = options->roots};
    bool done = read_witness_key(anchor, error) && read_token(anchor, options->token_file, error);
    if (done)
        anchor->tls = tls_client_new(&tls, error);
    if (anchor->tls == NULL) {
        anchor_free(anchor);
        return NULL;
    }
    connect_parts(anchor);
    if (!options->hooks.recall(options->hooks.context, &anchor->known))
        anchor->known = (struct audit_tree){.size = 0};
    anchor->heard_us = clock_boot_us();
    enter(anchor, ANCHOR_STARTING, "");
    timer_start(anchor->timer, 1);
    int result = pthread_create(&anchor->thread, NULL, anchor_main, anchor);
    ASSERT(result == 0);
    return anchor;
}

void anchor_stop(struct anchor *anchor)
{
    if (anchor == NULL)
        return;
    uint64_t one = 1;
    ssize_t put = write(anchor->wake, &one, sizeof(one));
    (void)put;
    pthread_join(anchor->thread, NULL);
    watch_free(anchor->wake_watch);
    anchor->wake_watch = NULL;
    anchor->is_leaving = true;
    anchor_call_cancel(anchor->call);
    anchor->call = NULL;
}

static void on_late(void *context)
{
    struct anchor *anchor = context;
    loop_stop(anchor->loop);
}

/* Where the witness does not answer anyway, or has said what ends signing, nobody waits. */
void anchor_farewell(struct anchor *anchor, uint64_t timeout_ms)
{
    if (anchor == NULL || state_of(anchor) != ANCHOR_WITNESSED)
        return;
    struct timer *late = timer_new(anchor->loop, on_late, anchor);
    timer_stop(anchor->timer);
    timer_start(late, timeout_ms);
    anchor->retries = 0;
    ask(anchor);
    if (anchor->call != NULL)
        loop_run(anchor->loop);
    timer_free(late);
}
