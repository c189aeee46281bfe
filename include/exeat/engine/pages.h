/* SPDX-License-Identifier: Apache-2.0 */
/* The pages on which an engine says how it is, and what they say. Bytes in, facts out. */
#ifndef EXEAT_ENGINE_PAGES_H
#define EXEAT_ENGINE_PAGES_H

#include "exeat/config.h"
#include "exeat/engine.h"

enum engine_page {
    ENGINE_PAGE_HEALTH, /* its status says all */
    ENGINE_PAGE_PROPS,  /* llama.cpp */
    ENGINE_PAGE_VERSION,
    ENGINE_PAGE_MODELS, /* vLLM */
    ENGINE_PAGE_TAGS,   /* Ollama */
    ENGINE_PAGE_INFO,   /* Text Generation Inference */
    ENGINE_PAGE_METRICS /* vLLM */
};
/* The pages of a kind of engine, the one that says how it is first. False: there are no more. The path is static. */
bool engine_page_at(enum engine_kind kind, size_t index, enum engine_page *page, struct text *path);

struct engine_report {
    struct engine_identity identity;
    uint32_t slots; /* 0: it does not say */
    uint32_t load;  /* calls that it has, whoever they are of */
    bool tells_load;
};
/* Adds what the page says. `wanted`: the model that is asked there, of several. False: it is no such page. */
MUST_CHECK bool
engine_read_page(enum engine_page page, struct text body, struct text wanted, struct engine_report *report);
/* The names in a list of models, as OpenAI's words (ENGINE_PAGE_MODELS) or Ollama's (ENGINE_PAGE_TAGS) have it; in
 * printable ASCII, the first few. */
enum { ENGINE_MODELS_SHOWN = 8 };
struct engine_models {
    char names[ENGINE_MODELS_SHOWN][ENGINE_MODEL_SIZE];
    size_t count; /* of all */
};
/* False: it is no such list. */
MUST_CHECK bool engine_read_models(enum engine_page page, struct text body, struct engine_models *models);
/* The first of `wanted` that stands in no such list; its index. `count`: all are there, or the body is no such list. */
size_t engine_find_missing(enum engine_page page, struct text body, const struct text *wanted, size_t count);
/* "sha256:" and hex digits, or these alone, as sha256sum prints them: then comes white space, or nothing. */
MUST_CHECK bool engine_read_digest(struct text text, struct digest *digest);

#endif
