/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that states and banks give out: their forms, and the checks inside them. Pure. A code here is a number
 * without what people put between its characters, in upper case: "DE89370400440532013000". */
#ifndef EXEAT_NATIONAL_H
#define EXEAT_NATIONAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

enum { NATIONAL_CODE_MAX = 34 };

enum national_kind {
    NATIONAL_VAT,    /* of a business, in VIES and beside it */
    NATIONAL_TAX,    /* of a person, or a business at home */
    NATIONAL_PERSON, /* who somebody is to the state or to social security */
    NATIONAL_KIND_COUNT
};

/* What must say that a code of this form is one: by chance others look so too. */
enum national_need {
    NATIONAL_NOTHING, /* hardly anything else fits */
    NATIONAL_GAPS,    /* it is grouped as `groups` says, or a word stands beside it */
    NATIONAL_WORD     /* a word stands beside it */
};

struct national_form {
    const char *country; /* ISO 3166-1; EL of VIES is GR */
    const char *name;    /* "PESEL" */
    enum national_kind kind;
    enum national_need need;
    const char *groups; /* lengths of its groups: "6-4"; "": none are asked for */
    const char *shape;  /* `9` a digit, `a` a letter, `x` one of both, others themselves */
    size_t prefix;      /* so much of the shape is the country's; people leave it out where a word says what follows */
    bool (*check)(const char *digits, size_t length); /* of what is behind the prefix; NULL: it has none */
};

/* The first form, behind `after` (NULL: from the start), that fits all of `code` and whose check holds; NULL: none. */
const struct national_form *national_fit(struct text code, const struct national_form *after);
/* The same for a code that was written without the prefix of its form. */
const struct national_form *national_fit_bare(struct text code, const struct national_form *after);
/* All forms; static. */
const struct national_form *national_forms(size_t *count);
/* How many of them, at the front, are shorter: `length` is at most NATIONAL_CODE_MAX. */
size_t national_forms_shorter(size_t length);

/* An account (ISO 13616) by its country's length and letters, the check digits, and the checks that Belgium, Spain,
 * Montenegro and Norway have inside. */
enum national_iban {
    NATIONAL_IBAN_NONE,
    NATIONAL_IBAN_OUTER, /* the check inside does not hold: no bank gave it out, people may still use it */
    NATIONAL_IBAN_WHOLE
};
MUST_CHECK enum national_iban national_iban(struct text code);
/* The length of accounts of this country; 0: it has none. */
size_t national_iban_length(struct text country);
enum { NATIONAL_MADE_MAX = 99999 };
/* The `number`th account that is nobody's: of a bank whose code is zeros, or X where it has letters; all its checks
 * hold. Its length; 0: the country has none, or `number` is beyond NATIONAL_MADE_MAX. */
size_t national_iban_made(struct text country, uint32_t number, char code[NATIONAL_CODE_MAX]);
/* Is it one of those? Then `*number` is which. */
MUST_CHECK bool national_iban_is_made(struct text code, uint32_t *number);

/* Does the check digit at the end hold (ISO/IEC 7812-1)? ASCII digits. */
MUST_CHECK bool national_luhn(const char *digits, size_t length);

#endif
