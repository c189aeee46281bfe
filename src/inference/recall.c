/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are kept for calls that say the very same (`cache` of a rule). One is good under the policy, the rule
 * and the client that it was given under, and while the endpoint that gave it is in use with the same model. */
#include <string.h>

#include "exeat/base/clock.h"
#include "inference_internal.h"

/* Before the words of what is kept. */
struct origin {
    size_t place;
    struct engine_identity identity;
};

static const struct settings_cache *cache_of(const struct inference_call *call)
{
    return &policy_answerers(call->about.decision)->cache;
}

static struct engine *engine_of(const struct inference_call *call, size_t place)
{
    return engine_set_at(call->about.engines, call->about.decision->inference[place]);
}

/* Clients without a name are one: the policy knows no more of them. */
static void find_key(struct inference_call *call)
{
    struct recall *recall = &call->recall;
    struct text client = cache_of(call)->is_shared ? TEXT("") : call->about.request->client.name;
    uint8_t numbers[16];
    struct digest asked;
    dialect_call_key(call->request, &asked);
    bytes_put_u64(numbers, call->about.policy_sequence);
    bytes_put_u64(numbers + 8, client.length);
    const struct bytes pieces[] = {
        {numbers, sizeof(numbers)},
        {asked.bytes, sizeof(asked.bytes)},
        bytes_of_text(client),
        bytes_of_text(call->about.decision->rule),
    };
    digest_sha256_pieces(pieces, COUNT_OF(pieces), &recall->key);
}

/* Whoever gave it would have this call's turn with the same model. */
static bool still_holds(const struct inference_call *call, const struct origin *origin)
{
    struct engine_view view;
    engine_look(engine_of(call, origin->place), &view);
    return view.order == ENGINE_IN_USE && !view.is_wrong_model &&
           engine_identity_equal(&view.identity, &origin->identity);
}

/* In the caller's words: an answer that cannot be said in them is as good as none. */
static bool read_kept(struct inference_call *call, struct text kept)
{
    struct recall *recall = &call->recall;
    struct origin origin;
    struct buffer looked = {0};
    memcpy(&origin, kept.data, sizeof(origin));
    recall->place = origin.place;
    struct text answer = text_after(kept, sizeof(origin));
    bool is_good = still_holds(call, &origin) && looked_kept(call, &answer, &looked) &&
                   dialect_recall(call->request, answer, clock_wall_us() / 1000000, &recall->said, &recall->usage);
    buffer_forget(&looked);
    if (!is_good && call->about.inspected != NULL)
        inspected_forget_answer(call->about.inspected); /* an endpoint is asked, and its answer counts */
    return is_good;
}

bool inference_recall(struct inference_call *call)
{
    struct recall *recall = &call->recall;
    struct buffer kept = {0};
    recall->is_on = call->about.decision->plan == PLAN_REROUTE && cache_of(call)->is_on &&
                    dialect_call_is_repeatable(call->request);
    if (!recall->is_on)
        return false;
    find_key(call);
    if (memo_find(call->about.memo, &recall->key, loop_now_us(call->about.loop), &kept)) {
        recall->is_known = read_kept(call, buffer_text(&kept));
        if (!recall->is_known)
            memo_drop(call->about.memo, &recall->key);
    }
    buffer_clear(&kept);
    return recall->is_known;
}

void recall_say(struct inference_call *call, struct dialect_answer *answer)
{
    served_by_memory(call, call->recall.place);
    served_note_usage(call, &call->recall.usage);
    buffer_append(&answer->body, buffer_text(&call->recall.said));
}

/* --- keeping ---------------------------------------------------------------------------------------------------------
 */

static struct origin origin_of(const struct inference_call *call)
{
    struct origin origin;
    memset(&origin, 0, sizeof(origin));
    origin.place = call->recall.place;
    origin.identity = call->served;
    return origin;
}

/* `words` begin behind the room that was left for their origin. */
static void keep(struct inference_call *call, struct buffer *words)
{
    const struct settings_cache *cache = cache_of(call);
    const struct origin origin = origin_of(call);
    uint64_t now_us = loop_now_us(call->about.loop);
    struct digest owner;
    digest_sha256(bytes_of_text(call->about.decision->rule), &owner);
    const struct memo_terms terms = {
        .owner = bytes_get_u64(owner.bytes), .limit = cache->size, .until_us = now_us + cache->keep_ms * 1000};
    memcpy(words->data, &origin, sizeof(origin));
    memo_keep(call->about.memo, &call->recall.key, buffer_text(words), &terms, now_us);
}

static void leave_room(struct buffer *words)
{
    static const struct origin nothing;
    buffer_append(words, (struct text){(const char *)&nothing, sizeof(nothing)});
}

/* Of those that have words for the call, it is among the first who are asked: what a fallback says is for once. */
static bool is_first_choice(const struct inference_call *call, size_t place)
{
    const struct decision *decision = call->about.decision;
    size_t first = 0;
    while (first < place && (call->unfit & (UINT64_C(1) << first)) != 0)
        first++;
    return engine_step_of(call->about.engines, decision->inference, decision->inference_count, first) ==
           engine_step_of(call->about.engines, decision->inference, decision->inference_count, place);
}

void recall_begin(struct inference_call *call, size_t place)
{
    struct recall *recall = &call->recall;
    size_t size = cache_of(call)->size;
    recall->place = place;
    recall->is_kept = recall->is_on && is_first_choice(call, place);
    if (recall->is_kept && call->stream != NULL)
        recall->keeper =
            dialect_keeper_new(call->request, size < call->about.answer_held ? size : call->about.answer_held);
}

void recall_note(const struct inference_call *call, struct text bytes)
{
    if (call->recall.keeper != NULL)
        dialect_keeper_feed(call->recall.keeper, bytes);
}

void recall_end_stream(struct inference_call *call)
{
    struct buffer words = {0};
    if (call->recall.keeper == NULL)
        return;
    leave_room(&words);
    if (dialect_keeper_end(call->recall.keeper, &words))
        keep(call, &words);
    recall_forget(call);
    buffer_clear(&words);
}

void recall_whole(struct inference_call *call, struct text body)
{
    struct buffer words = {0};
    if (!call->recall.is_kept)
        return;
    leave_room(&words);
    if (dialect_keep_whole(call->request, body, &words))
        keep(call, &words);
    buffer_clear(&words);
}

void recall_forget(struct inference_call *call)
{
    dialect_keeper_free(call->recall.keeper);
    call->recall.keeper = NULL;
}
