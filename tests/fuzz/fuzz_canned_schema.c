/* SPDX-License-Identifier: Apache-2.0 */
/* Values for the schemas of callers: what is made is one JSON value, and making it ends. The first line is the
 * Accept-Language of the call. */
#include "canned_internal.h"
#include "exeat/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text rest = {(const char *)data, size};
    struct text field;
    struct buffer out = {0};
    char error[160];
    if (!text_split(&rest, '\n', &field))
        return 0;
    ASSERT(canned_language_suits(field, TEXT("de")) <= 1000);
    struct canon_call call = {.wish = {.format = {.kind = TEXT("json_schema"), .schema = rest}}};
    if (rest.length > 0 && canned_content(&call, TEXT("Zurück \"bald\"."), &out)) {
        BUFFER_APPEND_ALL(&out, TEXT("]"));
        struct buffer list = {0};
        BUFFER_APPEND_ALL(&list, TEXT("["), buffer_text(&out));
        json_t *tree = json_read(buffer_text(&list), error);
        ASSERT(json_array_size(tree) == 1);
        json_decref(tree);
        buffer_clear(&list);
    } else {
        ASSERT(out.length == 0);
    }
    buffer_clear(&out);
    return 0;
}
