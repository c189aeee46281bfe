/* SPDX-License-Identifier: Apache-2.0 */
/* Fakes: how they are written, and how they are known again. */
#ifndef EXEAT_INSPECT_FAKE_H
#define EXEAT_INSPECT_FAKE_H

#include "exeat/detect.h"

enum { FAKE_ISSUER = 6, FAKE_CARD_LEAST = 12, FAKE_CARD_MOST = 19 };

/* Cards: an issuer's digits, the number, the check digit. In their order: the first that fits counts. */
struct fake_issuer {
    const char *begins; /* the value's digits */
    const char *test;   /* the first six of test cards of that issuer */
};
extern const struct fake_issuer fake_issuers[];
extern const size_t fake_issuer_count;

/* A fixed text, the number, and a fixed text. */
struct fake_form {
    enum detector detector;
    const char *of; /* what the value has: the digits of a country, a colon; "": any */
    const char *front;
    size_t width; /* digits of the number; 0: as many as it has */
    const char *back;
};
extern const struct fake_form fake_forms[];
extern const size_t fake_form_count;

/* The `number`th of the same shape, from ranges that nobody has. False: there are none of this kind. */
MUST_CHECK bool fake_write(int detector, struct text value, uint32_t number, struct buffer *out);

/* Of each fake that stands in `text`, its kind and number, and perhaps of some that do not: a fake that is part of
 * something longer counts, whatever stands between its digits. */
typedef void (*fake_see)(void *context, enum detector detector, uint32_t number);
void fakes_in(struct text text, fake_see see, void *context);

#endif
