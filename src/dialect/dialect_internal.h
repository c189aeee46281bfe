/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of dialect share. */
#ifndef EXEAT_DIALECT_INTERNAL_H
#define EXEAT_DIALECT_INTERNAL_H

#include "exeat/canned.h"
#include "exeat/canon.h"
#include "exeat/canon/server.h"
#include "exeat/canon/vendor.h"
#include "exeat/dialect.h"

struct dialect_call {
    const struct vendor *vendor; /* who is called: refusals, fields and frames are its own */
    const struct vendor *words;  /* whose words the body is in: the same, or whose model it hosts */
    struct buffer body;          /* what the canonical call's texts are slices of */
    struct arena arena;          /* its lists */
    struct canon_call canon;     /* all that is known of it */
    const struct server *server; /* whose words it is said in */
    struct canon_call said;      /* as it is said there */
    bool is_named_by_path;       /* the body names no model */
};

struct dialect_stream {
    const struct dialect_call *call;    /* borrowed */
    struct compatible_stream *endpoint; /* of a server that speaks OpenAI's words, ... */
    struct canon_stream *told;          /* ... or of another: one of the two */
    void *caller;                       /* of whose words it is; NULL: the endpoint's events pass */
    enum canon_finish finish;           /* of the first answer, where its events are translated */
    struct hosted *hosted;              /* events on their way into a host's frames; NULL: they have none */
};

extern const struct server responses_server; /* responses.c: an endpoint that is asked for them in place of chat */
extern const struct server rank_server;      /* rank.c: and one that is asked for a ranking */

/* table.c */
const struct vendor *dialect_vendor(enum llm_dialect dialect);
/* The same, where several speak it. */
const struct vendor *dialect_vendor_of(enum llm_dialect dialect, struct text provider, enum llm_operation operation);
const struct server *dialect_server(enum endpoint_dialect speaks, enum llm_operation operation);

/* table.c: its answers come in OpenAI's words */
bool call_is_openai(const struct dialect_call *call);
/* ... and go to who speaks so: they pass */
bool call_passes(const struct dialect_call *call);
/* answer.c */
struct dialect_usage usage_of(const struct canon_usage *counted);

/* hosted.c: answers in the words of a hosted model, in its host's frames */
bool hosted_is(const struct dialect_call *call);
/* Whose words the body is in, once it can be seen. */
const struct vendor *hosted_words(const struct dialect_call *call, const struct reading *reading);
/* What the path says, of a call in another's words. */
MUST_CHECK bool hosted_take_path(const struct dialect_call *call, struct reading *reading, struct canon_call *canon);
struct hosted *hosted_new(const struct dialect_call *call);
void hosted_free(struct hosted *hosted); /* NULL is fine */
/* Where server-sent events are written to; and the frames of those that are whole. */
struct buffer *hosted_events(struct hosted *hosted);
void hosted_frame(struct hosted *hosted, struct buffer *out);

/* models.c */
/* The endpoint's list is not the caller's. */
bool models_are_rewritten(const struct dialect_call *call);
MUST_CHECK bool models_rewrite(const struct dialect_call *call, struct text body, struct buffer *out);

/* model_name.c: which model, once the body is read; or why it may not be called so */
MUST_CHECK enum reason model_name_take(struct dialect_call *call, struct detail *detail);

/* pace.c: limits, as the vendor tells of them; nothing where `refusal->pace` is NULL */
void pace_append_again(const struct dialect_refusal *refusal, struct buffer *out);
/* `members` is the caller's to clear, after the last use of `one`. */
void pace_compose(const struct dialect_refusal *refusal, struct refusal *one, struct buffer *members);
void pace_add_fields(const struct dialect_refusal *refusal, struct dialect_answer *answer);
bool pace_is_soon(const struct dialect_pace *pace);

void answer_add(struct dialect_answer *answer, struct text name, struct text value);

#endif
