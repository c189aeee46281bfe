/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a stream, and the events by which what is held of them can still be said. */
#include "lane.h"

#include "exeat/base/memory.h"

/* Its context goes with it: whoever has the same key later is not known to be without a match over the seam. */
static bool forget(struct lanes *lanes, struct lane *lane)
{
    bool says_nothing = lane->context == 0;
    if (!says_nothing && lanes->forgotten_count == FORGOTTEN_MAX)
        return false;
    if (!says_nothing) {
        if (lanes->forgotten == NULL)
            lanes->forgotten = base_array(FORGOTTEN_MAX, sizeof(struct digest));
        digest_sha256(bytes_of_text(buffer_text(&lane->key)), &lanes->forgotten[lanes->forgotten_count++]);
    }
    lane_clear(lane);
    return true;
}

static bool was_forgotten(const struct lanes *lanes, struct text key)
{
    struct digest digest;
    if (lanes->forgotten_count == 0)
        return false;
    digest_sha256(bytes_of_text(key), &digest);
    for (size_t i = 0; i < lanes->forgotten_count; i++)
        if (digest_equal(&lanes->forgotten[i], &digest))
            return true;
    return false;
}

static struct lane *new_lane(struct lanes *lanes)
{
    if (lanes->count < LANES_MAX) {
        if (lanes->list == NULL)
            lanes->list = base_array(LANES_MAX, sizeof(struct lane *));
        return lanes->list[lanes->count++] = base_zalloc(sizeof(struct lane));
    }
    for (size_t i = 0; i < lanes->count; i++) {
        struct lane *lane = lanes->list[i];
        if (lane->state == LANE_ENDED && lane_held(lane) == 0)
            return forget(lanes, lane) ? lane : NULL;
    }
    return NULL;
}

struct lane *lanes_find(struct lanes *lanes, struct buffer *key, size_t scope, struct text field)
{
    struct lane *lane = NULL;
    for (size_t i = 0; i < lanes->count && lane == NULL; i++)
        if (text_equal(buffer_text(&lanes->list[i]->key), buffer_text(key)))
            lane = lanes->list[i];
    if (lane == NULL && !was_forgotten(lanes, buffer_text(key)) && (lane = new_lane(lanes)) != NULL) {
        *lane = (struct lane){.key = *key, .scope = scope};
        *key = (struct buffer){0};
        buffer_append(&lane->field, field);
    }
    buffer_clear(key);
    return lane;
}

static struct kept_event *keep(const struct feed_event *event)
{
    struct kept_event *kept = base_zalloc(sizeof(*kept));
    buffer_append(&kept->raw, text_after(event->raw, event->has_mark ? 3 : 0));
    buffer_append(&kept->data, event->data);
    buffer_append(&kept->name, event->name);
    return kept;
}

void lanes_keep(struct lanes *lanes, const struct feed_event *event, uint64_t number)
{
    struct kept_event *kept = NULL;
    for (size_t i = 0; i < lanes->count; i++) {
        struct lane *lane = lanes->list[i];
        if (lane->seen_in != number || lane_held(lane) == 0)
            continue;
        if (kept == NULL)
            kept = keep(event);
        lane_drop_event(lane);
        lane->event = kept;
        kept->users++;
    }
}

size_t lanes_held(const struct lanes *lanes)
{
    size_t held = 0;
    for (size_t i = 0; i < lanes->count; i++) {
        const struct lane *lane = lanes->list[i];
        held += lane_held(lane);
        if (lane->event != NULL) /* each of its users has its part */
            held += lane->event->raw.length / lane->event->users;
    }
    return held;
}

void lanes_clear(struct lanes *lanes)
{
    for (size_t i = 0; i < lanes->count; i++) {
        lane_clear(lanes->list[i]);
        base_free(lanes->list[i]);
    }
    base_free(lanes->list);
    base_free(lanes->forgotten);
    *lanes = (struct lanes){0};
}
