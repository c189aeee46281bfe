/* SPDX-License-Identifier: Apache-2.0 */
/* Who listens at an address of this network namespace, as far as proc(5) shows it to us. */
#ifndef EXEAT_NET_OCCUPANT_H
#define EXEAT_NET_OCCUPANT_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/bytes.h"
#include "exeat/name.h"

/* Does anybody listen there by TCP, or at the same port of all addresses? */
bool occupant_is_there(const struct address *address, uint16_t port);
/* "; another exeat (process 7) listens there; stop it, or ...": what is known, and what to do. */
void occupant_append(const struct address *address, uint16_t port, struct buffer *out);

#endif
