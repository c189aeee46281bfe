/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of canned share. */
#ifndef EXEAT_CANNED_INTERNAL_H
#define EXEAT_CANNED_INTERNAL_H

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/canned.h"

/* A value that is being made for a schema. */
struct making {
    const json_t *root; /* of the schema: where references lead */
    struct text words;
    bool are_said; /* the words are in the value */
    unsigned values;
};

/* string.c: a string of this schema; NULL: none can be made. */
json_t *make_string(struct making *making, const json_t *schema);
/* number.c: likewise, of type "integer" or "number". */
json_t *make_number(const json_t *schema, bool is_integer);
/* value.c: any value; the caller's (json_decref). */
json_t *make_value(struct making *making, const json_t *schema, unsigned level);

#endif
