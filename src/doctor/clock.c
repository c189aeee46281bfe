/* SPDX-License-Identifier: Apache-2.0 */
/* The wall clock: does anybody set it, and was it set back since the newest record? adjtimex(2) tells without a right.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/timex.h>

#include "doctor_internal.h"
#include "exeat/base/clock.h"

static enum clock_seen see(void)
{
    struct timex state = {.modes = 0};
    int result = adjtimex(&state);
    if (result < 0)
        return CLOCK_HIDDEN;
    return result == TIME_ERROR || (state.status & STA_UNSYNC) != 0 ? CLOCK_ALONE : CLOCK_SYNCHRONISED;
}

static void judge_step(int64_t newest_s, int64_t now_s, struct finding *finding)
{
    enum { SLACK_S = 2 };
    if (newest_s <= now_s + SLACK_S)
        return;
    finding_say(
        finding, DOCTOR_TO_DO, "the store was written %lld s from now: the clock was set back",
        (long long)(newest_s - now_s));
    finding_advise(
        finding, "let the clock of the node run and not jump (chrony, systemd-timesyncd); records have a steady clock "
                 "beside it, and keep their order");
}

void judge_clock(enum clock_seen seen, int64_t newest_s, int64_t now_s, struct finding *finding)
{
    switch (seen) {
    case CLOCK_SYNCHRONISED:
        finding_say(finding, DOCTOR_WELL, "synchronised, as the kernel says");
        break;
    case CLOCK_ALONE:
        finding_say(finding, DOCTOR_TO_DO, "nobody synchronises it, as the kernel says");
        finding_advise(
            finding, "run chrony or systemd-timesyncd on the node: certificates and records go by this clock");
        break;
    case CLOCK_HIDDEN:
        finding_say(finding, DOCTOR_UNSEEN, "the kernel does not say whether anybody synchronises it");
        break;
    }
    judge_step(newest_s, now_s, finding);
}

/* When a file of the store was last written; 0: there is none to be seen. */
static int64_t newest_in(const char *directory)
{
    DIR *folder = opendir(directory);
    int64_t newest = 0;
    struct stat status;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;)
        if (fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
            status.st_mtime > newest)
            newest = status.st_mtime;
    if (folder != NULL)
        closedir(folder);
    return newest;
}

void look_at_clock(const struct patient *patient, struct finding *finding)
{
    int64_t newest = patient->policy == NULL ? 0 : newest_in(patient_settings(patient)->audit.directory.data);
    judge_clock(see(), newest, clock_wall_us() / 1000000, finding);
}
