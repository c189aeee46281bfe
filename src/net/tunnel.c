/* SPDX-License-Identifier: Apache-2.0 */
/* Moves bytes both ways between two channels until both have ended. A way begins by copying; a read that fills its
 * block says that there is bulk, and from then on it splices, until a splice brings less than a block again. */
#include "net_internal.h"

enum { TUNNEL_TURN = 1 << 20 }; /* bytes moved one way before others have their turn */

enum way_result { WAY_WAITS, WAY_HAS_MORE, WAY_ENDED, WAY_FROM_BROKE, WAY_TO_BROKE };

struct tunnel_way tunnel_way(struct channel *from, struct channel *to)
{
    return (struct tunnel_way){.from = from, .to = to, .inflight = inflight_within(INFLIGHT_BLOCK)};
}

/* Where the other way has ended too, the FIN comes with the close that follows. */
static enum way_result end_way(struct tunnel_way *way, const struct tunnel_way *other)
{
    bool closes_now = other->state == TUNNEL_ENDED && channel_is_plain(way->to);
    if (!closes_now && channel_finish(way->to) == IO_AGAIN)
        return WAY_WAITS;
    way->state = TUNNEL_ENDED;
    return WAY_ENDED;
}

static void drop_pipe(struct loop *loop, struct tunnel_way *way)
{
    if (way->pipe != NULL)
        pipe_give(loop, way->pipe);
    way->pipe = NULL;
}

/* What was taken from the one side and not yet delivered to the other. */
static enum io deliver(struct loop *loop, struct tunnel_way *way)
{
    enum io result = inflight_write(loop, &way->inflight, way->to, &way->bytes);
    if (result == IO_OK && way->pipe != NULL)
        result = pipe_drain(way->pipe, way->to, &way->bytes);
    return result;
}

static enum io copy_in(struct loop *loop, struct tunnel_way *way)
{
    size_t got = 0;
    enum io result = inflight_read(loop, &way->inflight, way->from, &got);
    if (got == INFLIGHT_BLOCK && channel_is_plain(way->from) && channel_is_plain(way->to))
        way->means = TUNNEL_SPLICES;
    return result;
}

static enum io splice_in(struct loop *loop, struct tunnel_way *way)
{
    if (way->pipe == NULL)
        way->pipe = pipe_take(loop);
    if (way->pipe == NULL)
        return copy_in(loop, way);
    enum io result = pipe_fill(way->pipe, way->from);
    if (result == IO_OK && way->pipe->held < INFLIGHT_BLOCK)
        way->means = TUNNEL_COPIES;
    return result;
}

/* Moves bytes one way until a side must wait, or it has had its turn. */
static enum way_result move_way(struct loop *loop, struct tunnel_way *way, const struct tunnel_way *other)
{
    uint64_t begin = way->bytes;
    while (way->bytes < begin + TUNNEL_TURN) {
        enum io put = deliver(loop, way);
        if (put == IO_AGAIN)
            return WAY_WAITS;
        if (put != IO_OK)
            return WAY_TO_BROKE;
        if (way->state == TUNNEL_ENDING)
            return end_way(way, other);
        if (channel_is_quiet(way->from)) /* a break that came with the last bytes has no event of its own */
            return way->bytes > begin && channel_broke_at_once(way->from) ? WAY_FROM_BROKE : WAY_WAITS;
        enum io got = way->means == TUNNEL_SPLICES ? splice_in(loop, way) : copy_in(loop, way);
        if (got == IO_AGAIN)
            return WAY_WAITS;
        if (got == IO_BROKEN)
            return WAY_FROM_BROKE;
        if (got == IO_END)
            way->state = TUNNEL_ENDING;
    }
    return WAY_HAS_MORE;
}

static enum way_result run_way(struct loop *loop, struct tunnel_way *way, const struct tunnel_way *other)
{
    if (way->state == TUNNEL_ENDED)
        return WAY_ENDED;
    enum way_result result = move_way(loop, way, other);
    if (way->pipe != NULL && way->pipe->held == 0)
        drop_pipe(loop, way);
    return result;
}

/* Nobody reads from a side that has ended: that it broke off since is seen by its events alone. */
static bool has_left(const struct tunnel_way *ended, enum way_result other)
{
    return ended->state == TUNNEL_ENDED && other == WAY_WAITS && channel_has_broken(ended->from);
}

/* What was said before the break is read to its end, as a client without us would; a FIN never follows. */
static enum tunnel_result run_out(struct tunnel *tunnel)
{
    struct tunnel_way *down = &tunnel->down;
    enum io put;
    enum io got = IO_END;
    uint64_t begin = down->bytes;
    tunnel->stage = TUNNEL_RUNS_OUT;
    do {
        put = deliver(tunnel->loop, down);
        if (put == IO_OK)
            got = down->state == TUNNEL_OPEN ? copy_in(tunnel->loop, down) : IO_END;
    } while (put == IO_OK && got == IO_OK && down->bytes < begin + TUNNEL_TURN);
    if (put == IO_AGAIN)
        return TUNNEL_GOES_ON;
    if (put != IO_OK)
        return TUNNEL_CLIENT_BROKE;
    return got == IO_OK ? TUNNEL_AGAIN : TUNNEL_UPSTREAM_BROKE;
}

enum tunnel_result tunnel_run(struct tunnel *tunnel)
{
    if (tunnel->stage == TUNNEL_RUNS_OUT)
        return run_out(tunnel);
    enum way_result up = run_way(tunnel->loop, &tunnel->up, &tunnel->down);
    if (up == WAY_FROM_BROKE)
        return TUNNEL_CLIENT_BROKE;
    if (up == WAY_TO_BROKE)
        return run_out(tunnel);
    enum way_result down = run_way(tunnel->loop, &tunnel->down, &tunnel->up);
    if (down == WAY_FROM_BROKE)
        return run_out(tunnel);
    if (down == WAY_TO_BROKE)
        return TUNNEL_CLIENT_BROKE;
    if (up == WAY_ENDED && down == WAY_ENDED)
        return TUNNEL_DONE;
    if (has_left(&tunnel->down, up))
        return TUNNEL_UPSTREAM_LEFT;
    if (has_left(&tunnel->up, down))
        return TUNNEL_CLIENT_BROKE;
    return up == WAY_HAS_MORE || down == WAY_HAS_MORE ? TUNNEL_AGAIN : TUNNEL_GOES_ON;
}

void tunnel_clear(struct tunnel *tunnel)
{
    inflight_clear(tunnel->loop, &tunnel->up.inflight);
    inflight_clear(tunnel->loop, &tunnel->down.inflight);
    drop_pipe(tunnel->loop, &tunnel->up);
    drop_pipe(tunnel->loop, &tunnel->down);
}
