/* SPDX-License-Identifier: Apache-2.0 */
/* One call of each vendor, as its library writes it, judged by a policy and given to the endpoints that it reroutes the
 * call to: what an application would get, how long it takes, and what is wrong. No gate is needed, and nothing is sent
 * anywhere but to endpoints of the policy, least of all to the vendor. */
#ifndef EXEAT_TRIAL_H
#define EXEAT_TRIAL_H

#include "exeat/net.h"
#include "exeat/policy.h"
#include "exeat/tls.h"

struct trial_vendor {
    const char *name; /* that of its dialect */
    const char *host;
    const char *path; /* of a call that is answered whole */
    const char
        *stream_path;    /* and of one that is answered in pieces; NULL: there is none, and it is tried by name alone */
    const char *body;    /* with %s where it says whether it wants a stream */
    const char *whole;   /* what stands there: that it wants none */
    const char *streams; /* or that it does */
};
/* The vendors whose own calls are known; index < count. */
size_t trial_vendor_count(void);
const struct trial_vendor *trial_vendor_at(size_t index); /* static */
/* By its name, its host, or a host of the catalogue that is called as it is; `host` is then that. NULL: nobody is. */
const struct trial_vendor *
trial_vendor_find(const struct llm_catalogue *catalogue, struct text word, struct host *host);

struct trial_options {
    struct loop *loop; /* borrowed, as all below */
    const struct policy *policy;
    struct tls_client *tls; /* whom endpoints' certificates are believed by */
    struct text client;     /* who calls; empty: nobody in particular */
    int64_t at_us;          /* when, as in struct request */
};
enum trial_outcome {
    TRIAL_ANSWERED,     /* by an endpoint */
    TRIAL_CANNED,       /* by a fixed text */
    TRIAL_NOT_REROUTED, /* the policy says something else about such a call: nobody was asked */
    TRIAL_FAILED        /* the application would be refused */
};
struct trial_report {
    enum trial_outcome outcome;
    char host[HOST_TEXT_SIZE];
    struct text endpoint;  /* who answered; borrowed from the policy */
    uint64_t first_us;     /* until the first content */
    uint64_t whole_us;     /* until the end */
    struct buffer answer;  /* what the application gets, to the byte */
    struct buffer remarks; /* what is wrong, a sentence a line */
};
/* Runs the loop until it is known. `report` is zeroed, and cleared with trial_report_clear. */
void trial_run(
    const struct trial_options *options, const struct trial_vendor *vendor, const struct host *host, bool streams,
    struct trial_report *report);
/* For another report. */
void trial_report_clear(struct trial_report *report);

#endif
