/* SPDX-License-Identifier: Apache-2.0 */
/* Files, by landlock(7). A rule is about what stands at a path when it is made: a file that is replaced by a rename is
 * another one then. So rules are about folders wherever files are replaced: /etc, where resolv.conf is. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine_internal.h"

/* What headers older than the kernel do not have. */
enum { RIGHT_TRUNCATE = 1 << 14, RIGHT_IOCTL_DEV = 1 << 15, SCOPE_ABSTRACT = 1 << 0, SCOPE_SIGNAL = 1 << 1 };
enum { VERSION_REFER = 2, VERSION_TRUNCATE = 3, VERSION_NET = 4, VERSION_IOCTL = 5, VERSION_SCOPE = 6 };
struct ruleset_attributes {
    uint64_t files;
    uint64_t ports;  /* since VERSION_NET; where a connection may go is the policy's affair */
    uint64_t scoped; /* since VERSION_SCOPE */
};

static const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
/* Regular files, folders and the control socket: devices, links and pipes are never made. */
static const uint64_t writing =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_REFER | RIGHT_TRUNCATE;
static const uint64_t for_files = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                  LANDLOCK_ACCESS_FS_EXECUTE | RIGHT_TRUNCATE | RIGHT_IOCTL_DEV;

/* What libraries read when they come to it: names, roots, time zones, messages, the processors and the process itself;
 * SQLite's and libcrypto's randomness. */
static const struct confine_place system_places[] = {
    {"/etc", CONFINE_READS},
    {"/etc/resolv.conf", CONFINE_READS},
    {"/usr", CONFINE_READS},
    {"/lib", CONFINE_READS},
    {"/lib64", CONFINE_READS},
    {"/proc", CONFINE_READS},
    {"/sys/devices/system/cpu", CONFINE_READS},
    {"/sys/fs/cgroup", CONFINE_READS},
    {"/dev/urandom", CONFINE_READS},
    {"/dev/random", CONFINE_READS},
    {"/dev/null", CONFINE_WRITES},
};

static uint64_t known_files(int version)
{
    uint64_t known = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    if (version >= VERSION_REFER)
        known |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= VERSION_TRUNCATE)
        known |= RIGHT_TRUNCATE;
    if (version >= VERSION_IOCTL)
        known |= RIGHT_IOCTL_DEV;
    return known;
}

static int new_ruleset(int version, const struct confine_options *options)
{
    struct ruleset_attributes attributes = {.files = known_files(version)};
    size_t size = version >= VERSION_SCOPE ? sizeof(attributes)
                  : version >= VERSION_NET ? offsetof(struct ruleset_attributes, scoped)
                                           : offsetof(struct ruleset_attributes, ports);
    if (version >= VERSION_SCOPE)
        attributes.scoped = SCOPE_SIGNAL | (options->reaches_abstract ? 0 : SCOPE_ABSTRACT);
    return (int)syscall(SYS_landlock_create_ruleset, &attributes, size, 0);
}

static bool add_descriptor(int ruleset, int descriptor, uint64_t rights)
{
    struct stat status;
    struct landlock_path_beneath_attr rule = {.parent_fd = descriptor, .allowed_access = rights};
    if (fstat(descriptor, &status) != 0)
        return false;
    if (!S_ISDIR(status.st_mode))
        rule.allowed_access &= for_files;
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

/* One that is not there, or that we may not even look at, stays out of reach. */
static bool add_place(int ruleset, int version, const struct confine_place *place)
{
    int descriptor = open(place->path, O_PATH | O_CLOEXEC);
    if (descriptor < 0)
        return true;
    uint64_t rights = (place->use == CONFINE_WRITES ? writing : reading) & known_files(version);
    bool done = add_descriptor(ruleset, descriptor, rights);
    int error = errno;
    close(descriptor);
    errno = error;
    return done;
}

static bool add_places(int ruleset, int version, const struct confine_place *places, size_t count)
{
    bool done = true;
    for (size_t i = 0; i < count && done; i++)
        done = add_place(ruleset, version, &places[i]);
    return done;
}

/* The program's own folder, for the lines in a sanitizer's report. */
static bool add_program(int ruleset, int version)
{
    char path[4096];
    if (!CONFINE_SANITIZED)
        return true;
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (length <= 0)
        return true;
    path[length] = '\0';
    return add_place(ruleset, version, &(struct confine_place){path, CONFINE_READS});
}

int confine_landlock(const struct confine_options *options)
{
    int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version <= 0)
        return 0; /* ENOSYS, or EOPNOTSUPP: it was not chosen at boot; EPERM: a filter around us knows it not */
    int ruleset = new_ruleset(version, options);
    if (ruleset < 0)
        return -1;
    bool done = add_places(ruleset, version, system_places, sizeof(system_places) / sizeof(system_places[0])) &&
                add_program(ruleset, version) && add_places(ruleset, version, options->places, options->place_count) &&
                syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    int error = errno;
    close(ruleset);
    errno = error;
    return done ? version : -1;
}
