/* SPDX-License-Identifier: Apache-2.0 */
/* The lives of who looks, and of what is looked at. */
#include "exeat/base/memory.h"
#include "inspect_internal.h"

struct inspector *inspector_new(void)
{
    struct inspector *inspector = base_zalloc(sizeof(*inspector));
    inspector->body = body_new();
    inspector->within = body_new();
    inspector->scratch = detect_scratch_new();
    return inspector;
}

void inspector_free(struct inspector *inspector)
{
    if (inspector == NULL)
        return;
    body_free(inspector->body);
    body_free(inspector->within);
    detect_scratch_free(inspector->scratch);
    detect_matches_clear(&inspector->matches);
    detect_matches_clear(&inspector->in_names);
    buffer_forget(&inspector->path);
    base_free(inspector);
}

struct inspected *inspected_new(struct inspector *inspector, const struct inspection *inspection, struct text host)
{
    struct inspected *inspected = base_zalloc(sizeof(*inspected));
    inspected->inspector = inspector;
    inspected->inspection = inspection;
    inspected->host = text_copy(host);
    inspected->in_request.of = inspected->in_answer.of = inspected;
    return inspected;
}

void inspected_free(struct inspected *inspected)
{
    if (inspected == NULL)
        return;
    findings_clear(&inspected->in_request);
    findings_clear(&inspected->in_answer);
    stand_ins_clear(&inspected->stand_ins);
    buffer_forget(&inspected->path);
    buffer_forget(&inspected->query);
    base_free(inspected->host);
    base_free(inspected);
}

void inspected_hear_keys(struct inspected *inspected, inspected_key *hear, void *context)
{
    inspected->hear_key = hear;
    inspected->hear_context = context;
}

const struct inspection *inspected_rule(const struct inspected *inspected)
{
    return inspected->inspection;
}

void inspect_note_unseen(struct inspected *inspected, struct text what)
{
    findings_add(&inspected->in_request, TEXT("body"), ACTION_UNSEEN, what);
}

void inspected_tell_request(const struct inspected *inspected, struct buffer *out)
{
    findings_tell(&inspected->in_request, inspected->is_refused, out);
}

void inspected_tell_answer(const struct inspected *inspected, struct buffer *out)
{
    findings_tell(&inspected->in_answer, false, out);
}

void inspected_forget_answer(struct inspected *inspected)
{
    findings_clear(&inspected->in_answer);
}

void inspected_show(const struct inspected *inspected, struct text *method, struct text *path, struct text *query)
{
    if (inspected->hides_method)
        *method = TEXT("*");
    if (inspected->path.length > 0)
        *path = buffer_text(&inspected->path);
    if (inspected->query.length > 0)
        *query = buffer_text(&inspected->query);
}
