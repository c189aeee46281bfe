/* SPDX-License-Identifier: Apache-2.0 */
/* Records that tests of evidence share. */
#include "samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { TAG_EVENT = 0x28, TAG_DETAIL = 0x29, TAG_COUNT = 0x2c };
static const int64_t new_year_us = 1767225600250000;

static void write_head(struct sample *sample, uint64_t sequence, enum record_kind kind)
{
    struct record_head head = {kind, sequence, new_year_us + (int64_t)sequence * 1000, 1250000 + sequence * 1000};
    uint8_t bytes[RECORD_HEAD_SIZE];
    record_head_write(&head, bytes);
    *sample = (struct sample){0};
    buffer_append(&sample->body, (struct text){(const char *)bytes, sizeof(bytes)});
}

void sample_clear(struct sample *sample)
{
    buffer_clear(&sample->body);
    buffer_clear(&sample->private_part);
}

void sample_decision(struct sample *sample, uint64_t sequence, const struct decision_record *decision)
{
    write_head(sample, sequence, RECORD_DECISION);
    record_decision_write(decision, &sample->body, &sample->private_part);
}

void sample_outcome(struct sample *sample, uint64_t sequence, const struct outcome_record *outcome)
{
    write_head(sample, sequence, RECORD_COMPLETION);
    record_outcome_write(outcome, &sample->body);
}

void sample_life(struct sample *sample, uint64_t sequence, enum record_kind kind, struct text event, struct text detail)
{
    write_head(sample, sequence, kind);
    record_field_append(&sample->body, TAG_EVENT, bytes_of_text(event));
    record_field_append(&sample->body, TAG_DETAIL, bytes_of_text(detail));
    if (kind == RECORD_POLICY)
        record_field_append(&sample->body, EVENT_FILE, bytes_of_text(TEXT("/etc/exeat/exeat.yaml")));
    if (kind == RECORD_GAP)
        record_number_append(&sample->body, TAG_COUNT, 7, 8);
}

void sample_known_answer(struct sample *sample)
{
    static const char hex[] =
        "01020000000000000001000647484624109000000000001312d001000800000000000000000200010304000a6c6c6d2d6f70656e6169"
        "060004504f535408000e6170692e6f70656e61692e636f6d09000201bb1300066f70656e61691400066770742d346f"
        "f00020edb0a7225d7d67f086c62caa7db05c2c844ec358cdb991e0f43c433577232573";
    uint8_t bytes[(sizeof(hex) - 1) / 2];
    *sample = (struct sample){0};
    assert_true(hex_decode(text_from(hex), bytes, sizeof(bytes)));
    buffer_append(&sample->body, (struct text){(const char *)bytes, sizeof(bytes)});
}

struct decision_record sample_whole_decision(void)
{
    return (struct decision_record){
        .id = {{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}},
        .policy_sequence = 3,
        .verdict = VERDICT_REROUTE,
        .plan = PLAN_REROUTE,
        .reason = REASON_RULE,
        .rule = TEXT("llm-stays-home"),
        .method = TEXT("POST"),
        .scheme = SCHEME_HTTPS,
        .host = TEXT("api.openai.com"),
        .port = 443,
        .sni = TEXT("api.openai.com"),
        .llm.provider = TEXT("openai"),
        .llm.operation = LLM_CHAT,
        .llm.dialect = DIALECT_OPENAI,
        .llm.model = TEXT("gpt-4o"),
        .found = TEXT("card redact 2 messages[1].content; email flag 1 metadata.*"),
        .credential = TEXT("stripe"),
        .client = TEXT("queue"),
        .known = {PROOF_UID, DOOR_SOCKS, {true, 33}},
        .personal.client_address = TEXT("2001:db8::7"),
        .personal.path = TEXT("/v1/chat/completions"),
        .personal.query = TEXT("stream=1"),
    };
}

struct outcome_record sample_whole_outcome(void)
{
    struct outcome_record outcome = {
        .id = sample_whole_decision().id,
        .done = PLAN_REROUTE,
        .status = 200,
        .bytes_up = 1234,
        .bytes_down = 56789,
        .duration_us = 1500250,
        .address = {.bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = 9}, .length = 16},
        .has_peer_key = true,
        .inference = TEXT("local-gpu"),
        .served_model = TEXT("llama-3.1-8b"),
        .found = TEXT("placeholder restore 3"),
        .tokens_in = 12,
        .tokens_out = 345,
        .service =
            {
                .step = 2,
                .dialect = DIALECT_OLLAMA,
                .finish = TEXT("length"),
                .version = TEXT("0.12.1"),
                .adapter = TEXT("shop-de"),
                .region = TEXT("eu-central"),
                .region_from = TEXT("file"),
                .has_digest = true,
                .first_us = 250125,
            },
    };
    memset(outcome.service.digest.bytes, 0xcd, sizeof(outcome.service.digest.bytes));
    memset(outcome.peer_key, 0xab, sizeof(outcome.peer_key));
    return outcome;
}

struct decision_record sample_hostile_decision(void)
{
    struct decision_record decision = sample_whole_decision();
    decision.verdict = VERDICT_DENY;
    decision.plan = PLAN_REFUSE;
    decision.reason = REASON_LLM_GUARD;
    decision.method = TEXT("=cmd()");
    decision.host = TEXT("a|b=c]d\\e\"f^g.example");
    decision.rule = TEXT("+1|=\"]\\");
    decision.client = TEXT("@SUM(1,1)");
    decision.personal.client_address = TEXT("192.0.2.7");
    decision.llm.model = TEXT("\xef\xbb\xbf\xef\xbc\x9d\x31+1"); /* BOM, then a full-width "=" */
    decision.personal.path =
        TEXT("/\x1b[31m|=]\"\\\t\r\nCEF:0|evil\xff\xc0\x80\xe2\x80\xa8\xe2\x80\xa9\xc2\x85\x00<script>&");
    decision.personal.query = TEXT("-x=\",\"\r\n=1+1");
    return decision;
}
