/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a response that is ours. */
#include "exchange_internal.h"

void own_fields(const struct dialect_answer *answer, struct own_fields *own)
{
    own->count = 0;
    clock_write_http(clock_wall_us(), own->date);
    own->fields[own->count++] = (struct field){TEXT("Date"), text_from(own->date)};
    for (size_t i = 0; i < answer->field_count; i++)
        own->fields[own->count++] = answer->fields[i];
}
