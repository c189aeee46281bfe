/* SPDX-License-Identifier: Apache-2.0 */
/* Rolling: the hot segment gets its SEAL and a last checkpoint and goes to the sealer; the next one begins with what a
 * reader of that segment alone has to know: OPEN, the CONFIG of the run, and the POLICY that is in force. */
#include <string.h>

#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "writer.h"

enum {
    ROLL_RETRY_US = 10000000,
};

/* --- what stays in force over segments --- */

static bool is_start_config(const struct audit_life *life)
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

void standing_note(struct standing *standing, const struct audit_life *life)
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

void roll_add_first_records(struct writer *writer)
{
    if (!writer->has_rolled || writer->segment->tree.size != writer->segment->first)
        return;
    add_open(writer);
    if (writer->standing.config.length > 0)
        record_loose_add_fields(&writer->own, RECORD_CONFIG, bytes_of_text(buffer_text(&writer->standing.config)));
    if (writer->standing.policy.length > 0)
        add_policy(writer);
}

bool roll_add_policy_rows(struct writer *writer, uint64_t sequence)
{
    for (size_t i = 0; i < writer->standing.digest_count; i++)
        if (!store_segment_add_policy(writer->segment, sequence, &writer->standing.digests[i]))
            return false;
    return true;
}

/* --- when and how --- */

bool roll_is_due(const struct writer *writer, uint64_t now)
{
    const struct audit_options *options = &writer->audit->options;
    const struct store_segment *segment = writer->segment;
    if (now < writer->times.roll_retry_us || writer->times.retry_us != 0 || segment->tree.size == segment->first)
        return false;
    return (options->segment_bytes > 0 && segment->wal_bytes >= options->segment_bytes) ||
           (options->segment_ms > 0 && now - writer->times.rolled_us >= options->segment_ms * 1000);
}

static bool end_segment(struct writer *writer)
{
    struct buffer fields = {0};
    record_number_append(&fields, EVENT_COUNT, writer->segment->tree.size - writer->segment->first, 8);
    bool done = writer_write_last(writer, RECORD_SEAL, bytes_of_text(buffer_text(&fields)));
    buffer_clear(&fields);
    return done;
}

bool roll_segment(struct writer *writer)
{
    struct audit *audit = writer->audit;
    uint64_t ended = writer->segment->first;
    char *error = NULL;
    writer->times.roll_retry_us = clock_boot_us() + ROLL_RETRY_US;
    if (!end_segment(writer))
        return false; /* said by the commit that failed; the segment goes on */
    struct store_log log = audit_log_of(audit);
    if (!store_segment_roll(writer->segment, &log, &error)) {
        log_error("audit_roll_failed", log_string("error", error));
        base_free(error);
        return false;
    }
    writer->has_rolled = true;
    writer->times.roll_retry_us = 0;
    writer->times.rolled_us = clock_boot_us();
    sealer_add(audit->sealer, ended);
    return true;
}

void roll_if_asked(struct writer *writer)
{
    struct roll_order *order = atomic_exchange(&writer->audit->roll_order, NULL);
    if (order == NULL)
        return;
    order->done = writer->segment->tree.size == writer->segment->first || roll_segment(writer);
    sem_post(&order->answered);
}

bool audit_roll(struct audit *audit)
{
    struct roll_order order = {.done = false};
    sem_init(&order.answered, 0, 0);
    atomic_store(&audit->roll_order, &order);
    audit_rouse(audit, true);
    while (sem_wait(&order.answered) != 0)
        ;
    sem_destroy(&order.answered);
    return order.done;
}
