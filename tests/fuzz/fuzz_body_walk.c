/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a body of each kind. Every value is UTF-8; written anew without edits it is what it was; and with one
 * value edited, another walk tells the same places with that value in its place. */
#include <stdlib.h>

#include "exeat/base/memory.h"

#include "body_internal.h"

static const char *const types[] = {
    "application/json",
    "application/x-ndjson",
    "text/event-stream",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "text/xml",
    "text/csv",
    "text/plain",
    "application/json-seq",
    "text/xml; charset=iso-8859-1",
    "text/plain; charset=utf-16",
    "text/tab-separated-values",
    NULL,
};
static const struct body_limits limits = {100000, 200, 2000};

struct visit {
    struct buffer told;
    size_t count;
    size_t edited;  /* which value; SIZE_MAX: none */
    bool is_within; /* a text in base64 lies in the value that was edited, or a name depends on it */
    bool is_edited;
    size_t same_as; /* of it */
    bool has_more;  /* there is another reading of it, or there may be */
    size_t at;      /* of the edited value */
    size_t end;
    size_t layer;
};

static void hold(bool promise)
{
    if (!promise)
        abort();
}

/* Its digits are part of a text that was told before. */
static bool is_in_base64(const struct body *body, const struct layer *layer)
{
    for (; layer->depth > 0; layer = &body->layers.list[layer->parent])
        if (layer->transfer != TRANSFER_NONE && layer->transfer != TRANSFER_BASE64_MIME)
            return true;
    return false;
}

/* Other fields of an event may stand between the lines of its data, and go with them. */
static bool is_in_lines(const struct body *body, const struct body_place *place)
{
    return body_kind(body) == BODY_EVENTS && text_has(place->value, '\n');
}

static bool see(void *context, struct body *body, const struct body_place *place)
{
    struct visit *visit = context;
    struct buffer path = {0};
    body_path(body, place, &path);
    hold(path.length <= 200 && text_is_utf8(buffer_text(&path)));
    body->walk.path_good = 0; /* written anew it is the same */
    hold(text_equal(body_path_text(body, place), buffer_text(&path)));
    buffer_clear(&path);
    hold(text_is_utf8(place->value) && text_is_utf8(place->field));
    struct text value = place->value;
    const struct layer *layer = place->layer == LAYER_BESIDE ? NULL : &body->layers.list[place->layer];
    for (; visit->is_edited && layer != NULL && layer->depth > 0; layer = &body->layers.list[layer->parent])
        if (layer->parent == visit->layer && layer->at >= visit->at && layer->at < visit->end)
            visit->is_within = true;
    if (visit->is_edited && place->what == BODY_OPAQUE && place->layer == visit->layer)
        visit->is_within = true;
    bool is_first = place->same_as == place->number;
    hold(place->same_as > 0 && place->same_as <= place->number + 1);
    if ((visit->is_edited && place->same_as == visit->same_as) || place->spelling == SPELLED_FIXED)
        visit->has_more = true;
    if (place->what == BODY_VALUE && visit->count++ == visit->edited) {
        bool is_done = body_edit(body, place, 0, value.length, TEXT("z"));
        hold(is_done || !is_first || place->spelling >= SPELLED_JSON_SHOWN);
        value = is_done ? TEXT("z") : value;
        visit->is_edited = true;
        visit->same_as = place->same_as;
        /* quotes of the first row of a table are asked for its separator */
        bool is_quote = body_kind(body) == BODY_TABLE && text_has(body_text(body), '"');
        visit->is_within = is_in_base64(body, &body->layers.list[place->layer]) || is_in_lines(body, place) ||
                           is_quote || !is_first || !is_done;
        visit->layer = place->layer;
        visit->at = place->at;
        visit->end = place->at + place->raw.length;
    }
    buffer_printf(&visit->told, "%d:", (int)place->what);
    if (place->what != BODY_OPAQUE)
        buffer_append(&visit->told, value);
    buffer_append_byte(&visit->told, '\n');
    return true;
}

static enum body_fault walk(struct body *body, const struct body_label *label, struct text text, struct visit *visit)
{
    char *copy = text_copy(text); /* so that no byte behind it can be read */
    enum body_fault fault = body_read(body, label, (struct bytes){(const uint8_t *)copy, text.length}, &limits, NULL);
    struct text decoded = body_text(body);
    hold(fault != BODY_FINE || decoded.length <= 2 * limits.decoded);
    (void)(fault != BODY_FINE || body_is_plain(body));
    if (fault == BODY_FINE)
        fault = body_walk(body, see, visit, NULL);
    struct buffer out = {0};
    if (fault == BODY_FINE)
        hold(body_rewrite(body, &out));
    if (fault == BODY_FINE && !visit->is_edited)
        hold(text_equal(buffer_text(&out), text));
    base_free(copy);
    buffer_empty(&body->field);
    buffer_append(&body->field, buffer_text(&out));
    buffer_clear(&out);
    return fault;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    struct body_label label = {0};
    const char *type = types[data[0] % COUNT_OF(types)];
    if (type != NULL)
        body_label_field(&label, TEXT("content-type"), text_from(type));
    hold(body_label_end(&label) == BODY_FINE);
    struct text text = text_of_bytes((struct bytes){data + 2, size - 2});
    struct body *body = body_new();
    struct visit first = {.edited = SIZE_MAX};
    struct visit second = {.edited = data[1]};
    struct visit third = {.edited = SIZE_MAX};
    if (walk(body, &label, text, &first) == BODY_FINE && first.count > data[1]) {
        hold(walk(body, &label, text, &second) == BODY_FINE && second.is_edited);
        struct buffer out = {0};
        buffer_append(&out, buffer_text(&body->field));
        if (!second.is_within && !second.has_more &&
            type != NULL) { /* without a type an edit may make it another kind */
            hold(walk(body, &label, buffer_text(&out), &third) == BODY_FINE);
            hold(text_equal(buffer_text(&second.told), buffer_text(&third.told)));
        }
        buffer_clear(&out);
    }
    buffer_clear(&first.told);
    buffer_clear(&second.told);
    buffer_clear(&third.told);
    body_free(body);
    return 0;
}
