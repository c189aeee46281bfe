/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a configuration: settings or errors, never both, never neither. */
#include "exeat/base/check.h"
#include "exeat/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_of_bytes((struct bytes){data, size}), "fuzz.yaml", diags);
    ASSERT((settings != NULL) == (diags_errors(diags) == 0));
    struct buffer out = {0};
    diags_write(diags, &out);
    buffer_clear(&out);
    settings_free(settings);
    diags_free(diags);
    return 0;
}
