/* SPDX-License-Identifier: Apache-2.0 */
/* The gate's side of witnessing, in a thread of its own with a loop of its own: requests never wait for it.
 * 1. At start nothing is signed until the newest checkpoint that the store has was shown to the witness.
 * 2. What the witness has signed and the store has not is a roll-back; what it has signed otherwise is a fork. Both end
 *    signing. Nothing else does: neither silence, nor what is said and not proven.
 * 3. A cosignature is kept only when it verifies with the witness's key. */
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "client_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/route.h"

enum { TOKEN_MAX = 4096, CONNECT_MS = 5000, CALL_MS = 10000, ANSWER_MAX = 262144 };

static void *anchor_main(void *context)
{
    struct anchor *anchor = context;
    loop_run(anchor->parts.loop);
    return NULL;
}

static void on_timer(void *context)
{
    struct anchor *anchor = context;
    timer_start(anchor->parts.timer, anchor->options.interval_ms);
    if (anchor->step != ANCHOR_REST || anchor_state_is_broken(anchor->state))
        return;
    anchor_step_to(anchor, ANCHOR_ASK);
    anchor_apply(anchor); /* time passes, too */
}

/* The end has come. A witness that was not heard yet is given a moment: who lives shortly is witnessed, too. */
static void on_wake(void *context)
{
    struct anchor *anchor = context;
    uint64_t count;
    ssize_t got = read(anchor->parts.wake, &count, sizeof(count));
    (void)got;
    anchor->home = ANCHOR_GONE;
    if (anchor->state != ANCHOR_STARTING || anchor->patience_ms == 0) {
        anchor_step_to(anchor, ANCHOR_GONE);
        return;
    }
    timer_start(anchor->parts.late, anchor->patience_ms);
    if (anchor->step == ANCHOR_REST)
        anchor_step_to(anchor, ANCHOR_ASK);
}

static void on_late(void *context)
{
    anchor_fail(context, "it did not answer before the gate ended");
}

static bool is_line(const struct secret *secret)
{
    struct text text = secret_show(secret);
    return text.length > 0 && !text_has(text, '\n') && !text_has(text, '\r');
}

static bool read_token(struct anchor *anchor, const char *path, char **error)
{
    struct secret *token = &anchor->kept.token;
    if (path == NULL || path[0] == '\0')
        return true;
    if (!secret_read(path, TOKEN_MAX, token, error))
        return false;
    secret_trim(token);
    if (is_line(token))
        return true;
    struct buffer out = {0};
    buffer_printf(&out, "%s: an enrolment token is one line", path);
    *error = buffer_take(&out);
    return false;
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
    anchor->parts.wake = -1;
    return anchor;
}

static void parts_free(struct anchor_parts *parts)
{
    timer_free(parts->timer);
    timer_free(parts->late);
    if (parts->wake_watch != NULL)
        watch_free(parts->wake_watch);
    if (parts->wake >= 0)
        close(parts->wake);
    route_free(parts->route);
    resolver_free(parts->resolver);
    tls_client_free(parts->tls);
    if (parts->loop != NULL)
        loop_free(parts->loop);
}

void anchor_free(struct anchor *anchor)
{
    if (anchor == NULL)
        return;
    web_call_cancel(anchor->call);
    anchor_question_clear(&anchor->question);
    parts_free(&anchor->parts);
    base_free(anchor->kept.store);
    base_free(anchor->kept.origin);
    base_free(anchor->kept.previous);
    base_free(anchor->kept.prefix);
    base_free(anchor->kept.witness);
    secret_clear(&anchor->kept.token);
    base_free(anchor);
}

static bool read_witness_key(struct anchor *anchor, char **error)
{
    if (tlog_vkey_parse(anchor->options.witness, &anchor->vkey) && anchor->vkey.type == TLOG_KEY_WITNESS)
        return true;
    *error = text_copy(TEXT("audit.witness.key_file does not hold the key of a witness; it is the line that "
                            "`exeat witness` shows at its start, and `exeat key show --witness` prints"));
    return false;
}

static void connect_parts(struct anchor *anchor)
{
    struct anchor_parts *parts = &anchor->parts;
    struct route_options route = {.tls = parts->tls, .idle_timeout_ms = CONNECT_MS, .idle_maximum = 1};
    struct resolver_options resolver = {.hosts_path = "/etc/hosts"};
    parts->loop = loop_new();
    parts->resolver = resolver_new(parts->loop, &resolver);
    parts->route = route_new(parts->loop, &route);
    parts->timer = timer_new(parts->loop, on_timer, anchor);
    parts->late = timer_new(parts->loop, on_late, anchor);
    parts->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(parts->wake >= 0);
    parts->wake_watch = watch_new(parts->loop, parts->wake, on_wake, anchor);
    anchor->peer = (struct web_peer){
        .loop = parts->loop,
        .resolver = parts->resolver,
        .route = parts->route,
        .scheme = anchor->options.scheme,
        .host = &anchor->options.host,
        .port = anchor->options.port,
        .prefix = anchor->options.prefix,
        .timeout_ms = CALL_MS,
        .answer = ANSWER_MAX,
    };
}

struct anchor *anchor_start(const struct anchor_options *options, char **error)
{
    struct anchor *anchor = anchor_new(options);
    struct tls_client_options tls = {.upstream = {.roots = options->roots}};
    bool done = read_witness_key(anchor, error) && read_token(anchor, options->token_file, error);
    if (done)
        anchor->parts.tls = tls_client_new(&tls, error);
    if (anchor->parts.tls == NULL) {
        anchor_free(anchor);
        return NULL;
    }
    connect_parts(anchor);
    signing_key_public(options->key, anchor->log_key);
    if (!options->hooks.recall(options->hooks.context, &anchor->known))
        anchor->known = (struct tlog_tree){.size = 0};
    anchor_begin_state(anchor);
    timer_start(anchor->parts.timer, 1);
    int result = pthread_create(&anchor->thread, NULL, anchor_main, anchor);
    ASSERT(result == 0);
    return anchor;
}

/* --- the end -------------------------------------------------------------------------------------------------------
 */

static void hold_nothing(void *context, enum audit_signing signing, bool decisions)
{
    (void)context, (void)signing, (void)decisions;
}

static void keep_nothing(void *context, const struct tlog_tree *tree, struct text note)
{
    (void)context, (void)tree, (void)note;
}

void anchor_stop(struct anchor *anchor, uint64_t patience_ms)
{
    if (anchor == NULL)
        return;
    uint64_t one = 1;
    anchor->patience_ms = patience_ms;
    ssize_t put = write(anchor->parts.wake, &one, sizeof(one));
    (void)put;
    pthread_join(anchor->thread, NULL);
    watch_free(anchor->parts.wake_watch);
    anchor->parts.wake_watch = NULL;
    anchor->options.hooks.hold = hold_nothing;
    anchor->options.hooks.keep = keep_nothing;
}

/* Where the witness does not answer anyway, or has shown what ends signing, nobody waits. */
void anchor_farewell(struct anchor *anchor, uint64_t timeout_ms)
{
    if (anchor == NULL || anchor->state != ANCHOR_WITNESSED)
        return;
    timer_start(anchor->parts.late, timeout_ms);
    anchor_step_to(anchor, ANCHOR_ASK);
    if (anchor->step != ANCHOR_GONE)
        loop_run(anchor->parts.loop);
}
