/* SPDX-License-Identifier: Apache-2.0 */
/* What a call needs, looked up in it. */
#include "exeat/canon/needs.h"

#include "exeat/base/json_view.h"
#include "exeat/canon/answer.h"

static canon_needs when(bool is_so, enum canon_need need)
{
    return is_so ? NEED(need) : 0;
}

/* Objects of nothing ask for nothing. */
static bool is_empty_object(struct text json)
{
    struct text inside = text_trim(json, "{} \t\r\n");
    return inside.length == 0;
}

static canon_needs needs_of_wish(const struct canon_call *call)
{
    const struct canon_wish *wish = &call->wish;
    bool is_old_logprobs = call->operation == LLM_COMPLETIONS && wish->top_logprobs.data != NULL;
    bool is_several = canon_choices(call) > 1 || (wish->best_of.data != NULL && !text_equal(wish->best_of, TEXT("1")));
    return when(is_several, NEEDS_SEVERAL_ANSWERS) | when(wish->logprobs == CANON_YES, NEEDS_LOGPROBS) |
           when(is_old_logprobs, NEEDS_OLD_LOGPROBS) |
           when(!is_empty_object(call->sampling.logit_bias), NEEDS_LOGIT_BIAS) |
           when(wish->stop.count > 0, NEEDS_STOP) | when(wish->echo == CANON_YES, NEEDS_ECHO);
}

static canon_needs needs_of_input(const struct canon_call *call)
{
    canon_needs needs = when(call->operation == LLM_COMPLETIONS && call->input.count > 1, NEEDS_SEVERAL_PROMPTS) |
                        when(call->suffix.length > 0, NEEDS_SUFFIX);
    for (size_t i = 0; i < call->input.count; i++)
        needs |= when(call->input.entries[i].is_tokens, NEEDS_TOKENS_IN);
    return needs;
}

static bool is_forced(const struct canon_choice *choice)
{
    switch (choice->kind) {
    case CANON_CHOICE_ONE:
        return true;
    case CANON_CHOICE_WORD:
    case CANON_CHOICE_AMONG:
        return text_equal(choice->word, TEXT("required"));
    case CANON_CHOICE_UNSAID:
        break;
    }
    return false;
}

static canon_needs needs_of_tools(const struct canon_tools *tools)
{
    canon_needs needs = when(tools->is_old, NEEDS_OLD_FUNCTIONS) | when(is_forced(&tools->choice), NEEDS_FORCED_CALL);
    for (size_t i = 0; i < tools->count; i++)
        needs |= when(tools->tools[i].kind == CANON_CUSTOM, NEEDS_CUSTOM_TOOLS);
    return needs;
}

static bool spells_object(struct text arguments)
{
    struct buffer object = {0};
    bool good = canon_append_arguments(&object, arguments);
    buffer_clear(&object);
    return good;
}

static canon_needs needs_of_part(const struct canon_part *part)
{
    switch (part->kind) {
    case CANON_AUDIO:
        return NEED(NEEDS_AUDIO);
    case CANON_FILE:
        return NEED(NEEDS_FILES);
    case CANON_TOOL_CALL:
        return when(part->tool == CANON_CUSTOM, NEEDS_CUSTOM_TOOLS) | when(part->is_old, NEEDS_OLD_FUNCTIONS) |
               when(part->tool == CANON_FUNCTION && !spells_object(part->text), NEEDS_OBJECT_ARGUMENTS);
    case CANON_TEXT:
    case CANON_REFUSAL:
    case CANON_IMAGE:
    case CANON_REASONING:
    case CANON_SUMMARY:
        break;
    }
    return 0;
}

static canon_needs needs_of_message(const struct canon_message *message)
{
    canon_needs needs = when(message->role == CANON_OLD_FUNCTION, NEEDS_OLD_FUNCTIONS) |
                        when(message->tool == CANON_CUSTOM, NEEDS_CUSTOM_TOOLS);
    for (size_t i = 0; i < message->part_count; i++)
        needs |= needs_of_part(&message->parts[i]);
    return needs;
}

static bool is_system_alone(const struct canon_call *call)
{
    size_t count = 0;
    while (count < call->message_count && call->messages[count].role == CANON_SYSTEM)
        count++;
    return call->has_messages && count == call->message_count;
}

canon_needs canon_needs_of(const struct canon_call *call)
{
    canon_needs needs = needs_of_wish(call) | needs_of_input(call) | needs_of_tools(&call->tools) |
                        when(is_system_alone(call), NEEDS_SYSTEM_ALONE);
    for (size_t i = 0; i < call->message_count; i++)
        needs |= needs_of_message(&call->messages[i]);
    return needs;
}

bool canon_is_offered(const struct canon_tools *tools, const struct canon_tool *tool)
{
    enum { AMONG_MAX = 128 }; /* of more all are offered: nobody reads so many twice */
    const struct canon_choice *choice = &tools->choice;
    if (choice->kind == CANON_CHOICE_WORD)
        return !text_equal(choice->word, TEXT("none"));
    if (choice->kind != CANON_CHOICE_AMONG || choice->count > AMONG_MAX)
        return true;
    for (size_t i = 0; i < choice->count; i++)
        if (text_equal(choice->tools[i].name, tool->name))
            return true;
    return false;
}

const char *canon_need_words(canon_needs needs)
{
    static const char *const words[NEEDS_COUNT] = {
        [NEEDS_SEVERAL_ANSWERS] = "several answers to one question",
        [NEEDS_LOGPROBS] = "log probabilities",
        [NEEDS_OLD_LOGPROBS] = "log probabilities as completions have them",
        [NEEDS_LOGIT_BIAS] = "a bias on tokens",
        [NEEDS_STOP] = "sequences to stop at",
        [NEEDS_ECHO] = "an echo of the prompt",
        [NEEDS_TOKENS_IN] = "token numbers to be read",
        [NEEDS_SEVERAL_PROMPTS] = "several prompts to be answered",
        [NEEDS_SUFFIX] = "a text in the middle",
        [NEEDS_AUDIO] = "sound to be heard",
        [NEEDS_FILES] = "a file to be read",
        [NEEDS_CUSTOM_TOOLS] = "tools of free text",
        [NEEDS_OLD_FUNCTIONS] = "functions of the first kind",
        [NEEDS_FORCED_CALL] = "a tool that must be called",
        [NEEDS_SYSTEM_ALONE] = "an answer to the system's words alone",
        [NEEDS_OBJECT_ARGUMENTS] = "arguments that are no object",
    };
    for (size_t i = 0; i < NEEDS_COUNT; i++)
        if ((needs & NEED(i)) != 0)
            return words[i];
    return "nothing";
}
