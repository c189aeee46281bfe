/* SPDX-License-Identifier: Apache-2.0 */
/* Copies bytes both ways between two streams until both have ended. */
#include "net_internal.h"

enum { TUNNEL_WINDOW = 65536, TUNNEL_TURN = 16 };

enum way_result { WAY_WAITS, WAY_HAS_MORE, WAY_ENDED, WAY_FROM_BROKE, WAY_TO_BROKE };

static enum way_result end_way(struct tunnel_way *way)
{
    if (stream_finish(way->to) == IO_AGAIN)
        return WAY_WAITS;
    way->state = TUNNEL_ENDED;
    return WAY_ENDED;
}

/* Moves bytes one way until a side must wait, or it has had its turn. */
static enum way_result run_way(struct loop *loop, struct tunnel_way *way)
{
    if (way->state == TUNNEL_ENDED)
        return WAY_ENDED;
    for (int i = 0; i < TUNNEL_TURN; i++) {
        enum io put = window_write(loop, &way->window, way->to, &way->bytes);
        if (put == IO_AGAIN)
            return WAY_WAITS;
        if (put != IO_OK)
            return WAY_TO_BROKE;
        if (way->state == TUNNEL_ENDING)
            return end_way(way);
        enum io got = window_read(loop, &way->window, way->from, TUNNEL_WINDOW, NULL);
        if (got == IO_AGAIN)
            return WAY_WAITS;
        if (got == IO_BROKEN)
            return WAY_FROM_BROKE;
        if (got == IO_END)
            way->state = TUNNEL_ENDING;
    }
    return WAY_HAS_MORE;
}

enum tunnel_result tunnel_run(struct tunnel *tunnel)
{
    enum way_result up = run_way(tunnel->loop, &tunnel->up);
    if (up == WAY_FROM_BROKE)
        return TUNNEL_CLIENT_BROKE;
    if (up == WAY_TO_BROKE)
        return TUNNEL_UPSTREAM_BROKE;
    enum way_result down = run_way(tunnel->loop, &tunnel->down);
    if (down == WAY_FROM_BROKE)
        return TUNNEL_UPSTREAM_BROKE;
    if (down == WAY_TO_BROKE)
        return TUNNEL_CLIENT_BROKE;
    if (up == WAY_ENDED && down == WAY_ENDED)
        return TUNNEL_DONE;
    return up == WAY_HAS_MORE || down == WAY_HAS_MORE ? TUNNEL_AGAIN : TUNNEL_GOES_ON;
}

void tunnel_clear(struct tunnel *tunnel)
{
    window_clear(tunnel->loop, &tunnel->up.window);
    window_clear(tunnel->loop, &tunnel->down.window);
}
