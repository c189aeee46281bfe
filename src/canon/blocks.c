/* SPDX-License-Identifier: Apache-2.0 */
/* Events become a message of blocks. */
#include "exeat/canon/blocks.h"

#include "exeat/base/memory.h"

struct canon_blocks *
canon_blocks_new(const struct canon_blocks_words *words, const struct canon_call *call, size_t limit)
{
    struct canon_blocks *blocks = base_zalloc(sizeof(*blocks));
    blocks->words = words;
    blocks->call = call;
    blocks->limit = limit;
    return blocks;
}

void canon_blocks_free(void *of)
{
    struct canon_blocks *blocks = of;
    canon_held_clear(&blocks->turns.held);
    buffer_clear(&blocks->stop);
    base_free(blocks);
}

void canon_blocks_begin(struct canon_blocks *blocks, struct buffer *out)
{
    if (blocks->has_begun)
        return;
    blocks->has_begun = true;
    blocks->words->begin(blocks, out);
}

static void close_block(struct canon_blocks *blocks, struct buffer *out)
{
    if (blocks->open == CANON_OPEN_NONE)
        return;
    blocks->words->close(blocks, out);
    *(blocks->open == CANON_OPEN_CALL ? &blocks->calls : &blocks->contents) += 1;
    blocks->open = CANON_OPEN_NONE;
}

static void
say_content(struct canon_blocks *blocks, enum canon_open what, const struct canon_event *event, struct buffer *out)
{
    if (blocks->open != what) {
        close_block(blocks, out);
        if (blocks->words->open_content != NULL)
            blocks->words->open_content(blocks, what, out);
        blocks->open = what;
    }
    blocks->words->say(blocks, event->text, out);
}

/* --- calls -----------------------------------------------------------------------------------------------------------
 */

static void say_arguments(const struct canon_blocks *blocks, struct text piece, struct buffer *out)
{
    if (piece.length > 0)
        blocks->words->say(blocks, piece, out);
}

/* `part`'s text is what is known of its arguments. */
static void say_call(struct canon_blocks *blocks, const struct canon_part *part, size_t index, struct buffer *out)
{
    close_block(blocks, out);
    blocks->words->open_call(blocks, part, index, out);
    blocks->turns.has_call = true;
    blocks->open = CANON_OPEN_CALL;
    say_arguments(blocks, part->text, out);
}

static bool take_call(struct canon_blocks *blocks, const struct canon_event *event, struct buffer *out)
{
    const struct canon_part part = {
        .kind = CANON_TOOL_CALL, .name = event->name, .call_id = event->call_id, .text = event->text};
    switch (canon_take_turn(&blocks->turns, event, blocks->open == CANON_OPEN_CALL, blocks->limit)) {
    case CANON_TURN_BEGINS:
        say_call(blocks, &part, event->call, out);
        return true;
    case CANON_TURN_GOES_ON:
        say_arguments(blocks, event->text, out);
        return true;
    case CANON_TURN_WAITS:
        return true;
    case CANON_TURN_FAILS:
        break;
    }
    return false;
}

static void say_held(struct canon_blocks *blocks, struct buffer *out)
{
    for (size_t i = 0; i < blocks->turns.held.count; i++) {
        const struct canon_part part = canon_held_part(&blocks->turns.held, i);
        if (part.name.length > 0)
            say_call(blocks, &part, i, out);
    }
}

/* --- events ----------------------------------------------------------------------------------------------------------
 */

static bool say(struct canon_blocks *blocks, const struct canon_event *event, struct buffer *out)
{
    canon_blocks_begin(blocks, out);
    switch (event->part) {
    case CANON_TEXT:
    case CANON_REFUSAL:
        say_content(blocks, CANON_OPEN_TEXT, event, out);
        return true;
    case CANON_REASONING:
    case CANON_SUMMARY:
        say_content(blocks, CANON_OPEN_THOUGHT, event, out);
        return true;
    case CANON_TOOL_CALL:
        return take_call(blocks, event, out);
    case CANON_IMAGE:
    case CANON_AUDIO:
    case CANON_FILE:
        break; /* no answer has them */
    }
    return true;
}

static void end(struct canon_blocks *blocks, const struct canon_usage *usage, struct buffer *out)
{
    canon_blocks_begin(blocks, out);
    say_held(blocks, out);
    close_block(blocks, out);
    blocks->words->end(blocks, usage, out);
}

bool canon_blocks_take(struct canon_blocks *blocks, const struct canon_event *event, struct buffer *out)
{
    if (event->reply > 0)
        return true; /* such a dialect has one answer to a question */
    switch (event->kind) {
    case CANON_SAYS:
        return say(blocks, event, out);
    case CANON_FINISHES:
        blocks->finish = event->finish;
        buffer_empty(&blocks->stop);
        buffer_append(&blocks->stop, event->stop);
        return true;
    case CANON_ENDS:
        end(blocks, &event->usage, out);
        return true;
    case CANON_WAITS:
    case CANON_FAILS:
        break; /* the dialect's own matter; told by dialect */
    }
    return true;
}
