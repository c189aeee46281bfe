/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: records one after the other as a worker hands them over, and as the hot segment stores them. A worker writes
 * kind and fields and leaves room for the rest; the writer fills that room in place, so that the bytes move once. */
#include <string.h>

#include "audit_internal.h"
#include "exeat/base/check.h"

bool batch_next_record(struct bytes *rest, struct bytes *record)
{
    if (rest->length < BATCH_RECORD_HEAD)
        return false;
    size_t length = bytes_get_u16(rest->data);
    if (rest->length - BATCH_RECORD_HEAD < length)
        return false;
    *record = (struct bytes){rest->data + BATCH_RECORD_HEAD, length};
    rest->data += BATCH_RECORD_HEAD + length;
    rest->length -= BATCH_RECORD_HEAD + length;
    return true;
}

bool batch_next_private(struct bytes *rest, struct batch_private *private_part)
{
    if (rest->length < BATCH_PRIVATE_HEAD)
        return false;
    size_t length = bytes_get_u16(rest->data + 4);
    if (rest->length - BATCH_PRIVATE_HEAD < length)
        return false;
    private_part->ordinal = bytes_get_u32(rest->data);
    private_part->salt = (struct bytes){rest->data + 6, AUDIT_SALT_SIZE};
    private_part->part = (struct bytes){rest->data + BATCH_PRIVATE_HEAD, length};
    rest->data += BATCH_PRIVATE_HEAD + length;
    rest->length -= BATCH_PRIVATE_HEAD + length;
    return true;
}

uint8_t *batch_record_begin(uint8_t *at, enum audit_kind kind)
{
    uint8_t *record = at + BATCH_RECORD_HEAD;
    record[0] = AUDIT_RECORD_VERSION;
    record[1] = (uint8_t)kind;
    return record + AUDIT_HEAD_SIZE;
}

uint8_t *batch_record_end(uint8_t *begin, uint8_t *end)
{
    size_t length = (size_t)(end - begin) - BATCH_RECORD_HEAD;
    ASSERT(length <= AUDIT_RECORD_MAX);
    bytes_put_u16(begin, (uint16_t)length);
    return end;
}

/* --- records that the writer collects --- */

void loose_batch_add(struct loose_batch *loose, struct bytes record, const struct batch_private *private_part)
{
    uint8_t head[BATCH_PRIVATE_HEAD] = {0};
    bytes_put_u16(head, (uint16_t)record.length);
    buffer_append(&loose->body, (struct text){(const char *)head, BATCH_RECORD_HEAD});
    buffer_append(&loose->body, text_of_bytes(record));
    if (private_part != NULL) {
        bytes_put_u32(head, loose->count);
        bytes_put_u16(head + 4, (uint16_t)private_part->part.length);
        buffer_append(&loose->private_part, (struct text){(const char *)head, BATCH_PRIVATE_HEAD});
        buffer_append(&loose->private_part, text_of_bytes(private_part->part));
    }
    loose->count++;
}

void loose_batch_add_fields(struct loose_batch *loose, enum audit_kind kind, struct bytes fields)
{
    uint8_t head[BATCH_RECORD_HEAD + AUDIT_HEAD_SIZE] = {0};
    (void)batch_record_begin(head, kind);
    bytes_put_u16(head, (uint16_t)(AUDIT_HEAD_SIZE + fields.length));
    buffer_append(&loose->body, (struct text){(const char *)head, sizeof(head)});
    buffer_append(&loose->body, text_of_bytes(fields));
    loose->count++;
}

void loose_batch_empty(struct loose_batch *loose)
{
    buffer_empty(&loose->body);
    buffer_empty(&loose->private_part);
    loose->count = 0;
}

void loose_batch_clear(struct loose_batch *loose)
{
    buffer_clear(&loose->body);
    buffer_clear(&loose->private_part);
    loose->count = 0;
}

struct batch loose_batch_view(struct loose_batch *loose)
{
    return (struct batch){
        .body = (uint8_t *)loose->body.data,
        .body_length = loose->body.length,
        .private_part = (uint8_t *)loose->private_part.data,
        .private_length = loose->private_part.length,
        .count = loose->count,
    };
}

/* --- what the writer adds --- */

uint32_t batch_count_private(const struct batch *batch)
{
    struct bytes rest = {batch->private_part, batch->private_length};
    struct batch_private one;
    uint32_t count = 0;
    while (batch_next_private(&rest, &one))
        count++;
    return count;
}

static void bind_private(uint8_t *record_end, uint8_t *entry, size_t length, const uint8_t *salt)
{
    struct digest commitment;
    memcpy(entry + 6, salt, AUDIT_SALT_SIZE);
    audit_commitment(salt, (struct bytes){entry + BATCH_PRIVATE_HEAD, length}, &commitment);
    memcpy(record_end - sizeof(commitment.bytes), commitment.bytes, sizeof(commitment.bytes));
}

void batch_complete(struct batch *batch, const struct batch_clock *clock, const uint8_t *salts, struct tlog_tree *tree)
{
    uint8_t *at = batch->body;
    uint8_t *entry = batch->private_part;
    const uint8_t *entries_end = entry + batch->private_length;
    for (uint32_t ordinal = 0; ordinal < batch->count; ordinal++) {
        size_t length = bytes_get_u16(at);
        uint8_t *record = at + BATCH_RECORD_HEAD;
        struct audit_head head = {(enum audit_kind)record[1], tree->size, clock->wall_us, clock->boot_us};
        struct digest leaf;
        audit_head_write(&head, record);
        if (entry < entries_end && bytes_get_u32(entry) == ordinal) {
            size_t part = bytes_get_u16(entry + 4);
            bind_private(record + length, entry, part, salts);
            salts += AUDIT_SALT_SIZE;
            entry += BATCH_PRIVATE_HEAD + part;
        }
        tlog_leaf((struct bytes){record, length}, &leaf);
        tlog_tree_append(tree, &leaf);
        at = record + length;
    }
    ASSERT(at == batch->body + batch->body_length && entry == entries_end);
}
