/* SPDX-License-Identifier: Apache-2.0 */
/* A call that is answered here: its life, and what it asks for. */
#include "exeat/base/memory.h"
#include "inference_internal.h"

bool inference_answers(const struct decision *decision)
{
    return decision->plan == PLAN_REROUTE || decision->plan == PLAN_ANSWER;
}

struct inference_call *inference_new(const struct inference_about *about)
{
    struct inference_call *call = base_zalloc(sizeof(*call));
    call->about = *about;
    return call;
}

void inference_free(struct inference_call *call)
{
    if (call == NULL)
        return;
    buffer_clear(&call->body);
    buffer_clear(&call->objection.body);
    buffer_clear(&call->wait.frames);
    buffer_clear(&call->served_by);
    buffer_clear(&call->recall.said);
    dialect_keeper_free(call->recall.keeper);
    inspect_stream_free(call->looked);
    dialect_stream_free(call->stream);
    dialect_call_free(call->request);
    base_free(call);
}

const struct policy_inference *inference_entry(const struct inference_call *call, size_t place)
{
    return policy_inference(call->about.policy, call->about.decision->inference[place]);
}

struct text inference_id(const struct inference_call *call)
{
    return text_from(call->about.account->id_text);
}

bool inference_hold(struct inference_call *call, struct text content, size_t limit)
{
    if (call->body.length + content.length > limit)
        return false;
    buffer_append(&call->body, content);
    return true;
}

static struct dialect_target target_of(const struct inference_call *call)
{
    const struct request *request = call->about.request;
    return (struct dialect_target){request->path, request->query, inference_id(call)};
}

static bool fits(const struct inference_call *call, size_t place, struct detail *detail)
{
    const struct policy_inference *inference = inference_entry(call, place);
    if (inference->is_canned)
        return llm_can_be_canned(call->about.decision->llm.operation);
    return dialect_call_fits(call->request, inference->speaks, detail);
}

/* Who has no words for all of a call is no candidate for it. */
static enum reason find_unfit(struct inference_call *call, struct detail *detail)
{
    bool is_for_somebody = false;
    for (size_t place = 0; place < call->about.decision->inference_count && place < ENGINE_PLACES; place++) {
        if (fits(call, place, detail))
            is_for_somebody = true;
        else
            call->unfit |= UINT64_C(1) << place;
    }
    return is_for_somebody || detail->text[0] == '\0' ? REASON_NONE : REASON_LLM_OPERATION;
}

/* The record has no name that is refused for what stands in it. */
static enum reason refuse_model(struct inference_call *call, struct detail *detail)
{
    enum reason reason = looked_model(call, detail);
    if (reason != REASON_NONE) {
        dialect_call_free(call->request);
        call->request = NULL;
    }
    return reason;
}

enum reason inference_read(struct inference_call *call)
{
    struct detail detail = {0};
    const struct dialect_target target = target_of(call);
    enum reason reason = dialect_call_read(&call->about.decision->llm, &target, &call->body, &call->request, &detail);
    if (reason == REASON_NONE)
        reason = refuse_model(call, &detail);
    if (reason == REASON_NONE)
        reason = find_unfit(call, &detail);
    if (reason != REASON_NONE)
        account_say(call->about.account, FLAW_NONE, detail.text);
    return reason;
}

void inference_read_models(struct inference_call *call)
{
    const struct dialect_target target = target_of(call);
    call->request = dialect_call_for_models(&call->about.decision->llm, &target);
}

/* Where the policy names none, those are right that the endpoint has. */
bool inference_needs_list(const struct inference_call *call)
{
    struct text name;
    const struct decision *decision = call->about.decision;
    if (decision->plan != PLAN_REROUTE || decision->llm.operation != LLM_MODELS ||
        !dialect_call_lists_models(call->request))
        return false;
    for (size_t i = 0; i < decision->inference_count; i++)
        if (policy_model_names(call->about.policy, decision->inference[i], &name, 1) > 0)
            return false;
    return true;
}

struct text inference_model(const struct inference_call *call)
{
    return call != NULL && call->request != NULL ? dialect_call_model(call->request) : TEXT("");
}
