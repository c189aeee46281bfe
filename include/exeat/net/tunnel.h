/* SPDX-License-Identifier: Apache-2.0 */
/* Two channels whose bytes go both ways, unseen. */
#ifndef EXEAT_NET_TUNNEL_H
#define EXEAT_NET_TUNNEL_H

#include "exeat/net.h"

/* Moves bytes both ways between two channels until both have ended; half-close is passed on. Small messages are copied,
 * bulk between plain sockets is spliced. A quiet way holds neither a block nor a pipe. The caller owns the channels and
 * calls tunnel_run when one of them is ready. */
enum tunnel_state { TUNNEL_OPEN, TUNNEL_ENDING, TUNNEL_ENDED };
enum tunnel_means { TUNNEL_COPIES, TUNNEL_SPLICES };
struct pipe;
struct tunnel_way {
    struct channel *from; /* borrowed */
    struct channel *to;   /* borrowed */
    struct inflight inflight;
    struct pipe *pipe; /* owned; NULL unless bytes are in it */
    uint64_t bytes;    /* delivered */
    enum tunnel_state state;
    enum tunnel_means means;
};
/* TUNNEL_RUNS_OUT: upstream has broken; what it had said goes to the client, and nothing else happens. */
enum tunnel_stage { TUNNEL_RUNS, TUNNEL_RUNS_OUT };
struct tunnel {
    struct loop *loop;    /* borrowed */
    struct tunnel_way up; /* client to upstream; may hold bytes already read */
    struct tunnel_way down;
    enum tunnel_stage stage;
};
/* TUNNEL_UPSTREAM_BROKE: it broke off, and what it had said before was written to the client, whose kernel may have it
 * yet to come. TUNNEL_UPSTREAM_LEFT: it broke off after its end, which the client was told of, and takes nothing any
 * more. */
enum tunnel_result {
    TUNNEL_GOES_ON,
    TUNNEL_AGAIN,
    TUNNEL_DONE,
    TUNNEL_CLIENT_BROKE,
    TUNNEL_UPSTREAM_BROKE,
    TUNNEL_UPSTREAM_LEFT
};
struct tunnel_way tunnel_way(struct channel *from, struct channel *to); /* open, and with nothing in it yet */
/* TUNNEL_AGAIN: much was moved and more may be there; give others a turn and call again. */
enum tunnel_result tunnel_run(struct tunnel *tunnel);
void tunnel_clear(struct tunnel *tunnel); /* frees what is in its ways; the channels are the caller's */

#endif
