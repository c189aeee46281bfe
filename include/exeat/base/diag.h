/* SPDX-License-Identifier: Apache-2.0 */
/* Errors and warnings about an operator's files: collected, sorted by place, shown all at once as
 *     exeat.yaml:14:5: error: unknown key 'host_sufix' in rule 'models'
 *        14 |     host_sufix: .example.com
 *           |     ^~~~~~~~~~
 *     did you mean 'host_suffix'?                                                              */
#ifndef EXEAT_BASE_DIAG_H
#define EXEAT_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/text.h"

struct diags;

/* A place in a file. `file` is an index given by diags_add_file, or DIAG_NO_FILE. Lines and columns from 1. */
enum { DIAG_NO_FILE = -1 };
struct mark {
    int file;
    int line;
    int column;
    int width; /* columns to underline; 0: the line may hold a secret and is not shown */
};

struct diags *diags_new(void);        /* the caller's, for diags_free */
void diags_free(struct diags *diags); /* NULL is fine */
/* Registers a file whose text is copied, so that lines can be shown; returns its index. */
int diags_add_file(struct diags *diags, const char *name, struct text content);

/* One finding at a place; the sentence has no end mark. */
void diag_error(struct diags *diags, struct mark mark, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same, that refuses nothing. */
void diag_warning(struct diags *diags, struct mark mark, const char *format, ...) PRINTF_LIKE(3, 4);
/* What is meant so, and worth knowing: no warning. */
void diag_remark(struct diags *diags, struct mark mark, const char *format, ...) PRINTF_LIKE(3, 4);
/* Attaches "did you mean 'X'?" to the newest entry, X the nearest of `words` if one is near enough. */
void diag_suggest(struct diags *diags, struct text word, const char *const *words, size_t count);
/* Attaches a line of advice to the newest entry. */
void diag_note(struct diags *diags, const char *format, ...) PRINTF_LIKE(2, 3);

size_t diags_errors(const struct diags *diags);   /* how many */
size_t diags_warnings(const struct diags *diags); /* how many */
/* Everything, in order of place, as text for people. */
void diags_write(struct diags *diags, struct buffer *out);
/* The same without remarks: they are for who looks the file over, not for who uses it. */
void diags_write_problems(struct diags *diags, struct buffer *out);

#endif
