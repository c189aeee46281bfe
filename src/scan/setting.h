/* SPDX-License-Identifier: Apache-2.0 */
/* The value behind a name, in whatever language of shops it is written: PHP arrays and calls, JavaScript, YAML, JSON,
 * XML, env files, rows of SQL dumps. */
#ifndef EXEAT_SCAN_SETTING_H
#define EXEAT_SCAN_SETTING_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

struct setting {
    struct text word; /* borrowed from the text; may be empty */
    bool is_quoted;   /* as a string, to its end */
};
/* Reads what stands behind the name that ends at `at`. False: nothing is set there (a comparison, a mention). */
MUST_CHECK bool setting_read(struct text text, size_t at, struct setting *setting);
bool setting_is_off(const struct setting *setting);   /* false, 0, no, off, none, !1 */
bool setting_is_on(const struct setting *setting);    /* true, 1, yes, on, !0 */
bool setting_is_empty(const struct setting *setting); /* an empty string, or false; null is the default */

#endif
