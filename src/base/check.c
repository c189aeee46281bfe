/* SPDX-License-Identifier: Apache-2.0 */
/* What happens when a promise of our own is broken: say which, and stop. */
#include "exeat/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *promise, const char *file, int line, const char *function)
{
    fprintf(stderr, "exeat: broken promise: %s (%s:%d, %s)\n", promise, file, line, function);
    abort();
}
