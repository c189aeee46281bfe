/* SPDX-License-Identifier: Apache-2.0 */
/* Where the model's thoughts stand: OpenAI's chat has no member for them, and servers have one of two. */
#include "compatible_internal.h"

static const struct text names[] = {TEXT_INIT("reasoning_content"), TEXT_INIT("reasoning")};

static void name_in(struct scan message, struct text name, struct edit *edit)
{
    struct scan_walk walk = scan_walk(message);
    struct text key;
    struct scan value;
    if (scan_member(message, name, &value))
        return; /* some servers have both */
    while (scan_next(&walk, &key, &value)) {
        if (!scan_is_key(key, names[0]) && !scan_is_key(key, names[1]))
            continue;
        edit_drop(edit, key);
        BUFFER_APPEND_ALL(edit->out, TEXT("\""), name, TEXT("\""));
    }
}

static void name_in_choice(struct scan choice, struct text name, struct edit *edit)
{
    struct scan_walk walk = scan_walk(choice);
    struct text key;
    struct scan value;
    while (scan_next(&walk, &key, &value))
        if (value.kind == SCAN_OBJECT && (scan_is_key(key, TEXT("delta")) || scan_is_key(key, TEXT("message"))))
            name_in(value, name, edit);
}

void compatible_name_thoughts(const struct canon_call *call, struct scan choices, struct edit *edit)
{
    struct scan_walk walk = scan_walk(choices);
    struct text key;
    struct scan choice;
    while (call->manner != NULL && call->manner->thoughts.length > 0 && scan_next(&walk, &key, &choice))
        if (choice.kind == SCAN_OBJECT)
            name_in_choice(choice, call->manner->thoughts, edit);
}
