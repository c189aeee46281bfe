/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of kin share. */
#ifndef EXEAT_KIN_INTERNAL_H
#define EXEAT_KIN_INTERNAL_H

#include "exeat/canon/rank.h"
#include "exeat/kin.h"

/* A member that is put where it is missing; its value is JSON. */
struct kin_member {
    struct text name;
    struct text value;
};
enum { KIN_MEMBERS_MAX = 3 };
/* What its callers look for in an answer of chat. */
struct kin_look {
    struct kin_member whole[KIN_MEMBERS_MAX];
    struct kin_member piece[KIN_MEMBERS_MAX]; /* of each event of a stream */
    struct kin_member usage[KIN_MEMBERS_MAX];
    bool knows_no_null;  /* a member that is null is left out of a stream */
    bool counts_hits;    /* DeepSeek: tokens that were cached, and those that were not, in members of usage */
    bool has_own_usage;  /* Groq: x_groq */
    bool has_own_finish; /* OpenRouter: native_finish_reason */
};
/* ... and in a ranking. */
struct kin_ranks {
    struct text list; /* where they are; empty: "results" */
    enum canon_documents documents;
    bool tells_documents; /* unless it is told otherwise */
};

/* One of the kin. */
struct kin {
    struct canon_manner manner; /* the first: a call's manner is a kin's */
    struct text provider;       /* of the catalogue */
    const struct vendor *vendor;
    const struct vendor *vendor_of_calls; /* of streams with tools; NULL: the same */
    const struct vendor *vendor_of_ranks; /* NULL: as most have it */
    struct kin_look look;
    struct kin_ranks ranks;
};
/* Of a call whose provider is one; NULL: it is none. */
static inline const struct kin *kin_of(const struct canon_call *call)
{
    return (const struct kin *)call->manner;
}

extern const struct kin kin_of_responses; /* response.c: of all providers */

/* read.c: calls, with what only these vendors' callers say */
bool kin_read_groq(struct reading *reading, struct canon_call *call);
bool kin_read_deepseek(struct reading *reading, struct canon_call *call);
bool kin_read_openrouter(struct reading *reading, struct canon_call *call);
bool kin_read_perplexity(struct reading *reading, struct canon_call *call);

/* dress.c: manner.dress of all of them */
void kin_dress(const struct canon_call *call, struct text json, const struct canon_usage *usage, struct buffer *out);

/* write.c: what a server with other words said, in OpenAI's, and dressed */
bool kin_write_answer(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
void *kin_begin_stream(const struct canon_call *call, size_t limit);
bool kin_write_event(void *of, const struct canon_event *event, struct buffer *out);
void kin_end_stream(void *of);

/* refusal.c: bodies, and the events that end streams */
void kin_refuse_by_openrouter(const struct refusal *refusal, struct buffer *out);
void kin_refuse_by_perplexity(const struct refusal *refusal, struct buffer *out);
void kin_refuse_by_xai(const struct refusal *refusal, struct buffer *out);
void kin_refuse_by_hugging_face(const struct refusal *refusal, struct buffer *out);
void kin_break_by_openrouter(const struct canon_call *, const void *, const struct refusal *, struct buffer *out);
void kin_break_by_perplexity(const struct canon_call *, const void *, const struct refusal *, struct buffer *out);
void kin_break_by_xai(const struct canon_call *, const void *, const struct refusal *, struct buffer *out);
void kin_break_by_hugging_face(const struct canon_call *, const void *, const struct refusal *, struct buffer *out);

/* rank.c */
bool kin_read_ranking(struct reading *reading, struct canon_call *call);
bool kin_write_ranks(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);

#endif
