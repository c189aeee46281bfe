/* SPDX-License-Identifier: Apache-2.0 */
/* A dialogue, step by step, and the table of which step may follow which. What may come of an answer is one of three
 * things: the dialogue has ended (conclude), another step follows, or (403, 409, 422) the witness says what
 * would end signing. That is not believed for the asking: whoever answers at its address can say so. It is asked for
 * the checkpoint that it has cosigned, and only what that proves counts (client_proof.c). */
#include <stdio.h>

#include "client_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

static void take_claim(struct anchor *anchor, const char *claim)
{
    anchor->claim = claim;
    anchor_step_to(anchor, ANCHOR_LOOK);
}

/* --- a cosignature ---------------------------------------------------------------------------------------------------
 */

/* One line of an answer: is it this witness's word about our checkpoint? */
static bool is_cosignature(const struct anchor *anchor, struct text line, uint64_t *time)
{
    struct buffer whole = {0};
    struct tlog_note note;
    buffer_append(&whole, buffer_text(&anchor->question.note));
    buffer_append(&whole, line);
    bool good =
        tlog_note_parse(buffer_text(&whole), &note) && tlog_note_verify(&note, &anchor->vkey, time) == TLOG_SIGNED;
    buffer_clear(&whole);
    return good;
}

/* The line that this witness signed, out of an answer that may hold others. One is enough: a note of too many lines is
 * none. */
static bool take_cosignature(const struct anchor *anchor, struct text body, struct buffer *note, uint64_t *time)
{
    while (body.length > 0) {
        size_t end = text_index(body, '\n', 0);
        struct text line = text_part(body, 0, end + 1);
        if (is_cosignature(anchor, line, time)) {
            buffer_append(note, line);
            return true;
        }
        body = text_after(body, end + 1);
    }
    return false;
}

/* The dialogue has ended, and this is what is known now. */
static void conclude(struct anchor *anchor, enum anchor_state state, const char *why);

static void on_cosigned(struct anchor *anchor, struct text body)
{
    uint64_t time = 0;
    struct buffer note = {0};
    buffer_append(&note, buffer_text(&anchor->question.note));
    bool is_cosigned = take_cosignature(anchor, body, &note, &time);
    if (is_cosigned) {
        if (anchor->from.size < anchor->known.size)
            log_warn(
                "witness_forgot", log_number("had", (int64_t)anchor->known.size),
                log_number("has", (int64_t)anchor->from.size));
        anchor->known = anchor->question.tree;
        anchor->times.witnessed_us = clock_boot_us();
        atomic_store(&anchor->told.since_us, anchor->times.witnessed_us);
        atomic_store(&anchor->told.witnessed_size, anchor->known.size);
        atomic_store(&anchor->told.witnessed_at, time);
        atomic_fetch_add(&anchor->told.cosigned, 1);
        anchor->options.hooks.keep(anchor->options.hooks.context, &anchor->known, buffer_text(&note));
    }
    buffer_clear(&note);
    if (is_cosigned)
        conclude(anchor, ANCHOR_WITNESSED, "cosigned");
    else
        anchor_fail(anchor, "its answer is not signed by the key of audit.witness.key_file");
}

/* --- another size ----------------------------------------------------------------------------------------------------
 */

/* Our memory is old, or the witness's is: once more from there. What we remember stays until the answer is signed. */
static void ask_from(struct anchor *anchor, uint64_t size)
{
    char *error = NULL;
    if (anchor->step == ANCHOR_AGAIN) {
        anchor_fail(anchor, "its answers contradict each other");
    } else if (anchor_tree_at(&anchor->options, size, &anchor->from, &error)) {
        anchor_step_to(anchor, ANCHOR_AGAIN);
    } else {
        anchor_fail(anchor, error);
        base_free(error);
    }
}

static void on_other_size(struct anchor *anchor, struct text body)
{
    struct tlog_checkpoint checkpoint;
    uint64_t size = 0;
    bool readable = tlog_checkpoint_parse(buffer_text(&anchor->question.note), &checkpoint) &&
                    text_ends_with(body, TEXT("\n")) &&
                    text_to_number(text_part(body, 0, body.length - 1), INT64_MAX, &size);
    if (!readable)
        anchor_fail(anchor, "its answer 409 has no size in it");
    else if (size > checkpoint.size)
        take_claim(anchor, "it says that it has seen more records than the store has");
    else if (size == anchor->from.size)
        take_claim(anchor, "it says that it has seen another tree of this size");
    else
        ask_from(anchor, size);
}

/* --- the steps -------------------------------------------------------------------------------------------------------
 */

static void on_asked(void *context, uint16_t status, struct text body, const char *error)
{
    struct anchor *anchor = context;
    char why[80];
    anchor->call = NULL;
    switch (status) {
    case 0:
        anchor_fail(anchor, error);
        return;
    case 200:
        on_cosigned(anchor, body);
        return;
    case 403:
        take_claim(anchor, "it says that it knows this origin with another key");
        return;
    case 404:
        if (anchor->step == ANCHOR_AGAIN)
            anchor_fail(anchor, "it does not know this origin, though it was enrolled");
        else
            anchor_step_to(anchor, ANCHOR_ENROL);
        return;
    case 409:
        on_other_size(anchor, body);
        return;
    case 422:
        take_claim(anchor, "it says that it has seen other records of this log");
        return;
    default:
        snprintf(why, sizeof(why), "it answered with status %u", status);
        anchor_fail(anchor, why);
    }
}

static void send_question(struct anchor *anchor)
{
    struct web_request request = {
        .method = TEXT("POST"), .path = TEXT("/add-checkpoint"), .body = buffer_text(&anchor->question.body)};
    anchor->call = web_call_start(&anchor->peer, &request, on_asked, anchor);
}

static void begin_ask(struct anchor *anchor)
{
    char *error = NULL;
    if (anchor->step == ANCHOR_ASK)
        anchor->from = anchor->known;
    anchor_question_clear(&anchor->question);
    switch (anchor_ask(&anchor->options, &anchor->from, &anchor->question, &error)) {
    case ANCHOR_NOTHING_NEW:
        if (anchor->state == ANCHOR_WITNESSED && anchor->step == ANCHOR_ASK)
            anchor_step_to(anchor, anchor->home);
        else
            send_question(anchor);
        return;
    case ANCHOR_UNREADABLE:
        anchor_fail(anchor, error);
        base_free(error);
        return;
    case ANCHOR_QUESTION:
    case ANCHOR_BEHIND:
        send_question(anchor);
        return;
    }
}

static void on_enrolled(void *context, uint16_t status, struct text body, const char *error)
{
    struct anchor *anchor = context;
    char why[200];
    anchor->call = NULL;
    if (status == 0)
        text_store(text_from(error), why, sizeof(why));
    else
        snprintf(
            why, sizeof(why), "it answered the enrolment with status %u: %.*s", status,
            (int)(body.length < 120 ? body.length : 120), body.data == NULL ? "" : body.data);
    if (status == 200) {
        anchor->from = (struct tlog_tree){.size = 0}; /* it had never heard of this log */
        anchor_step_to(anchor, ANCHOR_AGAIN);
    } else if (status == 409) {
        take_claim(anchor, "it says that this origin is enrolled with another key");
    } else {
        anchor_fail(anchor, why);
    }
}

static void begin_enrol(struct anchor *anchor)
{
    struct buffer body = {0};
    if (secret_is_empty(&anchor->kept.token)) {
        anchor_fail(
            anchor, "it does not know this origin, and there is no audit.witness.enrol_token_file to enrol it with");
        return;
    }
    buffer_append(&body, TEXT("vkey "));
    tlog_vkey_write(anchor->options.origin, anchor->log_key, &body);
    buffer_append_byte(&body, '\n');
    if (anchor->options.previous.length > 0)
        buffer_printf(&body, "previous %.*s\n", TEXT_ARG(anchor->options.previous));
    struct web_request request = {
        .method = TEXT("POST"), .path = TEXT("/enrol"), .bearer = &anchor->kept.token, .body = buffer_text(&body)};
    anchor->call = web_call_start(&anchor->peer, &request, on_enrolled, anchor);
    buffer_clear(&body);
}

static void on_looked(void *context, uint16_t status, struct text body, const char *error)
{
    struct anchor *anchor = context;
    char why[ANCHOR_WHY];
    anchor->call = NULL;
    enum anchor_state proven = ANCHOR_UNREACHABLE;
    if (status == 200)
        proven = anchor_prove(anchor, body, why);
    else
        snprintf(
            why, sizeof(why), "%s, and shows no checkpoint that proves it%s%s", anchor->claim, status == 0 ? ": " : "",
            status == 0 ? error : "");
    if (proven == ANCHOR_UNREACHABLE)
        anchor_fail(anchor, why);
    else
        conclude(anchor, proven, why);
}

static void begin_look(struct anchor *anchor)
{
    struct buffer path = {0};
    buffer_append(&path, TEXT("/checkpoint/"));
    anchor_origin_to_path(anchor->options.origin, &path);
    struct web_request request = {.method = TEXT("GET"), .path = buffer_text(&path)};
    anchor->call = web_call_start(&anchor->peer, &request, on_looked, anchor);
    buffer_clear(&path);
}

/* --- the table
 * ----------------------------------------------------------------------------------------------------------
 */

static void begin_rest(struct anchor *anchor)
{
    (void)anchor; /* the timer runs all the time */
}

static void begin_gone(struct anchor *anchor)
{
    web_call_cancel(anchor->call);
    anchor->call = NULL;
    timer_stop(anchor->parts.timer);
    timer_stop(anchor->parts.late);
    loop_stop(anchor->parts.loop);
}

#define TO(step) (1u << ANCHOR_##step)
static const struct {
    void (*begin)(struct anchor *anchor);
    unsigned next;
} steps[] = {
    [ANCHOR_REST] = {begin_rest, TO(ASK) | TO(GONE)},
    [ANCHOR_ASK] = {begin_ask, TO(AGAIN) | TO(ENROL) | TO(LOOK) | TO(REST) | TO(GONE)},
    [ANCHOR_AGAIN] = {begin_ask, TO(LOOK) | TO(REST) | TO(GONE)},
    [ANCHOR_ENROL] = {begin_enrol, TO(AGAIN) | TO(LOOK) | TO(REST) | TO(GONE)},
    [ANCHOR_LOOK] = {begin_look, TO(REST) | TO(GONE)},
    [ANCHOR_GONE] = {begin_gone, TO(ASK)}, /* the farewell */
};
_Static_assert(COUNT_OF(steps) == ANCHOR_STEP_COUNT, "every step has a row");

void anchor_step_to(struct anchor *anchor, enum anchor_step step)
{
    ASSERT((steps[anchor->step].next & 1u << step) != 0);
    anchor->step = step;
    steps[step].begin(anchor);
}

static void conclude(struct anchor *anchor, enum anchor_state state, const char *why)
{
    anchor_learn(anchor, state, why);
    anchor_step_to(anchor, anchor->home);
}

void anchor_fail(struct anchor *anchor, const char *why)
{
    atomic_fetch_add(&anchor->told.failures, 1);
    conclude(anchor, ANCHOR_UNREACHABLE, why);
}
