/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: records one after the other as a worker hands them over, and as the hot segment stores them. A worker writes
 * kind and fields and leaves room for the rest; the writer fills that room in place, so that the bytes move once. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/record/batch.h"

bool record_batch_next(struct bytes *rest, struct bytes *record)
{
    if (rest->length < RECORD_BATCH_HEAD)
        return false;
    size_t length = bytes_get_u16(rest->data);
    if (rest->length - RECORD_BATCH_HEAD < length)
        return false;
    *record = (struct bytes){rest->data + RECORD_BATCH_HEAD, length};
    rest->data += RECORD_BATCH_HEAD + length;
    rest->length -= RECORD_BATCH_HEAD + length;
    return true;
}

bool record_batch_next_private(struct bytes *rest, struct record_private *private_part)
{
    if (rest->length < RECORD_PRIVATE_HEAD)
        return false;
    size_t length = bytes_get_u16(rest->data + 4);
    if (rest->length - RECORD_PRIVATE_HEAD < length)
        return false;
    private_part->ordinal = bytes_get_u32(rest->data);
    private_part->salt = (struct bytes){rest->data + 6, RECORD_SALT_SIZE};
    private_part->part = (struct bytes){rest->data + RECORD_PRIVATE_HEAD, length};
    rest->data += RECORD_PRIVATE_HEAD + length;
    rest->length -= RECORD_PRIVATE_HEAD + length;
    return true;
}

uint8_t *record_batch_begin(uint8_t *at, enum record_kind kind)
{
    uint8_t *record = at + RECORD_BATCH_HEAD;
    record[0] = RECORD_VERSION;
    record[1] = (uint8_t)kind;
    return record + RECORD_HEAD_SIZE;
}

uint8_t *record_batch_end(uint8_t *begin, uint8_t *end)
{
    size_t length = (size_t)(end - begin) - RECORD_BATCH_HEAD;
    ASSERT(length <= RECORD_MAX);
    bytes_put_u16(begin, (uint16_t)length);
    return end;
}

/* --- records that the writer collects --- */

void record_loose_add(struct record_loose *loose, struct bytes record, const struct record_private *private_part)
{
    uint8_t head[RECORD_PRIVATE_HEAD] = {0};
    bytes_put_u16(head, (uint16_t)record.length);
    buffer_append(&loose->body, (struct text){(const char *)head, RECORD_BATCH_HEAD});
    buffer_append(&loose->body, text_of_bytes(record));
    if (private_part != NULL) {
        bytes_put_u32(head, loose->count);
        bytes_put_u16(head + 4, (uint16_t)private_part->part.length);
        buffer_append(&loose->private_part, (struct text){(const char *)head, RECORD_PRIVATE_HEAD});
        buffer_append(&loose->private_part, text_of_bytes(private_part->part));
    }
    loose->count++;
}

void record_loose_add_fields(struct record_loose *loose, enum record_kind kind, struct bytes fields)
{
    uint8_t head[RECORD_BATCH_HEAD + RECORD_HEAD_SIZE] = {0};
    (void)record_batch_begin(head, kind);
    bytes_put_u16(head, (uint16_t)(RECORD_HEAD_SIZE + fields.length));
    buffer_append(&loose->body, (struct text){(const char *)head, sizeof(head)});
    buffer_append(&loose->body, text_of_bytes(fields));
    loose->count++;
}

void record_loose_empty(struct record_loose *loose)
{
    buffer_empty(&loose->body);
    buffer_empty(&loose->private_part);
    loose->count = 0;
}

void record_loose_clear(struct record_loose *loose)
{
    buffer_clear(&loose->body);
    buffer_clear(&loose->private_part);
    loose->count = 0;
}

struct record_batch record_loose_view(struct record_loose *loose)
{
    return (struct record_batch){
        .body = (uint8_t *)loose->body.data,
        .body_length = loose->body.length,
        .private_part = (uint8_t *)loose->private_part.data,
        .private_length = loose->private_part.length,
        .count = loose->count,
    };
}

/* --- what the writer adds --- */

uint32_t record_batch_count_private(const struct record_batch *batch)
{
    struct bytes rest = {batch->private_part, batch->private_length};
    struct record_private one;
    uint32_t count = 0;
    while (record_batch_next_private(&rest, &one))
        count++;
    return count;
}

static void bind_private(uint8_t *record_end, uint8_t *entry, size_t length, const uint8_t *salt)
{
    struct digest commitment;
    memcpy(entry + 6, salt, RECORD_SALT_SIZE);
    record_commitment(salt, (struct bytes){entry + RECORD_PRIVATE_HEAD, length}, &commitment);
    memcpy(record_end - sizeof(commitment.bytes), commitment.bytes, sizeof(commitment.bytes));
}

void record_batch_complete(
    struct record_batch *batch, const struct record_clock *clock, const uint8_t *salts, struct tlog_tree *tree)
{
    uint8_t *at = batch->body;
    uint8_t *entry = batch->private_part;
    const uint8_t *entries_end = entry + batch->private_length;
    for (uint32_t ordinal = 0; ordinal < batch->count; ordinal++) {
        size_t length = bytes_get_u16(at);
        uint8_t *record = at + RECORD_BATCH_HEAD;
        struct record_head head = {(enum record_kind)record[1], tree->size, clock->wall_us, clock->boot_us};
        struct digest leaf;
        record_head_write(&head, record);
        if (entry < entries_end && bytes_get_u32(entry) == ordinal) {
            size_t part = bytes_get_u16(entry + 4);
            bind_private(record + length, entry, part, salts);
            salts += RECORD_SALT_SIZE;
            entry += RECORD_PRIVATE_HEAD + part;
        }
        tlog_leaf((struct bytes){record, length}, &leaf);
        tlog_tree_append(tree, &leaf);
        at = record + length;
    }
    ASSERT(at == batch->body + batch->body_length && entry == entries_end);
}
