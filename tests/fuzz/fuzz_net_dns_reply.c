/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a DNS message. */
#include "names_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t seconds;
    (void)dns_negative_seconds((struct bytes){data, size}, &seconds);
    return 0;
}
