/* SPDX-License-Identifier: Apache-2.0 */
/* Anthropic's words: messages, count_tokens and models, as its SDKs of 2026 send and read them, at Vertex AI's paths
 * too. Its own tools, files by id and containers are refused by name; prompt caching, and how much is thought, are the
 * vendor's matter and dropped.
 */
#ifndef EXEAT_ANTHROPIC_H
#define EXEAT_ANTHROPIC_H

#include "exeat/canon/server.h"
#include "exeat/canon/vendor.h"

extern const struct vendor anthropic_vendor;
/* An endpoint that speaks them, as llama.cpp and vLLM do: messages, count_tokens, models. */
extern const struct server anthropic_server;

#endif
