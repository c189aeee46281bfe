/* SPDX-License-Identifier: Apache-2.0 */
/* How often what was found where. Bounded: what has no row of its own is counted under its kind, elsewhere. */
#include "exeat/base/memory.h"
#include "inspect_internal.h"

static struct finding *
find(const struct findings *findings, struct text kind, enum inspect_action action, struct text place)
{
    for (size_t i = 0; i < findings->count; i++) {
        struct finding *one = &findings->list[i];
        if (one->action == action && text_equal(one->kind, kind) && text_equal(text_from(one->place), place))
            return one;
    }
    return NULL;
}

static struct finding *add(struct findings *findings, struct text kind, enum inspect_action action, struct text place)
{
    if (findings->list == NULL)
        findings->list = base_array(FINDINGS_MAX, sizeof(*findings->list));
    struct finding *one = &findings->list[findings->count++];
    *one = (struct finding){.kind = kind, .action = action};
    text_store(place, one->place, sizeof(one->place));
    return one;
}

/* Its own row, or that of its kind elsewhere, or, at last, that of all others. */
static struct finding *
row_of(struct findings *findings, struct text kind, enum inspect_action action, struct text place)
{
    static const struct text elsewhere = TEXT_INIT("elsewhere");
    enum { PLACES_MAX = FINDINGS_MAX / 2 };
    struct finding *one = find(findings, kind, action, place);
    if (one != NULL)
        return one;
    if (findings->count < PLACES_MAX)
        return add(findings, kind, action, place);
    one = find(findings, kind, action, elsewhere);
    if (one != NULL)
        return one;
    if (findings->count + 1 < FINDINGS_MAX)
        return add(findings, kind, action, elsewhere);
    if (findings->count < FINDINGS_MAX)
        return add(findings, TEXT("others"), action, elsewhere);
    return &findings->list[FINDINGS_MAX - 1];
}

/* One more of this reading: the text has as many as that of its readings which has the most. */
static void count(struct finding *one, struct reading reading)
{
    if (reading.text == 0 || one->reading.text != reading.text)
        one->before = one->count;
    if (reading.text == 0 || one->reading.number != reading.number)
        one->here = 0;
    one->reading = reading;
    if (one->here < UINT32_MAX - one->before)
        one->here++;
    if (one->count < one->before + one->here)
        one->count = one->before + one->here;
}

void findings_begin(struct findings *findings)
{
    findings->reading = (struct reading){0};
    for (size_t i = 0; i < findings->count; i++)
        findings->list[i].reading = (struct reading){0};
}

void findings_add(struct findings *findings, struct text kind, enum inspect_action action, struct text place)
{
    char room[FOUND_PLACE_MAX];
    count(row_of(findings, kind, action, place_show(findings->of, place, room)), findings->reading);
}

/* In what was refused nothing was replaced. */
static const char *became(enum inspect_action action, bool is_refused)
{
    return inspect_action_word(is_refused && action == ACTION_REDACT ? ACTION_FLAG : action);
}

void findings_tell(const struct findings *findings, bool is_refused, struct buffer *out)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *one = &findings->list[i];
        const struct found found = {
            one->kind, text_from(became(one->action, is_refused)), one->count, text_from(one->place), TEXT("")};
        found_append(out, &found);
    }
}

void findings_clear(struct findings *findings)
{
    base_free(findings->list);
    *findings = (struct findings){.of = findings->of};
}
