/* SPDX-License-Identifier: Apache-2.0 */
/* The values of a message, one by one: what is in them is counted, and replaced where the rule has it so. What is to be
 * replaced and cannot be (a number, a name) refuses the message. */
#include "inspect_internal.h"

/* --- one match -------------------------------------------------------------------------------------------------------
 */

static bool is_secret(enum detector detector)
{
    return text_equal(text_from(detector_row(detector)->group), TEXT("secret"));
}

/* A vendor's key on its way to that vendor, and any secret in the field that is made for it, are where they belong. */
static bool belongs_there(const struct look *look, const struct detect_match *match)
{
    if (look->is_answer || !is_secret(match->detector))
        return false;
    if (match->key == NULL)
        return look->is_credential;
    enum vendor_key_home home = vendor_key_at(match->key, text_from(look->inspected->host));
    return home == VENDOR_KEY_AT_HOME || (home == VENDOR_KEY_PERHAPS_HOME && look->is_credential);
}

/* Those of a head are known without us. */
static void
tell_key(const struct look *look, const struct detect_match *match, struct text value, struct text path, bool goes_on)
{
    const struct inspected *inspected = look->inspected;
    if (match->key != NULL && inspected->hear_key != NULL && !look->is_answer && look->place.length == 0)
        inspected->hear_key(
            inspected->hear_context, match->key, text_part(value, match->start, match->length), path, goes_on);
}

enum inspect_action look_action(const struct look *look, const struct detect_match *match)
{
    enum inspect_action action = side_action(look->side, match);
    bool observes = look->inspected->inspection->observes && action > ACTION_FLAG;
    return observes ? ACTION_FLAG : action;
}

/* The first thing that refuses a message is told. */
static void say(struct look *look, struct text kind, struct text place, const char *what)
{
    if (look->detail == NULL || look->detail->text[0] != '\0')
        return;
    (void)detail_say(
        look->detail, "%.*s in %.*s: %s", TEXT_ARG(kind), TEXT_ARG(place.length > 0 ? place : TEXT("the body")), what);
}

void look_keep_out(struct look *look, struct text kind, struct text place)
{
    look->denies = true;
    say(look, kind, place, look->is_answer ? "this rule lets nobody have that" : "this rule lets nobody send that");
}

static void cannot_change(struct look *look, struct text kind, struct text place)
{
    look->cannot_change = true;
    say(look, kind, place, "it would have to be redacted, and cannot be changed there");
}

/* Empty: there is none. */
struct text look_word(struct look *look, const struct detect_match *match, struct text value)
{
    const struct stand_in_wish wish = {
        .inspection = look->inspected->inspection,
        .kind = side_kind(look->side, match),
        .value = text_part(value, match->start, match->length),
        .all = look->all,
        .detector = (int)match->detector,
    };
    struct stand_ins *all = &look->inspected->stand_ins;
    size_t before = all->count;
    struct text word = stand_ins_for(all, &wish);
    if (look->is_answer && all->count > before)
        all->list[before].is_spoilt = true; /* the caller shall not have it */
    return word;
}

/* --- places of a body ------------------------------------------------------------------------------------------------
 */

static struct text path_of(const struct look *look, struct body *body, const struct body_place *place)
{
    struct buffer *path = &look->inspected->inspector->path;
    buffer_empty(path);
    if (look->place.length > 0)
        BUFFER_APPEND_ALL(path, look->place, TEXT("."));
    body_path(body, place, path);
    return buffer_text(path);
}

void look_detect(struct look *look, struct text value, const struct detect_hint *hint)
{
    struct inspector *inspector = look->inspected->inspector;
    inspector->matches.count = 0;
    if (look->side->set == NULL)
        return;
    if (detect_find(look->side->set, inspector->scratch, value, hint, &inspector->matches) == DETECT_GAVE_UP)
        look->gave_up = true;
}

static void change(
    struct look *look, struct body *body, const struct body_place *place, const struct detect_match *match,
    struct text path)
{
    struct text word = look_word(look, match, place->value);
    if (word.length > 0 && body_edit(body, place, match->start, match->length, word))
        look->has_changed = true;
    else
        cannot_change(look, side_kind(look->side, match), path);
}

static void
take_match(struct look *look, struct body *body, const struct body_place *place, const struct detect_match *match)
{
    struct text path = path_of(look, body, place);
    struct text kind = side_kind(look->side, match);
    enum inspect_action action = look_action(look, match);
    tell_key(look, match, place->value, path, action != ACTION_REDACT);
    if (belongs_there(look, match))
        return;
    findings_add(look->findings, kind, action, path);
    if (action == ACTION_DENY)
        look_keep_out(look, kind, path);
    else if (action == ACTION_REDACT)
        change(look, body, place, match, path);
}

/* A word that stands where something was found is not touched twice. */
static bool is_taken(const struct detect_matches *matches, size_t start, size_t length)
{
    for (size_t i = 0; i < matches->count; i++)
        if (matches->items[i].start < start + length && start < matches->items[i].start + matches->items[i].length)
            return true;
    return false;
}

static void restore(struct look *look, struct body *body, const struct body_place *place)
{
    const struct stand_ins *all = &look->inspected->stand_ins;
    size_t at = 0;
    const struct stand_in *one = stand_ins_find(all, place->value, 0, &at);
    for (; one != NULL; one = stand_ins_find(all, place->value, at + one->word.length, &at)) {
        bool may = !one->is_spoilt && !is_taken(&look->inspected->inspector->matches, at, one->word.length);
        if (!may || !body_edit(body, place, at, one->word.length, one->value))
            continue;
        look->has_changed = true;
        findings_add(look->findings, TEXT("placeholder"), ACTION_RESTORE, TEXT(""));
    }
}

/* Where nobody looks for anything in answers, a picture in one is nobody's matter. */
static void take_opaque(struct look *look, struct body *body, const struct body_place *place)
{
    struct text type = place->type;
    if (look->side->set == NULL)
        return;
    if (inspection_passes_type(look->inspected->inspection, type) || look->inspected->inspection->observes) {
        findings_add(look->findings, TEXT("body"), ACTION_UNSEEN, type);
        return;
    }
    look->is_unseen = true;
    if (look->detail != NULL && look->detail->text[0] == '\0')
        (void)detail_say(
            look->detail, "%.*s has the type %.*s, which nobody can look into: inspect.types lets it pass",
            TEXT_ARG(path_of(look, body, place)), TEXT_ARG(type.length > 0 ? type : TEXT("(none)")));
}

/* For body_walk: detects, counts, edits. */
static bool look_at_place(void *context, struct body *body, const struct body_place *place)
{
    struct look *look = context;
    struct inspector *inspector = look->inspected->inspector;
    look->findings->reading = (struct reading){place->same_as, place->number};
    if (place->what == BODY_OPAQUE) {
        take_opaque(look, body, place);
        return true;
    }
    if (!look->is_answer)
        stand_ins_heed(&look->inspected->stand_ins, look->inspected->inspection, place->value);
    struct detect_hint hint = {0};
    if (place->what != BODY_NAME)
        hint =
            (struct detect_hint){.field = place->field, .path = body_path_text(body, place), .beside = place->beside};
    look_detect(look, place->value, &hint);
    for (size_t i = 0; i < inspector->matches.count; i++)
        take_match(look, body, place, &inspector->matches.items[i]);
    if (look->restores && place->what != BODY_NAME && place->what != BODY_NUMBER)
        restore(look, body, place);
    return true;
}

/* --- values of a head ------------------------------------------------------------------------------------------------
 */

static bool take_head_match(struct look *look, const struct detect_match *match)
{
    struct text kind = side_kind(look->side, match);
    enum inspect_action action = look_action(look, match);
    if (belongs_there(look, match))
        return false;
    findings_add(look->findings, kind, action, look->place);
    if (action == ACTION_DENY)
        look_keep_out(look, kind, look->place);
    else if (action == ACTION_REDACT)
        cannot_change(look, kind, look->place);
    return action >= ACTION_REDACT;
}

void look_at_value(struct look *look, struct text value, struct text field, struct buffer *out)
{
    const struct detect_matches *matches = &look->inspected->inspector->matches;
    size_t from = 0;
    const struct detect_hint hint = {.field = field};
    look_detect(look, value, &hint);
    for (size_t i = 0; i < matches->count; i++) {
        const struct detect_match *match = &matches->items[i];
        if (!take_head_match(look, match) || out == NULL)
            continue;
        BUFFER_APPEND_ALL(out, text_part(value, from, match->start - from), TEXT("*"));
        from = match->start + match->length;
        look->has_changed = true;
    }
    if (out != NULL)
        buffer_append(out, text_after(value, from));
}

/* --- a body as a whole -----------------------------------------------------------------------------------------------
 */

enum inspect_says look_says(const struct look *look)
{
    bool observes = look->inspected->inspection->observes;
    if (look->denies)
        return INSPECT_DENIED;
    if ((look->is_unseen || look->gave_up) && !observes)
        return INSPECT_UNREADABLE;
    if (look->cannot_change)
        return INSPECT_UNCHANGEABLE;
    return look->has_changed ? INSPECT_CHANGED : INSPECT_PASSES;
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

static enum inspect_says unreadable(struct look *look, enum body_fault fault)
{
    if (look->detail != NULL && look->detail->text[0] == '\0')
        (void)detail_say(look->detail, "%s", body_fault_row(fault)->text);
    return INSPECT_UNREADABLE;
}

static enum inspect_says walk(struct look *look)
{
    struct body *body = look->inspected->inspector->body;
    enum body_fault fault = body_walk(body, NULL, NULL, look->detail);
    if (fault != BODY_FINE)
        return unreadable(look, fault);
    /* what no decoder shows does not go on: the body is written anew, without its coding */
    look->has_changed = body_hides(body) && !look->inspected->inspection->observes;
    if (!may_have_something(look))
        return look_says(look);
    look->all = body_text(body);
    fault = body_walk(body, look_at_place, look, look->detail);
    findings_begin(look->findings);
    return fault == BODY_FINE ? look_says(look) : unreadable(look, fault);
}

static enum inspect_says rewrite(struct look *look, struct buffer *body)
{
    struct buffer changed = {0};
    if (!body_rewrite(look->inspected->inspector->body, &changed)) {
        buffer_clear(&changed);
        say(look, TEXT("what replaces data"), TEXT("this body"), "it cannot be written in the body's charset");
        return INSPECT_UNCHANGEABLE;
    }
    buffer_forget(body);
    *body = changed;
    return INSPECT_CHANGED;
}

enum inspect_says look_at_body(struct look *look, const struct body_label *label, struct buffer *body)
{
    struct inspector *inspector = look->inspected->inspector;
    enum body_fault fault =
        body_read(inspector->body, label, bytes_of_text(buffer_text(body)), &body_limits_usual, look->detail);
    enum inspect_says says = fault == BODY_FINE ? walk(look) : unreadable(look, fault);
    if (says == INSPECT_CHANGED)
        says = rewrite(look, body);
    body_forget(inspector->body);
    return says;
}
