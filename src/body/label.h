/* SPDX-License-Identifier: Apache-2.0 */
/* The words of labels: types and parameters. */
#ifndef EXEAT_BODY_LABEL_WORDS_H
#define EXEAT_BODY_LABEL_WORDS_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/body/label.h"

/* `type` in lower case, without parameters; BODY_BINARY is what no row names. */
enum body_kind kind_of_type(struct text type);
/* Takes name=value off the front of `rest`, `value` without its quotes (RFC 9110 section 5.6.6); false: there is none.
 */
MUST_CHECK bool label_parameter(struct text *rest, struct text *name, struct buffer *value);

#endif
