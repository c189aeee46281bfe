/* SPDX-License-Identifier: Apache-2.0 */
/* Most heads carry no key: each place is passed over by its name, by its length, or by one search. */
#include "exeat/carried.h"

#include "exeat/base/memory.h"

enum { UNDONE_MOST = 3 };

struct looking {
    const struct vendor_key_index *index;
    carried_found *found;
    void *context;
    enum carried_in in;
    struct text field;
};

/* --- one text --------------------------------------------------------------------------------------------------------
 */

static inline bool is_of_keys(char byte)
{
    return (unsigned char)(byte - '0') < 10 || (unsigned char)((byte | 0x20) - 'a') < 26 || byte == '-' ||
           byte == '_' || byte == '/' || byte == '+';
}

/* So many characters that keys are made of stand in a row. */
static bool may_hold_key(struct text text)
{
    size_t from = 0;
    while (from + VENDOR_KEY_RUN <= text.length) {
        size_t at = from + VENDOR_KEY_RUN;
        while (at > from && is_of_keys(text.data[at - 1]))
            at--;
        if (at == from)
            return true;
        from = at;
    }
    return false;
}

static void search(const struct looking *looking, struct text text)
{
    struct vendor_key_match match;
    if (!may_hold_key(text))
        return;
    for (size_t at = 0; vendor_key_find(looking->index, text, at, looking->field, &match);
         at = match.start + match.length) {
        const struct carried_key key = {
            .key = match.key,
            .value = text_part(text, match.start, match.length),
            .in = looking->in,
            .field = looking->field,
        };
        looking->found(looking->context, &key);
    }
}

/* Each spelling may be the one that its reader goes by. */
static void look_at(const struct looking *looking, struct text text)
{
    struct buffer rooms[2] = {0};
    if (text.length < VENDOR_KEY_RUN) /* what is undone is no longer */
        return;
    search(looking, text);
    for (size_t i = 0; i < UNDONE_MOST && percent_undo(text, &rooms[i % 2]); i++) {
        text = buffer_text(&rooms[i % 2]);
        search(looking, text);
    }
    buffer_forget(&rooms[0]);
    buffer_forget(&rooms[1]);
}

/* --- fields ----------------------------------------------------------------------------------------------------------
 */

/* It goes no further than to us, or is written anew. */
static bool ends_here(uint8_t kind)
{
    return kind == FIELD_HOP || kind == FIELD_REQUEST_HOP || kind == FIELD_CONNECTION || kind == FIELD_CONTENT_LENGTH ||
           kind == FIELD_HOST || kind == FIELD_TRANSFER_ENCODING;
}

/* Of both alphabets (RFC 4648 4 and 5). */
static int digit_of(char byte)
{
    return base64_value(byte == '-' ? '+' : byte == '_' ? '/' : byte);
}

/* As the most forgiving reader has it: both alphabets, any padding or none, whatever stands between the digits. */
static void undo_base64(struct text coded, struct buffer *out)
{
    uint32_t group = 0;
    size_t bits = 0;
    for (size_t i = 0; i < coded.length; i++) {
        int digit = digit_of(coded.data[i]);
        if (digit < 0)
            continue;
        group = (group << 6 | (uint32_t)digit) & 0xffff;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        buffer_append_byte(out, (char)(uint8_t)(group >> bits));
    }
}

/* A key as name or password: "Basic", anything but a letter or digit, and base64 (RFC 7617). */
static bool undo_basic(struct text value, struct buffer *room)
{
    enum { SCHEME = sizeof("Basic") - 1 };
    if (value.length <= SCHEME || !text_equal_nocase(text_part(value, 0, SCHEME), TEXT("Basic")) ||
        digit_of(value.data[SCHEME]) >= 0)
        return false;
    undo_base64(text_after(value, SCHEME), room);
    return true;
}

static void look_at_field(struct looking *looking, const struct field *field)
{
    struct buffer room = {0};
    if (field->value.length < VENDOR_KEY_RUN)
        return;
    looking->field = field->name;
    look_at(looking, field->value);
    if (undo_basic(field->value, &room))
        look_at(looking, buffer_text(&room));
    buffer_forget(&room);
}

void carried_look(
    const struct vendor_key_index *index, const struct message_head *head, carried_found *found, void *context)
{
    struct looking looking = {index, found, context, CARRIED_IN_PATH, TEXT("")};
    look_at(&looking, head->target.path);
    looking.in = CARRIED_IN_QUERY;
    look_at(&looking, head->target.query);
    looking.in = CARRIED_IN_FIELD;
    for (size_t i = 0; i < head->field_count; i++)
        if (!ends_here(head->kinds[i]))
            look_at_field(&looking, &head->fields[i]);
}

void carried_look_at_body(const struct vendor_key_index *index, struct text body, carried_found *found, void *context)
{
    const struct looking looking = {index, found, context, CARRIED_IN_BODY, TEXT("")};
    search(&looking, body);
}

bool carried_may_be_spelled(struct text json)
{
    return text_has(json, '\\') || text_has(json, '%') || text_has(json, '&') || may_hold_key(json);
}

/* --- what may be shown -----------------------------------------------------------------------------------------------
 */

static void note(void *context, const struct carried_key *key)
{
    (void)key;
    *(bool *)context = true;
}

static bool holds_key(const struct vendor_key_index *index, struct text text)
{
    bool holds = false;
    const struct looking looking = {index, note, &holds, CARRIED_IN_PATH, TEXT("")};
    look_at(&looking, text);
    return holds;
}

void carried_show(const struct vendor_key_index *index, struct text text, char separator, struct buffer *out)
{
    size_t before = out->length;
    size_t hidden = 0;
    for (size_t from = 0; from <= text.length;) {
        size_t end = text_index(text, separator, from);
        struct text piece = text_part(text, from, end - from);
        bool holds = holds_key(index, piece);
        buffer_append(out, holds ? TEXT("*") : piece);
        if (end < text.length)
            buffer_append_byte(out, separator);
        hidden += holds ? 1 : 0;
        from = end + 1;
    }
    if (hidden == 0 || holds_key(index, text_part(buffer_text(out), before, out->length - before))) {
        out->length = before;
        buffer_append(out, TEXT("*"));
    }
}
