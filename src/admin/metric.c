/* SPDX-License-Identifier: Apache-2.0 */
/* One metric in the text format of Prometheus. */
#include "admin_internal.h"

void metric_head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_printf(out, "# HELP exeat_%s %s\n# TYPE exeat_%s %s\n", name, help, name, type);
}

void metric_label(struct buffer *out, const char *value)
{
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, *at >= ' ' ? *at : '?');
    }
}

void metric_number(struct buffer *out, const char *name, const char *type, const char *help, uint64_t value)
{
    metric_head(out, name, type, help);
    buffer_printf(out, "exeat_%s ", name);
    buffer_append_number(out, value);
    buffer_append_byte(out, '\n');
}
