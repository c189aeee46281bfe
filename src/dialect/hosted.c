/* SPDX-License-Identifier: Apache-2.0 */
/* Models in the words of their makers at a vendor that hosts them: server-sent events, as their makers have them,
 * become events as the host frames them. */
#include "dialect_internal.h"
#include "exeat/base/memory.h"
#include "exeat/canon/lines.h"

struct hosted {
    const struct hosting *host; /* static */
    struct buffer events;       /* not framed yet */
    struct lines lines;
    struct buffer data; /* of the event whose end has not come */
};

bool hosted_is(const struct dialect_call *call)
{
    return call->words != call->vendor;
}

const struct vendor *hosted_words(const struct dialect_call *call, const struct reading *reading)
{
    const struct hosting *host = call->vendor->hosting;
    return host == NULL ? call->vendor : dialect_vendor(host->words_of(reading, &call->canon));
}

bool hosted_take_path(const struct dialect_call *call, struct reading *reading, struct canon_call *canon)
{
    return !hosted_is(call) || call->vendor->hosting->take_path(reading, canon);
}

struct hosted *hosted_new(const struct dialect_call *call)
{
    if (!hosted_is(call))
        return NULL;
    struct hosted *hosted = base_zalloc(sizeof(*hosted));
    hosted->host = call->vendor->hosting;
    return hosted;
}

void hosted_free(struct hosted *hosted)
{
    if (hosted == NULL)
        return;
    buffer_clear(&hosted->events);
    buffer_clear(&hosted->data);
    lines_clear(&hosted->lines);
    base_free(hosted);
}

struct buffer *hosted_events(struct hosted *hosted)
{
    return &hosted->events;
}

/* What is no JSON object ([DONE]) is the end of somebody else's stream. */
static void end_event(struct hosted *hosted, struct buffer *out)
{
    if (text_starts_with(buffer_text(&hosted->data), TEXT("{")))
        hosted->host->frame(buffer_text(&hosted->data), out);
    buffer_empty(&hosted->data);
}

void hosted_frame(struct hosted *hosted, struct buffer *out)
{
    static const struct text field = TEXT_INIT("data:");
    struct text rest = buffer_text(&hosted->events);
    struct text line;
    while (lines_next(&hosted->lines, &rest, &line)) {
        if (line.length == 0)
            end_event(hosted, out);
        else if (text_starts_with(line, field))
            buffer_append(&hosted->data, text_trim(text_after(line, field.length), " "));
    }
    buffer_empty(&hosted->events);
}
