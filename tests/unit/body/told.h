/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of tests: what a walk tells of them, what becomes of them when each "4111" in a value is replaced by "[X]",
 * and what is wrong with them. */
#ifndef TOLD_H
#define TOLD_H

#include "exeat/body.h"

/* A line for each place but names: what, path, field, value. `type` NULL: no Content-Type. */
void expect_told(const char *type, struct text sent, const char *expected);
/* ... of names too */
void expect_names(const char *type, struct text sent, const char *expected);
void expect_rewritten(const char *type, struct text sent, struct text expected);
/* `coding` NULL: none. BODY_FINE: it is read. */
void expect_fault(const char *type, const char *coding, struct text sent, enum body_fault expected);

struct body_label label_of(const char *type, const char *coding);
/* Read, walked, edited and written; what is wrong with it. `told` and `out` may be NULL. */
enum body_fault look(const struct body_label *label, struct text sent, struct buffer *told, struct buffer *out);

#endif
