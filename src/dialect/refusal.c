/* SPDX-License-Identifier: Apache-2.0 */
/* No, in the words that the caller's SDK understands: readable, and not tried again. */
#include "dialect_internal.h"

/* Reasons without a status end what had begun, such as a stall or a drain. */
static uint16_t status_of(enum reason reason)
{
    uint16_t status = reason_row(reason)->status;
    return status != 0 ? status : 503;
}

static bool is_for_later(const struct dialect_refusal *refusal)
{
    return status_of(refusal->reason) >= 500;
}

/* What would come of it again: the same certificate, or an answer that somebody has worked for and that is kept out for
 * what it is. */
static bool is_final(enum reason reason)
{
    return reason == REASON_ANSWER_TOO_LARGE || reason == REASON_INSPECT_ANSWER || reason == REASON_TOO_LONG ||
           reason == REASON_UPSTREAM_PIN || reason == REASON_UPSTREAM_REVOKED;
}

static bool is_worth_another_try(const struct dialect_refusal *refusal)
{
    return is_for_later(refusal) && !is_final(refusal->reason);
}

/* A limit ends by itself: how soon, whoever knows it says. */
static bool forbids_another_try(const struct dialect_refusal *refusal)
{
    return refusal->pace == NULL ? !is_worth_another_try(refusal) : !pace_is_soon(refusal->pace);
}

/* The policy's no, in the one word that operators look for; everything else by its own. */
static struct text code_of(enum reason reason)
{
    const struct reason_row *row = reason_row(reason);
    return row->status == 403 ? TEXT("egress_policy_denied") : text_from(row->code);
}

static void append_if_any(struct buffer *out, struct text before, struct text value, struct text after)
{
    if (value.length > 0)
        BUFFER_APPEND_ALL(out, before, value, after);
}

static struct text hint_of(const struct dialect_refusal *refusal)
{
    return is_for_later(refusal) ? TEXT("") : refusal->hint;
}

static struct text door_of(const struct dialect_refusal *refusal)
{
    return text_from(refusal->door == DOOR_NONE ? NULL : client_door_name(refusal->door));
}

static void append_sentence(const struct dialect_refusal *refusal, struct buffer *out)
{
    bool later = is_for_later(refusal);
    BUFFER_APPEND_ALL(out, TEXT("exeat "), later ? TEXT("could not serve") : TEXT("refused"), TEXT(" this request"));
    bool is_ipv6 = text_has(refusal->host, ':');
    append_if_any(out, is_ipv6 ? TEXT(" to [") : TEXT(" to "), refusal->host, is_ipv6 ? TEXT("]") : TEXT(""));
    if (refusal->host.length > 0 && refusal->port != 0)
        buffer_printf(out, ":%u", (unsigned)refusal->port);
    BUFFER_APPEND_ALL(out, TEXT(": "), text_from(reason_row(refusal->reason)->text));
    append_if_any(out, TEXT(" ("), refusal->detail, TEXT(")"));
}

/* All that an SDK shows is one message. */
static void append_message(const struct dialect_refusal *refusal, struct buffer *out)
{
    append_sentence(refusal, out);
    append_if_any(out, TEXT("; rule "), refusal->rule, TEXT(""));
    append_if_any(out, TEXT("; door "), door_of(refusal), TEXT(""));
    BUFFER_APPEND_ALL(out, TEXT("; request "), refusal->id);
    pace_append_again(refusal, out);
    append_if_any(out, TEXT(". "), hint_of(refusal), TEXT(""));
}

static void write_text(const struct dialect_refusal *refusal, struct dialect_answer *answer)
{
    struct buffer *out = &answer->body;
    append_sentence(refusal, out);
    BUFFER_APPEND_ALL(out, TEXT("\nreason: "), text_from(reason_row(refusal->reason)->code), TEXT("\n"));
    append_if_any(out, TEXT("rule: "), refusal->rule, TEXT("\n"));
    append_if_any(out, TEXT("door: "), door_of(refusal), TEXT("\n"));
    BUFFER_APPEND_ALL(out, TEXT("request: "), refusal->id, TEXT("\n"));
    append_if_any(out, TEXT(""), hint_of(refusal), TEXT("\n"));
}

/* `message` is the caller's to clear. */
static struct refusal compose(const struct dialect_refusal *refusal, struct buffer *message)
{
    append_message(refusal, message);
    return (struct refusal){
        .status = status_of(refusal->reason),
        .message = buffer_text(message),
        .code = code_of(refusal->reason),
        .reason = text_from(reason_row(refusal->reason)->code),
        .rule = refusal->rule,
        .id = refusal->id,
    };
}

static void refuse_as_vendor(const struct dialect_refusal *refusal, struct dialect_answer *answer)
{
    const struct vendor *vendor = dialect_vendor_of(refusal->dialect, refusal->provider, refusal->operation);
    struct buffer message = {0};
    struct buffer members = {0};
    struct refusal one = compose(refusal, &message);
    pace_compose(refusal, &one, &members);
    vendor->write_refusal(&one, &answer->body);
    buffer_clear(&message);
    buffer_clear(&members);
    answer_add(answer, vendor->id_field, one.id);
    answer_add(answer, vendor->blame_field, vendor->blame_words[refusal_blame(&one)]);
    pace_add_fields(refusal, answer);
}

void dialect_refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer)
{
    bool is_text = refusal->dialect == DIALECT_NONE;
    answer_add(answer, TEXT("Content-Type"), is_text ? TEXT("text/plain; charset=utf-8") : TEXT("application/json"));
    answer_add(answer, TEXT("X-Request-Id"), refusal->id);
    if (is_worth_another_try(refusal))
        answer_add(answer, TEXT("Retry-After"), TEXT("1"));
    if (!is_text && forbids_another_try(refusal))
        answer_add(answer, TEXT("X-Should-Retry"), TEXT("false"));
    (is_text ? write_text : refuse_as_vendor)(refusal, answer);
}

void dialect_error_event(
    const struct dialect_call *call, const struct dialect_stream *stream, enum reason reason, struct text id,
    struct buffer *out)
{
    struct dialect_refusal refusal = {.reason = reason, .id = id};
    struct buffer message = {0};
    struct refusal one = compose(&refusal, &message);
    const void *of = stream == NULL || hosted_is(call) ? NULL : stream->caller;
    call->vendor->write_error_event(&call->canon, of, &one, out);
    buffer_clear(&message);
}
