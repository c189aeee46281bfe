/* SPDX-License-Identifier: Apache-2.0 */
/* A piece of text to findings: each search by itself, then all in order of place, with lines and columns. */
#include <stdlib.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "scan_internal.h"

static int by_place(const void *left, const void *right)
{
    const struct scan_finding *a = left;
    const struct scan_finding *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (int)a->rule - (int)b->rule;
}

static void advance(struct scan_file *file, struct text passed)
{
    const char *at = passed.data;
    const char *end = passed.data + passed.length;
    const char *newline;
    while (at < end && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        file->line++;
        file->column = 1;
        at = newline + 1;
    }
    for (; at < end; at++)
        file->column += ((unsigned char)*at & 0xc0) != 0x80;
}

static void place_all(struct scan_file *file, const struct piece *piece, size_t first)
{
    struct scan_report *report = piece->report;
    size_t at = piece->from;
    if (report->finding_count > first)
        qsort(&report->findings[first], report->finding_count - first, sizeof(*report->findings), by_place);
    for (size_t i = first; i < report->finding_count; i++) {
        struct scan_finding *finding = &report->findings[i];
        advance(file, text_part(piece->text, at, finding->line - at));
        at = finding->line;
        finding->line = file->line;
        finding->column = file->column;
    }
    advance(file, text_part(piece->text, at, piece->end - at));
}

void scan_piece(
    const struct scanner *scanner, struct scan_file *file, struct text text, size_t from, size_t end,
    struct scan_report *report)
{
    size_t first = report->finding_count;
    if (text.length == 0)
        return;
    struct piece piece = {scanner, scan_kind_of(file->name), file->name, text, from, end, report};
    find_keys(&piece);
    find_hosts(&piece);
    find_signs(&piece);
    place_all(file, &piece, first);
    report->bytes += end - from;
}

void scan_text(const struct scanner *scanner, struct text name, struct text text, struct scan_report *report)
{
    struct scan_file file = {.name = arena_text(&report->arena, name), .line = 1, .column = 1};
    report->files++;
    scan_piece(scanner, &file, text, 0, text.length, report);
}

struct scanner *scanner_new(const struct llm_catalogue *catalogue)
{
    struct scanner *scanner = base_zalloc(sizeof(*scanner));
    scanner->catalogue = catalogue;
    vendor_key_index_init(&scanner->keys);
    signs_index(scanner);
    hosts_index(scanner);
    return scanner;
}

void scanner_free(struct scanner *scanner)
{
    base_free(scanner);
}

void scan_report_clear(struct scan_report *report)
{
    base_free(report->findings);
    base_free(report->skipped);
    arena_clear(&report->arena);
    *report = (struct scan_report){0};
}
