/* SPDX-License-Identifier: Apache-2.0 */
/* Answers on their way to the caller. Who speaks as endpoints do gets their bytes. */
#include "dialect_internal.h"
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"
#include "exeat/canon/rank.h"
#include "exeat/compatible.h"
#include "exeat/openai.h"

void answer_add(struct dialect_answer *answer, struct text name, struct text value)
{
    if (answer->field_count < DIALECT_FIELDS_MAX && name.length > 0 && value.length > 0) /* a vendor may have no such */
        answer->fields[answer->field_count++] = (struct field){name, value};
}

void dialect_answer_fields(const struct dialect_call *call, struct text id, bool streams, struct dialect_answer *answer)
{
    const struct vendor *vendor = call->vendor;
    answer_add(answer, TEXT("Content-Type"), vendor->type_of(&call->canon, streams));
    if (streams)
        answer_add(answer, TEXT("Cache-Control"), TEXT("no-cache"));
    answer_add(answer, TEXT("X-Request-Id"), id);
    answer_add(answer, vendor->id_field, id);
    for (size_t i = 0; i < vendor->field_count; i++)
        answer_add(answer, vendor->fields[i].name, vendor->fields[i].value);
}

void dialect_answer_set(struct dialect_answer *answer, struct text name, struct text value)
{
    for (size_t i = 0; i < answer->field_count; i++)
        if (text_equal(answer->fields[i].name, name)) {
            answer->fields[i].value = value;
            return;
        }
    answer_add(answer, name, value);
}

void dialect_fields_of(const struct dialect_answer *answer, int64_t wall_us, struct dialect_fields *fields)
{
    fields->count = 0;
    clock_write_http(wall_us, fields->date);
    fields->fields[fields->count++] = (struct field){TEXT("Date"), text_from(fields->date)};
    for (size_t i = 0; i < answer->field_count; i++)
        fields->fields[fields->count++] = answer->fields[i];
}

struct dialect_usage usage_of(const struct canon_usage *counted)
{
    return (struct dialect_usage){counted->tokens_in, counted->tokens_out, canon_finish_name(counted->finish)};
}

/* Vectors come as the canonical call wants them. */
static bool translate(const struct dialect_call *call, struct text body, struct buffer *out, struct canon_usage *usage)
{
    struct arena arena = {0};
    struct buffer numbers = {0};
    struct canon_replies answer = {.id = call->canon.id};
    if (call->canon.operation == LLM_EMBEDDINGS && compatible_pass_answer(&call->canon, body, &numbers, usage))
        body = buffer_text(&numbers);
    const struct server *server = call->canon.operation == LLM_EMBEDDINGS ? &compatible_server : call->server;
    bool good = server->read_answer(&call->said, body, &arena, &answer) &&
                call->words->write_answer(&call->canon, &answer, out);
    *usage = answer.usage;
    usage->finish = answer.reply_count > 0 ? answer.replies[0].finish : CANON_UNFINISHED;
    buffer_clear(&numbers);
    arena_clear(&arena);
    return good;
}

static bool rewrite(const struct dialect_call *call, struct text body, struct buffer *out, struct canon_usage *usage)
{
    bool is_vectors = call->canon.operation == LLM_EMBEDDINGS;
    bool passes = is_vectors ? call->words->passes : call_passes(call);
    return passes ? compatible_pass_answer(&call->canon, body, out, usage) : translate(call, body, out, usage);
}

/* Vectors of a server with other words, as one of OpenAI's would have said them. */
static bool restate_vectors(const struct dialect_call *call, struct text body, struct buffer *out)
{
    struct arena arena = {0};
    struct canon_replies answer = {.id = call->canon.id};
    bool good = call->server->read_answer(&call->said, body, &arena, &answer) &&
                openai_write_vectors(&call->canon, &answer, out);
    arena_clear(&arena);
    return good;
}

bool dialect_reply_rewrite(
    const struct dialect_call *call, struct text body, struct buffer *out, struct dialect_usage *usage)
{
    struct canon_usage counted = {.tokens_in = usage->tokens_in, .tokens_out = usage->tokens_out};
    struct buffer vectors = {0};
    bool good = true;
    if (models_are_rewritten(call))
        return models_rewrite(call, body, out);
    if (call->canon.operation == LLM_EMBEDDINGS && !call_is_openai(call)) {
        good = restate_vectors(call, body, &vectors);
        body = buffer_text(&vectors);
    }
    good = good && rewrite(call, body, out, &counted);
    *usage = usage_of(&counted);
    buffer_clear(&vectors);
    return good;
}

typedef void (*refuser)(const struct dialect_call *call, const struct refusal *refusal, struct buffer *out);

static void in_body(const struct dialect_call *call, const struct refusal *refusal, struct buffer *out)
{
    call->vendor->write_refusal(refusal, out);
}

static void in_event(const struct dialect_call *call, const struct refusal *refusal, struct buffer *out)
{
    call->vendor->write_error_event(&call->canon, NULL, refusal, out);
}

static void translate_objection(
    const struct dialect_call *call, uint16_t status, struct text body, struct text id, refuser refuse,
    struct buffer *out)
{
    struct buffer words = {0};
    struct buffer message = {0};
    struct canon_overflow overflow = {0};
    enum canon_objection kind = canon_read_objection(status, body, &words, &overflow);
    overflow.words = buffer_text(&words);
    if (kind == CANON_CONTEXT_FULL)
        call->vendor->write_context_full(&overflow, &message);
    else
        buffer_append(&message, overflow.words);
    const struct refusal refusal = {
        .status = status,
        .message = buffer_text(&message),
        .code = kind == CANON_CONTEXT_FULL ? TEXT("context_length_exceeded") : TEXT("invalid_request"),
        .id = id,
    };
    refuse(call, &refusal, out);
    buffer_clear(&words);
    buffer_clear(&message);
}

void dialect_objection(
    const struct dialect_call *call, uint16_t status, struct text body, struct text id, struct dialect_answer *answer)
{
    const struct refusal refusal = {.status = status};
    dialect_answer_fields(call, id, false, answer);
    if (call->vendor->write_refusal == openai_vendor.write_refusal && call_is_openai(call))
        openai_pass_objection(status, body, id, &answer->body);
    else
        translate_objection(call, status, body, id, in_body, &answer->body);
    answer_add(answer, call->vendor->blame_field, call->vendor->blame_words[refusal_blame(&refusal)]);
}

void dialect_objection_event(
    const struct dialect_call *call, uint16_t status, struct text body, struct text id, struct buffer *out)
{
    translate_objection(call, status, body, id, in_event, out);
}

/* --- without an endpoint -------------------------------------------------------------------------------------------
 */

/* Others have one answer to a question. */
static size_t canned_count(const struct dialect_call *call)
{
    return call->words->passes ? canon_choices(&call->canon) : 1;
}

/* As if an endpoint had said it, in one piece. */
static void translate_canned_stream(const struct dialect_call *call, struct text text, int64_t now, struct buffer *out)
{
    const struct canon_event end = {.kind = CANON_ENDS, .created = (uint64_t)now};
    void *stream = call->words->begin_stream(&call->canon, text.length);
    bool good = true; /* a text can be said in every dialect */
    for (size_t i = 0; good && i < canned_count(call); i++) {
        const struct canon_event says = {
            .kind = CANON_SAYS, .reply = i, .part = CANON_TEXT, .text = text, .created = (uint64_t)now};
        const struct canon_event finishes = {
            .kind = CANON_FINISHES, .reply = i, .finish = CANON_FINISHED, .created = (uint64_t)now};
        good = call->words->write_event(stream, &says, out) && call->words->write_event(stream, &finishes, out);
    }
    (void)(good && call->words->write_event(stream, &end, out));
    call->words->end_stream(stream);
}

static bool translate_canned(const struct dialect_call *call, struct text text, int64_t now, struct buffer *out)
{
    struct arena arena = {0};
    size_t count = canned_count(call);
    const struct canon_part part = {.kind = CANON_TEXT, .text = canon_spell(&arena, text)};
    struct canon_reply *replies = arena_array(&arena, count, sizeof(*replies));
    for (size_t i = 0; i < count; i++)
        replies[i] = (struct canon_reply){.parts = &part, .part_count = 1, .finish = CANON_FINISHED};
    const struct canon_replies answer = {
        .id = call->canon.id, .replies = replies, .reply_count = count, .created = (uint64_t)now};
    bool good = true;
    if (canon_streams(&call->canon))
        translate_canned_stream(call, part.text, now, out);
    else
        good = call->words->write_answer(&call->canon, &answer, out);
    arena_clear(&arena);
    return good;
}

/* Nothing is known of any document: all of them, as they came. */
static bool rank_canned(const struct dialect_call *call, struct buffer *out)
{
    struct arena arena = {0};
    struct canon_replies answer = {.id = call->canon.id};
    canon_rank_as_given(&call->canon, &arena, &answer);
    bool good = call->words->write_answer(&call->canon, &answer, out);
    arena_clear(&arena);
    return good;
}

static bool
write_canned(const struct dialect_call *call, struct text text, struct text id, int64_t now, struct buffer *out)
{
    bool is_text = call->canon.operation == LLM_CHAT || call->canon.operation == LLM_COMPLETIONS;
    if (call->canon.operation == LLM_RERANK)
        return rank_canned(call, out);
    if (call->words->passes && !is_text)
        return openai_write_canned(&call->canon, text, id, now, out);
    return is_text && translate_canned(call, text, now, out);
}

struct text dialect_canned_text(
    const struct dialect_call *call, const struct settings_canned *settings, struct text accept_language)
{
    return canned_text(settings, &call->canon, accept_language);
}

bool dialect_canned(const struct dialect_call *call, struct text text, struct text id, int64_t now, struct buffer *out)
{
    struct buffer content = {0};
    struct hosted *hosted = canon_streams(&call->canon) ? hosted_new(call) : NULL;
    struct buffer *to = hosted != NULL ? hosted_events(hosted) : out;
    bool good = canned_content(&call->canon, text, &content) && write_canned(call, buffer_text(&content), id, now, to);
    if (hosted != NULL)
        hosted_frame(hosted, out);
    hosted_free(hosted);
    buffer_clear(&content);
    return good;
}
