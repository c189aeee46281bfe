/* SPDX-License-Identifier: Apache-2.0 */
/* Ollama's own words: chat, generate, embed, the older embeddings, and what is asked about models (tags, ps, show,
 * version), as its API of 2026 and its SDKs send and read them. Streams are lines of JSON, and the usual way. What
 * loads, makes or moves models is refused, and so are prompts that pass by the model's template. How the engine is to
 * run (num_ctx, num_gpu, keep_alive, ...) is the endpoint's matter and dropped. */
#ifndef EXEAT_OLLAMA_H
#define EXEAT_OLLAMA_H

#include "exeat/canon/server.h"
#include "exeat/canon/vendor.h"

extern const struct vendor ollama_vendor;
/* An endpoint that speaks them: chat, generate for completions, embed, tags. */
extern const struct server ollama_server;

#endif
