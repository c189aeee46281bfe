/* SPDX-License-Identifier: Apache-2.0 */
/* A body from its label and its bytes to the walk over all its texts. */
#include "exeat/body.h"

#include "exeat/base/memory.h"

#include "body_internal.h"
#include "charset.h"
#include "coding.h"

enum { RATIO_FREE = 65536 };
const struct body_limits body_limits_usual = {16 << 20, 200, 4000000};

struct body *body_new(void)
{
    return base_zalloc(sizeof(struct body));
}

static void wipe(struct buffer *buffer)
{
    if (buffer->data != NULL)
        base_forget(buffer->data, buffer->capacity);
    buffer_clear(buffer);
}

void body_forget(struct body *body)
{
    layers_clear(body);
    wipe(&body->beside);
    wipe(&body->value);
    wipe(&body->field);
    wipe(&body->texts);
    arena_clear(&body->memory);
    *body = (struct body){0};
}

void body_free(struct body *body)
{
    if (body == NULL)
        return;
    body_forget(body);
    base_free(body);
}

/* --- decoding ------------------------------------------------------------------------------------------------------
 */

/* Ready for the next: the memory for single values stays. */
static void
begin(struct body *body, const struct body_label *label, struct bytes sent, const struct body_limits *limits)
{
    layers_clear(body);
    buffer_empty(&body->beside);
    buffer_empty(&body->texts);
    arena_clear(&body->memory);
    body->sent = sent;
    body->label = *label;
    body->limits = *limits;
    body->spelled = (struct spelled){0};
    body->hides = body->is_edited = false;
}

static enum body_fault undo(enum body_coding coding, struct bytes in, struct decoding *decoding)
{
    switch (coding) {
    case BODY_GZIP:
        return gzip_undo(in, decoding);
    case BODY_DEFLATE:
        return deflate_undo(in, decoding);
    case BODY_BROTLI:
        return brotli_undo(in, decoding);
    case BODY_ZSTD:
        return zstd_undo(in, decoding);
    }
    return BODY_CODING_UNKNOWN;
}

/* The last coding was put on last. */
static enum body_fault undo_all(struct body *body, struct buffer *decoded, struct detail *detail)
{
    size_t by_ratio = RATIO_FREE + body->limits.ratio * body->sent.length;
    bool is_ratio = by_ratio < body->limits.decoded;
    struct decoding decoding = {
        .limit = is_ratio ? by_ratio : body->limits.decoded,
        .beyond = is_ratio ? BODY_BOMB : BODY_TOO_LARGE,
        .beside = &body->beside,
        .detail = detail};
    struct bytes in = body->sent;
    enum body_fault fault = BODY_FINE;
    for (size_t i = body->label.coding_count; i > 0 && fault == BODY_FINE; i--) {
        struct buffer out = {0};
        decoding.out = &out;
        body->hides = body->hides || body->label.codings[i - 1] == BODY_BROTLI;
        fault = undo(body->label.codings[i - 1], in, &decoding);
        wipe(decoded);
        *decoded = out;
        in = bytes_of_text(buffer_text(decoded));
    }
    return fault;
}

/* The first text: in UTF-8, but for what has no charset as a whole. */
static enum body_fault read_text(struct body *body, struct layer *layer, struct text bytes, struct detail *detail)
{
    size_t mark_length = 0;
    layer->text = bytes;
    layer->charset = body->label.charset;
    if (layer->kind == BODY_MULTIPART || layer->kind == BODY_BINARY)
        layer->charset = BODY_UTF8;
    else if (!charset_settle(bytes, &layer->charset, &mark_length)) {
        (void)detail_say(
            detail, "its bytes cannot be of the charset that it names, or that it would have without a name");
        return BODY_CHARSET_MALFORMED;
    }
    layer->has_mark = mark_length > 0;
    layer->text = text_after(bytes, mark_length);
    if (layer->charset == BODY_UTF8)
        return BODY_FINE;
    struct buffer text = {0};
    bool is_good = charset_read(layer->charset, layer->text, &text);
    wipe(&layer->owned);
    layer->owned = text;
    layer->text = buffer_text(&layer->owned);
    (void)(is_good || detail_say(detail, "bytes that are no character of its charset"));
    return is_good ? BODY_FINE : BODY_CHARSET_MALFORMED;
}

enum body_fault body_read(
    struct body *body, const struct body_label *label, struct bytes sent, const struct body_limits *limits,
    struct detail *detail)
{
    begin(body, label, sent, limits);
    if (label->fault != BODY_FINE)
        return label->fault;
    if (sent.length > limits->decoded)
        return BODY_TOO_LARGE;
    struct layer first = {.kind = label->kind, .separator = label->separator};
    enum body_fault fault = undo_all(body, &first.owned, detail);
    struct text bytes = label->coding_count > 0 ? buffer_text(&first.owned) : text_of_bytes(sent);
    if (fault == BODY_FINE && bytes.length > limits->decoded)
        fault = BODY_TOO_LARGE;
    if (fault == BODY_FINE)
        fault = read_text(body, &first, bytes, detail);
    if (fault != BODY_FINE || !layer_add(body, &first))
        layer_clear(&first);
    return fault;
}

enum body_kind body_kind(const struct body *body)
{
    return body->layers.count == 0 ? BODY_UNSAID : body->layers.list[0].kind;
}

struct text body_text(const struct body *body)
{
    return body->layers.count == 0 ? TEXT("") : body->layers.list[0].text;
}

bool body_hides(const struct body *body)
{
    return body->hides;
}

/* --- the walk ------------------------------------------------------------------------------------------------------
 */

static bool walk_layer(struct body *body)
{
    switch (body_layer(body)->kind) {
    case BODY_JSON:
        return walk_json(body);
    case BODY_TEXT:
        return walk_text(body);
    case BODY_UNSAID:
    case BODY_LINES:
    case BODY_SEQUENCE:
    case BODY_EVENTS:
    case BODY_FORM:
    case BODY_MULTIPART:
    case BODY_XML:
    case BODY_TABLE:
    case BODY_BINARY:
        break;
    }
    return walk_fail(body, BODY_TYPE_UNKNOWN, "a kind that is not read yet");
}

enum body_fault body_walk(struct body *body, body_see see, void *context, struct detail *detail)
{
    struct walk *walk = &body->walk;
    walk->see = see;
    walk->context = context;
    walk->detail = detail;
    walk->fault = BODY_FINE;
    walk->places = 0;
    for (walk->layer = 0; walk->layer < body->layers.count; walk->layer++) {
        walk->depth = 0;
        if (!walk_layer(body))
            return walk->fault;
    }
    return BODY_FINE;
}

/* Not yet found out of any. */
bool body_is_plain(const struct body *body)
{
    (void)body;
    return false;
}
