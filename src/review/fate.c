/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a request in the end, and how two such ends differ. */
#include "fate.h"

#include <string.h>

#include "exeat/base/memory.h"

struct fate fate_of_decision(const struct decision *decision)
{
    return (struct fate){decision->verdict, decision->plan, decision->observed, decision->rule, 0};
}

/* What the policy says of exactly this request. */
static struct fate fate_of(const struct policy *policy, const struct request *request)
{
    struct decision decision;
    policy_judge(policy, request, &decision);
    return fate_of_decision(&decision);
}

struct fate fate_in_the_end(const struct policy *policy, const struct request *request)
{
    if (request->scheme != SCHEME_HTTPS || !request->inside_known)
        return fate_of(policy, request);
    struct request outside = *request;
    outside.inside_known = false;
    struct fate fate = fate_of(policy, &outside);
    return fate.plan == PLAN_OPEN ? fate_of(policy, request) : fate;
}

bool fate_leaves(const struct fate *fate)
{
    return fate->verdict == VERDICT_ALLOW || fate->observed;
}

bool fate_is_same(const struct fate *left, const struct fate *right)
{
    return left->verdict == right->verdict && left->observed == right->observed;
}

enum review_change fate_change(const struct fate *from, const struct fate *to)
{
    if (!fate_leaves(from) && fate_leaves(to))
        return REVIEW_OPENS;
    if (to->verdict == VERDICT_REROUTE && !to->observed && (from->verdict != VERDICT_REROUTE || from->observed))
        return REVIEW_REROUTES;
    if (fate_is_same(from, to))
        return (to->reach & ~from->reach) != 0 ? REVIEW_OPENS : REVIEW_CLOSES;
    if (fate_leaves(from) && fate_leaves(to))
        return REVIEW_OBSERVES;
    return REVIEW_CLOSES;
}

const char *review_change_name(enum review_change change)
{
    static const char *const names[] = {
        [REVIEW_OPENS] = "opens", [REVIEW_REROUTES] = "reroutes", [REVIEW_CLOSES] = "closes",
        [REVIEW_LOOKS] = "looks", [REVIEW_OBSERVES] = "observes",
    };
    _Static_assert(COUNT_OF(names) == REVIEW_CHANGE_COUNT, "every change has a name");
    return names[change];
}

void fate_append(struct buffer *out, const struct fate *fate)
{
    buffer_append_string(out, verdict_name(fate->verdict));
    if (fate->rule.length > 0)
        buffer_printf(out, " %.*s", TEXT_ARG(fate->rule));
    if (fate->observed)
        buffer_append(out, TEXT(", only recorded"));
}

static size_t place_of(const struct tally_rows *tally, struct text key, bool *found)
{
    size_t first = 0;
    size_t after = tally->count;
    *found = false;
    while (first < after && !*found) {
        size_t middle = first + (after - first) / 2;
        int order = text_compare(text_from(tally->rows[middle].key), key);
        *found = order == 0;
        if (order < 0)
            first = middle + 1;
        else if (order > 0)
            after = middle;
        else
            first = middle;
    }
    return first;
}

void tally_rows_add(struct tally_rows *tally, struct text key)
{
    bool found;
    size_t place = place_of(tally, key, &found);
    if (!found) {
        if ((tally->count & (tally->count - 1)) == 0)
            tally->rows = base_resize(tally->rows, tally->count == 0 ? 1 : tally->count * 2, sizeof(*tally->rows));
        memmove(&tally->rows[place + 1], &tally->rows[place], (tally->count - place) * sizeof(*tally->rows));
        tally->rows[place] = (struct tally_row){text_copy(key), 0};
        tally->count++;
    }
    tally->rows[place].count++;
}

void tally_rows_clear(struct tally_rows *tally)
{
    for (size_t i = 0; i < tally->count; i++)
        base_free(tally->rows[i].key);
    base_free(tally->rows);
    *tally = (struct tally_rows){0};
}
