/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of admin share. */
#ifndef EXEAT_ADMIN_INTERNAL_H
#define EXEAT_ADMIN_INTERNAL_H

#include "exeat/admin.h"

/* process.c */
void process_metrics_write(struct buffer *out);

#endif
