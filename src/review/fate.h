/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a request in the end, and how two such ends differ. */
#ifndef EXEAT_REVIEW_FATE_H
#define EXEAT_REVIEW_FATE_H

#include "exeat/review.h"

struct fate {
    enum verdict verdict;
    enum plan plan;
    bool observed;
    struct text rule;
    uint64_t reach; /* a bit for each sample address that it may lead to; 0 where nobody asked */
};
struct fate fate_of_decision(const struct decision *decision);
/* What comes of it: at CONNECT where it is decided there, else inside, where that is known. */
struct fate fate_in_the_end(const struct policy *policy, const struct request *request);
bool fate_leaves(const struct fate *fate);
bool fate_is_same(const struct fate *left, const struct fate *right);
enum review_change fate_change(const struct fate *from, const struct fate *to);
const char *review_change_name(enum review_change change);
void fate_append(struct buffer *out, const struct fate *fate);

/* Counts by key, in the order of the keys. Zeroed is empty. */
struct tally_row {
    char *key; /* owned */
    uint64_t count;
};
struct tally_rows {
    struct tally_row *rows; /* owned */
    size_t count;
};
void tally_rows_add(struct tally_rows *tally, struct text key);
void tally_rows_clear(struct tally_rows *tally);

#endif
