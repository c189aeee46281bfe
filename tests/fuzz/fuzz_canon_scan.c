/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as JSON: what a strict parser takes the scanner takes too, and every part of it lies within it. */
#include "exeat/base/json_view.h"
#include "exeat/canon/scan.h"

/* Visits all values of at most a few levels. */
static void visit(struct scan whole, int levels)
{
    struct scan_walk walk = scan_walk(whole);
    struct text key;
    struct scan value;
    while (scan_next(&walk, &key, &value)) {
        const char *end = whole.text.data + whole.text.length;
        if (value.text.data < whole.text.data || value.text.data + value.text.length >= end)
            __builtin_trap();
        (void)scan_is_key(key, TEXT("model"));
        struct buffer plain = {0};
        json_spelled_append(&plain, scan_spelled(value));
        buffer_clear(&plain);
        struct scan again;
        if (!scan_whole(value.text, &again) || again.kind != value.kind)
            __builtin_trap();
        if (levels > 0)
            visit(value, levels - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = text_of_bytes((struct bytes){data, size});
    struct json_view view = {0};
    struct scan whole;
    bool is_taken = scan_whole(text, &whole);
    bool has_mark = text_starts_with(text, TEXT("\xef\xbb\xbf"));
    if (json_view_read(&view, text, JSON_ANY_BYTES, NULL) && !has_mark && !is_taken)
        __builtin_trap();
    json_view_clear(&view);
    if (is_taken)
        visit(whole, 3);
    return 0;
}
