/* SPDX-License-Identifier: Apache-2.0 */
/* The inverse of record_decision_write and record_outcome_write: fields of a parsed record back into nouns. */
#include "exeat/record.h"

#include <string.h>

#include "exeat/base/clock.h"
#include "record_tags.h"

struct bytes record_field_find(struct bytes fields, uint8_t wanted)
{
    struct bytes value;
    uint8_t tag;
    while (record_field_next(&fields, &tag, &value))
        if (tag == wanted)
            return value;
    return (struct bytes){0};
}

uint64_t record_number_of(struct bytes value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < value.length && i < sizeof(number); i++)
        number = number << 8 | value.data[i];
    return number;
}

static void read_id(struct bytes value, struct request_id *id)
{
    if (value.length == sizeof(id->bytes))
        memcpy(id->bytes, value.data, sizeof(id->bytes));
}

static void read_address(struct bytes value, struct address *address)
{
    if (value.length != 4 && value.length != 16)
        return;
    memcpy(address->bytes, value.data, value.length);
    address->length = (uint8_t)value.length;
}

static void read_decision_number(uint8_t tag, uint64_t number, struct decision_record *decision)
{
    if (tag == TAG_POLICY)
        decision->policy_sequence = number;
    else if (tag == TAG_VERDICT)
        decision->verdict = (enum verdict)number;
    else if (tag == TAG_PLAN)
        decision->plan = (enum plan)number;
    else if (tag == TAG_REASON)
        decision->reason = (enum reason)number;
    else if (tag == TAG_SCHEME)
        decision->scheme = (enum scheme)number;
    else if (tag == TAG_PORT)
        decision->port = (uint16_t)number;
    else if (tag == TAG_OPERATION)
        decision->llm.operation = (enum llm_operation)number;
    else if (tag == TAG_OBSERVED)
        decision->observed = number != 0;
    else if (tag == TAG_PROOF)
        decision->known.by = (enum client_proof)number;
    else if (tag == TAG_DIALECT)
        decision->llm.dialect = (enum llm_dialect)number;
    else if (tag == TAG_DOOR)
        decision->known.door = (enum client_door)number;
    else if (tag == TAG_UID)
        decision->known.owner = (struct owner){true, (uint32_t)number};
}

static struct text *decision_text(uint8_t tag, struct decision_record *decision)
{
    switch (tag) {
    case TAG_RULE:
        return &decision->rule;
    case TAG_METHOD:
        return &decision->method;
    case TAG_HOST:
        return &decision->host;
    case TAG_SNI:
        return &decision->sni;
    case TAG_PROVIDER:
        return &decision->llm.provider;
    case TAG_MODEL:
        return &decision->llm.model;
    case TAG_CLIENT:
        return &decision->client;
    case TAG_DETAIL:
        return &decision->detail;
    case TAG_FOUND:
        return &decision->found;
    case TAG_CREDENTIAL:
        return &decision->credential;
    case TAG_CUT:
        return &decision->cut;
    default:
        return NULL;
    }
}

static void read_private(struct bytes rest, struct decision_record *decision)
{
    struct bytes value;
    uint8_t tag;
    while (record_field_next(&rest, &tag, &value)) {
        if (tag == PRIVATE_PATH)
            decision->personal.path = text_of_bytes(value);
        else if (tag == PRIVATE_QUERY)
            decision->personal.query = text_of_bytes(value);
        else if (tag == PRIVATE_CLIENT)
            decision->personal.client_address = text_of_bytes(value);
    }
}

void record_decision_read(const struct record *record, struct bytes private_part, struct decision_record *decision)
{
    struct bytes rest = record->fields;
    struct bytes value;
    uint8_t tag;
    *decision = (struct decision_record){0};
    while (record_field_next(&rest, &tag, &value)) {
        struct text *text = decision_text(tag, decision);
        if (text != NULL)
            *text = text_of_bytes(value);
        else if (tag == TAG_ID)
            read_id(value, &decision->id);
        else
            read_decision_number(tag, record_number_of(value), decision);
    }
    read_private(private_part, decision);
}

static void read_service_number(uint8_t tag, uint64_t number, struct service_record *service)
{
    if (tag == OUTCOME_FIRST)
        service->first_us = number;
    else if (tag == OUTCOME_STEP)
        service->step = (uint8_t)number;
    else if (tag == OUTCOME_DIALECT)
        service->dialect = (enum llm_dialect)number;
}

static void read_outcome_number(uint8_t tag, uint64_t number, struct outcome_record *outcome)
{
    if (tag == OUTCOME_STATUS)
        outcome->status = (uint16_t)number;
    else if (tag == OUTCOME_UP)
        outcome->bytes_up = number;
    else if (tag == OUTCOME_DOWN)
        outcome->bytes_down = number;
    else if (tag == OUTCOME_DURATION)
        outcome->duration_us = number;
    else if (tag == OUTCOME_TOKENS_IN)
        outcome->tokens_in = number;
    else if (tag == OUTCOME_TOKENS_OUT)
        outcome->tokens_out = number;
    else if (tag == OUTCOME_QUESTIONS)
        outcome->questions = number;
    else if (tag == OUTCOME_DONE)
        outcome->done = (enum plan)number;
    else if (tag == OUTCOME_REASON)
        outcome->reason = (enum reason)number;
    else
        read_service_number(tag, number, &outcome->service);
}

/* A SHA-256. */
static bool read_bytes(struct bytes value, uint8_t out[sizeof(struct digest)])
{
    if (value.length != sizeof(struct digest))
        return false;
    memcpy(out, value.data, value.length);
    return true;
}

static struct text *outcome_text(uint8_t tag, struct outcome_record *outcome)
{
    switch (tag) {
    case OUTCOME_SERVED:
        return &outcome->served_model;
    case OUTCOME_INFERENCE:
        return &outcome->inference;
    case OUTCOME_DETAIL:
        return &outcome->detail;
    case OUTCOME_FOUND:
        return &outcome->found;
    case OUTCOME_ANSWER:
        return &outcome->answer;
    case OUTCOME_BUILTIN:
        return &outcome->service.builtin;
    case OUTCOME_FINISH:
        return &outcome->service.finish;
    case OUTCOME_VERSION:
        return &outcome->service.version;
    case OUTCOME_ADAPTER:
        return &outcome->service.adapter;
    case OUTCOME_REGION:
        return &outcome->service.region;
    case OUTCOME_REGION_FROM:
        return &outcome->service.region_from;
    default:
        return NULL;
    }
}

void record_outcome_read(const struct record *record, struct outcome_record *outcome)
{
    struct bytes rest = record->fields;
    struct bytes value;
    uint8_t tag;
    *outcome = (struct outcome_record){0};
    while (record_field_next(&rest, &tag, &value)) {
        struct text *text = outcome_text(tag, outcome);
        if (text != NULL)
            *text = text_of_bytes(value);
        else if (tag == TAG_ID)
            read_id(value, &outcome->id);
        else if (tag == OUTCOME_ADDRESS)
            read_address(value, &outcome->address);
        else if (tag == OUTCOME_PEER_KEY)
            outcome->has_peer_key = read_bytes(value, outcome->peer_key);
        else if (tag == OUTCOME_DIGEST)
            outcome->service.has_digest = read_bytes(value, outcome->service.digest.bytes);
        else
            read_outcome_number(tag, record_number_of(value), outcome);
    }
}

void record_event_read(const struct record *record, struct record_event *life)
{
    *life = (struct record_event){
        .event = text_of_bytes(record_field_find(record->fields, EVENT_NAME)),
        .detail = text_of_bytes(record_field_find(record->fields, EVENT_DETAIL)),
        .file = text_of_bytes(record_field_find(record->fields, EVENT_FILE)),
        .origin = text_of_bytes(record_field_find(record->fields, EVENT_ORIGIN)),
        .rule = text_of_bytes(record_field_find(record->fields, EVENT_RULE)),
        .owner = text_of_bytes(record_field_find(record->fields, EVENT_OWNER)),
        .digest = record_field_find(record->fields, EVENT_DIGEST),
        .previous_size = record_number_of(record_field_find(record->fields, EVENT_PREVIOUS_SIZE)),
        .count = record_number_of(record_field_find(record->fields, EVENT_COUNT)),
        .files = record_field_find(record->fields, EVENT_FILES),
    };
}

/* --- what they name ------------------------------------------------------------------------------------------------
 */

enum { HEX_DIGEST = 2 * sizeof(struct digest) };

void record_files_of(const struct record_event *life, struct record_files *files)
{
    bool has_list = life->files.length > 0;
    *files = (struct record_files){.digests = has_list ? life->files : life->digest};
    if (has_list)
        return;
    files->detail = life->detail;
    files->main = life->digest;
}

static bool take_digest(struct bytes *rest, struct digest *digest)
{
    if (rest->length < sizeof(digest->bytes))
        return false;
    memcpy(digest->bytes, rest->data, sizeof(digest->bytes));
    rest->data += sizeof(digest->bytes);
    rest->length -= sizeof(digest->bytes);
    return true;
}

/* Older records: "HEX PATH, HEX PATH". A path may have commas: a name begins where a digest and a blank stand. */
static bool take_named(struct text *rest, struct digest *digest)
{
    while (rest->length > HEX_DIGEST) {
        bool found = rest->data[HEX_DIGEST] == ' ' &&
                     hex_decode(text_part(*rest, 0, HEX_DIGEST), digest->bytes, sizeof(*digest));
        size_t comma = text_index(*rest, ',', found ? HEX_DIGEST : 0);
        *rest = text_after(*rest, comma + 1);
        if (text_starts_with(*rest, TEXT(" ")))
            *rest = text_after(*rest, 1);
        if (found)
            return true;
    }
    return false;
}

bool record_files_next(struct record_files *files, struct digest *digest)
{
    if (take_digest(&files->digests, digest))
        return true;
    while (take_named(&files->detail, digest))
        if (files->main.length != sizeof(*digest) || memcmp(files->main.data, digest, sizeof(*digest)) != 0)
            return true;
    return false;
}

bool record_erase_read(const struct record_event *life, int64_t *before_us)
{
    struct text rest = life->detail;
    struct text time;
    if (!text_equal(life->event, TEXT("erase")) || !text_starts_with(rest, TEXT(RECORD_ERASE_DETAIL)))
        return false;
    rest = text_after(rest, sizeof(RECORD_ERASE_DETAIL) - 1);
    return text_split(&rest, ' ', &time) && clock_parse(time, 0, before_us);
}
