/* SPDX-License-Identifier: Apache-2.0 */
/* What a process that serves gives up for good once it has what it needs: capabilities, new privileges (prctl(2)), the
 * files that it has no business with (landlock(7)) and the system calls that it never makes (seccomp(2)). Landlock and
 * capabilities are the calling thread's and those that it makes: enter before the first thread. */
#ifndef EXEAT_CONFINE_H
#define EXEAT_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/base/attributes.h"

/* What becomes of a system call that the process never makes. */
enum confine_calls {
    CONFINE_CALLS_ENFORCE, /* it ends the process, by SIGSYS */
    CONFINE_CALLS_LOG,     /* it is made, and the kernel's log names it */
    CONFINE_CALLS_FREE     /* no filter */
};
enum confine_files {
    CONFINE_FILES_AUTO,    /* confined where the kernel can */
    CONFINE_FILES_REQUIRE, /* without it there is no start */
    CONFINE_FILES_FREE
};
/* A file, or a folder with all that is or ever will be in it. What is not there is left out. */
struct confine_place {
    const char *path; /* a link stands for where it leads */
    enum confine_use { CONFINE_READS, CONFINE_WRITES } use;
};
struct confine_options {
    enum confine_calls calls;
    enum confine_files files;
    const struct confine_place *places; /* borrowed, as are their paths; the system's own are known */
    size_t place_count;
    const char
        *calls_cure; /* how to start on a kernel without seccomp, as this process is told; a part of a sentence */
    const char *files_cure; /* and without landlock */
    bool reaches_abstract;  /* Unix sockets without a path, of others (Linux 6.12 forbids them otherwise) */
};
/* What holds from now on. */
struct confined {
    enum confine_calls calls;
    unsigned landlock; /* the kernel's version of it; 0: files are not confined */
};

/* The first thing that a process does: no core, and nobody of the same user may look into its memory. */
void confine_memory(void);
/* Once, before the first thread. False, with `error` (base_free): something was asked for that this kernel does not
 * have; what was given up by then stays given up. */
MUST_CHECK bool confine_enter(const struct confine_options *options, struct confined *confined, char **error);
const char *confine_calls_word(enum confine_calls calls); /* as the configuration spells it */

#endif
