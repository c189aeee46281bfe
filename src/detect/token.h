/* SPDX-License-Identifier: Apache-2.0 */
/* What a token looks like. */
#ifndef EXEAT_DETECT_TOKEN_H
#define EXEAT_DETECT_TOKEN_H

#include <stdbool.h>

#include "exeat/base/text.h"

/* Letters and digits mixed, or letters of both cases, and nothing that tokens have not. */
bool token_is_random(struct text text);

#endif
