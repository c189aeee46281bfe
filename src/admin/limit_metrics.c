/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of rules and clients, as metrics: how much of each is used, and whom it turned away. An owner, "rule llm", is
 * a label, rule="llm". */
#include "admin_internal.h"
#include "exeat/base/memory.h"

static void write_labels(const struct budget_standing *standing, struct buffer *out)
{
    char *owner = text_copy(standing->row->owner);
    size_t word = 0;
    while (owner[word] != ' ' && owner[word] != '\0')
        word++;
    buffer_printf(out, "{%.*s=\"", (int)word, owner);
    metric_label(out, owner[word] == ' ' ? owner + word + 1 : "");
    buffer_printf(out, "\",kind=\"%s\"} ", budget_kind_name(standing->kind));
    base_free(owner);
}

/* In parts of ten thousand: an amount has 40 bits. */
static void write_used(void *context, const struct budget_standing *standing)
{
    enum { WHOLE = 10000 };
    struct buffer *out = context;
    uint64_t amount = standing->row->limits[standing->kind].amount;
    uint64_t used = standing->used < amount ? standing->used : amount;
    unsigned long long parts = used * WHOLE / amount;
    buffer_append(out, TEXT("exeat_limit_used_ratio"));
    write_labels(standing, out);
    buffer_printf(out, "%llu.%04llu\n", parts / WHOLE, parts % WHOLE);
}

static void write_refused(void *context, const struct budget_standing *standing)
{
    struct buffer *out = context;
    buffer_append(out, TEXT("exeat_limit_refusals_total"));
    write_labels(standing, out);
    buffer_append_number(out, standing->refused);
    buffer_append_byte(out, '\n');
}

void limit_metrics_write(const struct admin_limits *limits, struct buffer *out)
{
    metric_head(
        out, "limit_used_ratio", "gauge", "How much of a rule's or client's limit is used in the window that is on.");
    budgets_look(limits->budgets, limits->now_us, write_used, out);
    metric_head(out, "limit_refusals_total", "counter", "Requests that it turned away.");
    budgets_look(limits->budgets, limits->now_us, write_refused, out);
}
