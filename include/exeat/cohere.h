/* SPDX-License-Identifier: Apache-2.0 */
/* Cohere's words: chat and embed of its second API, and models, as its SDKs of 2026 send and read them. Documents to be
 * cited, logprobs of its own tokens, rerank and the first API are refused by name; safety modes, priorities, and what a
 * text to be embedded is for are dropped. */
#ifndef EXEAT_COHERE_H
#define EXEAT_COHERE_H

#include "exeat/canon/vendor.h"

extern const struct vendor cohere_vendor;

#endif
