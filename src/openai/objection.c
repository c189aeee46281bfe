/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint has against a call (its 4xx), for the caller: an error of the dialect as it stands, anything else as
 * the message of one. */
#include "openai_internal.h"

enum { MESSAGE_MAX = 2048 };

static bool is_error_of_dialect(struct scan whole)
{
    struct scan error;
    struct scan message;
    return scan_member(whole, TEXT("error"), &error) && scan_member(error, TEXT("message"), &message) &&
           message.kind == SCAN_STRING;
}

/* Where servers put their words when they speak another dialect; with none of them, the whole body is the word. */
static void append_words(struct text body, struct buffer *out)
{
    static const struct text members[] = {TEXT_INIT("message"), TEXT_INIT("error"), TEXT_INIT("detail")};
    struct scan whole;
    struct scan words;
    bool is_json = scan_whole(body, &whole);
    for (size_t i = 0; is_json && i < COUNT_OF(members); i++) {
        if (scan_member(whole, members[i], &words) && words.kind == SCAN_STRING) {
            json_spelled_append(out, scan_spelled(words));
            return;
        }
    }
    buffer_append(out, text_trim(body, " \t\r\n"));
}

/* Never nothing. */
static void append_reason(uint16_t status, struct text body, struct buffer *words)
{
    append_words(body, words);
    if (words->length == 0)
        buffer_printf(words, "the inference endpoint answered %u", (unsigned)status);
    if (words->length > MESSAGE_MAX)
        words->length = MESSAGE_MAX;
}

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

void openai_pass_objection(uint16_t status, struct text body, struct text id, struct buffer *out)
{
    struct scan whole;
    struct buffer words = {0};
    if (scan_whole(body, &whole) && is_error_of_dialect(whole)) {
        buffer_append(out, whole.text);
        return;
    }
    append_reason(status, body, &words);
    write_error(status, buffer_text(&words), id, out);
    buffer_clear(&words);
}

/* --- for another dialect -------------------------------------------------------------------------------------------
 */

/* llama.cpp has a type for it, OpenAI and vLLM a code, and older servers these words. */
static bool is_about_context(struct scan error, struct text words)
{
    static const struct text signs[] = {
        TEXT_INIT("*maximum context length*"), TEXT_INIT("*context size*"), TEXT_INIT("*context window*")};
    struct scan value;
    if (scan_member(error, TEXT("type"), &value) &&
        json_spelled_means(scan_spelled(value), TEXT("exceed_context_size_error")))
        return true;
    if (scan_member(error, TEXT("code"), &value) &&
        json_spelled_means(scan_spelled(value), TEXT("context_length_exceeded")))
        return true;
    for (size_t i = 0; i < COUNT_OF(signs); i++)
        if (text_glob(signs[i], words))
            return true;
    return false;
}

enum canon_objection openai_read_objection(uint16_t status, struct text body, struct buffer *words)
{
    struct scan whole;
    struct scan error = {.kind = SCAN_WORD};
    struct scan message;
    if (scan_whole(body, &whole) && is_error_of_dialect(whole) && scan_member(whole, TEXT("error"), &error) &&
        scan_member(error, TEXT("message"), &message))
        json_spelled_append(words, text_part(scan_spelled(message), 0, MESSAGE_MAX));
    else
        append_reason(status, body, words);
    return is_about_context(error, buffer_text(words)) ? CANON_CONTEXT_FULL : CANON_OBJECTS;
}
