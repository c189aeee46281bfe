/* SPDX-License-Identifier: Apache-2.0 */
/* What counting the rules leaves for deciding. */
#ifndef EXEAT_POLICY_JUDGE_H
#define EXEAT_POLICY_JUDGE_H

#include "policy_internal.h"

struct best {
    const struct policy_rule *rule; /* NULL: none */
    uint16_t specific;
};

/* The best rule of each verdict. */
struct tally {
    struct best sure[VERDICT_ERROR];
    struct best would[VERDICT_ERROR]; /* among the rules that only observe */
    bool maybe[VERDICT_ERROR];        /* one may hold, which only looking inside can tell */
    bool may_observe;                 /* so may one that only observes, and is no allow */
    bool is_particular;               /* an allow that may hold says whom to trust, or what may be in it: only an opened
                                       * connection keeps that */
    bool depends_on_address;          /* an allow that may hold is particular about addresses */
    bool path_decides;                /* on a deny or a reroute */
    bool path_is_doubtful;            /* an allow was left out that only a canonical path would have made hold */
    const struct policy_rule *limit;  /* its regular expression gave up, so that nobody knows */
};

/* Is it a call of a vendor, which only a rule that names the host may let out? */
static inline bool is_guarded(const struct llm_call *call)
{
    return call->operation != LLM_NONE;
}

/* count.c: asks every rule that may have this host. Adds to `tally`. */
void count_rules(struct judging *judging, struct tally *tally);

#endif
