/* SPDX-License-Identifier: Apache-2.0 */
/* Places are told: what they say, under which name. Where they stand is written only for who asks. */
#include "body_internal.h"

bool walk_fail(struct body *body, enum body_fault fault, const char *clause)
{
    body->walk.fault = fault;
    return detail_say(body->walk.detail, "%s", clause);
}

/* Lines are counted from 1, columns in bytes from 1. */
bool walk_fail_at(struct body *body, enum body_fault fault, const char *clause, size_t at)
{
    size_t line = 1;
    size_t line_start = 0;
    struct text text = body_layer(body)->text;
    for (size_t i = 0; i < at && i < text.length; i++) {
        if (text.data[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    body->walk.fault = fault;
    return detail_say(body->walk.detail, "%s, at line %zu, column %zu", clause, line, at - line_start + 1);
}

/* What `raw` says, in `kept` where that is something else. */
static struct text said(enum spelling spelling, struct text raw, struct buffer *kept)
{
    if (!spelling_differs(spelling, raw))
        return raw;
    buffer_empty(kept);
    spelling_read(spelling, raw, kept);
    return buffer_text(kept);
}

/* The nearest name: of this text, or of where it lies. */
static struct text nearest_name(struct body *body)
{
    const struct walk *walk = &body->walk;
    for (size_t i = walk->depth; i > 0; i--)
        if (walk->crumbs[i - 1].is_name)
            return said(walk->crumbs[i - 1].spelling, walk->crumbs[i - 1].name, &body->field);
    return body_layer(body)->field;
}

bool place_tell(struct body *body, enum body_what what, enum spelling spelling, struct text raw)
{
    struct walk *walk = &body->walk;
    if (walk->see == NULL)
        return true;
    if (walk->places++ == body->limits.places)
        return walk_fail(body, BODY_TOO_MANY, "more values than are looked at");
    struct body_place place = {
        .what = what,
        .layer = (uint16_t)walk->layer,
        .spelling = (uint8_t)spelling,
        .field = nearest_name(body),
        .value = said(spelling, raw, &body->value),
        .raw = raw,
        .at = (size_t)(raw.data - body_layer(body)->text.data),
    };
    if (!walk->see(walk->context, body, &place))
        return walk_fail(body, BODY_STOPPED, "");
    return true;
}
