/* SPDX-License-Identifier: Apache-2.0 */
/* Enrolments, state files and origins in paths: what is taken names a log or its key, and writes as it was read. */
#include "anchor_internal.h"
#include "exeat/base/check.h"

static void write_head(const struct tlog_vkey *vkey, struct text previous, struct buffer *out)
{
    buffer_append(out, TEXT("vkey "));
    tlog_vkey_append(vkey, out);
    buffer_append_byte(out, '\n');
    if (previous.length > 0)
        buffer_printf(out, "previous %.*s\n", TEXT_ARG(previous));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = text_of_bytes((struct bytes){data, size});
    struct tlog_vkey vkey;
    struct text previous;
    struct text note;
    struct buffer again = {0};
    if (anchor_enrolment_parse(text, &vkey, &previous)) {
        ASSERT(vkey.type == TLOG_KEY_LOG);
        write_head(&vkey, previous, &again);
        ASSERT(text_equal_nocase(buffer_text(&again), text));
    }
    buffer_empty(&again);
    if (anchor_state_split(text, &vkey, &previous, &note)) {
        ASSERT(vkey.type == TLOG_KEY_LOG);
        ASSERT(note.length < size);
    }
    buffer_empty(&again);
    struct buffer path = {0};
    if (anchor_origin_of_path(text, &again)) {
        struct buffer origin = {0};
        ASSERT(tlog_name_is_good(buffer_text(&again)));
        anchor_origin_to_path(buffer_text(&again), &path);
        ASSERT(anchor_origin_of_path(buffer_text(&path), &origin));
        ASSERT(text_equal(buffer_text(&origin), buffer_text(&again)));
        buffer_clear(&origin);
    }
    buffer_clear(&path);
    buffer_clear(&again);
    return 0;
}
