/* SPDX-License-Identifier: Apache-2.0 */
/* OpenAI's kin: who speaks its words with some of their own. What is theirs is told as tables: members that their
 * clients look for in an answer, how they say no, how they list models, and rankings, which OpenAI has not.
 * Sources: the references and the SDKs of Groq, DeepSeek, xAI, OpenRouter, Perplexity, Hugging Face, Together, Jina,
 * Voyage. */
#ifndef EXEAT_KIN_H
#define EXEAT_KIN_H

#include "exeat/canon.h"
#include "exeat/canon/vendor.h"

/* Of a provider of the catalogue that speaks OpenAI's dialect; static. NULL: it is as OpenAI's. */
const struct vendor *kin_vendor(struct text provider, enum llm_operation operation);
/* How its callers are answered (canon.h); static; NULL: as OpenAI's. */
const struct canon_manner *kin_manner(struct text provider, enum llm_operation operation);
/* The row for a call that was read: in streams some want what OpenAI does not. */
const struct vendor *kin_vendor_of_call(const struct vendor *vendor, const struct canon_call *call);

#endif
