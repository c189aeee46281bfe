/* SPDX-License-Identifier: Apache-2.0 */
/* The rows by what they begin with. */
#ifndef EXEAT_VENDOR_KEY_TABLE_H
#define EXEAT_VENDOR_KEY_TABLE_H

#include <string.h>

#include "exeat/vendor_key.h"

enum { TABLE_LEAD = 2 };
/* How long the literal is that its form begins with; 0: too short to look for. */
size_t table_literal(const struct vendor_key *key);
/* The first row that begins with these TABLE_LEAD characters; `table_goes_on` says of it and of those behind it whether
 * they do. */
const struct vendor_key *table_from(const char *lead);
bool table_goes_on(const struct vendor_key *key, const char *lead);
/* The rows that begin with a hole: they stand first. */
const struct vendor_key *table_without_lead(size_t *count);

#endif
