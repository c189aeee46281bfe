/* SPDX-License-Identifier: Apache-2.0 */
/* An answer of chat, or an event of one, with what the callers of this kin look for: its members are written again one
 * by one, each as it is but for those that are told otherwise here, and those that are missing behind them. */
#include "kin_internal.h"
#include "object.h"

struct dressing {
    const struct canon_call *call;
    const struct kin *kin;
    const struct canon_usage *usage;
    struct buffer *out;
};

/* --- a choice ------------------------------------------------------------------------------------------------------
 */

static bool hides_thoughts(const struct dressing *dressing)
{
    return dressing->call->wish.thoughts == CANON_NO;
}

static bool is_thought(struct text key)
{
    return scan_is_key(key, TEXT("reasoning")) || scan_is_key(key, TEXT("reasoning_content")) ||
           scan_is_key(key, TEXT("reasoning_details"));
}

static void write_said(struct scan message, struct buffer *out)
{
    struct scan_walk walk = scan_walk(message);
    struct text key;
    struct scan value;
    object_begin(out);
    while (scan_next(&walk, &key, &value))
        if (!is_thought(key))
            object_put(out, key, value.text);
    object_end(out);
}

static bool is_said(struct text key, struct scan value)
{
    return value.kind == SCAN_OBJECT && (scan_is_key(key, TEXT("delta")) || scan_is_key(key, TEXT("message")));
}

static void write_choice(const struct dressing *dressing, struct scan choice)
{
    struct buffer *out = dressing->out;
    struct scan_walk walk = scan_walk(choice);
    struct text key;
    struct scan value;
    object_begin(out);
    while (scan_next(&walk, &key, &value)) {
        if (hides_thoughts(dressing) && is_said(key, value)) {
            object_put_key(out, key);
            write_said(value, out);
            continue;
        }
        object_put(out, key, value.text);
        if (dressing->kin->look.has_own_finish && scan_is_key(key, TEXT("finish_reason")))
            object_put_named(out, TEXT("native_finish_reason"), value.text);
    }
    object_end(out);
}

/* Callers that did not ask for usage look into the first choice of each event. */
static const struct text nothing_new =
    TEXT_INIT("[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]");

static void write_choices(const struct dressing *dressing, struct scan choices)
{
    struct buffer *out = dressing->out;
    struct scan_walk walk = scan_walk(choices);
    struct text key;
    struct scan choice;
    bool has_next = scan_next(&walk, &key, &choice);
    if (!has_next && canon_streams(dressing->call) && dressing->call->wish.usage != CANON_YES) {
        buffer_append(out, nothing_new);
        return;
    }
    buffer_append_byte(out, '[');
    while (has_next) {
        if (choice.kind == SCAN_OBJECT)
            write_choice(dressing, choice);
        else
            buffer_append(out, choice.text);
        has_next = scan_next(&walk, &key, &choice);
        buffer_append(out, has_next ? TEXT(",") : TEXT(""));
    }
    buffer_append_byte(out, ']');
}

/* --- usage -----------------------------------------------------------------------------------------------------------
 */

static void put_hits(struct scan counts, const struct canon_usage *usage, struct buffer *out)
{
    struct scan value;
    uint64_t missed = usage->tokens_in > usage->cached ? usage->tokens_in - usage->cached : 0;
    if (!scan_member(counts, TEXT("prompt_cache_hit_tokens"), &value))
        buffer_printf(
            out, "%s\"prompt_cache_hit_tokens\":%llu,\"prompt_cache_miss_tokens\":%llu",
            out->data[out->length - 1] == '{' ? "" : ",", (unsigned long long)usage->cached,
            (unsigned long long)missed);
}

static void write_usage(const struct dressing *dressing, struct scan counts)
{
    struct buffer *out = dressing->out;
    struct scan_walk walk = scan_walk(counts);
    struct text key;
    struct scan value;
    object_begin(out);
    while (scan_next(&walk, &key, &value))
        object_put(out, key, value.text);
    object_put_missing(counts, dressing->kin->look.usage, KIN_MEMBERS_MAX, out);
    if (dressing->kin->look.counts_hits)
        put_hits(counts, dressing->usage, out);
    object_end(out);
}

/* Groq's usage of a stream stands in a member of its own, and each whole answer has that member with the request's id.
 */
static void put_own_usage(const struct dressing *dressing, struct scan object)
{
    struct buffer *out = dressing->out;
    struct scan usage;
    bool has_usage = scan_member(object, TEXT("usage"), &usage) && usage.kind == SCAN_OBJECT;
    bool is_stream = canon_streams(dressing->call);
    struct scan value;
    if ((is_stream && !has_usage) || scan_member(object, TEXT("x_groq"), &value))
        return;
    BUFFER_APPEND_ALL(out, TEXT(",\"x_groq\":{\"id\":\"req_"), dressing->call->id, TEXT("\""));
    if (is_stream)
        object_put_named(out, TEXT("usage"), usage.text);
    object_end(out);
}

/* --- all of it -----------------------------------------------------------------------------------------------------
 */

static void write_member(const struct dressing *dressing, struct text key, struct scan value)
{
    if (scan_is_null(value) && dressing->kin->look.knows_no_null && canon_streams(dressing->call))
        return;
    object_put_key(dressing->out, key);
    if (scan_is_key(key, TEXT("choices")) && value.kind == SCAN_ARRAY)
        write_choices(dressing, value);
    else if (scan_is_key(key, TEXT("usage")) && value.kind == SCAN_OBJECT)
        write_usage(dressing, value);
    else
        buffer_append(dressing->out, value.text);
}

static void write_object(const struct dressing *dressing, struct scan object)
{
    const struct kin_look *look = &dressing->kin->look;
    struct scan_walk walk = scan_walk(object);
    struct text key;
    struct scan value;
    object_begin(dressing->out);
    while (scan_next(&walk, &key, &value))
        write_member(dressing, key, value);
    object_put_missing(
        object, canon_streams(dressing->call) ? look->piece : look->whole, KIN_MEMBERS_MAX, dressing->out);
    if (look->has_own_usage)
        put_own_usage(dressing, object);
    object_end(dressing->out);
}

void kin_dress(const struct canon_call *call, struct text json, const struct canon_usage *usage, struct buffer *out)
{
    struct scan whole;
    struct scan choices;
    const struct dressing dressing = {call, kin_of(call), usage, out};
    if (call->operation != LLM_CHAT || !scan_whole(json, &whole) || !scan_member(whole, TEXT("choices"), &choices))
        buffer_append(out, json); /* an error, or no JSON: as it is */
    else
        write_object(&dressing, whole);
}
