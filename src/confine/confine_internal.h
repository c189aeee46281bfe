/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of confine share. */
#ifndef EXEAT_CONFINE_INTERNAL_H
#define EXEAT_CONFINE_INTERNAL_H

#include <stdint.h>

#include "exeat/confine.h"

/* Sanitizers look at the process from outside (a tracer) and at its program's file: their builds may do a little more.
 */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CONFINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define CONFINE_SANITIZED 1
#endif
#endif
#ifndef CONFINE_SANITIZED
#define CONFINE_SANITIZED 0
#endif

/* A system call that the process may make, and whose it is. */
struct allowed_call {
    int number;      /* SCMP_SYS; negative: this architecture has none of that name */
    const char *who; /* makes it */
};
/* calls.c */
const struct allowed_call *confine_allowed_calls(size_t *count);
/* Calls that somebody tries and can do without: they fail (ENOSYS) and do not end the process. */
const struct allowed_call *confine_probed_calls(size_t *count);

/* filter.c: false, when the kernel takes no filter; libseccomp does not say why. */
MUST_CHECK bool confine_filter(enum confine_calls calls);
/* privileges.c */
MUST_CHECK bool confine_drop_privileges(void);
/* landlock.c: the version in force; 0: the kernel has none; -1: with errno, it could not be entered. */
int confine_landlock(const struct confine_options *options);

#endif
