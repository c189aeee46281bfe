/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of evidence share: findings, what is missing, and ids under way. */
#ifndef EXEAT_EVIDENCE_INTERNAL_H
#define EXEAT_EVIDENCE_INTERNAL_H

#include <stdarg.h>

#include "exeat/evidence.h"
#include "exeat/export/item.h"
#include "exeat/export/text.h"
#include "exeat/record.h"

/* Counts a finding; of each kind the first place is kept, with what is said of it. */
void evidence_find(
    struct evidence_report *report, enum evidence_verdict verdict, uint64_t sequence, const char *format, ...)
    PRINTF_LIKE(4, 5);
void evidence_find_list(
    struct evidence_report *report, enum evidence_verdict verdict, uint64_t sequence, const char *format,
    va_list arguments) PRINTF_LIKE(4, 0);
/* "record 17 (decision, 2026-11-23T10:00:00.000000Z)" */
enum { PLACE_SIZE = 96 };
const char *evidence_place(const struct record *record, char out[PLACE_SIZE]);
/* A second pass, over the records before `end` some of whose private parts are gone: fills parts_missing. Takes up what
 * was erased meanwhile. */
void evidence_check_missing(
    struct store_reader *reader, uint64_t end, struct export_erasures *erasures, struct evidence_report *report);

/* Request ids that are under way; zeroed is empty. */
enum { ID_SET_MAX = 1 << 20 };
struct id_set {
    struct request_id *slots; /* owned; an id of zeros is no id */
    size_t slot_count;
    size_t count;
};
MUST_CHECK bool id_set_add(struct id_set *set, const struct request_id *id); /* false: there are too many */
bool id_set_remove(struct id_set *set, const struct request_id *id);         /* false: it is not there */
void id_set_empty(struct id_set *set);
void id_set_clear(struct id_set *set);

/* Is the private part the one that the record is bound to? The salt is not empty. */
bool evidence_private_fits(const struct record *record, struct bytes salt, struct bytes private_part);
/* The report's verdict is the gravest of what was found. */
void evidence_conclude(struct evidence_report *report);

#endif
