/* SPDX-License-Identifier: Apache-2.0 */
/* Each level of undoing has the last bytes that it gave; eight of them are looked up in a sieve at each byte, and where
 * they may be the tail of a needle that is sought from its last byte on. */
#include <string.h>

#include "canary_internal.h"
#include "exeat/base/memory.h"

enum { LEVELS = 4 };

struct level {
    uint64_t tail;
    uint8_t at; /* in `last`, which is a ring */
    uint8_t last[SPELLED_MOST];
    struct undo undo;
};
_Static_assert(SPELLED_MOST == 256, "a byte is a place in the ring");
struct canary_watch {
    const struct canary_set *set;
    struct level levels[LEVELS];
};

static void begin(struct canary_watch *watch, const struct canary_set *set)
{
    memset(watch, 0, sizeof(*watch));
    watch->set = set;
}

struct canary_watch *canary_watch_new(const struct canary_set *set)
{
    struct canary_watch *watch = base_zalloc(sizeof(*watch));
    begin(watch, set);
    return watch;
}

/* What came, from its last byte on, beside a needle. 0: it is one that ends here. */
static int compare(const struct level *level, struct text needle)
{
    for (size_t i = 1; i <= needle.length; i++) {
        uint8_t came = level->last[(uint8_t)(level->at - i)];
        uint8_t wanted = (uint8_t)needle.data[needle.length - i];
        if (came != wanted)
            return came < wanted ? -1 : 1;
    }
    return 0;
}

static const char *look(const struct canary_set *set, const struct level *level)
{
    size_t low = 0;
    size_t high = set->needle_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(level, set->needles[middle].text);
        if (order == 0)
            return set->labels[set->needles[middle].canary];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static inline const char *take(const struct canary_set *set, struct level *level, char byte)
{
    uint8_t folded = canary_folded[(uint8_t)byte];
    level->last[level->at++] = folded;
    level->tail = level->tail << 8 | folded;
    uint32_t hash = canary_hash(level->tail);
    return (set->sieve[hash / 64] >> (hash % 64) & 1) == 0 ? NULL : look(set, level);
}

/* A byte of one level, and what it makes certain of those above. */
static const char *give(struct canary_watch *watch, size_t index, char byte)
{
    char out[ESCAPE_MOST];
    const char *seen = take(watch->set, &watch->levels[index], byte);
    if (index + 1 == LEVELS)
        return seen;
    size_t count = undo_take(&watch->levels[index].undo, byte, out);
    for (size_t i = 0; i < count; i++) {
        const char *above = give(watch, index + 1, out[i]);
        seen = seen == NULL ? above : seen;
    }
    return seen;
}

/* --- bytes that are no escape, which are nearly all
 * -------------------------------------------------------------------
 */

static bool are_alike(const struct canary_watch *watch)
{
    for (size_t i = 1; i < LEVELS; i++)
        if (watch->levels[i - 1].undo.count > 0 || watch->levels[i].tail != watch->levels[0].tail)
            return false;
    return true;
}

/* Where all levels end alike the first stands for all, up to what may begin an escape or end a needle. */
static size_t pass_plain(struct canary_watch *watch, struct text piece, size_t at)
{
    static const bool may_escape[256] = {
        ['%'] = true, ['\\'] = true, ['&'] = true, ['\0'] = true, ['\r'] = true, ['\n'] = true};
    struct level *level = &watch->levels[0];
    for (; at < piece.length && !may_escape[(uint8_t)piece.data[at]]; at++) {
        uint8_t folded = canary_folded[(uint8_t)piece.data[at]];
        uint64_t tail = level->tail << 8 | folded;
        uint32_t hash = canary_hash(tail);
        if ((watch->set->sieve[hash / 64] >> (hash % 64) & 1) != 0)
            break;
        level->last[level->at++] = folded;
        level->tail = tail;
    }
    return at;
}

/* The others get what the first was given alone. */
static void catch_up(struct canary_watch *watch, size_t missed)
{
    const struct level *first = &watch->levels[0];
    if (missed > SPELLED_MOST)
        missed = SPELLED_MOST;
    for (struct level *level = &watch->levels[1]; level < watch->levels + LEVELS; level++) {
        level->tail = first->tail;
        for (size_t i = missed; i > 0; i--)
            level->last[level->at++] = first->last[(uint8_t)(first->at - i)];
    }
}

const char *canary_watch_feed(struct canary_watch *watch, struct text piece)
{
    const char *seen = NULL;
    for (size_t i = 0; i < piece.length; i++) {
        if (are_alike(watch)) {
            size_t from = i;
            i = pass_plain(watch, piece, from);
            catch_up(watch, i - from);
            if (i == piece.length)
                break;
        }
        const char *one = give(watch, 0, piece.data[i]);
        seen = seen == NULL ? one : seen;
    }
    return seen;
}

const char *canary_in(const struct canary_set *set, struct text text)
{
    struct canary_watch watch;
    if (text.length < CANARY_LEAST)
        return NULL;
    begin(&watch, set);
    const char *seen = canary_watch_feed(&watch, text);
    base_forget(&watch, sizeof(watch));
    return seen;
}

void canary_show_name(const struct canary_set *set, struct text name, struct buffer *out)
{
    struct text rest = name;
    while (canary_in(set, rest) != NULL) {
        size_t label = text_index(rest, '.', 0);
        rest = label < rest.length ? text_after(rest, label + 1) : TEXT("");
    }
    if (rest.length < name.length)
        buffer_append(out, rest.length > 0 ? TEXT("*.") : TEXT("*"));
    buffer_append(out, rest);
}

void canary_watch_free(struct canary_watch *watch)
{
    if (watch != NULL)
        base_forget(watch, sizeof(*watch));
    base_free(watch);
}
