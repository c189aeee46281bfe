/* SPDX-License-Identifier: Apache-2.0 */
/* Panels: verdicts over time, top denied hosts, AI calls by provider and model, how often the local models failed. In
 * colour and with bars on a terminal, plain lines elsewhere. */
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "tally.h"

enum { TOP = 10, SPARKS_MAX = 96 };

struct panel {
    const struct tally *tally;
    bool is_terminal; /* bars */
    bool has_colour;
    struct buffer *out;
};

static const struct {
    enum verdict verdict;
    const char *colour;
} verdict_rows[] = {{VERDICT_ALLOW, "34"}, {VERDICT_DENY, "33"}, {VERDICT_REROUTE, "36"}, {VERDICT_ERROR, "35"}};

static void paint(const struct panel *panel, const char *colour)
{
    if (panel->has_colour)
        buffer_printf(panel->out, "\033[%sm", colour);
}

static void title(const struct panel *panel, const char *text)
{
    paint(panel, "1");
    buffer_printf(panel->out, "%s%s", panel->out->length > 0 ? "\n" : "", text);
    paint(panel, "0");
    buffer_append_byte(panel->out, '\n');
}

static void append_share(struct buffer *out, uint64_t part, uint64_t whole)
{
    if (whole > 0)
        buffer_printf(out, " %5.1f %%", (double)part * 100 / (double)whole);
}

/* --- over time
 * ---------------------------------------------------------------------------------------------------------- */

/* Several buckets share a bar where there are more of them than room. */
static uint64_t bar_of(const struct tally *tally, enum verdict verdict, size_t bar, size_t bars)
{
    size_t from = bar * tally->period.bucket_count / bars;
    size_t to = (bar + 1) * tally->period.bucket_count / bars;
    uint64_t sum = 0;
    for (size_t i = from; i < to; i++)
        sum += tally->period.buckets[i].verdicts[verdict];
    return sum;
}

static void sparks(const struct panel *panel, enum verdict verdict)
{
    static const char *const blocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const struct tally *tally = panel->tally;
    size_t bars = tally->period.bucket_count < SPARKS_MAX ? tally->period.bucket_count : SPARKS_MAX;
    uint64_t values[SPARKS_MAX];
    uint64_t highest = 1;
    for (size_t i = 0; i < bars; i++) {
        values[i] = bar_of(tally, verdict, i, bars);
        highest = values[i] > highest ? values[i] : highest;
    }
    for (size_t i = 0; i < bars; i++)
        buffer_append_string(panel->out, blocks[values[i] == 0 ? 0 : 1 + values[i] * 7 / highest]);
}

static void plain_buckets(const struct panel *panel)
{
    const struct tally *tally = panel->tally;
    for (size_t i = 0; i < tally->period.bucket_count; i++) {
        char time[CLOCK_TEXT_SIZE];
        clock_write(tally_bucket_start(tally, i), time);
        buffer_printf(panel->out, "  %.16sZ", time);
        for (size_t j = 0; j < COUNT_OF(verdict_rows); j++)
            buffer_printf(
                panel->out, " %s %llu", verdict_name(verdict_rows[j].verdict),
                (unsigned long long)tally->period.buckets[i].verdicts[verdict_rows[j].verdict]);
        buffer_append_byte(panel->out, '\n');
    }
}

static void over_time(const struct panel *panel)
{
    const struct tally *tally = panel->tally;
    struct buffer head = {0};
    char first[CLOCK_TEXT_SIZE];
    char last[CLOCK_TEXT_SIZE];
    clock_write(tally->period.first_us, first);
    clock_write(tally->period.last_us, last);
    buffer_printf(&head, "VERDICTS per %s, %.16sZ to %.16sZ", tally_bucket_name(tally), first, last);
    char *words = buffer_take(&head);
    title(panel, words);
    base_free(words);
    for (size_t i = 0; i < COUNT_OF(verdict_rows); i++) {
        enum verdict verdict = verdict_rows[i].verdict;
        buffer_printf(
            panel->out, "  %-8s %10llu", verdict_name(verdict), (unsigned long long)tally->requests.verdicts[verdict]);
        append_share(panel->out, tally->requests.verdicts[verdict], tally->requests.all);
        if (panel->is_terminal) {
            buffer_append_string(panel->out, "  ");
            paint(panel, verdict_rows[i].colour);
            sparks(panel, verdict);
            paint(panel, "0");
        }
        buffer_append_byte(panel->out, '\n');
    }
    if (!panel->is_terminal)
        plain_buckets(panel);
}

/* --- tables
 * ------------------------------------------------------------------------------------------------------------- */

static void top_of(const struct panel *panel, const char *name, const struct counters *counters, enum verdict verdict)
{
    const struct counter *top[TOP];
    size_t count = counters_top(counters, verdict, top, TOP);
    title(panel, name);
    for (size_t i = 0; i < count; i++) {
        uint64_t number = verdict == 0 ? top[i]->count : top[i]->by_verdict[verdict];
        buffer_printf(panel->out, "  %10llu  ", (unsigned long long)number);
        export_append_visible(panel->out, export_text_limit(top[i]->name, 100));
        buffer_append_byte(panel->out, '\n');
    }
    if (count == 0)
        buffer_append_string(panel->out, "  none\n");
    if (counters->beyond > 0)
        buffer_printf(
            panel->out, "  %10llu  of more names than are counted one by one\n", (unsigned long long)counters->beyond);
}

static void append_bytes(struct buffer *out, uint64_t bytes)
{
    static const char *const units[] = {"B  ", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;
    for (; value >= 1024 && unit + 1 < COUNT_OF(units); unit++)
        value /= 1024;
    buffer_printf(out, " %8.*f %s", unit == 0 ? 0 : 1, value, units[unit]);
}

/* What went to a host or came from it, through tunnels too. */
static void bytes_of(const struct panel *panel, const char *name, const struct counters *counters)
{
    const struct counter *top[TOP];
    size_t count = counters_top_bytes(counters, top, TOP);
    title(panel, name);
    for (size_t i = 0; i < count; i++) {
        append_bytes(panel->out, top[i]->bytes_up);
        buffer_append_string(panel->out, " up");
        append_bytes(panel->out, top[i]->bytes_down);
        buffer_append_string(panel->out, " down  ");
        export_append_visible(panel->out, export_text_limit(top[i]->name, 100));
        buffer_append_byte(panel->out, '\n');
    }
    if (count == 0)
        buffer_append_string(panel->out, "  none\n");
}

static void calls(const struct panel *panel)
{
    const struct tally *tally = panel->tally;
    title(panel, "AI CALLS by provider");
    if (tally->calls.all == 0) {
        buffer_append_string(panel->out, "  none\n");
        return;
    }
    buffer_printf(panel->out, "  %-20s", "");
    for (int i = 0; i < FLOW_ENDS; i++)
        buffer_printf(panel->out, " %11s", flow_end_name((enum flow_end)i));
    buffer_append_byte(panel->out, '\n');
    for (size_t i = 0; i < tally->calls.flow_count; i++) {
        buffer_append_string(panel->out, "  ");
        size_t from = panel->out->length;
        export_append_visible(panel->out, export_text_limit(tally->providers.list[i].name, 20));
        while (panel->out->length - from < 20)
            buffer_append_byte(panel->out, ' ');
        for (int j = 0; j < FLOW_ENDS; j++)
            buffer_printf(panel->out, " %11llu", (unsigned long long)tally->calls.flows[i].ends[j]);
        buffer_append_byte(panel->out, '\n');
    }
    buffer_printf(
        panel->out, "  no local model answered: %llu of %llu rerouted", (unsigned long long)tally->calls.fallbacks,
        (unsigned long long)tally->calls.rerouted);
    append_share(panel->out, tally->calls.fallbacks, tally->calls.rerouted);
    buffer_printf(
        panel->out, "\n  tokens of local models: %llu in, %llu out\n", (unsigned long long)tally->calls.tokens_in,
        (unsigned long long)tally->calls.tokens_out);
}

bool report_stats(
    struct store_reader *reader, const struct export_filter *filter, const struct report_look *look, struct buffer *out,
    char **error)
{
    struct tally tally;
    bool done = tally_read(&tally, reader, filter, look->progress, error);
    if (done) {
        const struct panel panel = {&tally, look->is_terminal, look->is_terminal && look->has_colour, out};
        over_time(&panel);
        top_of(&panel, "TOP DENIED HOSTS", &tally.hosts, VERDICT_DENY);
        top_of(&panel, "TOP HOSTS", &tally.hosts, 0);
        calls(&panel);
        top_of(&panel, "MODELS asked for -> served", &tally.models, 0);
        if (tally.found.count > 0)
            top_of(&panel, "DATA found by rule, kind and what became of it", &tally.found, 0);
        if (tally.credentials.count > 0)
            top_of(&panel, "CREDENTIALS -> where they went", &tally.credentials, 0);
        top_of(&panel, "CLIENTS", &tally.clients, 0);
        bytes_of(&panel, "BYTES by host", &tally.hosts);
        bytes_of(&panel, "BYTES by client", &tally.clients);
    }
    tally_clear(&tally);
    return done;
}
