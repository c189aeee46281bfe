/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this folder share: a worker's book, and its ids. */
#ifndef EXEAT_ACCOUNT_INTERNAL_H
#define EXEAT_ACCOUNT_INTERNAL_H

#include "exeat/account.h"

/* Random bytes drawn from the system for many ids at once. */
enum { ID_STOCK = 128 };
struct id_stock {
    struct request_id ids[ID_STOCK];
    size_t left;
};

struct account_book {
    struct audit_port *port; /* borrowed */
    struct account_stats stats;
    struct id_stock ids;
};

struct request_id book_draw_id(struct account_book *book);

#endif
