/* SPDX-License-Identifier: Apache-2.0 */
/* Callers of streams that are told to wait while a model reads their prompt. They have a head then, and no content: who
 * answers is still open, so what an endpoint sends before its first content is held here. */
#include "exeat/base/clock.h"
#include "inference_internal.h"

/* Comments without end are no reason to hold more. */
enum { FRAMES_MAX = 65536 };

void wait_begin(struct inference_call *call, size_t place)
{
    struct inference_wait *wait = &call->wait;
    struct buffer words = {0};
    uint64_t every_us = inference_entry(call, place)->engine->keepalive_ms * 1000;
    if (every_us > 0 && dialect_write_waiting(call->request, 0, &words))
        wait->every_us = every_us;
    else if (wait->state == WAIT_UNSAID) /* who was told once is told again */
        wait->every_us = 0;
    wait->newest_us = loop_now_us(call->about.loop);
    buffer_clear(&words);
}

static void put_head(struct inference_call *call, bool is_served, struct http_side *client)
{
    struct dialect_answer answer = {0};
    struct dialect_fields own;
    dialect_answer_fields(call->request, inference_id(call), true, &answer);
    if (is_served)
        served_tell(call, &answer);
    dialect_fields_of(&answer, clock_wall_us(), &own);
    const struct http_message message = {
        .status = 200, .content = CONTENT_UNTIL_END, .add = own.fields, .add_count = own.count};
    call->about.account->status = message.status;
    client->role->put_head(client, &message);
}

void wait_speak(struct inference_call *call, struct filters *filters, size_t next)
{
    struct inference_wait *wait = &call->wait;
    if (wait->state == WAIT_UNSAID)
        put_head(call, true, filters->to);
    wait->state = WAIT_OVER;
    wait->newest_us = loop_now_us(call->about.loop);
    (void)filters_give_text(filters, next, buffer_text(&wait->frames));
    buffer_clear(&wait->frames);
}

bool wait_holds(struct inference_call *call, struct text events)
{
    struct inference_wait *wait = &call->wait;
    bool holds = wait->every_us > 0 && wait->state != WAIT_OVER && !dialect_stream_has_spoken(call->stream) &&
                 wait->frames.length + events.length <= FRAMES_MAX;
    if (holds)
        buffer_append(&wait->frames, events);
    return holds;
}

uint64_t inference_waiting_due_us(const struct inference_call *call)
{
    const struct inference_wait *wait = &call->wait;
    bool is_over = call->stream != NULL && dialect_stream_has_told(call->stream);
    return wait->every_us == 0 || is_over ? UINT64_MAX : wait->newest_us + wait->every_us;
}

void inference_put_off_waiting(struct inference_call *call)
{
    call->wait.newest_us = loop_now_us(call->about.loop);
}

void inference_tell_to_wait(struct inference_call *call, struct http_side *client, uint64_t *passed)
{
    struct buffer words = {0};
    if (call->wait.state == WAIT_UNSAID) {
        put_head(call, false, client);
        call->wait.state = WAIT_SAID;
    }
    if (dialect_write_waiting(call->request, clock_wall_us() / 1000000, &words)) {
        struct http_piece piece = {.content = buffer_text(&words)};
        client->role->put_content(client, &piece);
        *passed += words.length;
    }
    inference_put_off_waiting(call);
    buffer_clear(&words);
}

bool inference_waits(const struct inference_call *call)
{
    return call != NULL && call->wait.state == WAIT_SAID;
}

void inference_end_wait(struct inference_call *call, struct text content, struct http_side *client)
{
    struct http_piece piece = {.content = content};
    call->wait.state = WAIT_OVER;
    client->role->put_content(client, &piece);
    client->role->end(client);
}
