/* SPDX-License-Identifier: Apache-2.0 */
/* What a server has against a call (its 4xx), as words: engines say the same in each dialect that they speak, with
 * another shell around it. */
#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/canon/server.h"

enum { MESSAGE_MAX = 2048 };

/* {"error": {"message"}}, as most say it. */
static bool has_message(struct scan whole)
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
        TEXT_INIT("*exceeds the context length*"), TEXT_INIT("prompt is too long*")};
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

/* "prompt is too long: 6023 tokens > 2048 maximum": those of Anthropic. */
static bool note_counts_compared(struct text words, struct canon_overflow *overflow)
{
    if (!text_glob(TEXT("prompt is too long*tokens > *"), words))
        return false;
    overflow->tokens = next_number(&words);
    overflow->limit = next_number(&words);
    return true;
}

/* llama.cpp counts in members of its own. */
static void note_overflow(struct scan error, struct text words, struct canon_overflow *overflow)
{
    note_count(error, TEXT("n_prompt_tokens"), &overflow->tokens);
    note_count(error, TEXT("n_ctx"), &overflow->limit);
    if (!canon_is_counted(overflow) && !note_counts_in_brackets(words, overflow) &&
        !note_counts_compared(words, overflow))
        note_counts_in_words(words, overflow);
}

enum canon_objection
canon_read_objection(uint16_t status, struct text body, struct buffer *words, struct canon_overflow *overflow)
{
    struct scan whole;
    struct scan error = {.kind = SCAN_WORD};
    struct scan message;
    if (scan_whole(body, &whole) && has_message(whole) && scan_member(whole, TEXT("error"), &error) &&
        scan_member(error, TEXT("message"), &message))
        json_spelled_append(words, text_part(scan_spelled(message), 0, MESSAGE_MAX));
    else
        append_reason(status, body, words);
    if (!is_about_context(error, buffer_text(words)))
        return CANON_OBJECTS;
    note_overflow(error, buffer_text(words), overflow);
    return CANON_CONTEXT_FULL;
}
