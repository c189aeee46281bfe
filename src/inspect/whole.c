/* SPDX-License-Identifier: Apache-2.0 */
/* A text as a whole: read as what it is said to be, walked, and written anew where something of it is another now. */
#include "inspect_internal.h"

static enum inspect_says unreadable(struct look *look, enum body_fault fault)
{
    const char *why = look->gave_up ? "a pattern of `detectors:` takes too many steps for what stands in it"
                                    : body_fault_row(fault)->text;
    if (look->detail != NULL && (look->gave_up || look->detail->text[0] == '\0'))
        (void)detail_say(look->detail, "%s", why);
    return INSPECT_UNREADABLE;
}

/* One look at all of its text says in most cases that there is nothing. */
static bool may_have_something(const struct look *look)
{
    struct inspector *inspector = look->inspected->inspector;
    struct body *body = inspector->body;
    size_t at;
    if (!body_is_plain(body) ||
        (look->restores && stand_ins_find(&look->inspected->stand_ins, body_text(body), 0, &at)))
        return true;
    enum body_kind kind = body_kind(body);
    bool is_json = kind == BODY_JSON || kind == BODY_LINES || kind == BODY_SEQUENCE;
    if (!is_json && kind != BODY_TEXT)
        return true;
    return look->side->set != NULL &&
           detect_may_have(look->side->set, inspector->scratch, body_text(body), is_json ? DETECT_JSON : DETECT_PLAIN);
}

static bool heed_place(void *context, struct body *body, const struct body_place *place)
{
    const struct look *look = context;
    (void)body;
    stand_ins_heed(&look->inspected->stand_ins, look->inspected->inspection, place->value);
    return true;
}

static enum inspect_says walk(struct look *look)
{
    struct body *body = look->inspected->inspector->body;
    enum body_fault fault = body_walk(body, NULL, NULL, look->detail);
    if (fault != BODY_FINE)
        return unreadable(look, fault);
    /* what no decoder shows does not go on: the body is written anew, without its coding */
    if (body_hides(body) && !look->inspected->inspection->observes)
        look_raise(look, INSPECT_CHANGED);
    if (!may_have_something(look))
        return look->says;
    if (look_heeds_first(look))
        fault = body_walk(body, heed_place, look, look->detail);
    if (fault == BODY_FINE)
        fault = body_walk(body, look_at_place, look, look->detail);
    findings_begin(look->findings);
    return fault == BODY_FINE ? look->says : unreadable(look, fault);
}

static enum inspect_says rewrite(struct look *look, struct buffer *body)
{
    struct buffer changed = {0};
    if (!body_rewrite(look->inspected->inspector->body, &changed)) {
        buffer_forget(&changed);
        look_tell(look, TEXT("what replaces data"), TEXT(""), "it cannot be written in the body's charset");
        return INSPECT_UNCHANGEABLE;
    }
    buffer_forget(body);
    *body = changed;
    return INSPECT_CHANGED;
}

static enum body_fault read(const struct look *look, const struct body_label *label, struct text text)
{
    return body_read(look->inspected->inspector->body, label, bytes_of_text(text), &body_limits_usual, look->detail);
}

enum inspect_says look_at_body(struct look *look, const struct body_label *label, struct buffer *body)
{
    enum body_fault fault = read(look, label, buffer_text(body));
    enum inspect_says says = fault == BODY_FINE ? walk(look) : unreadable(look, fault);
    if (says == INSPECT_CHANGED)
        says = rewrite(look, body);
    body_forget(look->inspected->inspector->body);
    return says;
}

void look_at_text(struct look *look, struct text text, struct text field)
{
    struct body_label label = body_label_of(BODY_TEXT);
    label.charset = CHARSET_WINDOWS1252; /* where it is no UTF-8 */
    look->field = field;
    look->writes = WRITES_NOTHING;
    enum body_fault fault = read(look, &label, text);
    if (fault == BODY_FINE)
        fault = body_walk(look->inspected->inspector->body, look_at_place, look, look->detail);
    findings_begin(look->findings);
    if (fault != BODY_FINE)
        look_raise(look, unreadable(look, fault));
}

void look_masked(struct inspected *inspected, const struct body_label *label, struct text body, struct buffer *out)
{
    struct look look = {
        .inspected = inspected,
        .side = &inspected->inspection->requests,
        .findings = &inspected->in_request,
        .writes = WRITES_STARS,
    };
    struct buffer masked = {0};
    bool is_good = read(&look, label, body) == BODY_FINE &&
                   body_walk(inspected->inspector->body, look_at_place, &look, NULL) == BODY_FINE &&
                   look.says <= INSPECT_CHANGED && body_rewrite(inspected->inspector->body, &masked);
    findings_begin(look.findings);
    buffer_append(out, is_good ? buffer_text(&masked) : TEXT("*"));
    buffer_forget(&masked);
    body_forget(inspected->inspector->body);
}
