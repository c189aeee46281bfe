/* SPDX-License-Identifier: Apache-2.0 */
/* One endpoint is asked once whether it is what the policy has it for. */
#ifndef EXEAT_CHECKUP_PROBE_H
#define EXEAT_CHECKUP_PROBE_H

#include "exeat/base/bytes.h"
#include "exeat/checkup/way.h"

/* PROBE_FOUND_NOBODY: it may be there later. */
enum probe_end { PROBE_FOUND_GOOD, PROBE_FOUND_WRONG, PROBE_FOUND_NOBODY };
struct words;
/* Down to `context` the caller's to fill; borrowed. */
struct probe {
    const struct policy *policy;
    size_t index;                                      /* of the inference entry */
    void (*on_end)(void *context, enum probe_end end); /* it may begin the probe anew */
    void *context;
    const struct policy_inference *source;
    const struct words *words;
    struct web_peer peer;
    struct web_call *call; /* owned while it runs */
    struct buffer said;    /* owned: one line, without its end, and without the endpoint's name */
};
void probe_begin(struct probe *probe, const struct checkup_way *way, struct loop *loop);
void probe_clear(struct probe *probe); /* it asks no more; zeroed is fine */
/* Those that it must speak: "ollama". Once it has begun. */
struct text probe_words(const struct probe *probe);

#endif
