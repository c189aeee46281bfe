/* SPDX-License-Identifier: Apache-2.0 */
/* The audit as a whole: its start and its end. */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "audit_internal.h"
#include "exeat/base/check.h"
#include "exeat/base/file.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"

/* Before anything is made there. */
static bool check_place(const struct audit *audit, char **error)
{
    const char *network = disk_network_name(audit->directory);
    if (network == NULL)
        return true;
    struct buffer out = {0};
    buffer_printf(
        &out,
        "%s: the audit store is on a network file system (%s), where SQLite's write-ahead log does not work; give "
        "audit.directory a local disk, and use audit.ship to copy sealed segments to the network",
        audit->directory, network);
    *error = buffer_take(&out);
    return false;
}

static bool write_open(struct audit *audit)
{
    const struct store_segment *segment = &audit->segment;
    bool was_closed = segment->tree.size == segment->first; /* what came before has its CLOSE */
    const char *event = segment->tree.size == 0 ? "new" : was_closed ? "start" : "start_after_crash";
    struct buffer fields = {0};
    audit_open_fields(audit, text_from(event), true, &fields);
    bool done = audit_event(audit, RECORD_OPEN, bytes_of_text(buffer_text(&fields)), NULL, 0, NULL);
    buffer_clear(&fields);
    return done;
}

static void release(struct audit *audit)
{
    store_segment_close(&audit->segment);
    if (audit->lock >= 0)
        close(audit->lock);
    if (audit->wake >= 0)
        close(audit->wake);
    pthread_mutex_destroy(&audit->ports_lock);
    base_free(audit->directory);
    base_free(audit->kept.ship_directory);
    base_free(audit->kept.origin);
    buffer_clear(&audit->cosigned.note);
    base_forget(&audit->kept.mark_key, sizeof(audit->kept.mark_key));
    base_free(audit);
}

/* A signature by Ed25519 is always the same (RFC 8032), and nobody else can make it: what is derived of it is a key. */
static void derive_mark_key(struct audit *audit)
{
    uint8_t signature[SIGNATURE_SIZE];
    signing_key_sign(audit->options.key, bytes_of_text(TEXT("exeat: the key of marks of secrets, 1")), signature);
    digest_sha256((struct bytes){signature, sizeof(signature)}, &audit->kept.mark_key);
    base_forget(signature, sizeof(signature));
}

void audit_port_mark(const struct audit_port *port, struct text value, uint8_t mark[AUDIT_MARK_SIZE])
{
    struct digest digest;
    const struct digest *key = &port->audit->kept.mark_key;
    const struct bytes pieces[] = {{key->bytes, sizeof(key->bytes)}, bytes_of_text(value)};
    digest_sha256_pieces(pieces, COUNT_OF(pieces), &digest);
    memcpy(mark, digest.bytes, AUDIT_MARK_SIZE);
}

static struct audit *audit_new(const struct audit_options *options)
{
    struct audit *audit = base_zalloc(sizeof(*audit));
    audit->options = *options;
    audit->directory = text_copy(text_from(options->directory));
    audit->kept.ship_directory = options->ship_directory == NULL ? NULL : text_copy(text_from(options->ship_directory));
    audit->kept.origin = text_copy(options->origin);
    audit->options.directory = audit->directory;
    audit->options.ship_directory = audit->kept.ship_directory;
    audit->options.origin = text_from(audit->kept.origin);
    audit_change(audit, options);
    derive_mark_key(audit);
    audit->lock = -1;
    audit->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(audit->wake >= 0);
    pthread_mutex_init(&audit->ports_lock, NULL);
    list_init(&audit->ports);
    atomic_store(&audit->holds.signing, (int)options->signing);
    return audit;
}

void audit_change(struct audit *audit, const struct audit_options *options)
{
    struct audit_live *live = &audit->live;
    atomic_store(&live->allows_on_failure, options->allows_on_failure);
    atomic_store(&live->retention_ms, options->retention_ms);
    atomic_store(&live->disk_warn_bytes, options->disk_warn_bytes);
    atomic_store(&live->disk_refuse_bytes, options->disk_refuse_bytes);
    atomic_store(&live->path, (int)options->path);
    atomic_store(&live->query, (int)options->query);
}

struct audit *audit_open(const struct audit_options *options, char **error)
{
    store_prepare();
    struct audit *audit = audit_new(options);
    struct store_log log = audit_log_of(audit);
    if (!file_make_folder(audit->directory, 0750, error) || !check_place(audit, error) ||
        !store_lock(audit->directory, &audit->lock, error) || !store_segment_open(&audit->segment, &log, error)) {
        release(audit);
        return NULL;
    }
    audit->sealer = sealer_new(audit);
    int result = pthread_create(&audit->thread, NULL, writer_main, audit);
    ASSERT(result == 0);
    if (!write_open(audit)) {
        *error = file_sentence(audit->directory, "the audit store cannot be written; is the disk full?", "");
        audit_close(audit);
        return NULL;
    }
    sealer_begin(audit->sealer);
    return audit;
}

void audit_close(struct audit *audit)
{
    if (audit == NULL)
        return;
    ASSERT(list_is_empty(&audit->ports));
    if (audit->sealer != NULL)
        sealer_quiet(audit->sealer);
    atomic_store(&audit->ending, true);
    audit_rouse(audit, true);
    pthread_join(audit->thread, NULL);
    /* An orderly end leaves plain files that can be copied and read anywhere. */
    store_segment_close(&audit->segment);
    if (audit->segment.last_kind == RECORD_CLOSE)
        sealer_add(audit->sealer, audit->segment.first);
    sealer_free(audit->sealer);
    release(audit);
}

void audit_stats_read(struct audit *audit, struct audit_stats *stats)
{
    struct audit_counters *counters = &audit->counters;
    stats->queued = 0;
    pthread_mutex_lock(&audit->ports_lock);
    for (struct list_node *node = list_first(&audit->ports); node != NULL; node = list_next(&audit->ports, node)) {
        struct audit_port *port = list_owner(node, struct audit_port, node);
        uint64_t answered = atomic_load(&port->answered); /* first, so that it is never the larger one */
        stats->queued += atomic_load(&port->handed) - answered;
    }
    pthread_mutex_unlock(&audit->ports_lock);
    stats->records = atomic_load_explicit(&counters->records, memory_order_relaxed);
    stats->commits = atomic_load_explicit(&counters->commits, memory_order_relaxed);
    stats->failures = atomic_load_explicit(&counters->failures, memory_order_relaxed);
    stats->lost = atomic_load_explicit(&counters->lost, memory_order_relaxed);
    stats->shipping = (enum audit_shipping)atomic_load_explicit(&counters->shipping, memory_order_relaxed);
    stats->shipped_at = atomic_load_explicit(&counters->shipped_at, memory_order_relaxed);
    stats->disk_free = atomic_load_explicit(&counters->disk_free, memory_order_relaxed);
    stats->commit_us = atomic_load_explicit(&counters->commit_us, memory_order_relaxed);
    for (size_t i = 0; i <= AUDIT_LATENCY_BUCKETS; i++)
        stats->commit_latency[i] = atomic_load_explicit(&counters->commit_latency[i], memory_order_relaxed);
}

bool audit_erase(struct audit *audit, int64_t before_us, struct text who)
{
    return sealer_erase(audit->sealer, before_us, who);
}

void audit_erase_look(struct audit *audit, struct audit_erasing *erasing)
{
    sealer_erasing(audit->sealer, erasing);
}
