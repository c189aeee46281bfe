/* SPDX-License-Identifier: Apache-2.0 */
/* Which names belong to one owner, by the public suffix list (publicsuffix.org) that libpsl has built in. */
#ifndef EXEAT_REVIEW_OWNER_H
#define EXEAT_REVIEW_OWNER_H

#include "exeat/base/text.h"

/* "api.eu.example.co.uk" is example.co.uk's; "shop.github.io" is an owner of its own; a suffix itself has none: then
 * `name`. Borrowed from `name`, which is a canonical host name with a NUL. */
const char *owner_of(const char *name);
/* Below com, co.uk or github.io anybody can have a name. A suffix that the list does not have is a network of your own.
 */
bool owner_is_nobody(const char *name);

#endif
