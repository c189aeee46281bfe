/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON: what jansson reads is read here too, and every value stands where it is said to stand. */
#include "exeat/base/json.h"
#include "exeat/base/json_view.h"

static void check_value(const struct json_view *view, uint32_t index)
{
    const struct json_value *value = &view->values[index];
    if (value->start > view->text.length || value->length > view->text.length - value->start || value->length == 0)
        __builtin_trap();
    if (value->after <= index || value->after > view->count)
        __builtin_trap();
    struct buffer meaning = {0};
    json_spelled_append(&meaning, json_view_spelled(view, index));
    if (!text_is_utf8(buffer_text(&meaning)))
        __builtin_trap();
    if (value->shape == JSON_SHAPE_STRING && !json_view_means(view, index, buffer_text(&meaning)) &&
        !text_has(buffer_text(&meaning), '\xef')) /* a half of a surrogate pair means U+FFFD, and is not equal to it */
        __builtin_trap();
    buffer_clear(&meaning);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char error[160];
    struct json_view view = {0};
    struct text text = text_of_bytes((struct bytes){data, size});
    json_t *tree = json_read(text, error);
    bool good = json_view_read(&view, text, JSON_UTF8, NULL);
    if (tree != NULL && !good)
        __builtin_trap();
    for (uint32_t i = 0; good && i < view.count; i++)
        check_value(&view, i);
    if (good && !json_view_read(&view, json_view_source(&view, 0), JSON_ANY_BYTES, NULL))
        __builtin_trap();
    json_decref(tree);
    json_view_clear(&view);
    return 0;
}
