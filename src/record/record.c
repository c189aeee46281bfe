/* SPDX-License-Identifier: Apache-2.0 */
/* Records in their one encoding. Big-endian:
 *     u8 version | u8 kind | u64 sequence | i64 wall clock, us | u64 boot clock, us | { u8 tag, u16 length, value }...
 * 1. Tags ascend strictly; no value is empty; a number has its tag's size.
 * 2. The sequence is the leaf's index in the tree, so a moved record contradicts its own bytes.
 * 3. What is personal is not in the record: it lies apart, bound by a salted commitment (tag f0). */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/record/batch.h"
#include "record_tags.h"

static const char *const kind_names[] = {
    [RECORD_OPEN] = "open",
    [RECORD_DECISION] = "decision",
    [RECORD_HEARTBEAT] = "heartbeat",
    [RECORD_COMPLETION] = "completion",
    [RECORD_POLICY] = "policy",
    [RECORD_TIME_STEP] = "time_step",
    [RECORD_GAP] = "gap",
    [RECORD_PRUNE] = "prune",
    [RECORD_SEAL] = "seal",
    [RECORD_CLOSE] = "close",
    [RECORD_MODEL] = "model",
    [RECORD_ADMIN] = "admin",
    [RECORD_CONFIG] = "config",
};

const char *record_kind_name(enum record_kind kind)
{
    size_t index = (size_t)kind;
    return index < COUNT_OF(kind_names) && kind_names[index] != NULL ? kind_names[index] : "unknown";
}

/* Each row stands at its tag: what is read of a record is found without a search. */
#define ROW(tag, name, type, size) [tag] = {tag, name, type, size}
static const struct record_tag decision_tags[] = {
    ROW(TAG_POLICY, "policy", RECORD_NUMBER, 8),
    ROW(TAG_VERDICT, "verdict", RECORD_VERDICT, 1),
    ROW(TAG_PLAN, "plan", RECORD_PLAN, 1),
    ROW(TAG_RULE, "rule", RECORD_TEXT, 0),
    ROW(TAG_REASON, "reason", RECORD_REASON, 2),
    ROW(TAG_METHOD, "method", RECORD_TEXT, 0),
    ROW(TAG_SCHEME, "scheme", RECORD_SCHEME, 1),
    ROW(TAG_HOST, "host", RECORD_TEXT, 0),
    ROW(TAG_PORT, "port", RECORD_NUMBER, 2),
    ROW(TAG_SNI, "sni", RECORD_TEXT, 0),
    ROW(TAG_PROVIDER, "llm_provider", RECORD_TEXT, 0),
    ROW(TAG_MODEL, "model", RECORD_TEXT, 0),
    ROW(TAG_ID, "request", RECORD_BYTES, 0),
    ROW(TAG_CLIENT, "client", RECORD_TEXT, 0),
    ROW(TAG_OPERATION, "llm_operation", RECORD_LLM_OPERATION, 1),
    ROW(TAG_OBSERVED, "observed", RECORD_NUMBER, 1),
    ROW(TAG_DETAIL, "detail", RECORD_TEXT, 0),
    ROW(TAG_PROOF, "client_proof", RECORD_CLIENT_PROOF, 1),
    ROW(TAG_UID, "client_uid", RECORD_NUMBER, 4),
    ROW(TAG_DIALECT, "llm_dialect", RECORD_LLM_DIALECT, 1),
    ROW(TAG_FOUND, "found", RECORD_TEXT, 0),
    ROW(TAG_CREDENTIAL, "credential", RECORD_TEXT, 0),
    ROW(TAG_DOOR, "door", RECORD_DOOR, 1),
    ROW(TAG_CUT, "cut", RECORD_TEXT, 0),
    ROW(RECORD_TAG_COMMITMENT, "commitment", RECORD_BYTES, 0),
};
static const struct record_tag outcome_tags[] = {
    ROW(OUTCOME_STATUS, "status", RECORD_NUMBER, 2),
    ROW(OUTCOME_UP, "bytes_up", RECORD_NUMBER, 8),
    ROW(OUTCOME_DOWN, "bytes_down", RECORD_NUMBER, 8),
    ROW(OUTCOME_DURATION, "duration_us", RECORD_NUMBER, 8),
    ROW(OUTCOME_TOKENS_IN, "tokens_in", RECORD_NUMBER, 8),
    ROW(OUTCOME_TOKENS_OUT, "tokens_out", RECORD_NUMBER, 8),
    ROW(OUTCOME_DONE, "done", RECORD_PLAN, 1),
    ROW(OUTCOME_ADDRESS, "address", RECORD_ADDRESS, 0),
    ROW(OUTCOME_REASON, "reason", RECORD_REASON, 2),
    ROW(OUTCOME_PEER_KEY, "peer_key", RECORD_BYTES, 0),
    ROW(OUTCOME_SERVED, "served_model", RECORD_TEXT, 0),
    ROW(OUTCOME_INFERENCE, "inference", RECORD_TEXT, 0),
    ROW(TAG_ID, "request", RECORD_BYTES, 0),
    ROW(OUTCOME_DETAIL, "detail", RECORD_TEXT, 0),
    ROW(OUTCOME_ANSWER, "answer", RECORD_TEXT, 0),
    ROW(OUTCOME_QUESTIONS, "questions", RECORD_NUMBER, 8),
    ROW(OUTCOME_FIRST, "first_content_us", RECORD_NUMBER, 8),
    ROW(OUTCOME_STEP, "step", RECORD_NUMBER, 1),
    ROW(OUTCOME_BUILTIN, "builtin", RECORD_TEXT, 0),
    ROW(OUTCOME_FINISH, "finish", RECORD_TEXT, 0),
    ROW(OUTCOME_DIALECT, "endpoint_dialect", RECORD_LLM_DIALECT, 1),
    ROW(OUTCOME_VERSION, "engine_version", RECORD_TEXT, 0),
    ROW(OUTCOME_DIGEST, "model_digest", RECORD_BYTES, 0),
    ROW(OUTCOME_ADAPTER, "adapter", RECORD_TEXT, 0),
    ROW(OUTCOME_REGION, "region", RECORD_TEXT, 0),
    ROW(OUTCOME_REGION_FROM, "region_from", RECORD_TEXT, 0),
    ROW(OUTCOME_FOUND, "found", RECORD_TEXT, 0),
    ROW(TAG_CUT, "cut", RECORD_TEXT, 0),
};
static const struct record_tag event_tags[] = {
    /* of all other kinds */
    ROW(EVENT_ORIGIN, "origin", RECORD_TEXT, 0), ROW(EVENT_PREVIOUS_SIZE, "previous_size", RECORD_NUMBER, 8),
    ROW(EVENT_BUILD, "build", RECORD_TEXT, 0),   ROW(EVENT_BOOT, "boot", RECORD_TEXT, 0),
    ROW(EVENT_NAME, "event", RECORD_TEXT, 0),    ROW(EVENT_DETAIL, "detail", RECORD_TEXT, 0),
    ROW(EVENT_FILE, "file", RECORD_TEXT, 0),     ROW(EVENT_DIGEST, "digest", RECORD_BYTES, 0),
    ROW(EVENT_COUNT, "count", RECORD_NUMBER, 8), ROW(EVENT_FILES, "files", RECORD_BYTES, 0),
    ROW(EVENT_RULE, "rule", RECORD_TEXT, 0),     ROW(EVENT_OWNER, "owner", RECORD_TEXT, 0),
};
static const struct record_tag step_tags[] = {
    /* of time_step */
    ROW(EVENT_COUNT, "count", RECORD_SIGNED, 8),
};

#undef ROW

struct tag_table {
    const struct record_tag *rows;
    size_t count;
};

static struct tag_table tags_of(enum record_kind kind)
{
    if (kind == RECORD_DECISION)
        return (struct tag_table){decision_tags, COUNT_OF(decision_tags)};
    if (kind == RECORD_COMPLETION)
        return (struct tag_table){outcome_tags, COUNT_OF(outcome_tags)};
    if (kind == RECORD_TIME_STEP)
        return (struct tag_table){step_tags, COUNT_OF(step_tags)};
    return (struct tag_table){event_tags, COUNT_OF(event_tags)};
}

static inline const struct record_tag *find_in(struct tag_table table, uint8_t tag)
{
    return tag < table.count && table.rows[tag].name != NULL ? &table.rows[tag] : NULL;
}

const struct record_tag *record_tag_find(enum record_kind kind, uint8_t tag)
{
    return find_in(tags_of(kind), tag);
}

void record_head_write(const struct record_head *head, uint8_t out[RECORD_HEAD_SIZE])
{
    out[0] = RECORD_VERSION;
    out[1] = (uint8_t)head->kind;
    bytes_put_u64(out + 2, head->sequence);
    bytes_put_u64(out + 10, (uint64_t)head->wall_us);
    bytes_put_u64(out + 18, head->boot_us);
}

static inline bool next_field(struct bytes *rest, uint8_t *tag, struct bytes *value)
{
    if (rest->length < 4)
        return false;
    size_t length = bytes_get_u16(rest->data + 1);
    if (length == 0 || rest->length - 3 < length)
        return false;
    *tag = rest->data[0];
    *value = (struct bytes){rest->data + 3, length};
    rest->data += 3 + length;
    rest->length -= 3 + length;
    return true;
}

bool record_field_next(struct bytes *rest, uint8_t *tag, struct bytes *value)
{
    return next_field(rest, tag, value);
}

static bool fields_are_canonical(enum record_kind kind, struct bytes rest)
{
    struct tag_table table = tags_of(kind);
    int last = -1;
    uint8_t tag;
    struct bytes value;
    while (rest.length > 0) {
        if (!next_field(&rest, &tag, &value) || tag <= last)
            return false;
        const struct record_tag *known = find_in(table, tag);
        if (known == NULL || (known->size > 0 && known->size != value.length))
            return false;
        last = tag;
    }
    return true;
}

bool record_parse(struct bytes bytes, struct record *record)
{
    if (bytes.length < RECORD_HEAD_SIZE || bytes.length > RECORD_MAX || bytes.data[0] != RECORD_VERSION)
        return false;
    record->head = (struct record_head){
        .kind = (enum record_kind)bytes.data[1],
        .sequence = bytes_get_u64(bytes.data + 2),
        .wall_us = (int64_t)bytes_get_u64(bytes.data + 10),
        .boot_us = bytes_get_u64(bytes.data + 18),
    };
    record->fields = (struct bytes){bytes.data + RECORD_HEAD_SIZE, bytes.length - RECORD_HEAD_SIZE};
    if (bytes.data[1] >= COUNT_OF(kind_names) || kind_names[bytes.data[1]] == NULL)
        return false;
    return fields_are_canonical(record->head.kind, record->fields);
}

void record_field_append(struct buffer *fields, uint8_t tag, struct bytes value)
{
    const struct text mark = TEXT(" [cut]");
    enum { TEXT_MAX = 16384, FILES_MAX = 1280 * sizeof(struct digest) };
    if (value.length == 0)
        return;
    size_t most = tag == EVENT_FILES ? FILES_MAX : TEXT_MAX;
    bool is_cut = value.length > most;
    if (is_cut)
        value.length = tag == EVENT_FILES ? most : most - mark.length;
    uint8_t head[3] = {tag};
    bytes_put_u16(head + 1, (uint16_t)(is_cut ? most : value.length));
    buffer_append(fields, (struct text){(const char *)head, sizeof(head)});
    buffer_append(fields, text_of_bytes(value));
    if (is_cut && tag != EVENT_FILES)
        buffer_append(fields, mark);
}

void record_number_append(struct buffer *fields, uint8_t tag, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    ASSERT(size >= 1 && size <= sizeof(bytes));
    bytes_put_u64(bytes, value);
    record_field_append(fields, tag, (struct bytes){bytes + sizeof(bytes) - size, size});
}

void record_projection(const struct record *record, struct record_columns *columns)
{
    struct bytes rest = record->fields;
    struct bytes value;
    uint8_t tag = 0;
    bool is_decision = record->head.kind == RECORD_DECISION;
    *columns = (struct record_columns){.wall_us = record->head.wall_us, .kind = record->head.kind};
    if (!is_decision && record->head.kind != RECORD_COMPLETION)
        return;
    while (next_field(&rest, &tag, &value) && tag < TAG_ID) {
        if (is_decision && tag == TAG_VERDICT)
            columns->verdict = value.data[0];
        else if (is_decision && tag == TAG_HOST)
            columns->host = text_of_bytes(value);
    }
    if (tag == TAG_ID)
        columns->request = value;
}

void record_commitment(const uint8_t salt[RECORD_SALT_SIZE], struct bytes private_part, struct digest *commitment)
{
    static const char domain[] = "egress-audit/private/v1"; /* its NUL belongs to it */
    const struct bytes pieces[] = {{(const uint8_t *)domain, sizeof(domain)}, {salt, RECORD_SALT_SIZE}, private_part};
    digest_sha256_pieces(pieces, COUNT_OF(pieces), commitment);
}
