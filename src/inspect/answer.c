/* SPDX-License-Identifier: Apache-2.0 */
/* A whole answer. */
#include "inspect_internal.h"

static bool restores(const struct inspected *inspected)
{
    return inspected->inspection->source->restores && inspected->stand_ins.count > 0;
}

bool inspected_wants_answer(const struct inspected *inspected)
{
    return inspected->inspection->answers.set != NULL || restores(inspected);
}

struct look answer_look(struct inspected *inspected, struct detail *detail)
{
    return (struct look){
        .inspected = inspected,
        .side = &inspected->inspection->answers,
        .findings = &inspected->in_answer,
        .is_answer = true,
        .restores = restores(inspected),
        .detail = detail,
    };
}

/* Where nothing is kept out, what cannot be read may be had. */
enum inspect_says answer_settle(struct inspected *inspected, enum inspect_says says)
{
    const struct inspection *inspection = inspected->inspection;
    if (says != INSPECT_UNREADABLE || (inspection->answers.set != NULL && !inspection->observes))
        return says;
    if (inspection->answers.set != NULL)
        findings_add(&inspected->in_answer, TEXT("body"), ACTION_UNSEEN, TEXT("unreadable"));
    return INSPECT_PASSES;
}

enum inspect_says
inspect_answer(struct inspected *inspected, const struct body_label *label, struct buffer *body, struct detail *detail)
{
    struct look look = answer_look(inspected, detail);
    if (body->length == 0 || !inspected_wants_answer(inspected))
        return INSPECT_PASSES;
    return answer_settle(inspected, look_at_body(&look, label, body));
}
