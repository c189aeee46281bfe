/* SPDX-License-Identifier: Apache-2.0 */
/* From the bytes of a text to the text: its transfer encoding undone, its charset read. */
#include "exeat/coding/charset.h"

#include "body_internal.h"

/* What the walker of JSON finds out by itself. */
static bool is_of_charset(const struct layer *layer)
{
    bool is_json = layer->kind == BODY_JSON || layer->kind == BODY_LINES || layer->kind == BODY_SEQUENCE;
    return (is_json && layer->origin == LAYER_SAID) || text_is_utf8(layer->text);
}

/* `bytes` are the layer's own, or borrowed for as long as it lives. */
enum body_fault layer_settle(struct layer *layer, struct text bytes)
{
    size_t mark_length = 0;
    bytes = bytes.length == 0 ? TEXT("") : bytes; /* an empty buffer has no memory */
    layer->text = bytes;
    if (layer->kind == BODY_MULTIPART || layer->kind == BODY_BINARY)
        layer->charset = CHARSET_UTF8;
    else if (!charset_settle(bytes, &layer->charset, &mark_length))
        return BODY_CHARSET_MALFORMED;
    layer->has_mark = mark_length > 0;
    layer->text = text_after(bytes, mark_length);
    if (layer->kind == BODY_MULTIPART || layer->kind == BODY_BINARY)
        return BODY_FINE;
    if (layer->charset == CHARSET_UTF8)
        return is_of_charset(layer) ? BODY_FINE : BODY_CHARSET_MALFORMED;
    struct buffer text = {0};
    bool is_good = charset_read(layer->charset, layer->text, &text);
    buffer_forget(&layer->owned);
    layer->owned = text;
    layer->text = buffer_text(&layer->owned);
    return is_good ? BODY_FINE : BODY_CHARSET_MALFORMED;
}

enum body_fault layer_decode(struct layer *layer, struct text coded)
{
    if (layer->transfer == TRANSFER_NONE)
        return layer_settle(layer, coded);
    if (!transfer_read(layer->transfer, coded, &layer->owned))
        return BODY_CODING_MALFORMED;
    return layer_settle(layer, buffer_text(&layer->owned));
}
