/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of models, as Gemini has them and as Vertex AI does. Source: the references of models (Gemini API) and of
 * publishers.models (Vertex AI). */
#include "gemini_write.h"

/* Clients want limits, and bound themselves by them: these are the vendor's, and an endpoint says what is too much. */
static const struct models_words gemini = {
    .head = TEXT_INIT("{\"models\":["),
    .one = TEXT_INIT("{\"name\":\"models/%\",\"version\":\"001\",\"displayName\":\"%\",\"description\":\"\","
                     "\"inputTokenLimit\":1048576,\"outputTokenLimit\":65536,"
                     "\"supportedGenerationMethods\":[\"generateContent\",\"countTokens\",\"embedContent\"]}"),
    .tail = TEXT_INIT("]}"),
};
static const struct models_words vertex = {
    .head = TEXT_INIT("{\"publisherModels\":["),
    .one = TEXT_INIT("{\"name\":\"publishers/google/models/%\",\"versionId\":\"default\","
                     "\"openSourceCategory\":\"PROPRIETARY\",\"launchStage\":\"GA\"}"),
    .tail = TEXT_INIT("]}"),
};

void gemini_write_models(
    const struct canon_call *call, const struct text *names, size_t count, struct text name, struct buffer *out)
{
    bool is_vertex = text_glob(TEXT("/*/publishers/google/models*"), call->path);
    models_write(is_vertex ? &vertex : &gemini, names, count, name, out);
}
