/* SPDX-License-Identifier: Apache-2.0 */
/* The words that streets are called by, in the languages of the shops. */
#ifndef EXEAT_WORDING_STREET_H
#define EXEAT_WORDING_STREET_H

#include <stdbool.h>

#include "exeat/base/text.h"

/* Where it stands: Hauptstrasse 5; Calle Mayor 5; 5 rue X too; 5 High Street. */
enum street_place { STREET_ENDS_WORD, STREET_BEFORE_NAME, STREET_BEFORE_OR_AFTER, STREET_BEHIND_NAME };

/* False: no word of a street at this place begins with the first of `letters` (NUL: that is not known) and ends with
 * the other two. All of ASCII, in any case. */
bool street_may_be(enum street_place place, const char letters[3]);
/* `word`, in small letters without accents, is one, or ends with one. `weak`: so is much else called. */
bool street_find(struct text word, enum street_place place, bool *weak);

#endif
