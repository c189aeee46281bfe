/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of a canonical call by all who answer it. */
#include "exeat/base/arena.h"
#include "exeat/base/json_view.h"
#include "exeat/canon.h"

bool canon_streams(const struct canon_call *call)
{
    return call->wish.streams == CANON_YES;
}

bool canon_wants_usage(const struct canon_call *call)
{
    bool is_told = call->manner != NULL && call->manner->tells_usage && call->operation == LLM_CHAT;
    return is_told || call->wish.usage == CANON_YES;
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

enum canon_content canon_form(const struct canon_part *parts, size_t count)
{
    size_t texts = 0;
    size_t others = 0;
    for (size_t i = 0; i < count; i++) {
        enum canon_part_kind kind = parts[i].kind;
        texts += kind == CANON_TEXT;
        others += kind == CANON_IMAGE || kind == CANON_FILE || kind == CANON_AUDIO;
    }
    if (texts + others == 0)
        return CANON_NULL_CONTENT;
    return texts == 1 && others == 0 ? CANON_PLAIN_CONTENT : CANON_LISTED_CONTENT;
}

struct canon_message *canon_extend(struct arena *arena, const struct canon_call *call, size_t more)
{
    struct canon_message *messages = arena_array(arena, call->message_count + more, sizeof(*messages));
    for (size_t i = 0; i < call->message_count; i++)
        messages[i] = call->messages[i];
    return messages;
}

void canon_put_system(struct arena *arena, struct canon_call *call, struct text words)
{
    if (words.length == 0)
        return;
    struct canon_part *part = arena_alloc(arena, sizeof(*part));
    struct canon_message *messages = arena_array(arena, call->message_count + 1, sizeof(*messages));
    part->text = words;
    messages[0] =
        (struct canon_message){.role = CANON_SYSTEM, .content = CANON_PLAIN_CONTENT, .parts = part, .part_count = 1};
    for (size_t i = 0; i < call->message_count; i++)
        messages[i + 1] = call->messages[i];
    call->messages = messages;
    call->message_count++;
}
