/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the two fields that say what a body is, a line each. */
#include <stdlib.h>
#include <string.h>

#include "exeat/body/label.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text rest = {(const char *)data, size};
    struct text line;
    struct body_label label = {0};
    for (size_t i = 0; text_split(&rest, '\n', &line); i++)
        body_label_field(&label, i % 2 == 0 ? TEXT("content-type") : TEXT("content-encoding"), line);
    enum body_fault fault = body_label_end(&label);
    if (fault == BODY_FINE && label.kind == BODY_MULTIPART && label.boundary[0] == '\0')
        abort();
    if (strnlen(label.type, sizeof(label.type)) == sizeof(label.type) || label.coding_count > BODY_CODINGS)
        abort();
    return 0;
}
