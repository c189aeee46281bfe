/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that rules of the network turned to us: their clients meant another and know of no proxy. Where a client
 * meant to go is a wish. A name is resolved by us and its port is kept; an address counts only where a rule names it.
 */
#ifndef EXEAT_EXCHANGE_TURNED_H
#define EXEAT_EXCHANGE_TURNED_H

#include "exeat/exchange.h"

/* As if the client had asked for CONNECT to that host, at the port that it meant; but nobody is told of the answer.
 * `host` NULL: it named none, and the address that it meant stands for it. `detail` (NULL: none): what there is to say
 * of it, copied. */
struct exchange *exchange_new_turned(
    struct exchange_worker *worker, struct entrance *entrance, const struct host *host, const char *detail);
bool exchange_is_turned(const struct exchange *exchange);
/* Is there a rule that lets bytes through to the address that it meant, whatever they are (`schemes: [tcp]`)? Then the
 * client need not speak first. */
bool exchange_lets_any_bytes(struct exchange_worker *worker, struct entrance *entrance);

#endif
