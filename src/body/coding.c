/* SPDX-License-Identifier: Apache-2.0 */
/* What all codings share: the room for what comes out, and the text that stands beside it. */
#include "coding.h"

#include "spelling.h"

/* One byte beyond the limit is room enough to see that it is passed. */
enum body_fault decoding_room(struct decoding *decoding, size_t *room)
{
    if (decoding->out->length > decoding->limit)
        return decoding_fault(decoding, decoding->beyond, "decoding was ended at the limit");
    size_t left = decoding->limit + 1 - decoding->out->length;
    *room = left < DECODED_CHUNK ? left : DECODED_CHUNK;
    buffer_reserve(decoding->out, *room);
    return BODY_FINE;
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

bool decoding_beside(struct decoding *decoding, struct text bytes)
{
    if (!is_printable(bytes))
        return false;
    bool is_utf8 = text_is_utf8(bytes);
    if (is_utf8)
        buffer_append(decoding->beside, bytes);
    for (size_t i = 0; i < bytes.length && !is_utf8; i++)
        spell_code(decoding->beside, windows1252_code((unsigned char)bytes.data[i]));
    buffer_append_byte(decoding->beside, '\0');
    return true;
}

enum body_fault decoding_fault(struct decoding *decoding, enum body_fault fault, const char *clause)
{
    (void)detail_say(decoding->detail, "%s", clause);
    return fault;
}
