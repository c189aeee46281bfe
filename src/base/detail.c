/* SPDX-License-Identifier: Apache-2.0 */
/* One sentence of bounded length about what was wrong. */
#include "exeat/base/detail.h"

#include <stdarg.h>
#include <stdio.h>

bool detail_say(struct detail *detail, const char *format, ...)
{
    va_list arguments;
    if (detail == NULL)
        return false;
    va_start(arguments, format);
    (void)vsnprintf(detail->text, sizeof(detail->text), format, arguments);
    va_end(arguments);
    return false;
}
