/* SPDX-License-Identifier: Apache-2.0 */
/* What is said where no model answers, as the operator wrote it. */
#ifndef EXEAT_CONFIG_CANNED_H
#define EXEAT_CONFIG_CANNED_H

#include <stddef.h>

#include "exeat/base/text.h"

/* Who is told a text; empty: anybody. */
struct canned_when {
    struct text path;  /* glob, as below */
    struct text model; /* as the caller names it */
    struct text tool;  /* one that the call offers */
    struct text language;
};
struct canned_entry {
    struct text text;
    struct canned_when when;
};
/* Said where no model answers. */
struct settings_canned {
    struct text text; /* where no other holds */
    const struct canned_entry *texts;
    size_t count;
};

#endif
