/* SPDX-License-Identifier: Apache-2.0 */
/* What is looked for in requests and answers of a rule, and what becomes of it: as written. The kinds' names are
 * detect's to know. */
#ifndef EXEAT_CONFIG_INSPECT_H
#define EXEAT_CONFIG_INSPECT_H

#include "exeat/config/values.h"

/* A pattern or a list of words of the operator's own. One of the two is set. */
struct settings_detector {
    struct setting_text name;
    struct setting_text pattern; /* PCRE2 */
    struct setting_text words;   /* one a line, as they stand in the file; the mark is that of its path */
};

/* Kinds, groups of kinds, or names of `detectors`. */
struct settings_wanted {
    struct setting_texts deny;
    struct setting_texts redact;
    struct setting_texts flag;
};

/* What stands in a value's place. */
enum inspect_format { INSPECT_PLACEHOLDER, INSPECT_PRESERVE, INSPECT_HASH };

struct settings_inspect {
    bool is_on;
    bool has_answers;
    bool restores;        /* the values come back in the answer */
    bool passes_oversize; /* what is larger than `limit` goes on unseen */
    struct mark mark;
    struct settings_wanted requests;
    struct settings_wanted answers;
    enum inspect_format format;
    struct text key_file; /* of INSPECT_HASH; empty: none */
    uint64_t limit;       /* bytes of a body; 0: limits.body_held */
    struct setting_texts types;
};

#endif
