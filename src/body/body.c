/* SPDX-License-Identifier: Apache-2.0 */
/* A body from its label and its bytes to the walk over all its texts. */
#include "exeat/body.h"

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/coding/magic.h"
#include "exeat/coding/scan.h"

#include "inside.h"
#include "sniff.h"

enum { RATIO_FREE = 65536 };
const struct body_limits body_limits_usual = {16 << 20, 200, 4000000};

struct body *body_new(void)
{
    return base_zalloc(sizeof(struct body));
}

/* The way of the last walk is not cleared: it is of no use without the texts. */
void body_forget(struct body *body)
{
    layers_clear(body);
    base_free(body->layers.list);
    body->layers = (struct layers){0};
    body->sent = (struct bytes){0};
    buffer_forget(&body->beside);
    buffer_forget(&body->value);
    buffer_forget(&body->field);
    buffer_forget(&body->parent);
    buffer_forget(&body->pair);
    buffer_forget(&body->texts);
    buffer_forget(&body->walk.path);
    buffer_forget(&body->walk.name);
    body->walk.path_good = 0;
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
    body->sent = sent;
    body->label = *label;
    body->limits = *limits;
    body->spelled = (struct spelled){0};
    body->around = (struct spelled){0};
    body->also = BODY_UNSAID;
    body->hides = body->is_edited = body->is_sniffed = false;
}

static bool is_ascii(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] >= 0x80)
            return false;
    return true;
}

static enum body_fault fault_of(enum coding_fault fault, bool is_ratio)
{
    switch (fault) {
    case CODING_FINE:
        return BODY_FINE;
    case CODING_UNKNOWN:
        return BODY_CODING_UNKNOWN;
    case CODING_MALFORMED:
        return BODY_CODING_MALFORMED;
    case CODING_TRUNCATED:
        return BODY_TRUNCATED;
    case CODING_TRAILING:
        return BODY_TRAILING;
    case CODING_BEYOND:
        break;
    }
    return is_ratio ? BODY_BOMB : BODY_TOO_LARGE;
}

/* The last coding was put on last. */
static enum body_fault undo_all(struct body *body, struct buffer *decoded, struct detail *detail)
{
    size_t by_ratio = RATIO_FREE + body->limits.ratio * body->sent.length;
    bool is_ratio = by_ratio < body->limits.decoded;
    struct coding_undoing undoing = {
        .limit = is_ratio ? by_ratio : body->limits.decoded, .beside = &body->beside, .detail = detail};
    struct bytes in = body->sent;
    enum coding_fault fault = CODING_FINE;
    for (size_t i = body->label.coding_count; i > 0 && fault == CODING_FINE; i--) {
        struct buffer out = {0};
        undoing.out = &out;
        body->hides = body->hides || body->label.codings[i - 1] == CODING_BROTLI;
        fault = coding_undo(body->label.codings[i - 1], in, &undoing);
        buffer_forget(decoded);
        *decoded = out;
        in = bytes_of_text(buffer_text(decoded));
    }
    return fault_of(fault, is_ratio);
}

/* What an XML document says of itself counts where its head says nothing; where both say different things, nobody
 * knows. */
static enum body_fault settle_xml(struct layer *layer, struct text bytes)
{
    enum charset declared;
    if (layer->kind != BODY_XML)
        return BODY_FINE;
    if (!sniff_xml_charset(bytes, &declared))
        return BODY_CHARSET_UNKNOWN;
    if (declared == CHARSET_UNSAID || layer->charset == declared)
        return BODY_FINE;
    if (layer->charset != CHARSET_UNSAID && !is_ascii(bytes))
        return BODY_TYPE_CONFLICT;
    layer->charset = declared;
    return BODY_FINE;
}

/* A body without a type, or with one that anything would be well formed for: then JSON and XML are what they are. */
static enum body_fault find_kind(struct body *body, struct layer *layer)
{
    enum body_kind said = layer->kind;
    if (said != BODY_UNSAID && said != BODY_FORM && said != BODY_TABLE && said != BODY_EVENTS)
        return BODY_FINE;
    if (said == BODY_UNSAID && (!sniff_is_text(layer->text) || sniff_is_multipart(layer->text)))
        return BODY_TYPE_UNKNOWN;
    layer->kind = sniff_kind(layer->text);
    body->is_sniffed = layer->kind == BODY_JSON || layer->kind == BODY_XML;
    if (!body->is_sniffed && said != BODY_UNSAID)
        layer->kind = said;
    return BODY_FINE;
}

/* The first text: in UTF-8, but for what has no charset as a whole. */
static enum body_fault read_text(struct body *body, struct layer *layer, struct text bytes, struct detail *detail)
{
    layer->charset = body->label.charset;
    layer->boundary = text_from(body->label.boundary);
    if (layer->kind == BODY_UNSAID && magic_is_compressed(bytes))
        return BODY_CODING_UNSAID;
    if (layer->kind == BODY_UNSAID && magic_type(bytes).length > 0)
        return BODY_TYPE_UNKNOWN;
    enum body_fault fault = settle_xml(layer, bytes);
    if (fault == BODY_FINE)
        fault = layer_settle(layer, bytes);
    if (fault == BODY_CHARSET_MALFORMED)
        (void)detail_say(detail, "it has bytes that cannot be of its charset");
    return fault == BODY_FINE ? find_kind(body, layer) : fault;
}

static enum body_fault read_nothing(struct body *body)
{
    struct layer empty = {.kind = BODY_TEXT, .charset = CHARSET_UTF8, .text = TEXT("")};
    return layer_add(body, &empty) ? BODY_FINE : BODY_TOO_MANY;
}

enum body_fault body_read(
    struct body *body, const struct body_label *label, struct bytes sent, const struct body_limits *limits,
    struct detail *detail)
{
    begin(body, label, sent, limits);
    if (sent.length == 0)
        return read_nothing(body);
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
    if (fault != BODY_FINE) {
        layer_clear(&first);
        return fault;
    }
    return layer_add(body, &first) ? BODY_FINE : BODY_TOO_MANY;
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

bool body_is_plain(const struct body *body)
{
    const struct layer *first = body->layers.count == 0 ? NULL : &body->layers.list[0];
    bool has_strings = first != NULL && (first->kind == BODY_JSON || first->kind == BODY_LINES);
    if (first == NULL || body->beside.length > 0 || (!has_strings && first->kind != BODY_TEXT))
        return false;
    if (body->also != BODY_UNSAID &&
        (scan_has(first->text.data, first->text.length, '&', '+') || text_has(first->text, '=')))
        return false;
    return !inside_has_any(first->kind, first->text);
}

/* --- the walk ------------------------------------------------------------------------------------------------------
 */

static bool walk_kind(struct body *body)
{
    switch (body_layer(body)->kind) {
    case BODY_JSON:
        return walk_json(body);
    case BODY_LINES:
        return walk_lines(body);
    case BODY_SEQUENCE:
        return walk_sequence(body);
    case BODY_EVENTS:
        return walk_events(body);
    case BODY_FORM:
        return walk_form(body);
    case BODY_MULTIPART:
        return walk_multipart(body);
    case BODY_XML:
        return walk_xml(body);
    case BODY_TABLE:
        return walk_table(body);
    case BODY_TEXT:
        return walk_text(body);
    case BODY_JSON_PART:
        return walk_json_part(body);
    case BODY_BINARY:
        return walk_binary(body);
    case BODY_UNSAID:
        break;
    }
    return walk_fail(body, BODY_TYPE_UNKNOWN, "");
}

/* Whether the text is well formed as what it is taken for. Nothing is told, and nothing is blamed. */
static bool is_well_formed(struct body *body)
{
    struct walk *walk = &body->walk;
    body_see see = walk->see;
    struct detail *detail = walk->detail;
    size_t depth = walk->depth;
    walk->see = NULL;
    walk->detail = NULL;
    bool is_good = walk_kind(body);
    walk->see = see;
    walk->detail = detail;
    walk->depth = depth;
    walk->fault = BODY_FINE;
    return is_good;
}

static bool walk_layer(struct body *body)
{
    bool is_guess = body_layer(body)->origin == LAYER_GUESS;
    bool is_json = body_layer(body)->kind == BODY_JSON;
    if (is_guess && body_layer(body)->kind != BODY_TEXT && !is_well_formed(body))
        body_layer(body)->kind = is_json && body_layer(body)->depth + 1 < LAYER_DEPTH ? BODY_LINES : BODY_TEXT;
    if (is_guess && is_json && body_layer(body)->kind == BODY_LINES && !is_well_formed(body))
        body_layer(body)->kind = BODY_TEXT;
    return walk_kind(body);
}

/* What its first byte speaks for, and then both that and what it was said to be, since nobody knows by which its reader
 * goes; or what it was said to be alone; or the next thing that it could be: lines of JSON, a page
 * of HTML. */
static void settle_sniffed(struct body *body)
{
    struct layer *first = &body->layers.list[0];
    if (is_well_formed(body)) {
        body->also = body->label.kind == BODY_EVENTS ? BODY_UNSAID : body->label.kind; /* JSON has no events */
        return;
    }
    if (body->label.kind != BODY_UNSAID)
        first->kind = body->label.kind;
    else
        first->kind = first->kind == BODY_JSON ? BODY_LINES : BODY_TEXT;
}

enum body_fault body_walk(struct body *body, body_see see, void *context, struct detail *detail)
{
    return body_walk_keeping(body, NULL, see, context, detail);
}

enum body_fault body_walk_keeping(struct body *body, body_see keeps, body_see see, void *context, struct detail *detail)
{
    struct walk *walk = &body->walk;
    walk->see = see;
    walk->keeps = keeps;
    body->outward.of = 0;
    walk->context = context;
    walk->detail = detail;
    walk->fault = BODY_FINE;
    walk->into = walk_layer;
    walk->places = walk->read = walk->layer = walk->depth = walk->base = walk->path_good = 0;
    ASSERT(body->layers.count > 0);
    if (body->is_sniffed)
        settle_sniffed(body);
    body->is_sniffed = false;
    if (!place_beside(body) || !walk_layer(body))
        return walk->fault;
    return BODY_FINE;
}
