/* SPDX-License-Identifier: Apache-2.0 */
/* Records in their one encoding. Big-endian:
 *     u8 version | u8 kind | u64 sequence | i64 wall clock, us | u64 boot clock, us | { u8 tag, u16 length, value }...
 * 1. Tags ascend strictly; no value is empty; a number has its tag's size.
 * 2. The sequence is the leaf's index in the tree, so a moved record contradicts its own bytes.
 * 3. What is personal is not in the record: it lies apart, bound by a salted commitment (tag f0). */
#include <string.h>

#include "audit_internal.h"
#include "exeat/base/check.h"
#include "record_tags.h"

static const char *const kind_names[] = {
    [AUDIT_OPEN] = "open",
    [AUDIT_DECISION] = "decision",
    [AUDIT_HEARTBEAT] = "heartbeat",
    [AUDIT_COMPLETION] = "completion",
    [AUDIT_POLICY] = "policy",
    [AUDIT_TIME_STEP] = "time_step",
    [AUDIT_GAP] = "gap",
    [AUDIT_PRUNE] = "prune",
    [AUDIT_SEAL] = "seal",
    [AUDIT_CLOSE] = "close",
    [AUDIT_MODEL] = "model",
    [AUDIT_ADMIN] = "admin",
    [AUDIT_CONFIG] = "config",
};

const char *audit_kind_name(enum audit_kind kind)
{
    size_t index = (size_t)kind;
    return index < COUNT_OF(kind_names) && kind_names[index] != NULL ? kind_names[index] : "unknown";
}

static const struct audit_tag decision_tags[] = {
    {TAG_POLICY, "policy", AUDIT_NUMBER, 8},
    {TAG_VERDICT, "verdict", AUDIT_VERDICT, 1},
    {TAG_PLAN, "plan", AUDIT_PLAN, 1},
    {TAG_RULE, "rule", AUDIT_TEXT, 0},
    {TAG_REASON, "reason", AUDIT_REASON, 2},
    {TAG_METHOD, "method", AUDIT_TEXT, 0},
    {TAG_SCHEME, "scheme", AUDIT_SCHEME, 1},
    {TAG_HOST, "host", AUDIT_TEXT, 0},
    {TAG_PORT, "port", AUDIT_NUMBER, 2},
    {TAG_SNI, "sni", AUDIT_TEXT, 0},
    {TAG_PROVIDER, "llm_provider", AUDIT_TEXT, 0},
    {TAG_MODEL, "model", AUDIT_TEXT, 0},
    {TAG_ID, "request", AUDIT_BYTES, 0},
    {TAG_CLIENT, "client", AUDIT_TEXT, 0},
    {TAG_OPERATION, "llm_operation", AUDIT_LLM_OPERATION, 1},
    {TAG_OBSERVED, "observed", AUDIT_NUMBER, 1},
    {TAG_DETAIL, "detail", AUDIT_TEXT, 0},
    {TAG_CUT, "cut", AUDIT_TEXT, 0},
    {AUDIT_TAG_COMMITMENT, "commitment", AUDIT_BYTES, 0},
};
static const struct audit_tag outcome_tags[] = {
    {OUTCOME_STATUS, "status", AUDIT_NUMBER, 2},
    {OUTCOME_UP, "bytes_up", AUDIT_NUMBER, 8},
    {OUTCOME_DOWN, "bytes_down", AUDIT_NUMBER, 8},
    {OUTCOME_DURATION, "duration_us", AUDIT_NUMBER, 8},
    {OUTCOME_TOKENS_IN, "tokens_in", AUDIT_NUMBER, 8},
    {OUTCOME_TOKENS_OUT, "tokens_out", AUDIT_NUMBER, 8},
    {OUTCOME_DONE, "done", AUDIT_PLAN, 1},
    {OUTCOME_ADDRESS, "address", AUDIT_ADDRESS, 0},
    {OUTCOME_REASON, "reason", AUDIT_REASON, 2},
    {OUTCOME_PEER_KEY, "peer_key", AUDIT_BYTES, 0},
    {OUTCOME_SERVED, "served_model", AUDIT_TEXT, 0},
    {OUTCOME_INFERENCE, "inference", AUDIT_TEXT, 0},
    {TAG_ID, "request", AUDIT_BYTES, 0},
    {OUTCOME_DETAIL, "detail", AUDIT_TEXT, 0},
    {TAG_CUT, "cut", AUDIT_TEXT, 0},
};
static const struct audit_tag life_tags[] = {
    /* of all other kinds */
    {LIFE_ORIGIN, "origin", AUDIT_TEXT, 0}, {LIFE_PREVIOUS_SIZE, "previous_size", AUDIT_NUMBER, 8},
    {LIFE_BUILD, "build", AUDIT_TEXT, 0},   {LIFE_BOOT, "boot", AUDIT_TEXT, 0},
    {LIFE_EVENT, "event", AUDIT_TEXT, 0},   {LIFE_DETAIL, "detail", AUDIT_TEXT, 0},
    {LIFE_FILE, "file", AUDIT_TEXT, 0},     {LIFE_DIGEST, "digest", AUDIT_BYTES, 0},
    {LIFE_COUNT, "count", AUDIT_NUMBER, 8}, {LIFE_FILES, "files", AUDIT_BYTES, 0},
};

static const struct audit_tag *find_in(const struct audit_tag *tags, size_t count, uint8_t tag)
{
    for (size_t i = 0; i < count; i++)
        if (tags[i].tag == tag)
            return &tags[i];
    return NULL;
}

const struct audit_tag *audit_tag_find(enum audit_kind kind, uint8_t tag)
{
    if (kind == AUDIT_DECISION)
        return find_in(decision_tags, COUNT_OF(decision_tags), tag);
    if (kind == AUDIT_COMPLETION)
        return find_in(outcome_tags, COUNT_OF(outcome_tags), tag);
    return find_in(life_tags, COUNT_OF(life_tags), tag);
}

void audit_head_write(const struct audit_head *head, uint8_t out[AUDIT_HEAD_SIZE])
{
    out[0] = AUDIT_RECORD_VERSION;
    out[1] = (uint8_t)head->kind;
    bytes_put_u64(out + 2, head->sequence);
    bytes_put_u64(out + 10, (uint64_t)head->wall_us);
    bytes_put_u64(out + 18, head->boot_us);
}

bool audit_field_next(struct bytes *rest, uint8_t *tag, struct bytes *value)
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

static bool fields_are_canonical(enum audit_kind kind, struct bytes rest)
{
    int last = -1;
    uint8_t tag;
    struct bytes value;
    while (rest.length > 0) {
        if (!audit_field_next(&rest, &tag, &value) || tag <= last)
            return false;
        const struct audit_tag *known = audit_tag_find(kind, tag);
        if (known == NULL || (known->size > 0 && known->size != value.length))
            return false;
        last = tag;
    }
    return true;
}

bool audit_record_parse(struct bytes bytes, struct audit_record *record)
{
    if (bytes.length < AUDIT_HEAD_SIZE || bytes.length > AUDIT_RECORD_MAX || bytes.data[0] != AUDIT_RECORD_VERSION)
        return false;
    record->head = (struct audit_head){
        .kind = (enum audit_kind)bytes.data[1],
        .sequence = bytes_get_u64(bytes.data + 2),
        .wall_us = (int64_t)bytes_get_u64(bytes.data + 10),
        .boot_us = bytes_get_u64(bytes.data + 18),
    };
    record->fields = (struct bytes){bytes.data + AUDIT_HEAD_SIZE, bytes.length - AUDIT_HEAD_SIZE};
    if (bytes.data[1] >= COUNT_OF(kind_names) || kind_names[bytes.data[1]] == NULL)
        return false;
    return fields_are_canonical(record->head.kind, record->fields);
}

void audit_field_append(struct buffer *fields, uint8_t tag, struct bytes value)
{
    const struct text mark = TEXT(" [cut]");
    enum { TEXT_MAX = 16384, FILES_MAX = 1280 * sizeof(struct digest) };
    if (value.length == 0)
        return;
    size_t most = tag == LIFE_FILES ? FILES_MAX : TEXT_MAX;
    bool is_cut = value.length > most;
    if (is_cut)
        value.length = tag == LIFE_FILES ? most : most - mark.length;
    uint8_t head[3] = {tag};
    bytes_put_u16(head + 1, (uint16_t)(is_cut ? most : value.length));
    buffer_append(fields, (struct text){(const char *)head, sizeof(head)});
    buffer_append(fields, text_of_bytes(value));
    if (is_cut && tag != LIFE_FILES)
        buffer_append(fields, mark);
}

void audit_number_append(struct buffer *fields, uint8_t tag, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    ASSERT(size >= 1 && size <= sizeof(bytes));
    bytes_put_u64(bytes, value);
    audit_field_append(fields, tag, (struct bytes){bytes + sizeof(bytes) - size, size});
}

void audit_projection(const struct audit_record *record, struct audit_columns *columns)
{
    struct bytes rest = record->fields;
    struct bytes value;
    uint8_t tag;
    bool is_decision = record->head.kind == AUDIT_DECISION;
    *columns = (struct audit_columns){.wall_us = record->head.wall_us, .kind = record->head.kind};
    if (!is_decision && record->head.kind != AUDIT_COMPLETION)
        return;
    while (audit_field_next(&rest, &tag, &value)) {
        if (tag == TAG_ID)
            columns->request = value;
        else if (is_decision && tag == TAG_VERDICT)
            columns->verdict = value.data[0];
        else if (is_decision && tag == TAG_HOST)
            columns->host = text_of_bytes(value);
    }
}

static bool same_bytes(struct bytes left, struct bytes right)
{
    return left.length == right.length && (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

bool audit_row_agrees(const struct audit_row *row, const struct audit_record *record)
{
    struct audit_columns columns;
    audit_projection(record, &columns);
    return record->head.sequence == row->sequence && columns.wall_us == row->wall_us && columns.kind == row->kind &&
           columns.verdict == row->verdict && text_equal(columns.host, row->host) &&
           same_bytes(columns.request, row->request);
}

void audit_commitment(const uint8_t salt[AUDIT_SALT_SIZE], struct bytes private_part, struct digest *commitment)
{
    static const char domain[] = "egress-audit/private/v1"; /* its NUL belongs to it */
    const struct bytes pieces[] = {{(const uint8_t *)domain, sizeof(domain)}, {salt, AUDIT_SALT_SIZE}, private_part};
    digest_sha256_pieces(pieces, COUNT_OF(pieces), commitment);
}
