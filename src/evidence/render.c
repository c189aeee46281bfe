/* SPDX-License-Identifier: Apache-2.0 */
/* Records as JSON Lines, CSV and text. What came from the network is escaped for the format at hand. */
#include "evidence_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/json.h"

static void put(struct text text, FILE *out)
{
    fwrite(text.data, 1, text.length, out);
}

void write_visible(struct text text, FILE *out)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < ' ' || byte >= 0x7f)
            fprintf(out, "\\x%02x", byte);
        else
            putc(byte, out);
    }
}

/* --- one record a line
 * ------------------------------------------------------------------------------------------------ */

void write_json(const struct facts *facts, FILE *out)
{
    char time[CLOCK_TEXT_SIZE];
    struct buffer line = {0};
    clock_write(facts->head.wall_us, time);
    buffer_printf(
        &line, "{\"sequence\":%llu,\"time\":\"%s\",\"kind\":\"%s\"", (unsigned long long)facts->head.sequence, time,
        audit_kind_name(facts->head.kind));
    for (size_t i = 0; i < facts->count; i++) {
        buffer_printf(&line, ",\"%s\":", facts->items[i].name);
        if (facts->items[i].is_number)
            buffer_append(&line, facts->items[i].text);
        else
            json_append_string(&line, facts->items[i].text);
    }
    buffer_append(&line, TEXT("}\n"));
    put(buffer_text(&line), out);
    buffer_clear(&line);
}

void write_line(const struct facts *facts, FILE *out)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(facts->head.wall_us, time);
    fprintf(out, "%s %-10s", time, audit_kind_name(facts->head.kind));
    for (size_t i = 0; i < facts->count; i++) {
        struct text name = text_from(facts->items[i].name);
        if (text_equal(name, TEXT("commitment")) || text_equal(name, TEXT("peer_key")))
            continue;
        fprintf(out, " %s=", facts->items[i].name);
        write_visible(facts->items[i].text, out);
    }
    putc('\n', out);
}

/* --- one request a line
 * ------------------------------------------------------------------------------------------------ */

static const struct column {
    const char *title;
    const char *decision; /* a field of the decision, or */
    const char *outcome;  /* of the outcome */
    int width;            /* in text; 0: only in CSV */
} columns[] = {
    {"verdict", "verdict", NULL, 8},
    {"done", NULL, "done", 8},
    {"status", NULL, "status", 6},
    {"reason", "reason", NULL, 14},
    {"rule", "rule", NULL, 16},
    {"method", "method", NULL, 8},
    {"host", "host", NULL, 28},
    {"port", "port", NULL, 5},
    {"path", "path", NULL, 24},
    {"model", "model", NULL, 12},
    {"served_model", NULL, "served_model", 14},
    {"outcome_reason", NULL, "reason", 16},
    {"client", "client", NULL, 0},
    {"client_address", "client_address", NULL, 0},
    {"scheme", "scheme", NULL, 0},
    {"plan", "plan", NULL, 0},
    {"query", "query", NULL, 0},
    {"llm_provider", "llm_provider", NULL, 0},
    {"llm_operation", "llm_operation", NULL, 0},
    {"inference", NULL, "inference", 0},
    {"tokens_in", NULL, "tokens_in", 0},
    {"tokens_out", NULL, "tokens_out", 0},
    {"bytes_up", NULL, "bytes_up", 0},
    {"bytes_down", NULL, "bytes_down", 0},
    {"duration_us", NULL, "duration_us", 0},
    {"address", NULL, "address", 0},
    {"peer_key", NULL, "peer_key", 0},
    {"observed", "observed", NULL, 0},
    {"policy", "policy", NULL, 0},
    {"request", "request", NULL, 0},
};

static struct text value_of(const struct evidence_row *row, const struct column *column)
{
    if (column->decision != NULL)
        return facts_find(&row->decision, column->decision);
    return facts_find(&row->outcome, column->outcome);
}

/* Quoted always; a leading character that a spreadsheet takes for a formula is made a text by an apostrophe. */
static void put_csv(struct text text, FILE *out)
{
    putc('"', out);
    if (text.length > 0 && text_has(TEXT("=+-@\t\r"), text.data[0]))
        putc('\'', out);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '"')
            putc('"', out);
        putc((unsigned char)text.data[i] < ' ' ? ' ' : text.data[i], out);
    }
    putc('"', out);
}

static void put_cell(struct text text, int width, FILE *out)
{
    size_t room = (size_t)width;
    bool cut = text.length > room;
    write_visible(text_part(text, 0, cut ? room - 1 : room), out);
    if (cut)
        putc('~', out);
    fprintf(out, "%*s", cut ? 1 : width - (int)text.length + 1, "");
}

void write_table_head(enum evidence_format format, FILE *out)
{
    bool csv = format == EVIDENCE_CSV;
    fputs(csv ? "sequence,time" : "TIME                 ", out);
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        if (csv)
            fprintf(out, ",%s", columns[i].title);
        else if (columns[i].width > 0)
            fprintf(out, "%-*s ", columns[i].width, columns[i].title);
    }
    fputs(csv ? "\r\n" : "\n", out);
}

void write_table_row(const struct evidence_row *row, enum evidence_format format, FILE *out)
{
    char time[CLOCK_TEXT_SIZE];
    bool csv = format == EVIDENCE_CSV;
    clock_write(row->decision.head.wall_us, time);
    if (csv)
        fprintf(out, "%llu,%s", (unsigned long long)row->decision.head.sequence, time);
    else
        fprintf(out, "%.19sZ ", time);
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        if (csv) {
            putc(',', out);
            put_csv(value_of(row, &columns[i]), out);
        } else if (columns[i].width > 0) {
            put_cell(value_of(row, &columns[i]), columns[i].width, out);
        }
    }
    fputs(csv ? "\r\n" : "\n", out);
}
