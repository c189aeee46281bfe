/* SPDX-License-Identifier: Apache-2.0 */
/* Gemini's words: generateContent, streamGenerateContent in both framings, countTokens, embedContent,
 * batchEmbedContents and models, as the API of 2026 and its SDKs send and read them, at Vertex AI's paths too, with its
 * predict of vectors. Members are
 * named in camel case or with underscores, as protobuf's JSON allows. What only the vendor keeps or runs is refused by
 * name; safety settings and labels are dropped. */
#ifndef EXEAT_GEMINI_H
#define EXEAT_GEMINI_H

#include "exeat/canon/vendor.h"

extern const struct vendor gemini_vendor;

#endif
