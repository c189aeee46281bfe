/* SPDX-License-Identifier: Apache-2.0 */
/* Values whose name is another value: {"attribute_code": "cost", "value": 9}, <field name="email">. */
#ifndef EXEAT_BODY_PAIR_H
#define EXEAT_BODY_PAIR_H

#include <stdbool.h>

#include "exeat/base/text.h"

bool pair_is_value(struct text name);   /* a member that holds what another one names */
bool pair_is_name(struct text name);    /* that other one */
bool pair_is_element(struct text name); /* an element of XML whose attribute names what it holds */
/* The string, as it is spelled, that names the value of a pair in the JSON object whose brace `text` begins with;
 * empty: there is none in its first KiB. The text need not be JSON. */
struct text pair_find(struct text text);

#endif
