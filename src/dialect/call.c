/* SPDX-License-Identifier: Apache-2.0 */
/* A call: read once into its canonical form, and written anew for the endpoint that gets it. Of the caller's body
 * nothing goes on but what the canonical form has. */
#include "dialect_internal.h"
#include "exeat/base/memory.h"
#include "exeat/kin.h"
#include "exeat/openai.h"

static bool read_words(struct dialect_call *call, struct reading *reading)
{
    call->words = hosted_words(call, reading);
    if (!call->words->read_call(reading, &call->canon) || !hosted_take_path(call, reading, &call->canon))
        return false;
    if (!hosted_is(call))
        call->words = call->vendor = kin_vendor_of_call(call->vendor, &call->canon);
    return true;
}

static enum reason read_canon(struct dialect_call *call, struct detail *detail)
{
    struct json_view view = {0};
    struct reading reading = {.view = &view, .arena = &call->arena, .detail = detail, .reason = REASON_MALFORMED_BODY};
    bool good = json_view_read(&view, buffer_text(&call->body), JSON_UTF8, detail) && read_words(call, &reading);
    json_view_clear(&view);
    if (!good)
        return reading.reason;
    return model_name_take(call, detail);
}

static struct dialect_call *call_new(const struct llm_call *llm, const struct dialect_target *target)
{
    struct dialect_call *call = base_zalloc(sizeof(*call));
    call->words = call->vendor = dialect_vendor_of(llm->dialect, llm->provider, llm->operation);
    if (dialect_vendor(llm->dialect) == &openai_vendor)
        call->canon.manner = kin_manner(llm->provider, llm->operation);
    call->canon.operation = llm->operation;
    call->canon.path = arena_text(&call->arena, target->path);
    call->canon.query = arena_text(&call->arena, target->query);
    call->canon.id = arena_text(&call->arena, target->id);
    dialect_call_give(call, SPEAKS_OPENAI);
    return call;
}

enum reason dialect_call_read(
    const struct llm_call *llm, const struct dialect_target *target, struct buffer *body, struct dialect_call **call,
    struct detail *detail)
{
    struct dialect_call *one = call_new(llm, target);
    one->body = *body;
    *body = (struct buffer){0};
    *call = NULL;
    enum reason reason = read_canon(one, detail);
    if (reason != REASON_NONE) {
        dialect_call_free(one);
        return reason;
    }
    dialect_call_give(one, SPEAKS_OPENAI);
    *call = one;
    return REASON_NONE;
}

struct dialect_call *dialect_call_for_models(const struct llm_call *llm, const struct dialect_target *target)
{
    return call_new(llm, target);
}

void dialect_call_free(struct dialect_call *call)
{
    if (call == NULL)
        return;
    arena_clear(&call->arena);
    buffer_clear(&call->body);
    base_free(call);
}

struct text dialect_call_model(const struct dialect_call *call)
{
    return call->canon.model_name;
}

bool dialect_call_is_named_by_path(const struct dialect_call *call)
{
    return call->is_named_by_path || call->vendor->hosting != NULL;
}

uint64_t dialect_call_beginning(const struct dialect_call *call)
{
    return canon_beginning(&call->canon);
}

bool dialect_call_streams(const struct dialect_call *call)
{
    return canon_streams(&call->canon);
}

/* --- to an endpoint --------------------------------------------------------------------------------------------------
 */

void dialect_call_give(struct dialect_call *call, enum endpoint_dialect speaks)
{
    call->server = dialect_server(speaks, call->canon.operation);
    call->said = call->canon;
}

bool dialect_call_fits(const struct dialect_call *call, enum endpoint_dialect speaks, struct detail *detail)
{
    const struct server *server = dialect_server(speaks, call->canon.operation);
    if (server->path(&call->canon).length == 0)
        return detail_say(detail, "an endpoint that speaks %.*s has no such operation", TEXT_ARG(server->name));
    canon_needs lacks = server->lacks == 0 ? 0 : canon_needs_of(&call->canon) & server->lacks;
    return lacks == 0 || detail_say(
                             detail, "it asks for %s, for which an endpoint that speaks %.*s has no words",
                             canon_need_words(lacks), TEXT_ARG(server->name));
}

void dialect_call_write(const struct dialect_call *call, const struct dialect_endpoint *endpoint, struct buffer *body)
{
    const struct canon_endpoint one = {.model = endpoint->model, .takes_usage = endpoint->takes_usage};
    if (call->body.length > 0)
        buffer_reserve(body, call->body.length + 256);
    call->server->write_call(&call->said, &one, body);
}

struct text dialect_call_method(const struct dialect_call *call)
{
    return call->canon.operation == LLM_MODELS ? TEXT("GET") : TEXT("POST");
}

struct text dialect_call_path(const struct dialect_call *call)
{
    return call->server->path(&call->said);
}

struct field dialect_call_field(const struct dialect_call *call)
{
    return call->server->field;
}

struct text dialect_call_type(const struct dialect_call *call)
{
    switch (call->server->framing) {
    case FRAMED_AS_LINES:
        return TEXT("application/x-ndjson");
    case FRAMED_AS_EVENTS:
        break;
    }
    return TEXT("text/event-stream");
}

bool dialect_call_may_stream(const struct dialect_call *call, struct text type)
{
    struct text wanted = dialect_call_type(call);
    return dialect_call_streams(call) && text_equal_nocase(text_part(type, 0, wanted.length), wanted);
}
