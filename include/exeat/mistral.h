/* SPDX-License-Identifier: Apache-2.0 */
/* Mistral's words: chat completions, embeddings and models, as its API of 2026 and its SDKs send and read them. They
 * resemble OpenAI's, and what differs is what its SDKs check: calls of tools that come whole, usage in every stream,
 * thoughts as parts of the content, models with their abilities, errors without an envelope. Completion in the middle,
 * agents, conversations and what only the vendor keeps are refused by name. */
#ifndef EXEAT_MISTRAL_H
#define EXEAT_MISTRAL_H

#include "exeat/canon/vendor.h"

extern const struct vendor mistral_vendor;

#endif
