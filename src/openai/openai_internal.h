/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of openai share that write answers. */
#ifndef EXEAT_OPENAI_INTERNAL_H
#define EXEAT_OPENAI_INTERNAL_H

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/canon/answer.h"
#include "exeat/canon/edit.h"
#include "exeat/canon/scan.h"
#include "exeat/openai.h"

/* write_answer.c: the member of a message that has its thoughts, for this caller */
struct text openai_thoughts_name(const struct canon_call *call);
/* Up to the model's name; `object` is chat's */
void openai_begin_answer(const struct canon_call *call, struct text object, uint64_t created, struct buffer *out);
void openai_write_usage(const struct canon_usage *usage, struct buffer *out); /* ,"usage":{...} */
void openai_write_finish(enum canon_finish finish, struct buffer *out);
void openai_write_logprobs(const struct canon_call *call, struct text logprobs, struct buffer *out);

#endif
