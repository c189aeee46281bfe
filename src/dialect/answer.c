/* SPDX-License-Identifier: Apache-2.0 */
/* Answers on their way to the caller. Who speaks as endpoints do gets their bytes. */
#include "dialect_internal.h"
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"
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

static struct dialect_usage usage_of(const struct canon_usage *counted)
{
    return (struct dialect_usage){counted->tokens_in, counted->tokens_out, canon_finish_name(counted->finish)};
}

static bool passes(const struct dialect_call *call)
{
    return call->words->write_answer == NULL;
}

/* Vectors come as the canonical call wants them. */
static bool translate(const struct dialect_call *call, struct text body, struct buffer *out, struct canon_usage *usage)
{
    struct arena arena = {0};
    struct buffer numbers = {0};
    struct canon_replies answer = {.id = call->canon.id};
    if (call->canon.operation == LLM_EMBEDDINGS && openai_pass_answer(&call->canon, body, &numbers, usage))
        body = buffer_text(&numbers);
    bool good = openai_read_answer(call->canon.operation, body, &arena, &answer) &&
                call->words->write_answer(&call->canon, &answer, out);
    *usage = answer.usage;
    usage->finish = answer.reply_count > 0 ? answer.replies[0].finish : CANON_UNFINISHED;
    buffer_clear(&numbers);
    arena_clear(&arena);
    return good;
}

bool dialect_reply_rewrite(
    const struct dialect_call *call, struct text body, struct buffer *out, struct dialect_usage *usage)
{
    struct canon_usage counted = {.tokens_in = usage->tokens_in, .tokens_out = usage->tokens_out};
    if (models_are_rewritten(call))
        return models_rewrite(call, body, out);
    bool good =
        passes(call) ? openai_pass_answer(&call->canon, body, out, &counted) : translate(call, body, out, &counted);
    *usage = usage_of(&counted);
    return good;
}

static void translate_objection(
    const struct dialect_call *call, uint16_t status, struct text body, struct text id, struct dialect_answer *answer)
{
    struct buffer words = {0};
    struct buffer message = {0};
    struct canon_overflow overflow = {0};
    enum canon_objection kind = openai_read_objection(status, body, &words, &overflow);
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
    call->vendor->write_refusal(&refusal, &answer->body);
    answer_add(answer, call->vendor->blame_field, call->vendor->blame_words[refusal_blame(&refusal)]);
    buffer_clear(&words);
    buffer_clear(&message);
}

void dialect_objection(
    const struct dialect_call *call, uint16_t status, struct text body, struct text id, struct dialect_answer *answer)
{
    dialect_answer_fields(call, id, false, answer);
    if (call->vendor->write_answer == NULL)
        openai_pass_objection(status, body, id, &answer->body);
    else
        translate_objection(call, status, body, id, answer);
}

/* --- without an endpoint -------------------------------------------------------------------------------------------
 */

/* As if an endpoint had said it, in one piece. */
static void translate_canned_stream(const struct dialect_call *call, struct text text, int64_t now, struct buffer *out)
{
    const struct canon_event events[] = {
        {.kind = CANON_SAYS, .part = CANON_TEXT, .text = text, .created = (uint64_t)now},
        {.kind = CANON_FINISHES, .finish = CANON_FINISHED, .created = (uint64_t)now},
        {.kind = CANON_ENDS, .created = (uint64_t)now},
    };
    void *stream = call->words->begin_stream(&call->canon, text.length);
    for (size_t i = 0; i < COUNT_OF(events); i++)
        if (!call->words->write_event(stream, &events[i], out))
            break; /* a text can be said in every dialect */
    call->words->end_stream(stream);
}

static bool translate_canned(const struct dialect_call *call, struct text text, int64_t now, struct buffer *out)
{
    struct arena arena = {0};
    const struct canon_part part = {.kind = CANON_TEXT, .text = canon_spell(&arena, text)};
    const struct canon_reply reply = {.parts = &part, .part_count = 1, .finish = CANON_FINISHED};
    const struct canon_replies answer = {
        .id = call->canon.id, .replies = &reply, .reply_count = 1, .created = (uint64_t)now};
    bool good = true;
    if (canon_streams(&call->canon))
        translate_canned_stream(call, part.text, now, out);
    else
        good = call->words->write_answer(&call->canon, &answer, out);
    arena_clear(&arena);
    return good;
}

static bool
write_canned(const struct dialect_call *call, struct text text, struct text id, int64_t now, struct buffer *out)
{
    bool is_text = call->canon.operation == LLM_CHAT || call->canon.operation == LLM_COMPLETIONS;
    if (passes(call))
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

/* --- streams -------------------------------------------------------------------------------------------------------
 */

/* An error of the endpoint's is told like one of ours. */
static void tell_failure(const struct dialect_stream *stream, struct text words, struct buffer *out)
{
    const struct dialect_call *call = stream->call;
    struct buffer message = {0};
    json_spelled_append(&message, words);
    const struct refusal refusal = {
        .status = 500,
        .message = buffer_text(&message),
        .code = TEXT("upstream_broken"),
        .id = call->canon.id,
    };
    call->words->write_error_event(&call->canon, stream->caller, &refusal, out);
    buffer_clear(&message);
}

static bool take_event(void *to, const struct canon_event *event, struct buffer *out)
{
    struct dialect_stream *stream = to;
    if (event->kind == CANON_FINISHES && stream->finish == CANON_UNFINISHED)
        stream->finish = event->finish;
    if (event->kind == CANON_FAILS) {
        tell_failure(stream, event->text, out);
        return true;
    }
    size_t before = out->length;
    bool good = stream->call->words->write_event(stream->caller, event, out);
    if (!good)
        out->length = before; /* no half of an event */
    return good;
}

struct dialect_stream *dialect_stream_new(const struct dialect_call *call, size_t limit)
{
    struct dialect_stream *stream = base_zalloc(sizeof(*stream));
    stream->call = call;
    stream->endpoint = openai_stream_new(&call->canon, limit);
    stream->hosted = hosted_new(call);
    if (!passes(call)) {
        stream->caller = call->words->begin_stream(&call->canon, limit);
        openai_stream_translate(stream->endpoint, (struct canon_sink){take_event, stream});
    }
    return stream;
}

void dialect_stream_free(struct dialect_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->caller != NULL)
        stream->call->words->end_stream(stream->caller);
    openai_stream_free(stream->endpoint);
    hosted_free(stream->hosted);
    base_free(stream);
}

static struct buffer *events_of(struct dialect_stream *stream, struct buffer *out)
{
    return stream->hosted == NULL ? out : hosted_events(stream->hosted);
}

static void frame(struct dialect_stream *stream, struct buffer *out)
{
    if (stream->hosted != NULL)
        hosted_frame(stream->hosted, out);
}

enum dialect_progress dialect_stream_feed(struct dialect_stream *stream, struct text bytes, struct buffer *out)
{
    enum canon_progress progress = openai_stream_feed(stream->endpoint, bytes, events_of(stream, out));
    frame(stream, out);
    switch (progress) {
    case CANON_GOES_ON:
        break;
    case CANON_IS_COMPLETE:
        return DIALECT_IS_COMPLETE;
    case CANON_TOO_LARGE:
        return DIALECT_TOO_LARGE;
    }
    return DIALECT_GOES_ON;
}

bool dialect_stream_end(struct dialect_stream *stream, struct buffer *out)
{
    bool is_complete = openai_stream_end(stream->endpoint, events_of(stream, out));
    frame(stream, out);
    return is_complete;
}

bool dialect_stream_has_spoken(const struct dialect_stream *stream)
{
    return openai_stream_has_spoken(stream->endpoint);
}

bool dialect_stream_has_told(const struct dialect_stream *stream)
{
    return openai_stream_has_told(stream->endpoint);
}

void dialect_stream_usage(const struct dialect_stream *stream, struct dialect_usage *usage)
{
    struct canon_usage counted = openai_stream_usage(stream->endpoint);
    if (counted.finish == CANON_UNFINISHED)
        counted.finish = stream->finish;
    *usage = usage_of(&counted);
}
