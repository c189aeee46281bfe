/* SPDX-License-Identifier: Apache-2.0 */
/* The DNS listener, as metrics. */
#include "admin_internal.h"

void admin_add_names(struct names_stats *sum, const struct names_stats *one)
{
    for (size_t i = 0; i < NAMES_WAYS; i++)
        sum->questions[i] += one->questions[i];
    for (size_t i = 0; i < NAMES_SOURCES; i++)
        sum->answers[i] += one->answers[i];
    for (size_t i = 0; i <= VERDICT_ERROR; i++)
        for (size_t j = 0; j < REASON_COUNT; j++)
            sum->decisions[i][j] += one->decisions[i][j];
    sum->failed += one->failed;
    sum->filtered += one->filtered;
    sum->dropped += one->dropped;
    sum->over_memory += one->over_memory;
    sum->standing += one->standing;
    sum->connections += one->connections;
}

static void write_decisions(const struct names_stats *stats, struct buffer *out)
{
    metric_head(out, "dns_decisions_total", "counter", "Decisions on questions for names; each stands for a minute.");
    for (int verdict = VERDICT_ALLOW; verdict <= VERDICT_ERROR; verdict++)
        for (int reason = 0; reason < REASON_COUNT; reason++)
            if (stats->decisions[verdict][reason] > 0)
                buffer_printf(
                    out, "exeat_dns_decisions_total{verdict=\"%s\",reason=\"%s\"} %llu\n",
                    verdict_name((enum verdict)verdict), reason_row((enum reason)reason)->code,
                    (unsigned long long)stats->decisions[verdict][reason]);
}

static void write_split(struct buffer *out, const char *name, const char *label, const char *value, uint64_t count)
{
    buffer_printf(out, "exeat_%s{%s=\"%s\"} %llu\n", name, label, value, (unsigned long long)count);
}

void names_metrics_write(const struct names_stats *stats, struct buffer *out)
{
    static const char *const ways[NAMES_WAYS] = {[NAMES_UDP] = "udp", [NAMES_TCP] = "tcp"};
    static const char *const sources[NAMES_SOURCES] = {
        [NAMES_HERE] = "gate", [NAMES_KEPT] = "kept", [NAMES_ASKED] = "dns"};
    metric_head(out, "dns_questions_total", "counter", "Questions for names, by how they came.");
    for (size_t i = 0; i < NAMES_WAYS; i++)
        write_split(out, "dns_questions_total", "by", ways[i], stats->questions[i]);
    write_decisions(stats, out);
    metric_head(out, "dns_answers_total", "counter", "Answers, by who knew them; refusals are none.");
    for (size_t i = 0; i < NAMES_SOURCES; i++)
        write_split(out, "dns_answers_total", "from", sources[i], stats->answers[i]);
    metric_number(out, "dns_failed_total", "counter", "Questions that the resolver did not answer.", stats->failed);
    metric_number(out, "dns_filtered_total", "counter", "Answers of which addresses were left out.", stats->filtered);
    metric_number(out, "dns_dropped_total", "counter", "Questions that there was no room for.", stats->dropped);
    metric_number(
        out, "dns_over_memory_total", "counter", "Questions not decided on: limits.memory.", stats->over_memory);
    metric_number(out, "dns_standing", "gauge", "Decisions that stand.", stats->standing);
    metric_number(out, "dns_connections", "gauge", "Connections of clients that ask by TCP.", stats->connections);
}
