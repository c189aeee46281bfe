/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of evidence share: a record's fields as texts. */
#ifndef EXEAT_EVIDENCE_INTERNAL_H
#define EXEAT_EVIDENCE_INTERNAL_H

#include "exeat/base/arena.h"
#include "exeat/evidence.h"

/* A field by its name, its value as people read it. */
struct fact {
    const char *name;
    struct text text;
    bool is_number;
};
enum { FACTS_MAX = 40 };
struct facts {
    struct audit_head head;
    struct fact items[FACTS_MAX];
    size_t count;
};
/* Reads a row; texts live in `arena` or in the row. False: the record is not readable. */
MUST_CHECK bool facts_read(const struct audit_row *row, bool redact, struct arena *arena, struct facts *facts);
struct text facts_find(const struct facts *facts, const char *name); /* empty when absent */

void write_json(const struct facts *facts, FILE *out);
/* A line for each record, for a terminal. */
void write_line(const struct facts *facts, FILE *out);

/* A request: its decision and, once known, its outcome. */
struct evidence_row {
    struct list_node node;
    struct arena arena;
    struct facts decision;
    struct facts outcome;
    bool is_whole;
};
void write_table_head(enum evidence_format format, FILE *out);
void write_table_row(const struct evidence_row *row, enum evidence_format format, FILE *out);
/* Control characters and what is not UTF-8 made visible. */
void write_visible(struct text text, FILE *out);

#endif
