/* SPDX-License-Identifier: Apache-2.0 */
/* The section that says what the running gate may still do on its machine. */
#include "config_internal.h"

static const char *const seccomp_words[] = {"enforce", "log", "none"};
static const struct type type_seccomp = ENUM_TYPE(seccomp_words);
_Static_assert(CONFINE_SECCOMP_NONE + 1 == COUNT_OF(seccomp_words), "each has its word");
static const char *const landlock_words[] = {"auto", "require", "none"};
static const struct type type_landlock = ENUM_TYPE(landlock_words);
_Static_assert(CONFINE_LANDLOCK_NONE + 1 == COUNT_OF(landlock_words), "each has its word");

static const struct key confine_keys[] = {
    START_KEY(
        settings_confine, seccomp, "seccomp", &type_seccomp, "enforce",
        "a system call that the gate never makes ends it; log: the kernel's log names it; none: no filter"),
    START_KEY(
        settings_confine, landlock, "landlock", &type_landlock, "auto",
        "files beside the gate's own are out of reach, where the kernel can; require: no start without; none: within"),
};
static const struct section section_confine = SECTION("confine", confine_keys);
const struct type type_confine = MAP_TYPE(&section_confine);
