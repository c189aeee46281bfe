/* SPDX-License-Identifier: Apache-2.0 */
/* The memory that this container may have (cgroups(7)) against what the configuration lets a gate hold. */
#include <stdio.h>
#include <unistd.h>

#include "doctor_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

enum { FILE_MAX_SIZE = 65536, MIB = 1 << 20 };

static void judge_bound(uint64_t limit, uint64_t memory, struct finding *finding)
{
    if (memory <= limit / 10 * 9) {
        finding_say(
            finding, DOCTOR_WELL, "limits.memory is %llu MiB of %llu MiB", (unsigned long long)(memory / MIB),
            (unsigned long long)(limit / MIB));
        return;
    }
    finding_say(
        finding, DOCTOR_TO_DO,
        "limits.memory is %llu MiB, and the container may have %llu MiB: the kernel would end "
        "the gate before it refuses anything",
        (unsigned long long)(memory / MIB), (unsigned long long)(limit / MIB));
    finding_advise(finding, "limits: { memory: %lluMiB }", (unsigned long long)(limit / 10 * 9 / MIB));
}

/* All connections hold a body, and an answer that is looked into: a gate of that size would have to be killed. */
static void judge_worst(uint64_t limit, const struct settings_run *run, uint64_t workers, struct finding *finding)
{
    uint64_t each = run->body_held + run->answer_held;
    uint64_t connections = run->connections * workers;
    if (connections == 0 || each <= limit / connections) {
        finding_say(
            finding, DOCTOR_WELL, "what %llu connections may hold fits into %llu MiB", (unsigned long long)connections,
            (unsigned long long)(limit / MIB));
        return;
    }
    finding_say(
        finding, DOCTOR_TO_DO,
        "%llu connections that may hold %llu KiB each do not fit into the %llu MiB that the container may have",
        (unsigned long long)connections, (unsigned long long)(each / 1024), (unsigned long long)(limit / MIB));
    finding_advise(
        finding, "limits: { memory: %lluMiB }, so that it refuses before the kernel ends it",
        (unsigned long long)(limit / 10 * 9 / MIB));
}

void judge_memory(uint64_t limit, const struct settings_run *run, uint64_t workers, struct finding *finding)
{
    if (limit == 0)
        finding_say(finding, DOCTOR_NOTHING, "this container has no limit of memory");
    else if (run->memory > 0)
        judge_bound(limit, run->memory, finding);
    else
        judge_worst(limit, run, workers, finding);
}

/* Of a file with one number; "max", or a number beyond all machines, is no limit. */
static bool read_limit(const char *path, uint64_t *limit)
{
    struct buffer content = {0};
    char *error = NULL;
    bool done = file_read(path, FILE_MAX_SIZE, &content, &error);
    struct text text = text_trim(buffer_text(&content), "\n ");
    if (done && (!text_to_number(text, UINT64_MAX >> 1, limit) || *limit > UINT64_MAX >> 2))
        *limit = 0;
    base_free(error);
    buffer_clear(&content);
    return done;
}

/* In a container its own group is the top one (v2, v1); elsewhere it is somewhere below, and the machine's is no limit.
 */
static bool find_limit(uint64_t *limit)
{
    static const char *const places[] = {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"};
    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (read_limit(places[i], limit))
            return true;
    return false;
}

void look_at_memory(const struct patient *patient, struct finding *finding)
{
    uint64_t limit = 0;
    const struct settings_run *run = &patient_settings(patient)->run;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (find_limit(&limit))
        judge_memory(
            limit, run, run->workers > 0 ? run->workers : (uint64_t)(processors > 0 ? processors : 1), finding);
    else
        finding_say(finding, DOCTOR_UNSEEN, "no limit of memory can be read below /sys/fs/cgroup");
}
