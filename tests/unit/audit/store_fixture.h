/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a folder of its own, and what tests do with it. */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "exeat/audit.h"

struct fixture {
    char directory[64];
    struct signing_key *key;
    struct audit_options options;
};
int set_up(void **state);
int tear_down(void **state);
struct audit *open_store(const struct fixture *fixture);
void expect_refused(const struct fixture *fixture, const char *why);

struct waiter {
    struct audit_wait wait;
    int calls;
    bool durable;
};
void on_durable(struct audit_wait *wait, bool durable);
void collect_one(struct audit_port *port);
struct decision_record a_decision(const char *host);
/* A decision that is on disk before this returns, and its outcome. */
void decide(struct audit_port *port, const char *host);

/* All bytes that a reader sees, with their private parts; the records are whole and in order. */
void read_everything(const struct fixture *fixture, struct buffer *out);
/* The root of all that a reader sees is the one of the store's last checkpoint. */
void expect_signed_whole(const char *directory);
/* Is the text in any file of the folder? */
bool holds_bytes(const char *directory, struct text wanted);
bool has_file(const struct fixture *fixture, const char *name);
/* SQL on a file of the store, with its triggers gone. */
void run_sql(const struct fixture *fixture, const char *file, const char *sql);

#endif
