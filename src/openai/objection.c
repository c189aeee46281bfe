/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint has against a call (its 4xx), for the caller: an error of the dialect as it stands, anything else as
 * the message of one. */
#include "exeat/canon/server.h"
#include "openai_internal.h"

enum { MESSAGE_MAX = 2048 };

static bool is_error_of_dialect(struct scan whole)
{
    struct scan error;
    struct scan message;
    return scan_member(whole, TEXT("error"), &error) && scan_member(error, TEXT("message"), &message) &&
           message.kind == SCAN_STRING;
}

/* --- for who speaks as it does -------------------------------------------------------------------------------------
 */

static void write_error(uint16_t status, struct text words, struct text id, struct buffer *out)
{
    buffer_append(out, TEXT("{\"error\":{\"message\":"));
    json_append_string(out, text_part(words, 0, MESSAGE_MAX));
    bool is_pace = status == 429;
    BUFFER_APPEND_ALL(
        out, TEXT(",\"type\":\""), is_pace ? TEXT("rate_limit_error") : TEXT("invalid_request_error"),
        TEXT("\",\"param\":null,\"code\":"), is_pace ? TEXT("\"rate_limit_exceeded\"") : TEXT("null"),
        TEXT(",\"request_id\":\""), id, TEXT("\"}}"));
}

void openai_write_context_full(const struct canon_overflow *overflow, struct buffer *out)
{
    if (canon_is_counted(overflow))
        buffer_printf(
            out,
            "This model's maximum context length is %llu tokens. However, your messages resulted in %llu tokens. "
            "Please "
            "reduce the length of the messages.",
            (unsigned long long)overflow->limit, (unsigned long long)overflow->tokens);
    else
        BUFFER_APPEND_ALL(out, TEXT("This model's maximum context length is exceeded: "), overflow->words);
}

/* The vendor's code for it is what its clients look for; endpoints have codes of their own. */
static void write_overflow(const struct canon_overflow *overflow, struct text id, struct buffer *out)
{
    struct buffer message = {0};
    openai_write_context_full(overflow, &message);
    buffer_append(out, TEXT("{\"error\":{\"message\":"));
    json_append_string(out, buffer_text(&message));
    BUFFER_APPEND_ALL(
        out, TEXT(",\"type\":\"invalid_request_error\",\"param\":\"messages\",\"code\":\"context_length_exceeded\""),
        TEXT(",\"request_id\":\""), id, TEXT("\"}}"));
    buffer_clear(&message);
}

/* An endpoint that says it as the vendor does is not told otherwise. */
static bool has_vendors_code(struct text body)
{
    struct scan whole;
    struct scan error;
    struct scan code;
    return scan_whole(body, &whole) && scan_member(whole, TEXT("error"), &error) &&
           scan_member(error, TEXT("code"), &code) &&
           json_spelled_means(scan_spelled(code), TEXT("context_length_exceeded"));
}

void openai_pass_objection(uint16_t status, struct text body, struct text id, struct buffer *out)
{
    struct scan whole;
    struct buffer words = {0};
    struct canon_overflow overflow = {0};
    enum canon_objection kind = canon_read_objection(status, body, &words, &overflow);
    overflow.words = buffer_text(&words);
    if (kind == CANON_CONTEXT_FULL && !has_vendors_code(body))
        write_overflow(&overflow, id, out);
    else if (scan_whole(body, &whole) && is_error_of_dialect(whole))
        buffer_append(out, whole.text);
    else
        write_error(status, overflow.words, id, out);
    buffer_clear(&words);
}
