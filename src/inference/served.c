/* SPDX-License-Identifier: Apache-2.0 */
/* Who answers a call, for its record: the endpoint with its model as they are known at that moment, or what of the
 * gate's own is given in its place. */
#include "inference_internal.h"

static struct account_service *service_of(const struct inference_call *call)
{
    return &call->about.account->service;
}

static uint8_t step_of(const struct inference_call *call, size_t place)
{
    const struct decision *decision = call->about.decision;
    return (uint8_t)engine_step_of(call->about.engines, decision->inference, decision->inference_count, place);
}

/* The engine's word may change while this call goes on. */
static void note_engine(struct inference_call *call, struct engine *engine)
{
    struct service_record *known = &service_of(call)->known;
    call->served = engine_identity(engine);
    known->version = text_from(call->served.version);
    known->digest = call->served.digest;
    known->has_digest = call->served.has_digest;
}

static enum llm_dialect dialect_of(enum endpoint_dialect speaks)
{
    switch (speaks) {
    case SPEAKS_OLLAMA:
        return DIALECT_OLLAMA;
    case SPEAKS_ANTHROPIC:
        return DIALECT_ANTHROPIC;
    case SPEAKS_OPENAI:
    case SPEAKS_RESPONSES:
        break;
    }
    return DIALECT_OPENAI;
}

void served_by_endpoint(struct inference_call *call, size_t place)
{
    struct account_service *service = service_of(call);
    const struct policy_inference *inference = inference_entry(call, place);
    const struct settings_engine *engine = inference->engine;
    size_t index = call->about.decision->inference[place];
    service->tokens_in = service->tokens_out = 0;
    service->inference = inference->name;
    service->model = policy_served_model(call->about.policy, index, dialect_call_model(call->request));
    service->known = (struct service_record){
        .step = step_of(call, place),
        .dialect = dialect_of(inference->speaks),
        .adapter = engine->adapter,
        .region = engine->region.text,
    };
    if (engine->region.text.length > 0)
        service->known.region_from = engine->region_file.length > 0 ? TEXT("file") : TEXT("configuration");
    note_engine(call, engine_set_at(call->about.engines, index));
}

void served_by_memory(struct inference_call *call, size_t place)
{
    served_by_endpoint(call, place);
    service_of(call)->known.builtin = TEXT("cache");
}

void served_by_canned(const struct inference_call *call, size_t place)
{
    struct account_service *service = service_of(call);
    service->inference = service->model = inference_entry(call, place)->name;
    service->known = (struct service_record){.step = step_of(call, place), .builtin = TEXT("canned")};
}

void served_by_policy(const struct inference_call *call)
{
    service_of(call)->known = (struct service_record){.builtin = TEXT("models")};
}

void served_note_usage(const struct inference_call *call, const struct dialect_usage *usage)
{
    struct account_service *service = service_of(call);
    service->tokens_in = usage->tokens_in;
    service->tokens_out = usage->tokens_out;
    service->known.finish = usage->finish;
}

/* A string of RFC 9651. */
static void append_string(struct buffer *out, struct text text)
{
    buffer_append_byte(out, '"');
    for (size_t i = 0; i < text.length; i++) {
        bool is_printed = text.data[i] >= 0x20 && text.data[i] < 0x7f;
        if (text.data[i] == '"' || text.data[i] == '\\')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, is_printed ? text.data[i] : '?');
    }
    buffer_append_byte(out, '"');
}

void served_tell(struct inference_call *call, struct dialect_answer *answer)
{
    const struct account_service *service = service_of(call);
    struct buffer *out = &call->served_by;
    if (!policy_answerers(call->about.decision)->tells_who || service->known.step == 0)
        return;
    buffer_empty(out);
    append_string(out, service->inference);
    buffer_printf(out, ";step=%u", (unsigned)service->known.step);
    if (service->known.builtin.length > 0)
        BUFFER_APPEND_ALL(out, TEXT(";builtin="), service->known.builtin);
    dialect_answer_set(answer, TEXT("Exeat-Served-By"), buffer_text(out));
}
