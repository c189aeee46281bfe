/* SPDX-License-Identifier: Apache-2.0 */
/* Which range of the log a bundle is about, and the checkpoint that covers it. */
#include <stdarg.h>

#include "bundle_making.h"

bool bundle_fail(struct bundle *bundle, const char *format, ...)
{
    struct buffer out = {0};
    va_list arguments;
    if (*bundle->error != NULL)
        return false;
    va_start(arguments, format);
    buffer_vprintf(&out, format, arguments);
    va_end(arguments);
    *bundle->error = buffer_take(&out);
    return false;
}

bool bundle_fail_to_read(struct bundle *bundle)
{
    return bundle_fail(bundle, "%s", store_reader_error(bundle->reader));
}

static bool find_range(struct bundle *bundle, uint64_t *last)
{
    const struct export_filter *filter = &bundle->options->filter;
    struct store_row row;
    enum store_read read;
    bool found = false;
    bool any = false;
    store_reader_seek(bundle->reader, store_reader_first(bundle->reader));
    while ((read = store_reader_next(bundle->reader, &row)) == STORE_ROW) {
        bundle_note_progress(bundle->options->progress, row.sequence);
        if (filter->since_us != 0 && row.wall_us < filter->since_us)
            continue;
        if (!found)
            bundle->range.first = row.sequence;
        found = true;
        if (filter->until_us != 0 && row.wall_us >= filter->until_us)
            continue;
        any = true;
        *last = row.sequence;
    }
    if (read == STORE_UNREADABLE)
        return bundle_fail_to_read(bundle);
    if (!any)
        return bundle_fail(bundle, "there is no record in that time");
    return true;
}

/* The one that a witness has cosigned, when it covers the range. */
static bool find_cosigned(struct bundle *bundle, uint64_t last)
{
    struct tlog_tree tree;
    struct buffer note = {0};
    bool covers = store_reader_cosigned(bundle->reader, &tree, &note) && tree.size > last;
    if (covers) {
        bundle->note = note;
        bundle->range.end = tree.size;
        return true;
    }
    buffer_clear(&note);
    return false;
}

/* Else the first checkpoint of the range's whole; else the newest, and what it does not cover stays out. */
static bool find_checkpoint(struct bundle *bundle, uint64_t last)
{
    uint64_t size = 0;
    if (find_cosigned(bundle, last))
        return true;
    if (store_reader_checkpoint(bundle->reader, last, &size, &bundle->note)) {
        bundle->range.end = size;
        return true;
    }
    for (uint64_t after = bundle->range.first;; after = size) {
        struct buffer note = {0};
        if (!store_reader_checkpoint(bundle->reader, after, &size, &note))
            break;
        buffer_clear(&bundle->note);
        bundle->note = note;
        bundle->range.end = size;
    }
    if (bundle->range.end == 0)
        return bundle_fail(
            bundle, "no checkpoint covers these records yet; one is signed within a second, or at the next start");
    bundle->result->unsigned_left_out = last + 1 - bundle->range.end;
    return true;
}

bool bundle_find_range(struct bundle *bundle)
{
    uint64_t last = 0;
    return find_range(bundle, &last) && find_checkpoint(bundle, last);
}
