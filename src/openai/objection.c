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

/* --- a context that is full ----------------------------------------------------------------------------------------
 */

/* llama.cpp has a type for it, OpenAI and vLLM a code, and older servers these words. */
static bool is_about_context(struct scan error, struct text words)
{
    static const struct text signs[] = {
        TEXT_INIT("*maximum context length*"), TEXT_INIT("*context size*"), TEXT_INIT("*context window*"),
        TEXT_INIT("*exceeds the context length*")};
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

static void note_count(struct scan error, struct text name, uint64_t *count)
{
    struct scan value;
    if (scan_member(error, name, &value) && value.kind == SCAN_WORD && !text_to_number(value.text, UINT32_MAX, count))
        *count = 0;
}

/* The next number of the words; 0: there is none. */
static uint64_t next_number(struct text *words)
{
    static const struct text digits = TEXT_INIT("0123456789");
    uint64_t number = 0;
    size_t length = 0;
    while (words->length > 0 && !text_has(digits, words->data[0]))
        *words = text_after(*words, 1);
    while (length < words->length && text_has(digits, words->data[length]))
        length++;
    if (!text_to_number(text_part(*words, 0, length), UINT32_MAX, &number))
        number = 0;
    *words = text_after(*words, length);
    return number;
}

/* "request (6023 tokens) exceeds the available context size (2048 tokens)": the words of llama.cpp. */
static bool note_counts_in_brackets(struct text words, struct canon_overflow *overflow)
{
    if (!text_glob(TEXT("request (* tokens)*context size (* tokens)*"), words))
        return false;
    overflow->tokens = next_number(&words);
    overflow->limit = next_number(&words);
    return true;
}

/* "maximum context length is 2048 tokens. However, you requested 6123 tokens ...": those of OpenAI and vLLM. */
static void note_counts_in_words(struct text words, struct canon_overflow *overflow)
{
    static const struct text front = TEXT_INIT("maximum context length is ");
    while (words.length > 0 && !text_starts_with(words, front))
        words = text_after(words, 1);
    words = text_after(words, front.length);
    overflow->limit = next_number(&words);
    overflow->tokens = next_number(&words);
}

/* llama.cpp counts in members of its own. */
static void note_overflow(struct scan error, struct text words, struct canon_overflow *overflow)
{
    note_count(error, TEXT("n_prompt_tokens"), &overflow->tokens);
    note_count(error, TEXT("n_ctx"), &overflow->limit);
    if (!canon_is_counted(overflow) && !note_counts_in_brackets(words, overflow))
        note_counts_in_words(words, overflow);
}

enum canon_objection
openai_read_objection(uint16_t status, struct text body, struct buffer *words, struct canon_overflow *overflow)
{
    struct scan whole;
    struct scan error = {.kind = SCAN_WORD};
    struct scan message;
    if (scan_whole(body, &whole) && is_error_of_dialect(whole) && scan_member(whole, TEXT("error"), &error) &&
        scan_member(error, TEXT("message"), &message))
        json_spelled_append(words, text_part(scan_spelled(message), 0, MESSAGE_MAX));
    else
        append_reason(status, body, words);
    if (!is_about_context(error, buffer_text(words)))
        return CANON_OBJECTS;
    note_overflow(error, buffer_text(words), overflow);
    return CANON_CONTEXT_FULL;
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
    enum canon_objection kind = openai_read_objection(status, body, &words, &overflow);
    overflow.words = buffer_text(&words);
    if (kind == CANON_CONTEXT_FULL && !has_vendors_code(body))
        write_overflow(&overflow, id, out);
    else if (scan_whole(body, &whole) && is_error_of_dialect(whole))
        buffer_append(out, whole.text);
    else
        write_error(status, overflow.words, id, out);
    buffer_clear(&words);
}
