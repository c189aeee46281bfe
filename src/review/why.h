/* SPDX-License-Identifier: Apache-2.0 */
/* Why a decision fell: what the judge was asked, step by step, and what it found. Written as text and as JSON. */
#ifndef EXEAT_REVIEW_WHY_H
#define EXEAT_REVIEW_WHY_H

#include "exeat/policy/trace.h"
#include "exeat/review.h"

/* One question to the judge: at CONNECT, or with the request known. */
struct why_step {
    bool is_connect;
    struct decision decision;
    struct policy_trace trace;
};

/* Why TLS is opened, or not. */
enum why_tls {
    WHY_TLS_PLAIN,     /* there is none */
    WHY_TLS_TCP,       /* none is waited for */
    WHY_TLS_UNSEEN,    /* decided without */
    WHY_TLS_MUST_LOOK, /* rules depend on what is inside */
    WHY_TLS_ANSWER,    /* the gate answers in the host's name */
    WHY_TLS_TRUST,     /* the gate has to make the TLS connection itself */
    WHY_TLS_SAY_NO,    /* the caller reads the refusal in its own dialect */
    WHY_TLS_MAY_NOT,   /* rules depend on what is inside, which may not be looked at */
    WHY_TLS_COUNT
};

struct why {
    const struct policy *policy;
    const struct request *request;
    struct why_step steps[2];
    size_t count;
    const struct why_step *last; /* which decided */
    enum why_tls tls;
    bool is_whole; /* rules about other hosts are told too */
};

void why_ask(const struct policy *policy, const struct request *request, struct why *why);
void why_clear(struct why *why);

/* A rule that was asked for https and for tcp, and is about one of them only, is told once. */
bool why_is_told(const struct policy_trace *trace, size_t index);

/* Words that both writers use. */
const char *why_tls_text(enum why_tls tls);
bool why_tls_is_opened(enum why_tls tls);
const char *why_known_name(enum known known); /* for JSON */
const char *condition_name(enum policy_condition condition);
/* Where the rule's `when` or `unless` says it; the rule's own place where the condition has none. */
struct mark condition_mark(const struct settings_rule *rule, enum host_role role, enum policy_condition condition);
struct text why_file_name(const struct policy *policy, const struct mark *mark);
/* What the condition asks for, as the operator wrote it: "[GET, POST]". */
void condition_append(
    struct buffer *out, const struct settings_rule *rule, enum host_role role, enum policy_condition condition);
/* The pattern by which a rule has the host, from how specific it is. */
void why_pattern_append(struct buffer *out, const struct host *host, uint16_t specific);
void why_range_append(struct buffer *out, const struct address_range *range);

/* Which addresses the decision would accept: each rule that adds or drops some. */
typedef void (*why_addresses_taker)(void *context, const struct settings_rule *rule, bool drops);
void why_addresses(const struct why *why, why_addresses_taker take, void *context);

#endif
