/* SPDX-License-Identifier: Apache-2.0 */
/* Rolling: the hot segment gets its SEAL and a last checkpoint and goes to the sealer; the next one begins with what
 * stays in force (standing.c). */
#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "writer.h"

enum { ROLL_RETRY_US = 10000000 };

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
    writer->standing.has_rolled = true;
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
