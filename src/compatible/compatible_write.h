/* SPDX-License-Identifier: Apache-2.0 */
/* A canonical call in the words of local endpoints, which speak OpenAI's dialect. What is written here is the whole of
 * what an endpoint can ever be told. */
#ifndef EXEAT_COMPATIBLE_COMPATIBLE_WRITE_H
#define EXEAT_COMPATIBLE_COMPATIBLE_WRITE_H

#include "exeat/base/json.h"
#include "exeat/canon/out.h"
#include "exeat/compatible.h"

/* write_messages.c, write_items.c, write_tools.c: one member each, or nothing */
void compatible_write_messages(struct buffer *out, const struct canon_call *call);
void compatible_write_items(struct buffer *out, const struct canon_call *call);
void compatible_write_tools(struct buffer *out, const struct canon_call *call);
void compatible_write_format(struct buffer *out, struct text name, const struct canon_format *format, bool is_flat);

#endif
