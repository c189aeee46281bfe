/* SPDX-License-Identifier: Apache-2.0 */
/* socks_offer, socks_user, socks_request: a client offers how it shows who it is, shows it, and says where to (RFC
 * 1928, RFC 1929). From there it is as a CONNECT. Whatever is refused is on record before the client hears of it; each
 * step has one deadline for all of its bytes. */
#include "exeat/base/memory.h"
#include "session_internal.h"

void socks_free(struct socks *socks)
{
    if (socks == NULL)
        return;
    buffer_forget(&socks->credentials);
    base_free(socks);
}

static void forget(struct session *session)
{
    socks_free(session->socks);
    session->socks = NULL;
}

/* --- what is no SOCKS, or not to be answered ------------------------------------------------------------------------
 */

static const struct fault half = {.reason = REASON_MALFORMED_HEAD, .detail.text = "the connection ended within it"};
static const struct fault endless = {.reason = REASON_MALFORMED_HEAD, .detail.text = "SOCKS that does not end"};
static const struct fault late = {.reason = REASON_TIMEOUT_HEAD, .detail.text = "SOCKS began and was not gone through"};
static const struct fault no_method = {
    .reason = REASON_METHOD_UNSUPPORTED,
    .detail.text = "of the ways to show who it is the client offers neither none nor user and password"};
static const struct fault unknown = {.reason = REASON_CLIENT_UNKNOWN};

static struct socks *socks_of(struct session *session)
{
    if (session->socks == NULL)
        session->socks = base_zalloc(sizeof(*session->socks));
    return session->socks;
}

/* Each step has its own no. */
static void note_refusal(struct session *session, enum socks_reply reply)
{
    struct socks *socks = socks_of(session);
    socks->refusal_length = SOCKS_ANSWER_SIZE;
    if (session->state == SESSION_SOCKS_OFFER) {
        socks_method_write(SOCKS_NO_METHOD, socks->refusal);
    } else if (session->state == SESSION_SOCKS_USER) {
        socks_user_write(false, socks->refusal);
    } else {
        socks_reply_write(reply, socks->refusal);
        socks->refusal_length = SOCKS_REPLY_SIZE;
    }
}

/* `fault` NULL: it is judged. */
static enum progress serve(struct session *session, const struct socks_request *request, const struct fault *fault)
{
    const struct wish wish = {
        .method = request->method,
        .host = request->host.kind == HOST_NONE ? NULL : &request->host,
        .port = request->port,
        .credentials = buffer_text(&socks_of(session)->credentials),
        .reason = fault == NULL ? REASON_NONE : fault->reason,
        .detail = fault == NULL || fault->detail.text[0] == '\0' ? NULL : fault->detail.text,
    };
    if (fault != NULL)
        note_refusal(session, request->reply);
    session->exchange = exchange_new_wish(session->worker->exchanges, &session->entrance, &wish);
    session_enter(session, SESSION_SERVE);
    return STEP_NEXT;
}

static enum progress refuse(struct session *session, const struct fault *fault)
{
    const struct socks_request none = {.method = TEXT(""), .reply = SOCKS_FAILED};
    return serve(session, &none, fault);
}

/* A connection that sent no byte leaves nothing. */
static bool has_said_nothing(const struct session *session)
{
    return session->state == SESSION_SOCKS_OFFER && inflight_length(&session->entrance.http.in) == 0;
}

enum progress socks_overdue(struct session *session)
{
    if (!has_said_nothing(session))
        return refuse(session, &late);
    session_close(session, REASON_IDLE);
    return STEP_WAIT;
}

/* --- reading ---------------------------------------------------------------------------------------------------------
 */

enum { SOCKS_MESSAGE_MAX = 1 + 256 + 256 }; /* user and password, the longest there is */

static struct text heard(const struct session *session)
{
    return inflight_text(&session->entrance.http.in);
}

static void consume(struct session *session, size_t count)
{
    inflight_consume(session->worker->options.loop, &session->entrance.http.in, count);
}

static void say(struct session *session, const uint8_t *bytes, size_t count)
{
    http_connection_say(&session->entrance.http, (struct text){(const char *)bytes, count});
}

static enum progress ended(struct session *session)
{
    if (!has_said_nothing(session))
        return refuse(session, &half);
    session_close(session, REASON_NONE);
    return STEP_WAIT;
}

/* What is not whole yet. True: more of it came; else `*progress` says how it goes on. What comes bit by bit moves no
 * deadline. */
static bool read_more(struct session *session, enum progress *progress)
{
    enum io result = session_write(session); /* the client waits for the answer before */
    if (result == IO_OK)
        result = http_connection_read(&session->entrance.http);
    switch (result) {
    case IO_OK:
        return true;
    case IO_AGAIN:
        *progress = STEP_WAIT;
        return false;
    case IO_FULL: /* the longest message has room */
        *progress = refuse(session, &endless);
        return false;
    case IO_END:
        *progress = ended(session);
        return false;
    case IO_BROKEN:
        break;
    }
    *progress = session_forsaken(session);
    return false;
}

/* Each step hears one message: what takes it when it is whole, or is none, says how it goes on. */
static enum progress hear(struct session *session, enum parse (*take)(struct session *, enum progress *))
{
    enum progress progress = STEP_WAIT;
    while (take(session, &progress) == PARSE_NEED_MORE && read_more(session, &progress))
        ;
    return progress;
}

/* --- the steps -------------------------------------------------------------------------------------------------------
 */

/* Who can show who it is, is asked where that would tell. */
static enum progress choose(struct session *session, const struct socks_offer *offer, size_t used)
{
    uint8_t answer[SOCKS_ANSWER_SIZE];
    bool is_asked = policy_asks_for_credentials(exchange_worker_policy(session->worker->exchanges));
    bool shows = offer->has_user && (is_asked || !offer->has_nobody);
    consume(session, used);
    if (!shows && !offer->has_nobody)
        return refuse(session, &no_method);
    socks_method_write(shows ? SOCKS_USER : SOCKS_NOBODY, answer);
    say(session, answer, sizeof(answer));
    session_enter(session, shows ? SESSION_SOCKS_USER : SESSION_SOCKS_REQUEST);
    return STEP_NEXT;
}

static enum parse take_offer(struct session *session, enum progress *progress)
{
    struct socks_offer offer;
    struct fault fault;
    size_t used = 0;
    enum parse parse = socks_offer_parse(heard(session), &offer, &used, &fault);
    if (parse == PARSE_DONE)
        *progress = choose(session, &offer, used);
    else if (parse == PARSE_BAD)
        *progress = refuse(session, &fault);
    return parse;
}

enum progress step_socks_offer(struct session *session)
{
    return hear(session, take_offer);
}

/* As in HTTP's Basic, where no name has a colon (RFC 7617 2). */
static bool note_credentials(struct session *session, const struct socks_user *user)
{
    struct buffer *credentials = &socks_of(session)->credentials;
    struct buffer pair = {0};
    buffer_reserve(&pair, SOCKS_MESSAGE_MAX);
    BUFFER_APPEND_ALL(&pair, user->name, TEXT(":"), user->proof);
    buffer_reserve(credentials, (size_t)2 * SOCKS_MESSAGE_MAX);
    buffer_append(credentials, TEXT("Basic "));
    buffer_append_base64(credentials, bytes_of_text(buffer_text(&pair)));
    buffer_forget(&pair);
    return !text_has(user->name, ':');
}

/* The request itself is judged later, perhaps by a newer policy. */
static bool is_known(struct session *session)
{
    struct exchange_worker *exchanges = session->worker->exchanges;
    struct text credentials = buffer_text(&session->socks->credentials);
    struct client client;
    exchange_ask_owner(exchanges, &session->entrance);
    return policy_identify(exchange_worker_policy(exchanges), &session->entrance.peer, credentials, &client) !=
           IDENTITY_WRONG;
}

static enum progress identify(struct session *session, const struct socks_user *user, size_t used)
{
    uint8_t answer[SOCKS_ANSWER_SIZE];
    bool is_good = note_credentials(session, user) && is_known(session);
    consume(session, used);
    if (!is_good)
        return refuse(session, &unknown);
    socks_user_write(true, answer);
    say(session, answer, sizeof(answer));
    session_enter(session, SESSION_SOCKS_REQUEST);
    return STEP_NEXT;
}

static enum parse take_user(struct session *session, enum progress *progress)
{
    struct socks_user user;
    struct fault fault;
    size_t used = 0;
    enum parse parse = socks_user_parse(heard(session), &user, &used, &fault);
    if (parse == PARSE_DONE)
        *progress = identify(session, &user, used);
    else if (parse == PARSE_BAD)
        *progress = refuse(session, &fault);
    return parse;
}

enum progress step_socks_user(struct session *session)
{
    return hear(session, take_user);
}

static enum progress ask(struct session *session, const struct socks_request *request, size_t used)
{
    consume(session, used);
    if (!session_is_outdated(session))
        return serve(session, request, NULL);
    session_close(session, REASON_NONE);
    return STEP_WAIT;
}

static enum parse take_request(struct session *session, enum progress *progress)
{
    struct socks_request request;
    struct fault fault;
    size_t used = 0;
    enum parse parse = socks_request_parse(heard(session), &request, &used, &fault);
    if (parse == PARSE_DONE)
        *progress = ask(session, &request, used);
    else if (parse == PARSE_BAD)
        *progress = serve(session, &request, &fault);
    return parse;
}

enum progress step_socks_request(struct session *session)
{
    return hear(session, take_request);
}

/* --- how it is told --------------------------------------------------------------------------------------------------
 */

enum progress socks_refuse(struct session *session)
{
    struct socks *socks = session->socks;
    if (socks->refusal_length == 0) {
        socks_reply_write(socks_reply_of(exchange_refused_for(session->exchange)), socks->refusal);
        socks->refusal_length = SOCKS_REPLY_SIZE;
    }
    say(session, socks->refusal, socks->refusal_length);
    forget(session);
    session->entrance.http.persists = false;
    session_enter(session, SESSION_FINISH);
    return STEP_NEXT;
}

enum progress socks_go_on(struct session *session)
{
    uint8_t reply[SOCKS_REPLY_SIZE];
    socks_reply_write(SOCKS_SUCCEEDED, reply);
    say(session, reply, sizeof(reply));
    forget(session);
    session_enter(session, SESSION_ANSWER_CONNECT);
    return STEP_NEXT;
}
