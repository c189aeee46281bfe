/* SPDX-License-Identifier: Apache-2.0 */
/* One look at one value: what the detectors share. */
#ifndef EXEAT_DETECT_LOOK_H
#define EXEAT_DETECT_LOOK_H

#include "exeat/detect.h"
#include "exeat/sign.h"
#include "exeat/wording/field.h"
#include "exeat/wording/label.h"
#include "exeat/wording/number.h"

/* What a match is worth where two meet. */
enum certainty {
    CERTAINTY_FIELD = 40,   /* only the name of the field says so */
    CERTAINTY_LABEL = 50,   /* a form, and a word beside it */
    CERTAINTY_FORM = 60,    /* a form that little else has */
    CERTAINTY_CHECKED = 70, /* and a checksum */
    CERTAINTY_SURE = 80,
    CERTAINTY_CUSTOM = 90, /* the operator knows best */
    CERTAINTY_EXACT = 100
};

/* The stretch of token characters that was looked at last. All zero: none was. */
struct stretch {
    size_t end;   /* signs before it are inside */
    size_t tail;  /* the same without points and slashes at its end */
    size_t known; /* so far it is known what it is */
};

/* A stretch of the value that begins and ends between words, and what it says. */
struct heard {
    size_t start;
    size_t end;
    struct label_said said;
};

struct look {
    const struct detect_set *set;
    struct detect_scratch *scratch;
    struct sign_scan *scan; /* of the value */
    struct text value;
    enum detect_spelling spelling;
    struct text field; /* of the hint, or what names it in a pair */
    struct text path;
    enum field_kind kind;  /* of the field */
    uint32_t field_labels; /* label.h */
    bool names_price;      /* in a table of prices, the field is of one */
    size_t labels_at;      /* where labels were looked for last; SIZE_MAX: nowhere yet */
    uint32_t labels;       /* what was there */
    struct heard heard;
    struct stretch stretch;
    size_t armour_end; /* of the private key that was found last */
    size_t card_end;   /* of the card that was found last; 0: none was */
    size_t skip;       /* digits before that are of something that was looked at whole */
    struct detect_matches *matches;
};

bool look_wants(const struct look *look, enum detector detector);
/* Adds a match unless it is not wanted. */
void look_add(struct look *look, enum detector detector, size_t start, size_t end, enum certainty certainty);
/* The same; the match, to be completed; NULL: it is not wanted. */
struct detect_match *
look_match(struct look *look, enum detector detector, size_t start, size_t end, enum certainty certainty);

/* Labels (label.h) of the words close before `at`, and of the field's name. */
uint32_t look_labels(struct look *look, size_t at);
/* Of JSON as it is written: an escape ends there, so that what stands before is no letter or digit. */
bool look_behind_escape(const struct look *look, size_t at);

/* No letter, digit or underscore of a word touches the value there. */
bool look_begins(const struct look *look, size_t at);
bool look_ends(const struct look *look, size_t at);

#endif
