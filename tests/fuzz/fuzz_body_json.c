/* SPDX-License-Identifier: Apache-2.0 */
/* The walker of JSON takes what base's reader of JSON takes, and nothing else; and it tells the same strings. */
#include <stdlib.h>

#include "exeat/base/json_view.h"
#include "exeat/body.h"

static bool see(void *context, struct body *body, const struct body_place *place)
{
    (void)body;
    bool is_string = place->what == BODY_NAME || (place->what == BODY_VALUE && place->layer == 0);
    *(size_t *)context += place->layer == 0 && (is_string || place->what == BODY_NUMBER);
    return true;
}

static size_t told_by_view(const struct json_view *view)
{
    size_t count = 0;
    for (size_t i = 0; i < view->count; i++)
        count += view->values[i].shape == JSON_SHAPE_STRING || view->values[i].shape == JSON_SHAPE_NUMBER;
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = text_of_bytes((struct bytes){data, size});
    if (size == 0 || data[0] >= 0xf0 || data[0] == 0) /* nothing is fine; marks of wider charsets */
        return 0;
    struct json_view view = {0};
    struct body *body = body_new();
    struct body_label label = body_label_of(BODY_JSON);
    struct body_limits limits = {1 << 20, 200, 100000};
    bool is_json = json_view_read(&view, text, JSON_UTF8, NULL);
    enum body_fault fault = body_read(body, &label, (struct bytes){data, size}, &limits, NULL);
    if (fault == BODY_FINE)
        fault = body_walk(body, NULL, NULL, NULL);
    if (is_json != (fault == BODY_FINE))
        abort();
    size_t told = 0;
    if (is_json && body_walk(body, see, &told, NULL) == BODY_FINE && told > told_by_view(&view))
        abort();
    json_view_clear(&view);
    body_free(body);
    return 0;
}
