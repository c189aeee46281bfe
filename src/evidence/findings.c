/* SPDX-License-Identifier: Apache-2.0 */
/* What was found wrong: how grave, what it is called, where it is. */
#include <stdarg.h>
#include <string.h>

#include "evidence_internal.h"
#include "exeat/base/clock.h"
#include "verify.h"

/* Gravest first. */
static const enum evidence_verdict gravity[] = {
    EVIDENCE_TAMPERED, EVIDENCE_FORKED,        EVIDENCE_TRUNCATED, EVIDENCE_UNREADABLE,
    EVIDENCE_GAP,      EVIDENCE_UNSIGNED_TAIL, EVIDENCE_OK,
};
static const struct {
    const char *name;
    const char *meaning;
} words[] = {
    [EVIDENCE_OK] = {"OK", "every record is what was signed, and none is missing"},
    [EVIDENCE_TAMPERED] = {"TAMPERED", "something was changed after it had been written and signed"},
    [EVIDENCE_TRUNCATED] = {"TRUNCATED", "the end of the log was cut off"},
    [EVIDENCE_FORKED] = {"FORKED", "the holder of the log's key signed two histories that contradict each other"},
    [EVIDENCE_GAP] = {"GAP", "something is missing, or decisions were let through without a record"},
    [EVIDENCE_UNSIGNED_TAIL] = {"UNSIGNED_TAIL", "the newest records are not signed yet, so nothing proves them"},
    [EVIDENCE_UNREADABLE] =
        {"UNREADABLE", "files are damaged or missing; what was read before is as the other lines say"},
};
_Static_assert(COUNT_OF(gravity) == EVIDENCE_VERDICTS && COUNT_OF(words) == EVIDENCE_VERDICTS, "one row a verdict");

const char *evidence_verdict_name(enum evidence_verdict verdict)
{
    return words[verdict].name;
}

const char *evidence_verdict_meaning(enum evidence_verdict verdict)
{
    return words[verdict].meaning;
}

void evidence_find_list(
    struct evidence_report *report, enum evidence_verdict verdict, uint64_t sequence, const char *format,
    va_list arguments)
{
    struct evidence_finding *finding = &report->findings[verdict];
    char detail[sizeof(finding->detail)];
    vsnprintf(detail, sizeof(detail), format, arguments);
    if (report->told != NULL)
        report->told->on_finding(report->told->context, verdict, detail);
    if (finding->count++ > 0)
        return;
    finding->sequence = sequence;
    memcpy(finding->detail, detail, sizeof(detail));
}

void evidence_find(
    struct evidence_report *report, enum evidence_verdict verdict, uint64_t sequence, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    evidence_find_list(report, verdict, sequence, format, arguments);
    va_end(arguments);
}

void verify_find(struct verify *verify, enum evidence_verdict verdict, uint64_t sequence, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    evidence_find_list(verify->report, verdict, sequence, format, arguments);
    va_end(arguments);
}

void evidence_conclude(struct evidence_report *report)
{
    size_t i = 0;
    while (gravity[i] != EVIDENCE_OK && report->findings[gravity[i]].count == 0)
        i++;
    report->verdict = gravity[i];
}

const char *evidence_place(const struct record *record, char out[PLACE_SIZE])
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(record->head.wall_us, time);
    snprintf(
        out, PLACE_SIZE, "record %llu (%s, %s)", (unsigned long long)record->head.sequence,
        record_kind_name(record->head.kind), time);
    return out;
}
