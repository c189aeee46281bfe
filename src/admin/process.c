/* SPDX-License-Identifier: Apache-2.0 */
/* What Prometheus' own clients say of a process, under the same names. */
#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "admin_internal.h"
#include "exeat/base/clock.h"

/* The so-manieth word of a small file of /proc; 0 when it cannot be read. */
static uint64_t word_of(const char *path, size_t index)
{
    char line[1024];
    FILE *file = fopen(path, "re");
    size_t length = file == NULL ? 0 : fread(line, 1, sizeof(line), file);
    struct text rest = {line, length};
    struct text word;
    uint64_t number = 0;
    if (file != NULL)
        fclose(file);
    for (size_t i = 0; text_split(&rest, ' ', &word); i++)
        if (i == index)
            return text_to_number(text_trim(word, "\n"), INT64_MAX, &number) ? number : 0;
    return 0;
}

static uint64_t open_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    uint64_t count = 0;
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count > 3 ? count - 3 : 0; /* ".", ".." and the folder itself */
}

/* Seconds since 1970: now less the process's age. Its name has no space, which would shift the columns. */
static uint64_t start_time(void)
{
    enum { START_TICKS = 21 };
    struct timespec up;
    clock_gettime(CLOCK_BOOTTIME, &up);
    uint64_t started = word_of("/proc/self/stat", START_TICKS) / (uint64_t)sysconf(_SC_CLK_TCK);
    return (uint64_t)(clock_wall_us() / 1000000) - ((uint64_t)up.tv_sec - started);
}

static void gauge(struct buffer *out, const char *name, const char *help, uint64_t value)
{
    buffer_printf(
        out, "# HELP process_%s %s\n# TYPE process_%s gauge\nprocess_%s %llu\n", name, help, name, name,
        (unsigned long long)value);
}

void process_metrics_write(struct buffer *out)
{
    struct rlimit files = {0, 0};
    struct timespec cpu = {0, 0};
    getrlimit(RLIMIT_NOFILE, &files);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    gauge(
        out, "resident_memory_bytes", "Memory in RAM.",
        word_of("/proc/self/statm", 1) * (uint64_t)sysconf(_SC_PAGESIZE));
    gauge(out, "open_fds", "File descriptors in use.", open_descriptors());
    gauge(out, "max_fds", "File descriptors there may be.", files.rlim_cur);
    gauge(out, "start_time_seconds", "When the process began, since 1970.", start_time());
    buffer_printf(
        out,
        "# HELP process_cpu_seconds_total Processor time used.\n# TYPE process_cpu_seconds_total counter\n"
        "process_cpu_seconds_total %lld.%03ld\n",
        (long long)cpu.tv_sec, cpu.tv_nsec / 1000000);
}
