/* SPDX-License-Identifier: Apache-2.0 */
/* What happens when a promise of our own is broken: say which, after what the log had to say, and stop. */
#include "exeat/base/check.h"

#include <stdio.h>
#include <stdlib.h>

#include "exeat/base/log.h"

void check_failed(const char *promise, const char *file, int line, const char *function)
{
    enum { LAST_WORDS_MS = 1000 };
    if (log_flush(LAST_WORDS_MS)) /* else nobody reads: it must not keep us from ending */
        fprintf(stderr, "exeat: broken promise: %s (%s:%d, %s)\n", promise, file, line, function);
    abort();
}
