/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked about models, and about the server, in Ollama's words. Sizes and digests of what an endpoint really has
 * are not known here. */
#include "exeat/base/json.h"
#include "exeat/canon/out.h"
#include "ollama_write.h"

#define NO_TIME "1970-01-01T00:00:00Z"
#define DETAILS                                                                                                        \
    "{\"parent_model\":\"\",\"format\":\"gguf\",\"family\":\"local\",\"families\":[\"local\"],\"parameter_size\":"     \
    "\"\",\"quantization_level\":\"\"}"
/* The version whose API is spoken; clients ask for it before they use what is new. */
#define VERSION "0.12.0"

/* Of what is not a list, the word by which it is asked for. */
struct text ollama_one_of_models(struct text path)
{
    static const struct text words[] = {TEXT_INIT("show"), TEXT_INIT("version")};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (text_ends_with(path, words[i]))
            return words[i];
    return TEXT("");
}

#define MODEL                                                                                                          \
    "{\"name\":\"%\",\"model\":\"%\",\"modified_at\":\"" NO_TIME "\",\"size\":0,\"digest\":\"\",\"details\":" DETAILS
static const struct models_words known = {TEXT_INIT("{\"models\":["), TEXT_INIT(MODEL "}"), TEXT_INIT("]}")},
                                 running = {
                                     TEXT_INIT("{\"models\":["),
                                     TEXT_INIT(MODEL ",\"expires_at\":\"" NO_TIME "\",\"size_vram\":0}"),
                                     TEXT_INIT("]}")};

void ollama_write_models(
    const struct canon_call *call, const struct text *names, size_t count, struct text name, struct buffer *out)
{
    if (text_equal(name, TEXT("version"))) {
        buffer_append(out, TEXT("{\"version\":\"" VERSION "\"}"));
        return;
    }
    if (text_equal(name, TEXT("show"))) {
        buffer_append(
            out, TEXT("{\"license\":\"\",\"modelfile\":\"\",\"parameters\":\"\",\"template\":\"\",\"details\":" DETAILS
                      ",\"model_info\":{},\"capabilities\":[\"completion\",\"tools\",\"vision\"],\"modified_at\":"
                      "\"" NO_TIME "\"}"));
        return;
    }
    bool is_running = text_ends_with(call->path, TEXT("/api/ps"));
    models_write(is_running ? &running : &known, names, count, TEXT(""), out);
}
