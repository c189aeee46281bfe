/* SPDX-License-Identifier: Apache-2.0 */
/* What help and the manual page both say. */
#ifndef EXEAT_OPTION_INTERNAL_H
#define EXEAT_OPTION_INTERNAL_H

#include "exeat/option.h"

/* An exit code and what it means, for people; the last has no meaning (NULL). */
struct ending {
    enum exit_code code;
    const char *meaning;
};
extern const struct ending endings[];

/* Appends "-c, --config FILE". */
void option_write(const struct option_row *row, struct buffer *out);

#endif
