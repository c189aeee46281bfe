/* SPDX-License-Identifier: Apache-2.0 */
/* One request's keys: the first of them one by one, all others as numbers. */
#include "exeat/keys_seen.h"

#include <string.h>

#include "exeat/base/memory.h"
#include "exeat/body.h"
#include "exeat/model/found.h"

enum { KEYS_MAX = 12 };
/* What becomes of it, as far as it alone can say. */
enum fate { FATE_HELD, FATE_HOME, FATE_ASTRAY, FATE_COUNT };

struct key_seen {
    const struct vendor_key *key; /* static */
    enum fate fate;
    char place[FOUND_PLACE_MAX];
    uint8_t mark[ACCOUNT_MARK_SIZE];
};
struct keys_seen {
    struct key_seen list[KEYS_MAX];
    size_t count;
    uint32_t others[FATE_COUNT]; /* for which the list has no room */
    struct key_seen astray;      /* the first that is on a way which nobody should go; `key` NULL: none is */
    struct buffer path;          /* as it may be shown; empty: as it is */
    struct buffer query;
    struct buffer told;
    struct canary_seen {
        const char *label; /* static with the policy; NULL: none */
        char place[FOUND_PLACE_MAX];
        bool is_told;               /* with the decision */
        struct canary_watch *watch; /* owned */
        struct buffer host;         /* as it may be shown; empty: as it is */
    } canary;
};

void keys_seen_free(struct keys_seen *keys)
{
    if (keys == NULL)
        return;
    buffer_clear(&keys->path);
    buffer_clear(&keys->query);
    buffer_clear(&keys->told);
    canary_watch_free(keys->canary.watch);
    buffer_clear(&keys->canary.host);
    base_free(keys);
}

/* --- adding ----------------------------------------------------------------------------------------------------------
 */

static enum fate fate_of(const struct vendor_key *key, const struct keys_way *way)
{
    switch (vendor_key_at(key, way->host)) {
    case VENDOR_KEY_AT_HOME:
        return FATE_HOME;
    case VENDOR_KEY_PERHAPS_HOME:
        return way->has_models ? FATE_ASTRAY : FATE_HOME;
    case VENDOR_KEY_AWAY:
        break;
    }
    return FATE_ASTRAY;
}

/* The same in the same place, spelled otherwise; or in a body, of which a place says less than another. */
static bool is_known(const struct keys_seen *keys, const struct key_seen *seen, bool is_body)
{
    for (size_t i = 0; i < keys->count; i++) {
        const struct key_seen *one = &keys->list[i];
        bool is_same =
            one->key == seen->key && one->fate == seen->fate && memcmp(one->mark, seen->mark, sizeof(seen->mark)) == 0;
        if (is_same && (is_body || text_equal(text_from(one->place), text_from(seen->place))))
            return true;
    }
    return false;
}

static void add(struct keys_seen **keys, const struct key_seen *seen, bool is_body)
{
    if (*keys == NULL)
        *keys = base_zalloc(sizeof(**keys));
    if (is_known(*keys, seen, is_body))
        return;
    if ((*keys)->count < KEYS_MAX)
        (*keys)->list[(*keys)->count++] = *seen;
    else
        (*keys)->others[seen->fate]++;
    if (seen->fate == FATE_ASTRAY && vendor_key_is_certain(seen->key) && (*keys)->astray.key == NULL)
        (*keys)->astray = *seen;
}

/* In lower case, with nothing in it that parts the words of a finding. */
static void name_place(struct text before, struct text name, char place[FOUND_PLACE_MAX])
{
    size_t length = before.length;
    text_store(before, place, FOUND_PLACE_MAX);
    for (size_t i = 0; i < name.length && length + 1 < FOUND_PLACE_MAX; i++) {
        char one = ascii_lower(name.data[i]);
        place[length++] = one > ' ' && one < 0x7f && one != ';' ? one : '*';
        place[length] = '\0';
    }
}

/* Where it stands, and whether that goes on. */
struct seen_in {
    struct text before;
    struct text name;
    bool goes_on;
};

static void
note(struct keys_seen **keys, const struct keys_seen_at *at, const struct carried_key *key, const struct seen_in *in)
{
    struct key_seen seen = {.key = key->key, .fate = in->goes_on ? fate_of(key->key, &at->way) : FATE_HELD};
    name_place(in->before, in->name, seen.place);
    account_mark(at->account, key->value, seen.mark);
    add(keys, &seen, key->in == CARRIED_IN_BODY);
}

void keys_seen_add(
    struct keys_seen **keys, const struct keys_seen_at *at, const struct carried_key *key, struct text place,
    bool goes_on)
{
    note(keys, at, key, &(struct seen_in){TEXT(""), place, goes_on});
}

static struct keys_seen *one_of(struct keys_seen **keys)
{
    if (*keys == NULL)
        *keys = base_zalloc(sizeof(**keys));
    return *keys;
}

void keys_seen_add_canary(struct keys_seen **keys, const char *label, struct text before, struct text name)
{
    struct canary_seen *canary = &one_of(keys)->canary;
    if (canary->label != NULL)
        return;
    canary->label = label;
    name_place(before, name, canary->place);
}

struct buffer *keys_seen_host(struct keys_seen **keys)
{
    return &one_of(keys)->canary.host;
}

const char *keys_seen_canary(const struct keys_seen *keys)
{
    return keys == NULL ? NULL : keys->canary.label;
}

struct canary_watch *keys_seen_watch(struct keys_seen **keys, const struct canary_set *set)
{
    struct canary_seen *canary = &one_of(keys)->canary;
    if (canary->watch == NULL)
        canary->watch = canary_watch_new(set);
    return canary->watch;
}

/* --- looking ---------------------------------------------------------------------------------------------------------
 */

/* Who looks. */
struct looking {
    struct keys_seen **keys;
    const struct keys_seen_at *at;
    const struct message_head *head; /* NULL: at a body */
};

static void hide(const struct looking *looking, const struct carried_key *key)
{
    struct keys_seen *keys = *looking->keys;
    if (key->in == CARRIED_IN_PATH && keys->path.length == 0)
        carried_show(looking->at->index, looking->head->target.path, '/', &keys->path);
    if (key->in == CARRIED_IN_QUERY && keys->query.length == 0)
        carried_show(looking->at->index, looking->head->target.query, '&', &keys->query);
}

/* Of what is answered here nothing of the head goes on. */
static void on_key(void *context, const struct carried_key *key)
{
    static const struct text places[] = {
        [CARRIED_IN_FIELD] = TEXT_INIT("head."),
        [CARRIED_IN_QUERY] = TEXT_INIT("query"),
        [CARRIED_IN_PATH] = TEXT_INIT("path"),
        [CARRIED_IN_BODY] = TEXT_INIT("body"),
    };
    const struct looking *looking = context;
    const struct seen_in in = {
        .before = places[key->in],
        .name = key->in == CARRIED_IN_FIELD ? key->field : TEXT(""),
        .goes_on = key->in == CARRIED_IN_BODY || looking->at->way.host.length > 0,
    };
    note(looking->keys, looking->at, key, &in);
    hide(looking, key);
}

void keys_seen_look(struct keys_seen **keys, const struct keys_seen_at *at, const struct message_head *head)
{
    struct looking looking = {keys, at, head};
    carried_look(at->index, head, on_key, &looking);
}

static bool look_at_place(void *context, struct body *body, const struct body_place *place)
{
    struct looking *looking = context;
    (void)body;
    carried_look_at_body(looking->at->index, place->value, on_key, looking);
    return true;
}

enum reason keys_seen_in_call(const struct canary_way *way, const struct keys_seen_at *at, struct text call)
{
    const struct body_label label = body_label_of(BODY_JSON);
    struct looking looking = {way->keys, at, NULL};
    struct detail detail = {{0}};
    carried_look_at_body(at->index, call, on_key, &looking);
    if (!carried_may_be_spelled(call))
        return REASON_NONE;
    struct body *body = body_new();
    enum body_fault fault = body_read(body, &label, bytes_of_text(call), &body_limits_usual, &detail);
    if (fault == BODY_FINE)
        fault = body_walk(body, look_at_place, &looking, &detail);
    body_free(body);
    if (fault == BODY_FINE)
        return REASON_NONE;
    account_say(way->account, FLAW_NONE, detail.text);
    return REASON_MALFORMED_BODY;
}

bool keys_seen_go_astray(const struct keys_seen *keys, struct detail *detail)
{
    if (keys == NULL || keys->astray.key == NULL)
        return false;
    (void)detail_say(
        detail, "%s of %s in %s; where this host may have it: `keys_elsewhere: record` in the rule",
        keys->astray.key->kind, keys->astray.key->provider, keys->astray.place);
    return true;
}

/* --- what is told of them --------------------------------------------------------------------------------------------
 */

static const char *became(enum fate fate, enum plan plan, enum reason reason)
{
    bool goes = plan == PLAN_FORWARD || plan == PLAN_REROUTE;
    if (fate == FATE_HELD || (!goes && !(fate == FATE_ASTRAY && reason == REASON_KEY_ELSEWHERE)))
        return found_key_words[FOUND_KEY_HELD];
    if (!goes)
        return found_key_words[FOUND_KEY_REFUSED];
    return found_key_words[fate == FATE_HOME ? FOUND_KEY_SENT : FOUND_KEY_ASTRAY];
}

/* "openai/project-key/0f1e2d3c4b5a6978" */
static void write_what(const struct key_seen *seen, struct buffer *out)
{
    BUFFER_APPEND_ALL(out, text_from(seen->key->provider), TEXT("/"));
    for (const char *at = seen->key->kind; *at != '\0'; at++)
        if (*at != ',')
            buffer_append_byte(out, *at == ' ' ? '-' : *at);
    buffer_append_byte(out, '/');
    buffer_append_hex(out, (struct bytes){seen->mark, sizeof(seen->mark)});
}

static void tell_one(const struct key_seen *seen, const char *word, struct buffer *out)
{
    struct buffer what = {0};
    write_what(seen, &what);
    const struct found found = {TEXT("vendor_key"), text_from(word), 1, text_from(seen->place), buffer_text(&what)};
    found_append(out, &found);
    buffer_clear(&what);
}

/* Under its label, never as it is. */
static void tell_canary(struct keys_seen *keys, bool is_refused)
{
    const struct found found = {
        TEXT("canary"), is_refused ? TEXT("deny") : TEXT("flag"), 1, text_from(keys->canary.place),
        keys->canary.label == NULL ? TEXT("") : text_from(keys->canary.label)};
    if (keys->canary.label != NULL && !keys->canary.is_told)
        found_append(&keys->told, &found);
    keys->canary.is_told = keys->canary.label != NULL;
}

struct text keys_seen_tell_after(struct keys_seen *keys, bool is_refused, struct text also)
{
    if (keys == NULL || keys->canary.label == NULL || keys->canary.is_told)
        return also;
    buffer_empty(&keys->told);
    tell_canary(keys, is_refused);
    if (also.length > 0)
        BUFFER_APPEND_ALL(&keys->told, TEXT("; "), also);
    return buffer_text(&keys->told);
}

struct text keys_seen_tell(struct keys_seen *keys, enum plan plan, enum reason reason, struct text also)
{
    if (keys == NULL)
        return also;
    buffer_empty(&keys->told);
    keys->canary.is_told = false;
    tell_canary(keys, plan == PLAN_REFUSE);
    for (size_t i = 0; i < keys->count; i++)
        tell_one(&keys->list[i], became(keys->list[i].fate, plan, reason), &keys->told);
    for (size_t i = 0; i < FATE_COUNT; i++) {
        const struct found others = {
            TEXT("vendor_key"), text_from(became((enum fate)i, plan, reason)), keys->others[i], TEXT("elsewhere"),
            TEXT("")};
        if (keys->others[i] > 0)
            found_append(&keys->told, &others);
    }
    if (also.length > 0)
        BUFFER_APPEND_ALL(&keys->told, keys->told.length > 0 ? TEXT("; ") : TEXT(""), also);
    return buffer_text(&keys->told);
}

static void hide_all(struct text *text)
{
    if (text->length > 0)
        *text = TEXT("*");
}

/* One may stand in more places than the one that is told, and in several spellings. No method is that long. */
static void show_canary(const struct canary_seen *canary, struct decision_record *record)
{
    hide_all(&record->personal.path);
    hide_all(&record->personal.query);
    if (record->method.length >= CANARY_LEAST)
        hide_all(&record->method);
    if (canary->host.length > 0 && record->sni.length > 0)
        record->sni = buffer_text(&canary->host);
    if (canary->host.length > 0)
        record->host = buffer_text(&canary->host);
}

void keys_seen_show(const struct keys_seen *keys, bool is_changed, struct decision_record *record)
{
    if (keys == NULL)
        return;
    if (keys->path.length > 0)
        record->personal.path = is_changed ? TEXT("*") : buffer_text(&keys->path);
    if (keys->query.length > 0)
        record->personal.query = is_changed ? TEXT("*") : buffer_text(&keys->query);
    if (keys->canary.label != NULL)
        show_canary(&keys->canary, record);
}
