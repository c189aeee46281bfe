/* SPDX-License-Identifier: Apache-2.0 */
/* Where the records lie: the kind of file system, and the room that is left on it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "doctor_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"

enum { MIB = 1 << 20, DAY = 86400 };

/* --- the file system (statfs(2)) ------------------------------------------------------------------------------------
 */

enum harm { HARM_LOCKS, HARM_ENDS };
static const struct kind {
    uint64_t type;
    const char *name;
    enum harm harm;
} kinds[] = {
    {0x6969, "NFS", HARM_LOCKS},      {0x517b, "SMB", HARM_LOCKS},       {0xff534d42, "CIFS", HARM_LOCKS},
    {0xfe534d42, "SMB2", HARM_LOCKS}, {0x01021997, "9p", HARM_LOCKS},    {0x65735546, "FUSE", HARM_LOCKS},
    {0x00c36400, "Ceph", HARM_LOCKS}, {0x6b414653, "AFS", HARM_LOCKS},   {0x5346414f, "OpenAFS", HARM_LOCKS},
    {0x01161970, "GFS2", HARM_LOCKS}, {0x7461636f, "OCFS2", HARM_LOCKS}, {0x0bd00bd0, "Lustre", HARM_LOCKS},
    {0x01021994, "tmpfs", HARM_ENDS}, {0x858458f6, "ramfs", HARM_ENDS},  {0x794c7630, "overlayfs", HARM_ENDS},
};

void judge_file_system(uint64_t type, const char *path, struct finding *finding)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (kinds[i].type != type)
            continue;
        switch (kinds[i].harm) {
        case HARM_LOCKS:
            finding_say(
                finding, DOCTOR_TO_DO,
                "%s is on %s, which promises neither the locks nor the order of writes that "
                "the store needs",
                path, kinds[i].name);
            finding_advise(
                finding, "put audit.directory on a disk of this machine, and its copies elsewhere by audit.ship");
            return;
        case HARM_ENDS:
            finding_say(
                finding, DOCTOR_TO_DO, "%s is on %s: the records end with the %s", path, kinds[i].name,
                type == 0x794c7630 ? "container" : "machine");
            finding_advise(finding, "put audit.directory on a volume that outlives it, or set audit.ship");
            return;
        }
    }
    finding_say(finding, DOCTOR_WELL, "%s is on a disk (0x%llx)", path, (unsigned long long)type);
}

/* The folder, or until the first start makes it the nearest one above it that is there; the caller's (base_free). */
static char *nearest_folder(struct text path)
{
    struct stat status;
    char *found = text_copy(path);
    while (path.length > 1 && stat(found, &status) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
        while (path.length > 1 && path.data[path.length - 1] != '/')
            path.length--;
        path.length = path.length > 1 ? path.length - 1 : path.length;
        base_free(found);
        found = text_copy(path);
    }
    return found;
}

static void say_hidden(const char *path, int error, struct finding *finding)
{
    finding_say(finding, DOCTOR_UNSEEN, "%s: %s", path, strerrordesc_np(error));
    finding_advise(finding, "run it as the gate's user, or as root, to see %s", path);
}

void look_at_store(const struct patient *patient, struct finding *finding)
{
    char *path = nearest_folder(patient_settings(patient)->audit.directory);
    struct statfs status;
    if (statfs(path, &status) != 0)
        say_hidden(path, errno, finding);
    else
        judge_file_system((uint64_t)status.f_type & UINT32_MAX, path, finding);
    base_free(path);
}

/* --- the room on it -------------------------------------------------------------------------------------------------
 */

/* What the store grows by until its oldest records are pruned; 0: nobody can say yet, or nothing is pruned. */
static uint64_t growth(const struct room *room, uint64_t retention_ms)
{
    int64_t kept_s = (int64_t)(retention_ms / 1000);
    if (room->age_s < DAY || kept_s <= room->age_s)
        return 0;
    return (uint64_t)((double)room->taken / (double)room->age_s * (double)(kept_s - room->age_s));
}

static void judge_growth(const struct room *room, const struct settings_audit *audit, struct finding *finding)
{
    uint64_t more = growth(room, audit->retention_ms);
    if (more + audit->disk_warn <= room->free)
        return;
    if (more == 0)
        return;
    finding_say(
        finding, DOCTOR_TO_DO,
        "as it grows it takes %llu MiB more until audit.retention prunes it, and %llu MiB are free",
        (unsigned long long)(more / MIB), (unsigned long long)(room->free / MIB));
    finding_advise(finding, "a larger volume, or a shorter audit.retention with audit.ship");
}

void judge_room(const struct room *room, const struct settings_audit *audit, struct finding *finding)
{
    unsigned long long free_mib = (unsigned long long)(room->free / MIB);
    uint64_t two = 2 * audit->segment_bytes; /* one that ends, and the same as it is sealed */
    if (room->free < audit->disk_refuse) {
        finding_say(
            finding, DOCTOR_TO_DO, "%llu MiB are free, less than audit.disk.refuse: the gate refuses all", free_mib);
        finding_advise(finding, "make room");
    } else if (room->free < audit->disk_warn) {
        finding_say(finding, DOCTOR_TO_DO, "%llu MiB are free, less than audit.disk.warn", free_mib);
        finding_advise(finding, "make room, before audit.disk.refuse is reached");
    } else if (room->free < two + audit->disk_refuse) {
        finding_say(
            finding, DOCTOR_TO_DO, "%llu MiB are free, and a segment that is sealed needs %llu MiB", free_mib,
            (unsigned long long)(two / MIB));
        finding_advise(finding, "make room, or have a smaller audit.segment.size");
    } else {
        finding_say(
            finding, DOCTOR_WELL, "%llu MiB are free, %llu MiB are the store's", free_mib,
            (unsigned long long)(room->taken / MIB));
    }
    judge_growth(room, audit, finding);
}

/* What lies in it, and since when. */
static void measure(const char *path, struct room *room)
{
    int64_t now_s = clock_wall_us() / 1000000;
    DIR *folder = opendir(path);
    struct stat status;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        if (fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
            continue;
        room->taken += (uint64_t)status.st_blocks * 512;
        if (now_s - status.st_mtime > room->age_s)
            room->age_s = now_s - status.st_mtime;
    }
    if (folder != NULL)
        closedir(folder);
}

void look_at_disk(const struct patient *patient, struct finding *finding)
{
    const struct settings_audit *audit = &patient_settings(patient)->audit;
    char *path = nearest_folder(audit->directory);
    struct statvfs status;
    struct room room = {.free = 0};
    if (statvfs(path, &status) == 0) {
        room.free = (uint64_t)status.f_bavail * status.f_frsize;
        measure(audit->directory.data, &room);
        judge_room(&room, audit, finding);
    } else {
        say_hidden(path, errno, finding);
    }
    base_free(path);
}
