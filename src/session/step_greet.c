/* SPDX-License-Identifier: Apache-2.0 */
/* greet: the TLS of a listener of ours, in which a client may have to show who it is. */
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "session_internal.h"

void greeting_free(struct greeting *greeting)
{
    if (greeting == NULL)
        return;
    tls_connection_free(greeting->handshake);
    buffer_clear(&greeting->names);
    base_free(greeting);
}

static void begin(struct session *session)
{
    struct tls_identity *tls = session->listener->tls;
    session->greeting = base_zalloc(sizeof(*session->greeting));
    session->greeting->by = tls;
    session->greeting->handshake = tls_identity_accept(tls, session->entrance.http.channel);
}

static void note_names(struct session *session)
{
    struct greeting *greeting = session->greeting;
    struct peer *peer = &session->entrance.peer;
    tls_connection_peer_names(greeting->handshake, &greeting->names);
    struct text rest = buffer_text(&greeting->names);
    struct text name;
    peer->certified = greeting->certified;
    while (rest.length > 0 && peer->certified_count < CERTIFIED_MAX && text_split(&rest, '\0', &name))
        greeting->certified[peer->certified_count++] = name;
}

enum progress step_greet(struct session *session)
{
    if (session->greeting == NULL)
        begin(session);
    switch (tls_connection_handshake(session->greeting->handshake)) {
    case TLS_AGAIN:
        return STEP_WAIT;
    case TLS_FAILED:
        log_info(
            "client_tls_failed", log_string("client", session->entrance.peer_text),
            log_string("why", tls_connection_error(session->greeting->handshake)));
        session_close(session, REASON_CLIENT_TLS);
        return STEP_WAIT;
    case TLS_DONE:
        break;
    }
    note_names(session);
    tls_connection_install(session->greeting->handshake);
    session->greeting->handshake = NULL;
    session_enter(session, session_first(session));
    return STEP_NEXT;
}
