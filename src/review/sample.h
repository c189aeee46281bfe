/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that stand for all that a policy can tell apart: one for each host pattern, port, client, method and path
 * that it names, and one beside them. */
#ifndef EXEAT_REVIEW_SAMPLE_H
#define EXEAT_REVIEW_SAMPLE_H

#include "exeat/policy.h"

struct sample_host {
    struct host host;
    struct host_pattern pattern; /* what it stands for */
};
struct sample_end {
    enum scheme scheme;
    uint16_t port;
};
struct sample_path {
    struct text path; /* canonical */
    struct text glob; /* what it stands for */
};
struct sample_range {
    struct address_range range; /* its first address stands for it */
    bool is_public;             /* for all public addresses instead */
};
enum { SAMPLE_RANGES_MAX = 64 };
/* Zeroed is empty. All texts are borrowed from the policies, or live in `arena`. */
struct samples {
    struct arena arena;
    struct sample_host *hosts; /* owned */
    size_t host_count;
    struct text *clients; /* owned; the first is nobody in particular */
    size_t client_count;
    struct sample_end *ends; /* owned */
    size_t end_count;
    struct text *methods; /* owned */
    size_t method_count;
    struct sample_path *paths; /* owned */
    size_t path_count;
    bool has_regex;
    struct sample_range ranges[SAMPLE_RANGES_MAX]; /* the first is the public one */
    size_t range_count;
    size_t ranges_left_out;
};
void samples_add_policy(struct samples *samples, const struct policy *policy);
/* After the last policy: each stands once, in order. */
void samples_sort(struct samples *samples);
void samples_clear(struct samples *samples);

#endif
