/* SPDX-License-Identifier: Apache-2.0 */
/* Values that any language of settings has, and how they are read and written. */
#ifndef EXEAT_SCHEMA_SCALAR_H
#define EXEAT_SCHEMA_SCALAR_H

#include "exeat/schema.h"

extern const struct type type_number;   /* uint64_t, at most 32 bits of it */
extern const struct type type_duration; /* uint64_t, ms */
extern const struct type type_size;     /* uint64_t, bytes */

/* Is it a scalar that says something? False: an error was reported, "expected" and `what`. */
MUST_CHECK bool schema_expect_text(struct load *load, const struct yaml_node *node, const char *what);
/* Of type_number. */
bool read_number(struct load *load, const struct yaml_node *node, void *field);

/* As YAML that the readers read back; nothing for what is not set. */
void write_word(const char *word, struct buffer *out);
void write_text(const void *field, struct buffer *out); /* struct text */
void write_number(const void *field, struct buffer *out);
void write_duration(const void *field, struct buffer *out);
void write_size(const void *field, struct buffer *out);

#endif
