/* SPDX-License-Identifier: Apache-2.0 */
/* A store on disk that a test fills through the writer's own port. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "exeat/audit.h"

struct store_fixture {
    char directory[64];
    struct signing_key *key;
    struct audit *audit;
    struct audit_port *port;
    unsigned under_way;
};
int store_set_up(void **state);
int store_tear_down(void **state);
/* `number` is the first bytes of the request id. */
void store_decide(struct store_fixture *store, uint64_t number, const char *host, enum verdict verdict);
void store_end(struct store_fixture *store, uint64_t number, enum reason reason);
/* All that was handed over is on disk. */
void store_settle(struct store_fixture *store);
struct store_reader *store_reader(const struct store_fixture *store);

#endif
