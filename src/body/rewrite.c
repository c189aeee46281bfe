/* SPDX-License-Identifier: Apache-2.0 */
/* Edits, and the body that comes of them. An edit of an inner text is carried up: spelled as it must be in the text
 * around it, and so on to the body, so that no other byte changes. Only what is coded as a whole (base64, another
 * charset) is coded anew. Inner texts stand behind those they lie in: from the last to the first, each is done once. */
#include <stdlib.h>

#include "exeat/base/memory.h"

#include "body_internal.h"
#include "exeat/coding/charset.h"

static void add_splice(struct layer *layer, struct splice splice)
{
    if ((layer->splice_count & (layer->splice_count - 1)) == 0)
        layer->splices = base_resize(
            layer->splices, layer->splice_count == 0 ? 1 : layer->splice_count * 2, sizeof(*layer->splices));
    layer->splices[layer->splice_count++] = splice;
}

static struct text splice_text(const struct body *body, const struct splice *splice)
{
    return text_part(buffer_text(&body->texts), splice->text_at, splice->text_length);
}

/* Puts `text`, spelled, for `length` bytes from `at` on. */
static void put(struct body *body, struct layer *layer, struct splice where, enum spelling spelling, struct text text)
{
    where.text_at = body->texts.length;
    spelling_write(spelling, text, &body->texts);
    where.text_length = body->texts.length - where.text_at;
    add_splice(layer, where);
}

/* --- edits ---------------------------------------------------------------------------------------------------------
 */

/* Edits of a place mostly come in their order: then the place is read once for all of them. */
static bool
seek(struct spelled *spelled, const struct body_place *place, enum spelling spelling, size_t offset, size_t *at)
{
    bool is_same = spelled->raw.data == place->raw.data && spelled->raw.length == place->raw.length &&
                   spelled->spelling == spelling;
    if (!is_same || offset < spelled->said)
        *spelled = (struct spelled){.spelling = spelling, .raw = place->raw};
    *at = 0;
    if (!spelled_seek(spelled, offset))
        return false;
    *at = spelled->at;
    return *at == place->raw.length || ((unsigned char)place->raw.data[*at] & 0xc0) != 0x80;
}

/* Where a form is JSON or XML as well, their escapes stand in its values, as pairs do in a name of a file that is taken
 * as it stands: what would cut one cannot be changed. */
static bool cuts_around(struct body *body, const struct body_place *place, size_t from, size_t to)
{
    enum body_kind kind = body->layers.list[place->layer].kind;
    size_t at;
    if (place->spelling == SPELLED_PAIRS_SHOWN) /* what stands behind it would be a pair no more */
        return to > from && place->raw.data[to - 1] == '\\';
    if (place->spelling != SPELLED_FORM || (kind != BODY_JSON && kind != BODY_XML))
        return false;
    enum spelling spelling = kind == BODY_JSON ? SPELLED_JSON_SHOWN : SPELLED_XML_SHOWN;
    return !seek(&body->around, place, spelling, from, &at) || !seek(&body->around, place, spelling, to, &at);
}

static bool is_fixed(const struct body_place *place)
{
    return place->what == BODY_NUMBER || place->what == BODY_NAME || place->what == BODY_OPAQUE ||
           place->spelling == SPELLED_FIXED;
}

bool body_edit(struct body *body, const struct body_place *place, size_t start, size_t length, struct text text)
{
    enum spelling spelling = (enum spelling)place->spelling;
    size_t from;
    size_t to;
    if (is_fixed(place) || !text_is_utf8(text))
        return false;
    if (place->layer == LAYER_BESIDE) {
        body->is_edited = true;
        return true;
    }
    if (length > SIZE_MAX - start || !seek(&body->spelled, place, spelling, start, &from) ||
        !seek(&body->spelled, place, spelling, start + length, &to) || cuts_around(body, place, from, to))
        return false;
    struct layer *layer = &body->layers.list[place->layer];
    put(body, layer, (struct splice){.at = place->at + from, .length = to - from}, spelling, text);
    body->is_edited = true;
    return true;
}

bool body_is_edited(const struct body *body)
{
    return body->is_edited;
}

/* --- the body anew -------------------------------------------------------------------------------------------------
 */

/* Of two upon the very same bytes that was made first which stands there as it is: its text says the same in all
 * readings, unless it has escapes itself. */
static int by_place(const void *left, const void *right)
{
    const struct splice *one = left;
    const struct splice *other = right;
    if (one->at != other->at)
        return (one->at > other->at) - (one->at < other->at);
    if (one->length != other->length)
        return (one->length < other->length) - (one->length > other->length);
    return (one->text_at > other->text_at) - (one->text_at < other->text_at);
}

/* `last` and `next` overlap: one of them stands for the bytes of both, so that none of these are left. That is the
 * first, but for what was coded anew as a whole: in it the other's bytes may be left as they were. */
static void join(struct splice *last, const struct splice *next)
{
    size_t end = last->at + last->length;
    if (next->at + next->length > end)
        end = next->at + next->length;
    size_t at = last->at;
    if (last->is_whole && !next->is_whole)
        *last = *next;
    last->at = at;
    last->length = end - at;
}

/* In their order, none upon another. */
static void put_in_order(struct layer *layer)
{
    size_t count = 0;
    if (layer->splice_count > 1)
        qsort(layer->splices, layer->splice_count, sizeof(*layer->splices), by_place);
    for (size_t i = 0; i < layer->splice_count; i++) {
        struct splice *last = count == 0 ? NULL : &layer->splices[count - 1];
        if (last == NULL || layer->splices[i].at >= last->at + last->length)
            layer->splices[count++] = layer->splices[i];
        else
            join(last, &layer->splices[i]);
    }
    layer->splice_count = count;
}

static void apply(const struct body *body, const struct layer *layer, struct buffer *out)
{
    size_t at = 0;
    for (size_t i = 0; i < layer->splice_count; i++) {
        const struct splice *splice = &layer->splices[i];
        buffer_append(out, text_part(layer->text, at, splice->at - at));
        buffer_append(out, splice_text(body, splice));
        at = splice->at + splice->length;
    }
    buffer_append(out, text_after(layer->text, at));
}

/* Each splice of `layer` becomes one of its parent. */
static bool carry_each(struct body *body, const struct layer *layer)
{
    struct layer *parent = &body->layers.list[layer->parent];
    struct spelled spelled = {.spelling = layer->spelling, .raw = text_part(parent->text, layer->at, layer->length)};
    struct buffer text = {0};
    bool is_good = true;
    for (size_t i = 0; i < layer->splice_count && is_good; i++) {
        const struct splice *splice = &layer->splices[i];
        struct splice above = {.is_whole = splice->is_whole};
        is_good = spelled_seek(&spelled, splice->at);
        above.at = layer->at + spelled.at;
        is_good = is_good && spelled_seek(&spelled, splice->at + splice->length);
        above.length = layer->at + spelled.at - above.at;
        buffer_empty(&text);
        buffer_append(&text, splice_text(body, splice));
        put(body, parent, above, spelled.spelling, buffer_text(&text));
    }
    buffer_forget(&text);
    return is_good;
}

/* The whole text, coded anew, becomes one splice of its parent. */
static bool carry_whole(struct body *body, const struct layer *layer)
{
    struct buffer text = {0};
    struct buffer coded = {0};
    apply(body, layer, &text);
    struct buffer bytes = {0};
    bool is_good = charset_write(layer->charset, layer->has_mark, buffer_text(&text), &bytes);
    transfer_write(layer->transfer, buffer_text(&bytes), &coded);
    struct splice above = {.at = layer->at, .length = layer->length, .is_whole = true};
    put(body, &body->layers.list[layer->parent], above, layer->spelling, buffer_text(&coded));
    buffer_forget(&text);
    buffer_forget(&bytes);
    buffer_forget(&coded);
    return is_good;
}

static bool carry(struct body *body, struct layer *layer)
{
    if (layer->splice_count == 0)
        return true;
    put_in_order(layer);
    return layer_is_coded_whole(layer) ? carry_whole(body, layer) : carry_each(body, layer);
}

bool body_rewrite(struct body *body, struct buffer *out)
{
    struct layer *first = &body->layers.list[0];
    for (size_t i = body->layers.count; i > 1; i--)
        if (!carry(body, &body->layers.list[i - 1]))
            return false;
    put_in_order(first);
    if (first->charset == CHARSET_UTF8 && !first->has_mark) {
        apply(body, first, out);
        return true;
    }
    struct buffer text = {0};
    apply(body, first, &text);
    bool is_good = charset_write(first->charset, first->has_mark, buffer_text(&text), out);
    buffer_forget(&text);
    return is_good;
}
