/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of admin share. */
#ifndef EXEAT_ADMIN_INTERNAL_H
#define EXEAT_ADMIN_INTERNAL_H

#include "exeat/admin.h"

/* metrics.c: what stands before a metric's values; a metric with one value */
void metric_head(struct buffer *out, const char *name, const char *type, const char *help);
void metric_label(struct buffer *out, const char *value); /* without its quotes */
void metric_number(struct buffer *out, const char *name, const char *type, const char *help, uint64_t value);

/* names_metrics.c */
void names_metrics_write(const struct names_stats *stats, struct buffer *out);

/* engine_metrics.c */
void engine_metrics_write(const struct engine_view *engines, size_t count, struct buffer *out);
void memo_metrics_write(const struct memo_view *memo, struct buffer *out);

/* limit_metrics.c */
void limit_metrics_write(const struct admin_limits *limits, struct buffer *out);

/* process.c */
void process_metrics_write(struct buffer *out);

#endif
