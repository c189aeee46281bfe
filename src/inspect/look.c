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
    struct inspected *inspected = look->inspected;
    char room[FOUND_PLACE_MAX];
    if (match->key != NULL && inspected->hear_key != NULL && !look->is_answer && look->place.length == 0)
        inspected->hear_key(
            inspected->hear_context, match->key, text_part(value, match->start, match->length),
            place_show(inspected, path, room), goes_on);
}

enum inspect_action look_action(const struct look *look, const struct detect_match *match)
{
    enum inspect_action action = side_action(look->side, match);
    if (!look->inspected->inspection->observes)
        return action;
    return action == ACTION_REDACT ? ACTION_WOULD_REDACT : action == ACTION_DENY ? ACTION_WOULD_DENY : action;
}

void look_raise(struct look *look, enum inspect_says says)
{
    bool is_heard = says != INSPECT_UNREADABLE || !look->inspected->inspection->observes;
    if (is_heard && look->says < says)
        look->says = says;
}

void look_tell(struct look *look, struct text kind, struct text place, const char *what)
{
    char room[FOUND_PLACE_MAX];
    if (look->detail == NULL || look->detail->text[0] != '\0')
        return;
    struct text shown = place.length > 0 ? place_show(look->inspected, place, room) : TEXT("the body");
    (void)detail_say(look->detail, "%.*s in %.*s: %s", TEXT_ARG(kind), TEXT_ARG(shown), what);
}

void look_keep_out(struct look *look, struct text kind, struct text place)
{
    look_raise(look, INSPECT_DENIED);
    look_tell(
        look, kind, place, look->is_answer ? "this rule lets nobody have that" : "this rule lets nobody send that");
}

static void cannot_change(struct look *look, struct text kind, struct text place)
{
    look_raise(look, INSPECT_UNCHANGEABLE);
    look_tell(look, kind, place, "it would have to be redacted, and cannot be changed there");
}

/* Empty: there is none. */
struct text look_word(struct look *look, const struct detect_match *match, struct text value)
{
    const struct stand_in_wish wish = {
        .inspection = look->inspected->inspection,
        .kind = side_kind(look->side, match),
        .value = text_part(value, match->start, match->length),
        .detector = (int)match->detector,
        .is_answers = look->is_answer,
    };
    return stand_ins_for(&look->inspected->stand_ins, &wish);
}

/* --- places of a body ------------------------------------------------------------------------------------------------
 */

static struct text path_of(const struct look *look, struct body *body, const struct body_place *place)
{
    struct buffer *path = &look->inspected->inspector->path;
    struct text within = body_path_text(body, place);
    buffer_empty(path);
    buffer_append(path, look->place);
    if (look->place.length > 0 && within.length > 0 && within.data[0] != '[')
        buffer_append_byte(path, '.');
    buffer_append(path, within);
    return buffer_text(path);
}

void look_detect(struct look *look, struct text value, const struct detect_hint *hint)
{
    struct inspector *inspector = look->inspected->inspector;
    inspector->matches.count = 0;
    if (look->side->set == NULL)
        return;
    if (detect_find(look->side->set, inspector->scratch, value, hint, &inspector->matches) != DETECT_GAVE_UP)
        return;
    look->gave_up = true; /* once is enough: a body may have millions of such values */
    look_raise(look, INSPECT_UNREADABLE);
}

static bool
put(struct look *look, struct body *body, const struct body_place *place, const struct detect_match *match,
    struct text word)
{
    if (word.length == 0 || !body_edit(body, place, match->start, match->length, word))
        return false;
    look_raise(look, INSPECT_CHANGED);
    return true;
}

static void change(
    struct look *look, struct body *body, const struct body_place *place, const struct detect_match *match,
    struct text path)
{
    if (look->writes == WRITES_NOTHING || !put(look, body, place, match, look_word(look, match, place->value)))
        cannot_change(look, side_kind(look->side, match), path);
}

/* For the record, in which a vendor's key is told by who looks for keys. */
static void star(struct look *look, struct body *body, const struct body_place *place, const struct detect_match *match)
{
    if (!put(look, body, place, match, TEXT("*")))
        look_raise(look, INSPECT_UNCHANGEABLE);
}

static void
take_match(struct look *look, struct body *body, const struct body_place *place, const struct detect_match *match)
{
    struct text kind = side_kind(look->side, match);
    enum inspect_action action = look_action(look, match);
    struct text path = path_of(look, body, place);
    tell_key(look, match, place->value, path, action != ACTION_REDACT);
    if (belongs_there(look, match))
        return;
    look->found++;
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
        look_raise(look, INSPECT_CHANGED);
        findings_add(look->findings, TEXT("placeholder"), ACTION_RESTORE, TEXT(""));
    }
}

/* Where nobody looks for anything in answers, a picture in one is nobody's matter. */
static void take_opaque(struct look *look, struct body *body, const struct body_place *place)
{
    struct text type = place->type;
    if (look->side->set == NULL || look->writes == WRITES_STARS)
        return;
    if (inspection_passes_type(look->inspected->inspection, type) || look->inspected->inspection->observes) {
        findings_add(look->findings, TEXT("body"), ACTION_UNSEEN, type);
        return;
    }
    char path[FOUND_PLACE_MAX];
    char room[FOUND_PLACE_MAX];
    look_raise(look, INSPECT_UNREADABLE);
    if (look->detail == NULL || look->detail->text[0] != '\0')
        return;
    struct text shown = type.length > 0 ? place_show(look->inspected, type, room) : TEXT("(none)");
    (void)detail_say(
        look->detail, "%.*s has the type %.*s, which nobody can look into: inspect.types lets it pass",
        TEXT_ARG(place_show(look->inspected, path_of(look, body, place), path)), TEXT_ARG(shown));
}

static struct detect_hint hint_of(const struct look *look, struct body *body, const struct body_place *place)
{
    if (place->what == BODY_NAME)
        return (struct detect_hint){0};
    return (struct detect_hint){
        .field = place->field.length > 0 ? place->field : look->field,
        .path = body_path_text(body, place),
        .beside = place->beside,
    };
}

bool look_heeds_first(const struct look *look)
{
    const struct settings_inspect *source = look->inspected->inspection->source;
    return !look->is_answer && look->writes == WRITES_WORDS && (source->restores || source->format == INSPECT_PRESERVE);
}

bool look_at_place(void *context, struct body *body, const struct body_place *place)
{
    struct look *look = context;
    const struct detect_matches *matches = &look->inspected->inspector->matches;
    look->findings->reading = (struct reading){place->same_as, place->number};
    if (place->what == BODY_OPAQUE) {
        take_opaque(look, body, place);
        return true;
    }
    if (!look->is_answer && look->writes != WRITES_STARS && !look_heeds_first(look))
        stand_ins_heed(&look->inspected->stand_ins, look->inspected->inspection, place->value);
    const struct detect_hint hint = hint_of(look, body, place);
    look_detect(look, place->value, &hint);
    for (size_t i = 0; i < matches->count; i++)
        (look->writes == WRITES_STARS ? star : take_match)(look, body, place, &matches->items[i]);
    if (look->restores && place->what != BODY_NAME && place->what != BODY_NUMBER)
        restore(look, body, place);
    return !look->gave_up;
}
