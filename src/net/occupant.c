/* SPDX-License-Identifier: Apache-2.0 */
/* Who listens where we would like to, as far as the kernel shows it to us: proc(5), /proc/net/tcp and /proc/PID/fd. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exeat/net/occupant.h"

/* Columns of a line of /proc/net/tcp. */
enum { LOCAL = 1, STATE = 3, USER = 7, INODE = 9, COLUMNS = 10 };

struct found {
    uint64_t inode; /* 0: nobody that is shown */
    uint64_t user;
};

/* As the kernel prints it: words of 32 bits in the machine's order. */
static void append_local(const struct address *address, struct buffer *out)
{
    for (size_t i = 0; i < address->length; i += 4) {
        uint32_t word;
        memcpy(&word, address->bytes + i, sizeof(word));
        buffer_printf(out, "%08X", word);
    }
}

static bool take_columns(struct text line, struct text columns[COLUMNS])
{
    size_t count = 0;
    struct text word;
    while (count < COLUMNS && line.length > 0) {
        (void)text_split(&line, ' ', &word);
        if (word.length > 0)
            columns[count++] = word;
    }
    return count == COLUMNS;
}

/* An address overlaps with itself, and all with the unspecified one. */
static bool overlaps(struct text local, struct text wanted)
{
    static const char zeros[] = "00000000000000000000000000000000";
    struct text none = {zeros, wanted.length};
    return text_equal(local, wanted) || text_equal(local, none) || text_equal(wanted, none);
}

static void look_at(struct text line, struct text wanted, struct text port, struct found *found)
{
    struct text columns[COLUMNS];
    struct text local;
    if (!take_columns(line, columns) || !text_equal(columns[STATE], TEXT("0A")) ||
        !text_split(&columns[LOCAL], ':', &local) || !text_equal(columns[LOCAL], port) || !overlaps(local, wanted))
        return;
    if (!text_to_number(columns[USER], UINT32_MAX, &found->user) ||
        !text_to_number(columns[INODE], UINT32_MAX, &found->inode))
        *found = (struct found){0};
}

static struct found find_socket(const struct address *address, uint16_t port)
{
    FILE *file = fopen(address->length == 16 ? "/proc/net/tcp6" : "/proc/net/tcp", "re");
    struct found found = {0};
    struct buffer wanted = {0};
    char port_text[8];
    char line[512];
    append_local(address, &wanted);
    snprintf(port_text, sizeof(port_text), "%04X", port);
    while (file != NULL && found.inode == 0 && fgets(line, sizeof(line), file) != NULL)
        look_at(text_from(line), buffer_text(&wanted), text_from(port_text), &found);
    if (file != NULL)
        fclose(file);
    buffer_clear(&wanted);
    return found;
}

static bool holds(const char *process, uint64_t inode)
{
    char path[300];
    char wanted[64];
    char link[64];
    bool found = false;
    snprintf(path, sizeof(path), "/proc/%s/fd", process);
    snprintf(wanted, sizeof(wanted), "socket:[%llu]", (unsigned long long)inode);
    DIR *folder = opendir(path);
    for (struct dirent *entry; !found && folder != NULL && (entry = readdir(folder)) != NULL;) {
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, link, sizeof(link) - 1);
        link[length > 0 ? length : 0] = '\0';
        found = strcmp(link, wanted) == 0;
    }
    if (folder != NULL)
        closedir(folder);
    return found;
}

/* The process that has it open; 0: none that we may look into. */
static long find_process(uint64_t inode)
{
    DIR *folder = opendir("/proc");
    long process = 0;
    for (struct dirent *entry; process == 0 && folder != NULL && (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && holds(entry->d_name, inode))
            process = strtol(entry->d_name, NULL, 10);
    if (folder != NULL)
        closedir(folder);
    return process;
}

static void name_process(long process, char name[64])
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%ld/comm", process);
    FILE *file = fopen(path, "re");
    if (file == NULL || fgets(name, 64, file) == NULL)
        name[0] = '\0';
    name[strcspn(name, "\n")] = '\0';
    if (file != NULL)
        fclose(file);
}

static void append_process(long process, struct buffer *out)
{
    char name[64];
    char own[64];
    name_process(process, name);
    name_process((long)getpid(), own);
    if (process == (long)getpid())
        buffer_append(out, TEXT("; this very gate listens there already: write the address once"));
    else if (strcmp(name, own) == 0)
        buffer_printf(out, "; another %s (process %ld) listens there", name, process);
    else
        buffer_printf(out, "; %s (process %ld) listens there", name[0] == '\0' ? "a program" : name, process);
}

bool occupant_is_there(const struct address *address, uint16_t port)
{
    return find_socket(address, port).inode != 0;
}

void occupant_append(const struct address *address, uint16_t port, struct buffer *out)
{
    struct found found = find_socket(address, port);
    long process = found.inode == 0 ? 0 : find_process(found.inode);
    if (process != 0)
        append_process(process, out);
    else if (found.inode != 0)
        buffer_printf(out, "; a program of user %llu listens there", (unsigned long long)found.user);
    if (process != (long)getpid())
        buffer_append(out, TEXT("; stop it, or choose another port under `listen`"));
}
