/* SPDX-License-Identifier: Apache-2.0 */
/* The request to an endpoint: all of it is ours. */
#include "inference_internal.h"

enum { FIELDS = 7 }; /* with that of a proxy */

static size_t endpoint_fields(const struct inference_call *call, struct text authorization, struct field fields[FIELDS])
{
    size_t count = 0;
    bool streams = dialect_call_streams(call->request);
    struct field its_own = dialect_call_field(call->request);
    if (call->about.decision->llm.operation != LLM_MODELS)
        fields[count++] = (struct field){TEXT("Content-Type"), TEXT("application/json")};
    fields[count++] =
        (struct field){TEXT("Accept"), streams ? dialect_call_type(call->request) : TEXT("application/json")};
    fields[count++] = (struct field){TEXT("User-Agent"), TEXT("exeat/" EXEAT_VERSION)};
    fields[count++] = (struct field){TEXT("X-Request-Id"), inference_id(call)};
    if (its_own.name.length > 0)
        fields[count++] = its_own;
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
write_address(const struct inference_call *call, const struct policy_inference *inference, struct address_of_call *to)
{
    buffer_append(&to->path, inference->prefix);
    buffer_append(&to->path, dialect_call_path(call->request));
    authority_append(&to->authority, &inference->host, inference->port, scheme_port(inference->scheme));
    if (!secret_is_empty(&inference->key))
        BUFFER_APPEND_ALL(&to->authorization, TEXT("Bearer "), secret_show(&inference->key));
}

static void clear_address(struct address_of_call *to)
{
    buffer_forget(&to->authorization);
    buffer_clear(&to->authority);
    buffer_clear(&to->path);
}

static void put_call(
    const struct inference_call *call, const struct policy_inference *inference, struct http_side *side,
    const struct field *proxy, bool is_absolute, struct buffer *body)
{
    struct address_of_call to = {0};
    struct field fields[FIELDS];
    write_address(call, inference, &to);
    const struct message_head head = {
        .method = dialect_call_method(call->request),
        .target.path = buffer_text(&to.path),
        .version = HTTP_1_1,
    };
    struct http_message message = {
        .head = &head,
        .content = body->length > 0 ? CONTENT_OF_LENGTH : CONTENT_NONE,
        .length = body->length,
        .authority = buffer_text(&to.authority),
        .is_absolute = is_absolute,
        .add = fields,
        .add_count = endpoint_fields(call, buffer_text(&to.authorization), fields),
    };
    if (proxy != NULL)
        fields[message.add_count++] = *proxy;
    struct http_piece piece = {.content = buffer_text(body)};
    side->role->put_head(side, &message);
    side->role->put_content(side, &piece);
    side->role->end(side);
    http_side_forget_put(side);
    clear_address(&to);
}

void inference_write(
    struct inference_call *call, size_t place, struct http_side *side, const struct field *proxy, bool is_absolute)
{
    const struct policy_inference *inference = inference_entry(call, place);
    struct buffer body = {0};
    served_by_endpoint(call, place);
    wait_begin(call, place);
    const struct dialect_endpoint endpoint = {
        .model = call->about.account->service.model, .takes_usage = inference->takes_usage};
    dialect_call_give(call->request, inference->speaks);
    dialect_call_write(call->request, &endpoint, &body);
    call->about.account->bytes_up += body.length;
    put_call(call, inference, side, proxy, is_absolute, &body);
    buffer_clear(&body);
}
