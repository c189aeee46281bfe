/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that stand for all that a policy can tell apart: one for each host pattern, port, client, method and path
 * that it names, and one beside them. */
#ifndef EXEAT_POLICY_WITNESS_H
#define EXEAT_POLICY_WITNESS_H

#include "exeat/policy.h"

struct witness_host {
    struct host host;
    struct host_pattern pattern; /* what it stands for */
};
struct witness_end {
    enum scheme scheme;
    uint16_t port;
};
struct witness_path {
    struct text path; /* canonical */
    struct text glob; /* what it stands for */
};
struct witness_range {
    struct address_range range; /* its first address stands for it */
    bool is_public;             /* for all public addresses instead */
};
enum { WITNESS_RANGES_MAX = 64 };
/* Zeroed is empty. All texts are borrowed from the policies, or live in `arena`. */
struct witnesses {
    struct arena arena;
    struct witness_host *hosts; /* owned */
    size_t host_count;
    struct text *clients; /* owned; the first is nobody in particular */
    size_t client_count;
    struct witness_end *ends; /* owned */
    size_t end_count;
    struct text *methods; /* owned */
    size_t method_count;
    struct witness_path *paths; /* owned */
    size_t path_count;
    bool has_regex;
    struct witness_range ranges[WITNESS_RANGES_MAX]; /* the first is the public one */
    size_t range_count;
    size_t ranges_left_out;
};
void witnesses_add_policy(struct witnesses *witnesses, const struct policy *policy);
/* After the last policy: each stands once, in order. */
void witnesses_sort(struct witnesses *witnesses);
void witnesses_clear(struct witnesses *witnesses);

#endif
