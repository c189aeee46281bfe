/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints that are asked for a ranking: llama.cpp, vLLM and others have it at one path, in the same words. */
#include "exeat/canon/rank.h"
#include "dialect_internal.h"
#include "exeat/base/json.h"

static struct text path_of(const struct canon_call *call)
{
    (void)call;
    return TEXT("/v1/rerank");
}

static void write_call(const struct canon_call *call, const struct canon_endpoint *endpoint, struct buffer *out)
{
    buffer_append(out, TEXT("{\"model\":"));
    json_append_string(out, endpoint->model);
    canon_write_ranking(call, out);
    buffer_append_byte(out, '}');
}

static bool
read_answer(const struct canon_call *call, struct text body, struct arena *arena, struct canon_replies *answer)
{
    struct scan whole;
    return scan_whole(body, &whole) && whole.kind == SCAN_OBJECT && canon_read_ranks(call, whole, arena, answer);
}

/* A ranking has no pieces. */
static enum told tell(struct canon_telling *telling, struct scan message)
{
    (void)telling, (void)message;
    return TOLD_LOST;
}

const struct server rank_server = {
    .name = TEXT_INIT("openai"),
    .framing = FRAMED_AS_EVENTS,
    .path = path_of,
    .write_call = write_call,
    .read_answer = read_answer,
    .tell = tell,
};
