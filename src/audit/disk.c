/* SPDX-License-Identifier: Apache-2.0 */
/* The room on the store's disk, in three tiers: little (said once, on record), too little (decisions are refused, so
 * that there is room for the outcomes of those that are under way), and none, for which a ballast file is kept: it is
 * let go to write the last words. Nothing here needs hands: what was refused is let through again when there is room.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "exeat/base/clock.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "writer.h"

/* --- where a store may lie --- */

/* WAL needs memory that all processes share, which these do not give (linux/magic.h and the file systems' sources). */
static const struct {
    unsigned long type;
    const char *name;
} network_systems[] = {
    {0x6969, "nfs"},      {0x517b, "smb"},       {0xff534d42, "cifs"}, {0xfe534d42, "smb2"},   {0x00c36400, "ceph"},
    {0x01021997, "9p"},   {0x5346414f, "afs"},   {0x6b414653, "kafs"}, {0x0bd00bd0, "lustre"}, {0x47504653, "gpfs"},
    {0x01161970, "gfs2"}, {0x7461636f, "ocfs2"}, {0x73757245, "coda"},
};

const char *disk_network_name(const char *directory)
{
    struct statfs status;
    if (statfs(directory, &status) != 0)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(network_systems); i++)
        if (((unsigned long)status.f_type & 0xffffffff) == network_systems[i].type)
            return network_systems[i].name;
    return NULL;
}

/* --- ballast --- */

static char *ballast_path(const struct audit *audit)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/ballast", audit->directory);
    return buffer_take(&path);
}

static void take_ballast(struct audit *audit)
{
    char *path = ballast_path(audit);
    int descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0640);
    bool done = descriptor >= 0 && posix_fallocate(descriptor, 0, (off_t)audit->options.ballast_bytes) == 0;
    if (descriptor >= 0)
        close(descriptor);
    if (!done)
        (void)unlink(path);
    audit->disk.has_ballast = done;
    base_free(path);
}

bool disk_drop_ballast(struct audit *audit)
{
    char *path = ballast_path(audit);
    bool dropped = audit->disk.has_ballast && unlink(path) == 0;
    audit->disk.has_ballast = false;
    base_free(path);
    return dropped;
}

/* --- tiers --- */

static enum disk_tier tier_of(const struct audit_live *live, uint64_t free_bytes, enum disk_tier now)
{
    uint64_t refuse = atomic_load(&live->disk_refuse_bytes);
    uint64_t warn = atomic_load(&live->disk_warn_bytes);
    /* It has to be clearly better before it counts as better. */
    refuse += now == DISK_REFUSES ? refuse / 4 : 0;
    warn += now != DISK_FINE ? warn / 8 : 0;
    return free_bytes < refuse ? DISK_REFUSES : free_bytes < warn ? DISK_LOW : DISK_FINE;
}

static void say(struct writer *writer, enum disk_tier tier, uint64_t free_bytes)
{
    static const char *const events[] = {"disk_fine", "disk_low", "disk_refuses"};
    struct buffer detail = {0};
    struct buffer fields = {0};
    buffer_printf(&detail, "%llu bytes are free", (unsigned long long)free_bytes);
    record_field_append(&fields, EVENT_NAME, bytes_of_text(text_from(events[tier])));
    record_field_append(&fields, EVENT_DETAIL, bytes_of_text(buffer_text(&detail)));
    record_loose_add_fields(&writer->said, RECORD_ADMIN, bytes_of_text(buffer_text(&fields)));
    if (tier == DISK_FINE)
        log_info("audit_disk_fine", log_number("free_bytes", (int64_t)free_bytes));
    else
        log_warn(
            tier == DISK_LOW ? "audit_disk_low" : "audit_disk_refuses", log_number("free_bytes", (int64_t)free_bytes),
            log_string("directory", writer->audit->directory));
    buffer_clear(&detail);
    buffer_clear(&fields);
}

void disk_look(struct writer *writer, uint64_t now)
{
    struct audit *audit = writer->audit;
    struct statvfs status;
    if (now < writer->times.disk_us + DISK_LOOK_US && writer->times.disk_us != 0)
        return;
    writer->times.disk_us = now;
    if (fstatvfs(audit->lock, &status) != 0)
        return;
    uint64_t free_bytes = (uint64_t)status.f_bavail * status.f_frsize;
    enum disk_tier before = (enum disk_tier)atomic_load(&audit->disk.tier);
    enum disk_tier tier = tier_of(&audit->live, free_bytes, before);
    atomic_store_explicit(&audit->counters.disk_free, free_bytes, memory_order_relaxed);
    atomic_store(&audit->disk.tier, (int)tier);
    if (tier == DISK_FINE && !audit->disk.has_ballast && audit->options.ballast_bytes > 0)
        take_ballast(audit);
    if (tier != before)
        say(writer, tier, free_bytes);
}
