/* SPDX-License-Identifier: Apache-2.0 */
/* How methods are spelled. */
#include <string.h>

#include "exeat/name.h"

bool method_is_token(struct text method)
{
    static const char bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < method.length; i++)
        if (memchr(bytes, method.data[i], sizeof(bytes) - 1) == NULL)
            return false;
    return method.length > 0;
}
