/* SPDX-License-Identifier: Apache-2.0 */
/* Retention: whole sealed segments leave the store by age. The record of it is on disk before anything is removed, and
 * no later proof is broken: a segment holds the tree that was before it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "sealer.h"

static bool record_prune(struct audit *audit, uint64_t first, uint64_t next, const char *retention)
{
    struct buffer fields = {0};
    struct buffer detail = {0};
    buffer_printf(
        &detail, "records %llu to %llu are removed: %s", (unsigned long long)first, (unsigned long long)next - 1,
        retention);
    record_number_append(&fields, EVENT_PREVIOUS_SIZE, next, 8);
    record_field_append(&fields, EVENT_NAME, bytes_of_text(TEXT("retention")));
    record_field_append(&fields, EVENT_DETAIL, bytes_of_text(buffer_text(&detail)));
    record_number_append(&fields, EVENT_COUNT, next - first, 8);
    bool done = audit_event(audit, RECORD_PRUNE, bytes_of_text(buffer_text(&fields)), NULL, 0, NULL);
    buffer_clear(&fields);
    buffer_clear(&detail);
    return done;
}

static void remove_sealed(const char *directory, uint64_t first)
{
    static const enum store_segment_layout layouts[] = {STORE_PRIVATE, STORE_SEALED};
    for (size_t i = 0; i < COUNT_OF(layouts); i++) {
        char *path = store_segment_path(directory, first, layouts[i], "");
        if (unlink(path) != 0 && errno != ENOENT)
            log_error("audit_prune_failed", log_string("file", path), log_string("error", strerror(errno)));
        base_free(path);
    }
}

void prune_old(struct sealer *sealer)
{
    const struct audit_options *options = &sealer->audit->options;
    size_t count;
    int64_t end_us;
    uint64_t retention_ms = atomic_load(&sealer->audit->live.retention_ms);
    if (retention_ms == 0)
        return;
    int64_t oldest_us = clock_wall_us() - (int64_t)retention_ms * 1000;
    uint64_t *firsts = store_sealed_list(options->directory, &count);
    char retention[64];
    snprintf(retention, sizeof(retention), "audit.retention %llu s", (unsigned long long)retention_ms / 1000);
    /* The newest sealed one stays: it holds the texts that the segment after it names. */
    for (size_t i = 0; i + 1 < count; i++) {
        if (!store_sealed_end_time(options->directory, firsts[i], &end_us) || end_us >= oldest_us ||
            !ship_has(sealer, firsts[i]) || !record_prune(sealer->audit, firsts[i], firsts[i + 1], retention))
            break;
        remove_sealed(options->directory, firsts[i]);
        log_info("audit_pruned", log_number("first", (int64_t)firsts[i]));
    }
    base_free(firsts);
}
