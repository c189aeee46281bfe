/* SPDX-License-Identifier: Apache-2.0 */
/* Rerouted calls: the caller's body is read once, and written anew for the endpoint that gets it. Of the caller's
 * fields nothing goes on, least of all its credentials. */
#include "exeat/base/memory.h"
#include "session_internal.h"

bool inference_answers(const struct exchange *exchange)
{
    return exchange->decision.plan == PLAN_REROUTE || exchange->decision.plan == PLAN_ANSWER;
}

enum reason inference_read_call(struct exchange *exchange)
{
    struct call *call = &exchange->call;
    struct detail detail = {0};
    const struct dialect_target target = {exchange->ask.request.path, exchange->ask.request.query};
    enum reason reason = dialect_call_read(&exchange->decision.llm, &target, &call->body, &call->request, &detail);
    if (reason != REASON_NONE)
        account_say(&exchange->account, FLAW_NONE, detail.text);
    return reason;
}

/* ".../models", not ".../models/NAME". */
static bool asks_for_all(struct text path)
{
    return text_ends_with(path, TEXT("/models"));
}

/* Models that the policy names are listed from it; where it names none, those are right that the endpoint has. */
bool inference_asks_for_models(const struct exchange *exchange)
{
    struct text name;
    const struct decision *decision = &exchange->decision;
    if (decision->plan != PLAN_REROUTE || decision->llm.operation != LLM_MODELS ||
        !asks_for_all(exchange->ask.request.path) || !http_body_is_done(&exchange->ask.body))
        return false;
    for (size_t i = 0; i < decision->inference_count; i++)
        if (policy_model_names(exchange->policy, decision->inference[i], &name, 1) > 0)
            return false;
    return true;
}

enum { FIELDS = 5 };

static size_t endpoint_fields(const struct exchange *exchange, struct text authorization, struct field fields[FIELDS])
{
    size_t count = 0;
    bool streams = dialect_call_streams(exchange->call.request);
    if (exchange->decision.llm.operation != LLM_MODELS)
        fields[count++] = (struct field){TEXT("Content-Type"), TEXT("application/json")};
    fields[count++] = (struct field){TEXT("Accept"), streams ? TEXT("text/event-stream") : TEXT("application/json")};
    fields[count++] = (struct field){TEXT("User-Agent"), TEXT("exeat/" EXEAT_VERSION)};
    fields[count++] = (struct field){TEXT("X-Request-Id"), text_from(exchange->account.id_text)};
    if (authorization.length > 0)
        fields[count++] = (struct field){TEXT("Authorization"), authorization};
    return count;
}

void inference_write_request(struct session *session)
{
    struct exchange *exchange = session->exchange;
    const struct policy_inference *inference = way_out_inference(exchange);
    size_t index = exchange->decision.inference[exchange->way.inference_next];
    struct buffer body = {0};
    struct buffer path = {0};
    struct buffer authority = {0};
    struct buffer authorization = {0};
    struct buffer out = {0};
    struct field fields[FIELDS];
    exchange->account.inference = inference->name;
    exchange->call.served_model =
        policy_served_model(exchange->policy, index, dialect_call_model(exchange->call.request));
    const struct dialect_endpoint endpoint = {
        .model = exchange->call.served_model, .takes_usage = inference->takes_usage};
    dialect_call_write(exchange->call.request, &endpoint, &body);
    buffer_append(&path, inference->prefix);
    buffer_append(&path, dialect_path(exchange->decision.llm.operation));
    authority_append(&authority, &inference->host, inference->port, scheme_port(inference->scheme));
    if (inference->key.length > 0)
        buffer_printf(&authorization, "Bearer %.*s", TEXT_ARG(inference->key));
    struct http_head head = {
        .message.method = dialect_method(exchange->decision.llm.operation),
        .message.target.path = buffer_text(&path),
        .message.version = HTTP_1_1};
    struct http_forward forward = {
        .keep_alive = true,
        .framing = body.length > 0 ? FRAMING_LENGTH : FRAMING_NONE,
        .content_length = body.length,
        .add = fields,
        .add_count = endpoint_fields(exchange, buffer_text(&authorization), fields),
    };
    http_request_write(&out, &head.message, buffer_text(&authority), &forward);
    inflight_append(session->worker->options.loop, &exchange->flow.up, buffer_text(&out));
    inflight_append(session->worker->options.loop, &exchange->flow.up, buffer_text(&body));
    exchange->account.bytes_up += body.length;
    buffer_clear(&body);
    buffer_clear(&path);
    buffer_clear(&authority);
    base_forget(authorization.data, authorization.capacity);
    buffer_clear(&authorization);
    base_forget(out.data, out.capacity);
    buffer_clear(&out);
}
