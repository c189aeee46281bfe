/* SPDX-License-Identifier: Apache-2.0 */
/* Words of AWS Bedrock: Converse, ConverseStream and CountTokens, and the bodies that InvokeModel has for Llama's,
 * Mistral's and Titan's models; what it has for other makers' models is in their words, in its frames. Streams are
 * binary events, each with its checksums. Guardrails, prompts and places that only the vendor has are refused by name.
 * Sources: the API's reference (bedrock-runtime), and application/vnd.amazon.eventstream as its SDKs read it. */
#ifndef EXEAT_BEDROCK_H
#define EXEAT_BEDROCK_H

#include "exeat/canon/vendor.h"

extern const struct vendor bedrock_vendor;

#endif
