/* SPDX-License-Identifier: Apache-2.0 */
/* What clients ask for in other words than HTTP's: by SOCKS, or by a connection that the network turned to us, whose
 * client meant another and knows of no proxy. It is as a CONNECT, but for the answer: whoever owns the connection says
 * that. */
#ifndef EXEAT_EXCHANGE_WISH_H
#define EXEAT_EXCHANGE_WISH_H

#include "exeat/exchange.h"

struct wish {
    struct text method;      /* for the record, static */
    const struct host *host; /* borrowed for the call; NULL: it was not to be read, and there is a reason */
    uint16_t port;
    struct text credentials; /* as Proxy-Authorization has them, borrowed until it is judged; empty: none */
    enum reason reason;      /* REASON_NONE: it is judged; else it is refused for that, unjudged */
    const char *detail;      /* what there is to say of it, copied; NULL: nothing */
};
/* Where a client meant to go is a wish: a name is resolved by us, an address counts only where a rule names it. */
struct exchange *exchange_new_wish(struct exchange_worker *worker, struct entrance *entrance, const struct wish *wish);
bool exchange_is_wish(const struct exchange *exchange);
/* After EXCHANGE_ANSWERED: why it was refused. */
enum reason exchange_refused_for(const struct exchange *exchange);

/* For who has to know more of a client before it has said what it wants: by which policy it would be judged now, and
 * whose its socket is, where that policy asks. */
const struct policy *exchange_worker_policy(const struct exchange_worker *worker);
void exchange_ask_owner(const struct exchange_worker *worker, struct entrance *entrance);

#endif
