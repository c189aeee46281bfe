/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an endpoint's whole answer: what is taken is JSON again, and the local model's name is not in it. The
 * same as its objection: an error of the dialect comes of all. */
#include "exeat/canon/scan.h"
#include "exeat/dialect.h"

static void object(const struct dialect_call *call, struct text body)
{
    struct dialect_answer answer = {0};
    struct scan whole;
    struct scan error;
    dialect_objection(call, body.length % 2 == 0 ? 422 : 429, body, TEXT("01"), &answer);
    if (!scan_whole(buffer_text(&answer.body), &whole) || !scan_member(whole, TEXT("error"), &error))
        __builtin_trap();
    buffer_clear(&answer.body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum llm_operation operations[] = {LLM_CHAT, LLM_EMBEDDINGS, LLM_RESPONSES};
    static const struct text calls[] = {
        TEXT_INIT("{\"model\":\"gpt\",\"input\":\"x\",\"encoding_format\":\"base64\"}"),
        TEXT_INIT("{\"model\":\"gpt\",\"input\":\"x\"}")};
    struct dialect_call *call = NULL;
    struct detail detail;
    struct buffer body = {0};
    buffer_append(&body, calls[size % 2]);
    const struct llm_call llm = {.operation = operations[size % 3], .dialect = DIALECT_OPENAI};
    const struct dialect_target target = {.path = TEXT("/")};
    if (dialect_call_read(&llm, &target, &body, &call, &detail) != REASON_NONE)
        __builtin_trap();
    struct buffer out = {0};
    struct dialect_usage usage = {0};
    struct scan whole;
    struct scan model;
    if (dialect_reply_rewrite(call, text_of_bytes((struct bytes){data, size}), &out, &usage) &&
        (!scan_whole(buffer_text(&out), &whole) ||
         (scan_member(whole, TEXT("model"), &model) && model.kind == SCAN_STRING &&
          !text_equal(model.text, TEXT("\"gpt\"")))))
        __builtin_trap();
    buffer_clear(&out);
    object(call, text_of_bytes((struct bytes){data, size}));
    dialect_call_free(call);
    return 0;
}
