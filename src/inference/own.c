/* SPDX-License-Identifier: Apache-2.0 */
/* What is answered without an endpoint, or in the place of one: lists of models, canned texts, objections. */
#include "exeat/base/clock.h"
#include "inference_internal.h"

/* What another endpoint would say as well; that one lacks a model says nothing about the others. */
static bool is_about_the_call(uint16_t status)
{
    return status == 400 || status == 413 || status == 415 || status == 422;
}

bool inference_objection_stands(const struct inference_call *call, size_t place)
{
    const struct objection *objection = &call->objection;
    bool was_the_last = objection->place == place;
    return objection->status != 0 && (was_the_last || is_about_the_call(objection->status));
}

/* With the time that it asks for. */
void inference_object(struct inference_call *call, struct dialect_answer *answer)
{
    const struct objection *objection = &call->objection;
    dialect_call_give(call->request, inference_entry(call, objection->place)->speaks);
    dialect_objection(call->request, objection->status, buffer_text(&objection->body), inference_id(call), answer);
    if (objection->retry_after[0] != '\0')
        dialect_answer_set(answer, TEXT("Retry-After"), text_from(objection->retry_after));
    served_by_endpoint(call, objection->place);
    served_tell(call, answer);
}

enum { NAMES_MAX = 256 };

static void list_models(const struct inference_call *call, struct dialect_answer *answer)
{
    struct text names[NAMES_MAX];
    size_t count = 0;
    const struct decision *decision = call->about.decision;
    for (size_t i = 0; i < decision->inference_count; i++)
        count += policy_model_names(call->about.policy, decision->inference[i], names + count, COUNT_OF(names) - count);
    if (count == 0)
        names[count++] = TEXT("default"); /* callers choose from the list; any name is answered */
    dialect_models(call->request, names, count, &answer->body);
}

/* Embeddings have no canned answer. */
static bool say_canned(struct inference_call *call, size_t place, struct text accept, struct dialect_answer *answer)
{
    const struct policy_inference *inference = inference_entry(call, place);
    served_by_canned(call, place);
    struct text text = dialect_canned_text(call->request, inference->canned, accept);
    return dialect_canned(call->request, text, inference_id(call), clock_wall_us() / 1000000, &answer->body);
}

bool inference_say(struct inference_call *call, size_t place, struct text accept, struct dialect_answer *answer)
{
    bool models = call->about.decision->llm.operation == LLM_MODELS;
    if (call->recall.is_known)
        recall_say(call, answer);
    else if (!models && !say_canned(call, place, accept, answer))
        return false;
    if (models) {
        served_by_policy(call);
        list_models(call, answer);
    }
    dialect_answer_fields(call->request, inference_id(call), !models && dialect_call_streams(call->request), answer);
    served_tell(call, answer);
    return true;
}
