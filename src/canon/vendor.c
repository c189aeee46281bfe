/* SPDX-License-Identifier: Apache-2.0 */
/* What many rows have in common. */
#include "exeat/canon/vendor.h"

struct text vendor_json_or_events(const struct canon_call *call, bool streams)
{
    (void)call;
    return streams ? TEXT("text/event-stream; charset=utf-8") : TEXT("application/json");
}

struct text vendor_no_model(struct text path)
{
    (void)path;
    return TEXT("");
}
