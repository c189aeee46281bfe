/* SPDX-License-Identifier: Apache-2.0 */
/* Records that tests of export share. */
#ifndef TESTS_EXPORT_SAMPLES_H
#define TESTS_EXPORT_SAMPLES_H

#include "export_internal.h"

/* A record with its private part, as bytes. */
struct sample {
    struct buffer body;
    struct buffer private_part;
};
void sample_clear(struct sample *sample);
void sample_decision(struct sample *sample, uint64_t sequence, const struct decision_record *decision);
void sample_outcome(struct sample *sample, uint64_t sequence, const struct outcome_record *outcome);
void sample_life(
    struct sample *sample, uint64_t sequence, enum record_kind kind, struct text event, struct text detail);

/* The second record of the known-answer test of docs/audit-format.md. */
void sample_known_answer(struct sample *sample);
/* Everything that a request can have. */
struct decision_record sample_whole_decision(void);
struct outcome_record sample_whole_outcome(void);
/* A client that tries every format: delimiters, quotes, controls, bytes that are not UTF-8, formulas. */
struct decision_record sample_hostile_decision(void);

#endif
