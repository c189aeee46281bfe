/* SPDX-License-Identifier: Apache-2.0 */
/* Ollama's calls. A prompt to be generated from is a chat of one turn, since both go through the model's template;
 * where it is not to (raw), nothing here can say so. */
#include "ollama_read.h"

bool ollama_is_generate(const struct canon_call *call)
{
    return text_ends_with(call->path, TEXT("/api/generate"));
}

/* --- chat ----------------------------------------------------------------------------------------------------------
 */

static const struct member chat_rows[] = {
    {.name = TEXT_INIT("messages"), .read = ollama_take_messages},
    MEMBER("tools", chat_take_functions, canon_call, tools),
};
TABLE(chat_table, chat_rows, &ollama_settings);

static bool read_chat(struct reading *reading, struct canon_call *call)
{
    return read_members(reading, 0, &chat_table, call) &&
           (call->message_count > 0 ||
            reading_member_is_wrong(
                reading, TEXT("messages"), "is missing or empty: no model is loaded or unloaded from here"));
}

/* --- generate ------------------------------------------------------------------------------------------------------
 */

struct said_prompt {
    struct text prompt;
    struct text system;
    struct chat_parts images;
};

#define BESIDE_TEMPLATE "passes by the model's template, which endpoints apply: send messages to /api/chat"
static const struct member prompt_rows[] = {
    MEMBER("prompt", take_text, said_prompt, prompt),
    MEMBER("system", take_text, said_prompt, system),
    MEMBER("images", ollama_take_images, said_prompt, images),
    REFUSED("raw", BESIDE_TEMPLATE),
    REFUSED("template", BESIDE_TEMPLATE),
    REFUSED("context", "is a state of the engine: send the turns themselves to /api/chat"),
    REFUSED("suffix", "asks for a text in the middle, which is not passed on to endpoints"),
};
TABLE(prompt_table, prompt_rows, NULL);

static bool read_generate(struct reading *reading, struct canon_call *call)
{
    struct said_prompt said = {.prompt = TEXT("")};
    struct canon_message *message = arena_alloc(reading->arena, sizeof(*message));
    if (!read_members(reading, 0, &prompt_table, &said) || !read_members(reading, 0, &ollama_settings, call))
        return false;
    if (said.prompt.length == 0)
        return reading_member_is_wrong(
            reading, TEXT("prompt"), "is missing or empty: no model is loaded or unloaded from here");
    message->role = CANON_USER;
    ollama_join(reading, said.prompt, &said.images, message);
    call->messages = message;
    call->message_count = 1;
    canon_put_system(reading->arena, call, said.system);
    return true;
}

/* --- vectors -------------------------------------------------------------------------------------------------------
 */

static const struct member embed_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    MEMBER("input", take_texts, canon_call, input),
    MEMBER("dimensions", take_number, canon_call, wish.dimensions),
};
TABLE(embed_table, embed_rows, NULL);
static const struct member old_embed_rows[] = {
    MEMBER("model", take_name, canon_call, model),
    MEMBER("prompt", take_texts, canon_call, input),
};
TABLE(old_embed_table, old_embed_rows, NULL);

static bool read_embed(struct reading *reading, struct canon_call *call)
{
    bool is_old = text_ends_with(call->path, TEXT("/api/embeddings"));
    if (!read_members(reading, 0, is_old ? &old_embed_table : &embed_table, call))
        return false;
    if (call->input.count == 0)
        return reading_member_is_wrong(reading, is_old ? TEXT("prompt") : TEXT("input"), "is missing or empty");
    return !is_old || call->input.form == CANON_ONE ||
           reading_member_is_wrong(reading, TEXT("prompt"), "must be a text");
}

/* Streams are what it does unless it is told not to. */
bool ollama_read_call(struct reading *reading, struct canon_call *call)
{
    if (call->operation == LLM_EMBEDDINGS)
        return read_embed(reading, call);
    call->has_messages = true;
    call->wish.streams = CANON_YES;
    if (!(ollama_is_generate(call) ? read_generate : read_chat)(reading, call))
        return false;
    call->wish.usage = call->wish.streams;
    return true;
}
