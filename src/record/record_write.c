/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of decisions and outcomes, written straight into room that the caller knows to be enough: one pass, no
 * allocation. Texts are cut at what their field may take, and a record that has such a text says which. */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "exeat/record/batch.h"
#include "record_tags.h"

enum {
    FIELD_HEAD = 3,
    TEXT_MAX = 4096,
    OUTCOME_TEXT_MAX = 160,
    PRIVATE_MAX = 16384,
    FOUND_MAX = 2048,
    OUTCOME_FOUND_MAX = 160,
    SERVICE_TEXT_MAX = 64,
    CUT_ROOM = FIELD_HEAD + 96,
    ANSWER_MAX = 16
};

static inline uint8_t *put(uint8_t *at, uint8_t tag, const void *value, size_t length)
{
    at[0] = tag;
    bytes_put_u16(at + 1, (uint16_t)length);
    memcpy(at + FIELD_HEAD, value, length);
    return at + FIELD_HEAD + length;
}

static uint8_t *put_text(uint8_t *at, uint8_t tag, struct text text, size_t maximum)
{
    if (text.length == 0)
        return at;
    return put(at, tag, text.data, text.length < maximum ? text.length : maximum);
}

static inline uint8_t *put_number(uint8_t *at, uint8_t tag, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    bytes_put_u64(bytes, value);
    return put(at, tag, bytes + sizeof(bytes) - size, size);
}

static inline uint8_t *put_number_if(uint8_t *at, uint8_t tag, uint64_t value, size_t size)
{
    return value == 0 ? at : put_number(at, tag, value, size);
}

static size_t text_room(struct text text, size_t maximum)
{
    return FIELD_HEAD + (text.length < maximum ? text.length : maximum);
}

/* The texts that are chosen by others, and what is kept of them. */
struct long_text {
    const char *name;
    size_t offset;
    size_t maximum;
};
static const struct long_text decision_texts[] = {
    {"rule", offsetof(struct decision_record, rule), TEXT_MAX},
    {"method", offsetof(struct decision_record, method), TEXT_MAX},
    {"host", offsetof(struct decision_record, host), TEXT_MAX},
    {"sni", offsetof(struct decision_record, sni), TEXT_MAX},
    {"llm_provider", offsetof(struct decision_record, llm.provider), TEXT_MAX},
    {"model", offsetof(struct decision_record, llm.model), TEXT_MAX},
    {"client", offsetof(struct decision_record, client), TEXT_MAX},
    {"path", offsetof(struct decision_record, personal.path), PRIVATE_MAX},
    {"query", offsetof(struct decision_record, personal.query), PRIVATE_MAX},
    {"found", offsetof(struct decision_record, found), FOUND_MAX},
};
static const struct long_text outcome_texts[] = {
    {"served_model", offsetof(struct outcome_record, served_model), OUTCOME_TEXT_MAX},
    {"inference", offsetof(struct outcome_record, inference), OUTCOME_TEXT_MAX},
    {"adapter", offsetof(struct outcome_record, service.adapter), SERVICE_TEXT_MAX},
    {"region", offsetof(struct outcome_record, service.region), SERVICE_TEXT_MAX},
    {"engine_version", offsetof(struct outcome_record, service.version), SERVICE_TEXT_MAX},
    {"builtin", offsetof(struct outcome_record, service.builtin), ANSWER_MAX},
    {"finish", offsetof(struct outcome_record, service.finish), ANSWER_MAX},
    {"region_from", offsetof(struct outcome_record, service.region_from), ANSWER_MAX},
    {"found", offsetof(struct outcome_record, found), OUTCOME_FOUND_MAX},
};

/* Each field of an outcome at its longest, in the order in which they are written below. */
enum {
    OUTCOME_NUMBERS = 10 * (FIELD_HEAD + 8) + 2 * (FIELD_HEAD + 2) + 3 * (FIELD_HEAD + 1),
    OUTCOME_BYTES = (FIELD_HEAD + sizeof(((struct outcome_record *)NULL)->address.bytes)) +
                    (FIELD_HEAD + sizeof(((struct outcome_record *)NULL)->peer_key)) +
                    (FIELD_HEAD + sizeof(((struct outcome_record *)NULL)->id.bytes)) +
                    (FIELD_HEAD + sizeof(((struct outcome_record *)NULL)->service.digest.bytes)),
    OUTCOME_TEXTS = 2 * (FIELD_HEAD + OUTCOME_TEXT_MAX) + 3 * (FIELD_HEAD + SERVICE_TEXT_MAX) +
                    4 * (FIELD_HEAD + ANSWER_MAX) + (FIELD_HEAD + DETAIL_SIZE) + (FIELD_HEAD + OUTCOME_FOUND_MAX),
};
static_assert(
    (size_t)OUTCOME_NUMBERS + (size_t)OUTCOME_BYTES + (size_t)OUTCOME_TEXTS + (size_t)CUT_ROOM <= RECORD_OUTCOME_ROOM,
    "the fields of an outcome have room");

/* "path,query", or no field. */
static uint8_t *put_cut(uint8_t *at, const void *record, const struct long_text *texts, size_t count)
{
    char names[CUT_ROOM];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const struct text *text = (const void *)((const char *)record + texts[i].offset);
        if (text->length <= texts[i].maximum)
            continue;
        size_t name = strlen(texts[i].name);
        if (length > 0)
            names[length++] = ',';
        memcpy(names + length, texts[i].name, name);
        length += name;
    }
    return length == 0 ? at : put(at, TAG_CUT, names, length);
}

size_t record_decision_room(const struct decision_record *decision)
{
    enum { NUMBERS_AND_ID = 120 + CUT_ROOM };
    return NUMBERS_AND_ID + text_room(decision->rule, TEXT_MAX) + text_room(decision->method, TEXT_MAX) +
           text_room(decision->host, TEXT_MAX) + text_room(decision->sni, TEXT_MAX) +
           text_room(decision->llm.provider, TEXT_MAX) + text_room(decision->llm.model, TEXT_MAX) +
           text_room(decision->client, TEXT_MAX) + text_room(decision->detail, DETAIL_SIZE) +
           text_room(decision->found, FOUND_MAX) + text_room(decision->credential, SERVICE_TEXT_MAX);
}

uint8_t *record_decision_put(const struct decision_record *decision, uint8_t *at)
{
    at = put_number(at, TAG_POLICY, decision->policy_sequence, 8);
    at = put_number(at, TAG_VERDICT, decision->verdict, 1);
    at = put_number_if(at, TAG_PLAN, decision->plan, 1);
    at = put_text(at, TAG_RULE, decision->rule, TEXT_MAX);
    at = put_number_if(at, TAG_REASON, decision->reason, 2);
    at = put_text(at, TAG_METHOD, decision->method, TEXT_MAX);
    at = put_number_if(at, TAG_SCHEME, decision->scheme, 1);
    at = put_text(at, TAG_HOST, decision->host, TEXT_MAX);
    at = put_number_if(at, TAG_PORT, decision->port, 2);
    at = put_text(at, TAG_SNI, decision->sni, TEXT_MAX);
    at = put_text(at, TAG_PROVIDER, decision->llm.provider, TEXT_MAX);
    at = put_text(at, TAG_MODEL, decision->llm.model, TEXT_MAX);
    at = put(at, TAG_ID, decision->id.bytes, sizeof(decision->id.bytes));
    at = put_text(at, TAG_CLIENT, decision->client, TEXT_MAX);
    at = put_number_if(at, TAG_OPERATION, decision->llm.operation, 1);
    at = put_number_if(at, TAG_OBSERVED, decision->observed ? 1 : 0, 1);
    at = put_text(at, TAG_DETAIL, decision->detail, DETAIL_SIZE);
    at = put_number_if(at, TAG_PROOF, decision->known.by, 1);
    if (decision->known.owner.is_known)
        at = put_number(at, TAG_UID, decision->known.owner.uid, 4);
    at = put_number_if(at, TAG_DIALECT, decision->llm.dialect, 1);
    at = put_text(at, TAG_FOUND, decision->found, FOUND_MAX);
    at = put_text(at, TAG_CREDENTIAL, decision->credential, SERVICE_TEXT_MAX);
    at = put_number_if(at, TAG_DOOR, decision->known.door, 1);
    return put_cut(at, decision, decision_texts, COUNT_OF(decision_texts));
}

size_t record_private_room(const struct decision_record *decision)
{
    return text_room(decision->personal.path, PRIVATE_MAX) + text_room(decision->personal.query, PRIVATE_MAX) +
           text_room(decision->personal.client_address, PRIVATE_MAX);
}

uint8_t *record_private_put(const struct decision_record *decision, uint8_t *at)
{
    at = put_text(at, PRIVATE_PATH, decision->personal.path, PRIVATE_MAX);
    at = put_text(at, PRIVATE_QUERY, decision->personal.query, PRIVATE_MAX);
    return put_text(at, PRIVATE_CLIENT, decision->personal.client_address, PRIVATE_MAX);
}

static uint8_t *put_service(uint8_t *at, const struct service_record *service)
{
    at = put_number_if(at, OUTCOME_FIRST, service->first_us, 8);
    at = put_number_if(at, OUTCOME_STEP, service->step, 1);
    at = put_text(at, OUTCOME_BUILTIN, service->builtin, ANSWER_MAX);
    at = put_text(at, OUTCOME_FINISH, service->finish, ANSWER_MAX);
    at = put_number_if(at, OUTCOME_DIALECT, service->dialect, 1);
    at = put_text(at, OUTCOME_VERSION, service->version, SERVICE_TEXT_MAX);
    if (service->has_digest)
        at = put(at, OUTCOME_DIGEST, service->digest.bytes, sizeof(service->digest.bytes));
    at = put_text(at, OUTCOME_ADAPTER, service->adapter, SERVICE_TEXT_MAX);
    at = put_text(at, OUTCOME_REGION, service->region, SERVICE_TEXT_MAX);
    return put_text(at, OUTCOME_REGION_FROM, service->region_from, ANSWER_MAX);
}

uint8_t *record_outcome_put(const struct outcome_record *outcome, uint8_t *at)
{
    at = put_number_if(at, OUTCOME_STATUS, outcome->status, 2);
    at = put_number(at, OUTCOME_UP, outcome->bytes_up, 8);
    at = put_number(at, OUTCOME_DOWN, outcome->bytes_down, 8);
    at = put_number(at, OUTCOME_DURATION, outcome->duration_us, 8);
    at = put_number_if(at, OUTCOME_TOKENS_IN, outcome->tokens_in, 8);
    at = put_number_if(at, OUTCOME_TOKENS_OUT, outcome->tokens_out, 8);
    at = put_number(at, OUTCOME_DONE, outcome->done, 1);
    if (outcome->address.length > 0)
        at = put(at, OUTCOME_ADDRESS, outcome->address.bytes, outcome->address.length);
    at = put_number_if(at, OUTCOME_REASON, outcome->reason, 2);
    if (outcome->has_peer_key)
        at = put(at, OUTCOME_PEER_KEY, outcome->peer_key, sizeof(outcome->peer_key));
    at = put_text(at, OUTCOME_SERVED, outcome->served_model, OUTCOME_TEXT_MAX);
    at = put_text(at, OUTCOME_INFERENCE, outcome->inference, OUTCOME_TEXT_MAX);
    at = put(at, TAG_ID, outcome->id.bytes, sizeof(outcome->id.bytes));
    at = put_text(at, OUTCOME_DETAIL, outcome->detail, DETAIL_SIZE);
    at = put_text(at, OUTCOME_ANSWER, outcome->answer, ANSWER_MAX);
    at = put_number_if(at, OUTCOME_QUESTIONS, outcome->questions, 8);
    if (outcome->service.step != 0 || outcome->service.builtin.length > 0)
        at = put_service(at, &outcome->service);
    at = put_text(at, OUTCOME_FOUND, outcome->found, OUTCOME_FOUND_MAX);
    return put_cut(at, outcome, outcome_texts, COUNT_OF(outcome_texts));
}

uint8_t *record_commitment_leave_room(uint8_t *at)
{
    static const struct digest none;
    return put(at, RECORD_TAG_COMMITMENT, none.bytes, sizeof(none.bytes));
}

static void took(struct buffer *buffer, const uint8_t *end)
{
    buffer->length = (size_t)(end - (const uint8_t *)buffer->data);
}

static uint8_t *end_of(struct buffer *buffer, size_t room)
{
    buffer_reserve(buffer, room);
    return (uint8_t *)buffer->data + buffer->length;
}

void record_decision_write(const struct decision_record *decision, struct buffer *fields, struct buffer *private_part)
{
    took(fields, record_decision_put(decision, end_of(fields, record_decision_room(decision))));
    took(private_part, record_private_put(decision, end_of(private_part, record_private_room(decision))));
}

void record_outcome_write(const struct outcome_record *outcome, struct buffer *fields)
{
    took(fields, record_outcome_put(outcome, end_of(fields, RECORD_OUTCOME_ROOM)));
}
