/* SPDX-License-Identifier: Apache-2.0 */
/* A canonical call in the words of local endpoints, which speak OpenAI's dialect. What is written here is the whole of
 * what an endpoint can ever be told. */
#ifndef EXEAT_DIALECT_ENDPOINT_H
#define EXEAT_DIALECT_ENDPOINT_H

#include "dialect_internal.h"

void endpoint_write(const struct canon_call *call, const struct dialect_endpoint *endpoint, struct buffer *out);

/* endpoint_messages.c, endpoint_tools.c: one member each, or nothing */
void write_messages(struct buffer *out, const struct canon_call *call);
void write_items(struct buffer *out, const struct canon_call *call);
void write_tools(struct buffer *out, const struct canon_call *call);
void write_format(struct buffer *out, struct text name, const struct canon_format *format, bool is_flat);

/* json_out.c: members and items, with the comma that they need. What was not said (data NULL, UNSAID) is not written.
 */
void out_name(struct buffer *out, struct text name);                   /* and its colon */
void out_comma(struct buffer *out);                                    /* before an item, where one is needed */
void out_text(struct buffer *out, struct text name, struct text text); /* spelled as JSON */
void out_raw(struct buffer *out, struct text name, struct text json);  /* numbers, schemas */
void out_flag(struct buffer *out, struct text name, enum canon_answer answer);
void out_quoted(struct buffer *out, struct text text); /* a text alone */
void out_list(struct buffer *out, struct text name, const struct canon_list *list);
void out_data_url(struct buffer *out, struct text name, const struct canon_inline *data);

#endif
