/* SPDX-License-Identifier: Apache-2.0 */
/* A head comes in pieces. Whatever the pieces, what was seen of it before changes nothing: it is what it would be if
 * nothing had been looked at, and what it is at once. */
#ifndef TESTS_FUZZ_HEAD_IN_PIECES_H
#define TESTS_FUZZ_HEAD_IN_PIECES_H

#include <string.h>

#include <sanitizer/asan_interface.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/wire.h"

/* What was made of a head, or of its beginning. */
struct taken {
    enum parse parse;
    size_t used;
    struct fault fault;
    struct message_head message;
    struct http_head head; /* of `message` */
};
/* One side's scan, with its limits. */
typedef void (*take_head)(struct text input, struct http_scan *scan, struct taken *taken);

/* Where the bytes are cut follows from all of them, so that each that changes cuts them anew. */
struct cuts {
    uint64_t state;
    size_t widest;
};

static size_t draw(struct cuts *cuts, size_t below)
{
    cuts->state = cuts->state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (size_t)(cuts->state >> 33) % below;
}

static struct cuts cuts_of(struct text whole)
{
    static const size_t widths[] = {1, 2, 5, 24, 160, 2000}; /* byte by byte, to nearly at once */
    struct cuts cuts = {.state = UINT64_C(0xcbf29ce484222325)};
    for (size_t i = 0; i < whole.length; i++)
        cuts.state = (cuts.state ^ (unsigned char)whole.data[i]) * UINT64_C(0x100000001b3);
    cuts.widest = widths[draw(&cuts, COUNT_OF(widths))];
    return cuts;
}

static void check_same_head(const struct http_head *one, const struct http_head *other)
{
    const struct message_head *left = one->message;
    const struct message_head *right = other->message;
    ASSERT(one->framing == other->framing && one->keep_alive == other->keep_alive);
    ASSERT(left->status == right->status && left->version == right->version && left->content == right->content);
    ASSERT(left->length == right->length && left->field_count == right->field_count);
    ASSERT(text_equal(left->method, right->method) && text_equal(left->target.path, right->target.path));
    for (size_t i = 0; i < left->field_count; i++)
        ASSERT(
            text_equal(left->fields[i].name, right->fields[i].name) &&
            text_equal(left->fields[i].value, right->fields[i].value));
}

static void check_same(const struct taken *one, const struct taken *other)
{
    ASSERT(one->parse == other->parse);
    switch (one->parse) {
    case PARSE_DONE:
        ASSERT(one->used == other->used);
        check_same_head(&one->head, &other->head);
        return;
    case PARSE_BAD:
        ASSERT(one->fault.reason == other->fault.reason && one->fault.flaw == other->fault.flaw);
        return;
    case PARSE_NEED_MORE:
        return;
    }
}

/* What has not come yet is poisoned. Returns how much had come when it was taken or refused. */
static size_t take_in_pieces(take_head take, char *bytes, size_t length, struct taken *taken)
{
    struct cuts cuts = cuts_of((struct text){bytes, length});
    struct http_scan scan = {0};
    size_t come = 0;
    ASAN_POISON_MEMORY_REGION(bytes, length);
    while (come < length && taken->parse == PARSE_NEED_MORE) {
        size_t piece = 1 + draw(&cuts, cuts.widest);
        come = piece < length - come ? come + piece : length;
        ASAN_UNPOISON_MEMORY_REGION(bytes, come);
        take((struct text){bytes, come}, &scan, taken);
    }
    return come;
}

static void check_in_pieces(take_head take, struct text input)
{
    static struct taken by_pieces, so_far, at_once; /* large */
    char *bytes = base_alloc(input.length + 1);
    if (input.length > 0)
        memcpy(bytes, input.data, input.length);
    by_pieces.head.message = &by_pieces.message;
    so_far.head.message = &so_far.message;
    at_once.head.message = &at_once.message;
    by_pieces.parse = PARSE_NEED_MORE;
    size_t come = take_in_pieces(take, bytes, input.length, &by_pieces);
    take((struct text){bytes, come}, &(struct http_scan){0}, &so_far);
    check_same(&by_pieces, &so_far);
    ASAN_UNPOISON_MEMORY_REGION(bytes, input.length);
    take((struct text){bytes, input.length}, &(struct http_scan){0}, &at_once);
    ASSERT(at_once.parse == by_pieces.parse); /* of two faults, another may be met first */
    if (at_once.parse == PARSE_DONE)
        check_same(&at_once, &by_pieces);
    base_free(bytes);
}

#endif
