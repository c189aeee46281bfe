/* SPDX-License-Identifier: Apache-2.0 */
/* What the events of a stream have said of each answer. */
#include "choices.h"

/* A role alone, or an empty piece, is a frame and no content: engines send it before they have read the prompt. */
static bool says_something(struct scan choice)
{
    static const struct text contents[] = {TEXT_INIT("content"),    TEXT_INIT("reasoning_content"),
                                           TEXT_INIT("reasoning"),  TEXT_INIT("refusal"),
                                           TEXT_INIT("tool_calls"), TEXT_INIT("function_call")};
    struct scan delta;
    struct scan value;
    if (scan_member(choice, TEXT("finish_reason"), &value) && value.kind == SCAN_STRING && value.text.length > 2)
        return true;
    if (scan_member(choice, TEXT("text"), &value) && value.text.length > 2)
        return true;
    if (!scan_member(choice, TEXT("delta"), &delta) || delta.kind != SCAN_OBJECT)
        return false;
    for (size_t i = 0; i < COUNT_OF(contents); i++)
        if (scan_member(delta, contents[i], &value) && !scan_is_null(value) && value.text.length > 2)
            return true;
    return false;
}

/* One that has no index is known by its place. */
static void note_choice(struct choices *choices, size_t place, struct scan choice)
{
    struct scan value;
    uint64_t index = place;
    bool is_known = !scan_member(choice, TEXT("index"), &value) || text_to_number(value.text, CHOICES_MAX - 1, &index);
    if (!is_known || index >= CHOICES_MAX) {
        choices->too_many = true;
        return;
    }
    choices->seen[index] = true;
    choices->spoke = choices->spoke || says_something(choice);
    if (scan_member(choice, TEXT("finish_reason"), &value) && value.kind == SCAN_STRING && value.text.length > 2)
        choices->finished[index] = true;
}

void choices_note(struct choices *choices, struct scan list)
{
    struct scan_walk walk = scan_walk(list);
    struct text key;
    struct scan choice;
    for (size_t place = 0; scan_next(&walk, &key, &choice); place++)
        if (choice.kind == SCAN_OBJECT)
            note_choice(choices, place, choice);
}

bool choices_are_finished(const struct choices *choices)
{
    size_t seen = 0;
    for (size_t i = 0; i < CHOICES_MAX; i++) {
        if (choices->seen[i] && !choices->finished[i])
            return false;
        seen += choices->seen[i] ? 1 : 0;
    }
    return seen > 0 && !choices->too_many;
}
