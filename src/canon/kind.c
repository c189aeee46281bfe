/* SPDX-License-Identifier: Apache-2.0 */
/* Objects whose `type` says what they are. */
#include "exeat/canon/reading.h"

const struct reading_kind *reading_kind_of(
    struct reading *reading, uint32_t object, const struct reading_kind *kinds, size_t count,
    const struct reading_kind *missing, const char *else_what)
{
    if (json_view_shape(reading->view, object) != JSON_SHAPE_OBJECT) {
        (void)reading_is_wrong(reading, "must be an object with a type");
        return NULL;
    }
    uint32_t type = json_view_member(reading->view, object, TEXT("type"));
    if (type == 0 && missing == NULL)
        (void)reading_member_is_wrong(reading, TEXT("type"), "is missing");
    if (type == 0)
        return missing;
    for (size_t i = 0; i < count; i++)
        if (json_view_means(reading->view, type, kinds[i].word))
            return &kinds[i];
    (void)reading_member_may_not(reading, TEXT("type"), else_what);
    return NULL;
}
