/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a hosts file: what is read is found again. */
#include "exeat/base/check.h"
#include "names_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hosts_file file = {0};
    struct answer answer;
    hosts_file_parse((struct text){(const char *)data, size}, &file);
    for (size_t i = 0; i < file.count && i < 100; i++)
        ASSERT(hosts_file_find(&file, &file.lines[i].name, &answer));
    hosts_file_clear(&file);
    return 0;
}
