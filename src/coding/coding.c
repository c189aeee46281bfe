/* SPDX-License-Identifier: Apache-2.0 */
/* What all codings share: the room for what comes out, and the text that stands beside it. */
#include "coding_internal.h"

#include "exeat/coding/charset.h"

/* One byte beyond the limit is room enough to see that it is passed. */
enum coding_fault coding_room(struct coding_undoing *undoing, size_t *room)
{
    if (undoing->out->length > undoing->limit)
        return coding_fail(undoing, CODING_BEYOND, "decoding was ended at the limit");
    size_t left = undoing->limit + 1 - undoing->out->length;
    *room = left < DECODED_CHUNK ? left : DECODED_CHUNK;
    buffer_reserve(undoing->out, *room);
    return CODING_FINE;
}

/* Control characters say that it is no text. */
static bool is_printable(struct text bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        if ((byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n') || byte == 0x7f)
            return false;
    }
    return true;
}

bool coding_beside(struct coding_undoing *undoing, struct text bytes)
{
    if (!is_printable(bytes))
        return false;
    bool is_utf8 = text_is_utf8(bytes);
    if (is_utf8)
        buffer_append(undoing->beside, bytes);
    for (size_t i = 0; i < bytes.length && !is_utf8; i++)
        buffer_append_code(undoing->beside, windows1252_code((unsigned char)bytes.data[i]));
    buffer_append_byte(undoing->beside, '\0');
    return true;
}

enum coding_fault coding_fail(struct coding_undoing *undoing, enum coding_fault fault, const char *clause)
{
    (void)detail_say(undoing->detail, "%s", clause);
    return fault;
}
