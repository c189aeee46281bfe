/* SPDX-License-Identifier: Apache-2.0 */
/* Rerouted calls: the caller's body is read once, and written anew for the endpoint that gets it. Of the caller's
 * fields nothing goes on, least of all its credentials. */
#include "exchange_internal.h"
#include "exeat/base/memory.h"

bool inference_answers(const struct exchange *exchange)
{
    return exchange->decision.plan == PLAN_REROUTE || exchange->decision.plan == PLAN_ANSWER;
}

struct call *inference_begin_call(struct exchange *exchange)
{
    exchange->call = base_zalloc(sizeof(*exchange->call));
    return exchange->call;
}

void inference_free_call(struct exchange *exchange)
{
    struct call *call = exchange->call;
    if (call == NULL)
        return;
    buffer_clear(&call->body);
    buffer_clear(&call->objection.body);
    dialect_stream_free(call->stream);
    dialect_call_free(call->request);
    base_free(call);
    exchange->call = NULL;
}

static struct dialect_target target_of(const struct exchange *exchange)
{
    const struct request *request = &exchange->ask.request;
    return (struct dialect_target){request->path, request->query, text_from(exchange->account.id_text)};
}

void inference_begin_models(struct exchange *exchange)
{
    const struct dialect_target target = target_of(exchange);
    inference_begin_call(exchange)->request = dialect_call_for_models(&exchange->decision.llm, &target);
}

enum reason inference_read_call(struct exchange *exchange)
{
    struct call *call = exchange->call;
    struct detail detail = {0};
    const struct dialect_target target = target_of(exchange);
    enum reason reason = dialect_call_read(&exchange->decision.llm, &target, &call->body, &call->request, &detail);
    if (reason != REASON_NONE)
        account_say(&exchange->account, FLAW_NONE, detail.text);
    return reason;
}

struct text inference_model(const struct exchange *exchange)
{
    bool is_read = exchange->call != NULL && exchange->call->request != NULL;
    return is_read ? dialect_call_model(exchange->call->request) : TEXT("");
}

/* Models that the policy names are listed from it; where it names none, those are right that the endpoint has. */
bool inference_asks_for_models(const struct exchange *exchange)
{
    struct text name;
    const struct decision *decision = &exchange->decision;
    if (decision->plan != PLAN_REROUTE || decision->llm.operation != LLM_MODELS ||
        !dialect_call_lists_models(exchange->call->request) || !http_side_is_whole(&exchange->client))
        return false;
    for (size_t i = 0; i < decision->inference_count; i++)
        if (policy_model_names(exchange->policy, decision->inference[i], &name, 1) > 0)
            return false;
    return true;
}

enum { FIELDS = 6 }; /* with that of a proxy */

static size_t endpoint_fields(const struct exchange *exchange, struct text authorization, struct field fields[FIELDS])
{
    size_t count = 0;
    bool streams = dialect_call_streams(exchange->call->request);
    if (exchange->decision.llm.operation != LLM_MODELS)
        fields[count++] = (struct field){TEXT("Content-Type"), TEXT("application/json")};
    fields[count++] = (struct field){TEXT("Accept"), streams ? TEXT("text/event-stream") : TEXT("application/json")};
    fields[count++] = (struct field){TEXT("User-Agent"), TEXT("exeat/" EXEAT_VERSION)};
    fields[count++] = (struct field){TEXT("X-Request-Id"), text_from(exchange->account.id_text)};
    if (authorization.length > 0)
        fields[count++] = (struct field){TEXT("Authorization"), authorization};
    return count;
}

/* Path, authority and credentials of a request to an endpoint. */
struct address_of_call {
    struct buffer path;
    struct buffer authority;
    struct buffer authorization;
};

static void
write_address(const struct exchange *exchange, const struct policy_inference *inference, struct address_of_call *to)
{
    buffer_append(&to->path, inference->prefix);
    buffer_append(&to->path, dialect_path(exchange->decision.llm.operation));
    authority_append(&to->authority, &inference->host, inference->port, scheme_port(inference->scheme));
    if (!secret_is_empty(&inference->key))
        BUFFER_APPEND_ALL(&to->authorization, TEXT("Bearer "), secret_show(&inference->key));
}

static void clear_address(struct address_of_call *to)
{
    base_forget(to->authorization.data, to->authorization.capacity);
    buffer_clear(&to->authorization);
    buffer_clear(&to->authority);
    buffer_clear(&to->path);
}

static void put_call(struct exchange *exchange, const struct policy_inference *inference, struct buffer *body)
{
    struct http_side *side = &exchange->flow->side;
    struct address_of_call to = {0};
    struct field fields[FIELDS];
    write_address(exchange, inference, &to);
    const struct message_head head = {
        .method = dialect_method(exchange->decision.llm.operation),
        .target.path = buffer_text(&to.path),
        .version = HTTP_1_1,
    };
    struct http_message message = {
        .head = &head,
        .content = body->length > 0 ? CONTENT_OF_LENGTH : CONTENT_NONE,
        .length = body->length,
        .authority = buffer_text(&to.authority),
        .is_absolute = way_out_is_absolute(exchange),
        .add = fields,
        .add_count = endpoint_fields(exchange, buffer_text(&to.authorization), fields),
    };
    message.add_count += way_out_proxy_credentials(exchange, &fields[message.add_count]);
    struct http_piece piece = {.content = buffer_text(body)};
    side->role->put_head(side, &message);
    side->role->put_content(side, &piece);
    side->role->end(side);
    base_forget(exchange->worker->options.http->scratch.data, exchange->worker->options.http->scratch.capacity);
    clear_address(&to);
}

void inference_write_request(struct exchange *exchange)
{
    const struct policy_inference *inference = way_out_inference(exchange);
    const struct dialect_call *call = exchange->call->request;
    size_t index = exchange->decision.inference[exchange->way.turn.place];
    struct account_service *service = &exchange->account.service;
    struct buffer body = {0};
    service->inference = inference->name;
    service->model = policy_served_model(exchange->policy, index, dialect_call_model(call));
    const struct dialect_endpoint endpoint = {.model = service->model, .takes_usage = inference->takes_usage};
    dialect_call_write(call, &endpoint, &body);
    exchange->account.bytes_up += body.length;
    put_call(exchange, inference, &body);
    buffer_clear(&body);
}
