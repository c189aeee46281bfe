/* SPDX-License-Identifier: Apache-2.0 */
/* What stays in force over segments. One that begins by rolling tells first what a reader of it alone has to know:
 * OPEN, the CONFIG of the run, and the POLICY that is in force. */
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "writer.h"

static void append_boot(struct buffer *fields)
{
    struct buffer boot = {0};
    char *error = NULL;
    if (file_read("/proc/sys/kernel/random/boot_id", 64, &boot, &error))
        record_field_append(fields, EVENT_BOOT, bytes_of_text(text_trim(buffer_text(&boot), "\n")));
    base_free(error);
    buffer_clear(&boot);
}

void audit_open_fields(const struct audit *audit, struct text event, bool begins_run, struct buffer *fields)
{
    struct digest schema;
    store_schema_digest(&schema);
    record_field_append(fields, EVENT_ORIGIN, bytes_of_text(audit->options.origin));
    record_number_append(fields, EVENT_PREVIOUS_SIZE, audit->segment.tree.size, 8);
    if (begins_run) {
        record_field_append(fields, EVENT_BUILD, bytes_of_text(TEXT(EXEAT_VERSION)));
        append_boot(fields);
    }
    record_field_append(fields, EVENT_NAME, bytes_of_text(event));
    record_field_append(fields, EVENT_DIGEST, (struct bytes){schema.bytes, sizeof(schema.bytes)});
}

static bool is_start_config(const struct own_record *life)
{
    struct bytes rest = life->fields;
    struct bytes value;
    uint8_t tag;
    while (record_field_next(&rest, &tag, &value))
        if (tag == EVENT_NAME)
            return text_equal(text_of_bytes(value), TEXT("start"));
    return false;
}

static void remember(struct buffer *fields, struct bytes from)
{
    buffer_empty(fields);
    buffer_append(fields, text_of_bytes(from));
}

void standing_note(struct standing *standing, const struct own_record *life)
{
    if (life->kind == RECORD_CONFIG && is_start_config(life))
        remember(&standing->config, life->fields);
    if (life->kind != RECORD_POLICY)
        return;
    remember(&standing->policy, life->fields);
    standing->policy_sequence = life->sequence;
    standing->digest_count = life->blob_count;
    standing->digests = base_resize(standing->digests, life->blob_count, sizeof(*standing->digests));
    for (size_t i = 0; i < life->blob_count; i++)
        standing->digests[i] = life->blobs[i].digest;
}

void standing_clear(struct standing *standing)
{
    buffer_clear(&standing->config);
    buffer_clear(&standing->policy);
    base_free(standing->digests);
}

static void add_open(struct writer *writer)
{
    struct buffer fields = {0};
    audit_open_fields(writer->audit, TEXT("roll"), false, &fields);
    record_loose_add_fields(&writer->own, RECORD_OPEN, bytes_of_text(buffer_text(&fields)));
    buffer_clear(&fields);
}

/* Decisions name the policy by the sequence of its first record; this one says which that was. */
static void add_policy(struct writer *writer)
{
    struct buffer fields = {0};
    record_number_append(&fields, EVENT_PREVIOUS_SIZE, writer->standing.policy_sequence, 8);
    buffer_append(&fields, buffer_text(&writer->standing.policy));
    writer->standing.policy_row = writer->segment->tree.size + writer->own.count;
    record_loose_add_fields(&writer->own, RECORD_POLICY, bytes_of_text(buffer_text(&fields)));
    buffer_clear(&fields);
}

void standing_add_first_records(struct writer *writer)
{
    if (!writer->standing.has_rolled || writer->segment->tree.size != writer->segment->first)
        return;
    add_open(writer);
    if (writer->standing.config.length > 0)
        record_loose_add_fields(&writer->own, RECORD_CONFIG, bytes_of_text(buffer_text(&writer->standing.config)));
    if (writer->standing.policy.length > 0)
        add_policy(writer);
}

bool standing_add_policy_rows(struct writer *writer, uint64_t sequence)
{
    for (size_t i = 0; i < writer->standing.digest_count; i++)
        if (!store_segment_add_policy(writer->segment, sequence, &writer->standing.digests[i]))
            return false;
    return true;
}
