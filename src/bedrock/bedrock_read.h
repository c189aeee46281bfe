/* SPDX-License-Identifier: Apache-2.0 */
/* Bedrock's calls as canonical ones, by tables. */
#ifndef EXEAT_BEDROCK_READ_H
#define EXEAT_BEDROCK_READ_H

#include "exeat/canon/said.h"

/* path.c: what a path says; the model is read by bedrock_take_path alone. */
enum bedrock_body { BODY_CONVERSE, BODY_COUNT, BODY_TITAN, BODY_TITAN_VECTORS, BODY_LLAMA, BODY_MISTRAL, BODY_OTHERS };
enum bedrock_body bedrock_body_of(const struct canon_call *call);
/* Model and framing. False: it names none, and that was said. */
MUST_CHECK bool bedrock_take_path(struct reading *reading, struct canon_call *call);
/* Whose words a body is in; DIALECT_BEDROCK: in ours. */
enum llm_dialect bedrock_words_of(const struct reading *reading, const struct canon_call *call);

/* read_blocks.c; the field is a struct said */
bool bedrock_take_content(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* A list of texts as one; nothing else may be in it. */
MUST_CHECK bool bedrock_join_texts(struct reading *reading, uint32_t list, struct text *joined);
/* read_messages.c; the field is the struct canon_call */
bool bedrock_take_messages(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool bedrock_take_system(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* read_tools.c; the field is the struct canon_call, of take_format a struct canon_format */
bool bedrock_take_tools(struct reading *reading, uint32_t value, const struct member *row, void *field);
bool bedrock_take_format(struct reading *reading, uint32_t value, const struct member *row, void *field);
/* read_invoke.c: bodies of InvokeModel that are read here */
MUST_CHECK bool bedrock_read_invoke(struct reading *reading, enum bedrock_body body, struct canon_call *call);

MUST_CHECK bool bedrock_read_call(struct reading *reading, struct canon_call *call);

#endif
