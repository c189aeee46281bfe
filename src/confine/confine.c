/* SPDX-License-Identifier: Apache-2.0 */
/* The order: what needs a privilege to be given up goes first, the filter of calls last. */
#include "exeat/confine.h"

#include <errno.h>
#include <string.h>

#include "confine_internal.h"
#include "exeat/base/bytes.h"

const char *confine_calls_word(enum confine_calls calls)
{
    switch (calls) {
    case CONFINE_CALLS_ENFORCE:
        return "enforce";
    case CONFINE_CALLS_LOG:
        return "log";
    case CONFINE_CALLS_FREE:
        break;
    }
    return "none";
}

/* `reason`: the system's; 0: it gives none. */
static bool fail(const char *what, int reason, const char *cure, char **error)
{
    struct buffer out = {0};
    buffer_append_string(&out, what);
    if (reason != 0)
        buffer_printf(&out, ": %s", strerrordesc_np(reason));
    buffer_printf(&out, "; %s", cure);
    *error = buffer_take(&out);
    return false;
}

static bool enter_files(const struct confine_options *options, struct confined *confined, char **error)
{
    int version = options->files == CONFINE_FILES_FREE ? 0 : confine_landlock(options);
    if (version < 0)
        return fail(
            "this process cannot give up the files that it has no business with (landlock)", errno, options->files_cure,
            error);
    if (version == 0 && options->files == CONFINE_FILES_REQUIRE)
        return fail(
            "this kernel, or a profile around this process, has no landlock (Linux 5.13, and `landlock` in its `lsm=`)",
            0, options->files_cure, error);
    confined->landlock = (unsigned)version;
    return true;
}

bool confine_enter(const struct confine_options *options, struct confined *confined, char **error)
{
    *confined = (struct confined){.calls = options->calls};
    if (!confine_drop_privileges())
        return fail(
            "capabilities cannot be given up", errno, "what keeps capset(2) or prctl(2) from this process?", error);
    if (!enter_files(options, confined, error))
        return false;
    if (options->calls == CONFINE_CALLS_FREE || confine_filter(options->calls))
        return true;
    return fail(
        "this kernel, or a profile around this process, takes no filter of system calls (seccomp)", 0,
        options->calls_cure, error);
}
