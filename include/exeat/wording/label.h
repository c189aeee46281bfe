/* SPDX-License-Identifier: Apache-2.0 */
/* What the words beside a number say that it is. */
#ifndef EXEAT_WORDING_LABEL_H
#define EXEAT_WORDING_LABEL_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"
#include "exeat/wording/points.h"

enum {
    LABEL_CARD = 1 << 0,
    LABEL_PHONE = 1 << 1,
    LABEL_BIRTH = 1 << 2,
    LABEL_VAT = 1 << 3,
    LABEL_TAX = 1 << 4,
    LABEL_SOCIAL = 1 << 5,
    LABEL_PASSPORT = 1 << 6,
    LABEL_GEO = 1 << 7,
    LABEL_IP = 1 << 8,
    LABEL_ACCOUNT = 1 << 9,
    LABEL_SECRET = 1 << 10,
    LABEL_VERSION = 1 << 11,
    LABEL_ID = 1 << 12,   /* some id */
    LABEL_OTHER = 1 << 13 /* something else, of an order or an article: outdoes what stands before it */
};

/* Where the words with the same first two letters stand. */
struct label_index {
    uint16_t from[26 * 26 + 1];
};
/* Fills it. */
void label_index_init(struct label_index *index);

/* Of one word, in lower case and without accents. */
uint32_t label_of(const struct label_index *index, struct text word);
/* Of all words of a text, from the last that says "something else" on. */
uint32_t labels_in(const struct label_index *index, struct text text, enum detect_spelling spelling);
/* What was said so far. Zeroed: nothing. */
struct label_said {
    uint32_t labels;
    bool has_number;    /* behind the labels stands one: they are used up as soon as others follow */
    bool number_before; /* the word before was one */
};
/* The same, going on behind what was said before: `text` begins and ends between words. */
void labels_hear(
    const struct label_index *index, struct text text, enum detect_spelling spelling, struct label_said *said);
/* Of all words of a name in any spelling. */
uint32_t labels_of_name(const struct label_index *index, struct text name);

#endif
