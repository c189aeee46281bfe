/* SPDX-License-Identifier: Apache-2.0 */
/* How much of what the process may have is left. The newest descriptor is the lowest free number, so that its number
 * says how many there are at least. */
#include "exeat/net/room.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "exeat/base/memory.h"
#include "net_internal.h"

/* Of all descriptors, an eighth is kept from clients, and half of that from upstreams: for probes, commands, names and
 * the store's files. */
enum { KEPT_FROM_CLIENTS = 8, KEPT_FROM_UPSTREAMS = 16 };

/* It may be changed at any time, from outside (prlimit). */
static uint64_t limit_of_turn(struct loop *loop)
{
    struct rlimit files;
    if (loop->descriptors == 0)
        loop->descriptors = getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : RLIM_INFINITY;
    return loop->descriptors;
}

bool room_has_descriptor(struct loop *loop, int newest, enum room_for whom)
{
    uint64_t limit = limit_of_turn(loop);
    uint64_t part = whom == ROOM_FOR_CLIENTS ? KEPT_FROM_CLIENTS : KEPT_FROM_UPSTREAMS;
    return limit == RLIM_INFINITY || (uint64_t)newest < limit - limit / part;
}

/* "total resident shared ...", in pages; what is shared are files, which the kernel takes back when it needs to. */
static uint64_t own_memory(void)
{
    char line[128];
    int descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length = descriptor < 0 ? -1 : read(descriptor, line, sizeof(line));
    struct text rest = {line, length < 0 ? 0 : (size_t)length};
    uint64_t pages[3] = {0};
    struct text word;
    if (descriptor >= 0)
        close(descriptor);
    for (size_t i = 0; i < COUNT_OF(pages) && text_split(&rest, ' ', &word); i++)
        if (!text_to_number(word, INT64_MAX, &pages[i]))
            return 0;
    return pages[1] > pages[2] ? (pages[1] - pages[2]) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

bool room_has_memory(struct loop *loop, uint64_t most)
{
    enum { SEEN_US = 10000, TRIM_US = 1000000 };
    if (most == 0)
        return true;
    struct memory_look *look = &loop->memory;
    uint64_t now = loop_now_us(loop);
    if (look->seen_us == 0 || now >= look->seen_us + SEEN_US) {
        look->bytes = own_memory();
        look->seen_us = now;
    }
    if (look->bytes > most && now >= look->trimmed_us + TRIM_US) {
        base_trim(); /* what was freed may still be ours */
        look->trimmed_us = now;
        look->bytes = own_memory();
    }
    return look->bytes <= most;
}
