/* SPDX-License-Identifier: Apache-2.0 */
/* The witness's counters as Prometheus reads them. No label comes from a request: origins are in the log. */
#include "anchor_internal.h"

void witness_metrics_write(const struct witness *witness, struct buffer *out)
{
    const struct witness_stats *stats = witness_statistics(witness);
    const struct {
        const char *name;
        const char *type;
        const char *help;
        uint64_t value;
    } rows[] = {
        {"logs", "gauge", "Logs that are enrolled.", stats->logs},
        {"cosigned_total", "counter", "Checkpoints that were cosigned.", stats->cosigned},
        {"forked_total", "counter", "Checkpoints proven to contradict what is known of their log.", stats->forked},
        {"unproven_total", "counter",
         "Signed checkpoints whose proof shows neither that they continue what is known "
         "of their log nor that they contradict it.",
         stats->unproven},
        {"older_total", "counter", "Signed checkpoints below what is known of their log: rolled back, or sent again.",
         stats->older},
        {"refused_total", "counter", "Checkpoints of unknown origins or keys.", stats->refused},
        {"malformed_total", "counter", "Requests that were none.", stats->malformed},
        {"enrolled_total", "counter", "Logs enrolled since the start.", stats->enrolled},
        {"enrolments_refused_total", "counter", "Enrolments of a known origin with another key.", stats->enrol_refused},
        {"tokens_refused_total", "counter", "Enrolments without a good token.", stats->token_refused},
        {"state_failures_total", "counter", "Requests that failed because the state could not be written.",
         stats->failed_on_disk},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buffer_printf(
            out, "# HELP exeat_witness_%s %s\n# TYPE exeat_witness_%s %s\nexeat_witness_%s ", rows[i].name,
            rows[i].help, rows[i].name, rows[i].type, rows[i].name);
        buffer_append_number(out, rows[i].value);
        buffer_append_byte(out, '\n');
    }
}
