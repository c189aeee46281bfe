/* SPDX-License-Identifier: Apache-2.0 */
/* The one pass over the bytes: where does anything begin that a detector should look at? */
#ifndef EXEAT_DETECT_SCAN_H
#define EXEAT_DETECT_SCAN_H

#include "exeat/detect.h"

enum sign {
    SIGN_END,
    SIGN_AT,     /* an `@` */
    SIGN_DIGITS, /* the first of the digits that stand together */
    SIGN_DASHES, /* the last of four dashes or more, with a letter or blank behind it */
    SIGN_COLON,  /* a colon with another close to it, and nothing but hexadecimal digits between */
    SIGN_RUN,    /* a run of at least VENDOR_KEY_RUN token characters */
};
struct scan {
    struct text text;
    enum detect_spelling spelling;
    size_t at; /* what is before it was looked at */
    bool run;  /* the run that begins at `at` was told */
};
struct scan_sign {
    enum sign sign;
    size_t at;
};
struct scan_sign sign_next(struct scan *scan);

#endif
