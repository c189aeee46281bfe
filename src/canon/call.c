/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of a canonical call by all who answer it. */
#include "exeat/base/json_view.h"
#include "exeat/canon.h"

bool canon_streams(const struct canon_call *call)
{
    return call->wish.streams == CANON_YES;
}

bool canon_wants_usage(const struct canon_call *call)
{
    return call->wish.usage == CANON_YES;
}

bool canon_wants_base64(const struct canon_call *call)
{
    return json_spelled_means(call->wish.encoding, TEXT("base64"));
}

size_t canon_choices(const struct canon_call *call)
{
    enum { CHOICES_MOST = 128 };
    uint64_t count;
    return text_to_number(call->wish.count, CHOICES_MOST, &count) && count > 0 ? (size_t)count : 1;
}
