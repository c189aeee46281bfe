/* SPDX-License-Identifier: Apache-2.0 */
/* What a vendor's module can do, as one row: the seam between dialect, which has the table of rows, and the vendors, of
 * which none knows another. */
#ifndef EXEAT_CANON_VENDOR_H
#define EXEAT_CANON_VENDOR_H

#include "exeat/canon.h"
#include "exeat/canon/answer.h"
#include "exeat/canon/models.h"
#include "exeat/canon/reading.h"
#include "exeat/canon/refusal.h"
#include "exeat/model/message.h"

/* A vendor that hosts models of others: their calls are in their makers' words, in its own frames. */
struct hosting {
    /* Whose words a body is in, which the reading has; the vendor's own: it reads it itself. */
    enum llm_dialect (*words_of)(const struct reading *reading, const struct canon_call *call);
    /* What the path says of a call in another's words; false: it was said what is wrong. */
    bool (*take_path)(struct reading *reading, struct canon_call *call);
    /* One event of a stream, as it is framed here. */
    void (*frame)(struct text json, struct buffer *out);
};

struct vendor {
    /* `call->operation` says which; the call borrows from the view's text and lives in the arena. NULL, and all others
     * but the refusal with it: its calls are not answered here. */
    bool (*read_call)(struct reading *reading, struct canon_call *call);
    /* The model that a path means, where the body names none; it may be empty. */
    struct text (*model_of_path)(struct text path);
    /* The Content-Type of an answer. */
    struct text (*type_of)(const struct canon_call *call, bool streams);

    /* It speaks as endpoints with OpenAI's words do: their bytes pass. */
    bool passes;
    /* What an endpoint said. False: it cannot be said in this dialect. */
    bool (*write_answer)(const struct canon_call *call, const struct canon_replies *answer, struct buffer *out);
    /* Borrows the call. `limit`: bytes that it may hold back. */
    void *(*begin_stream)(const struct canon_call *call, size_t limit);
    bool (*write_event)(void *stream, const struct canon_event *event, struct buffer *out);
    void (*end_stream)(void *stream);

    /* The event that tells of a broken stream. `stream`: of begin_stream, NULL without one. */
    void (*write_error_event)(
        const struct canon_call *call, const void *stream, const struct refusal *refusal, struct buffer *out);
    /* In a stream: the answer is still being made. What stands between two events, and no client takes for content.
     * `now` is in seconds since 1970. NULL: its clients know no such thing. */
    void (*write_waiting)(const struct canon_call *call, int64_t now, struct buffer *out);
    /* The one model that is asked for by a path of LLM_MODELS; empty: all of them. NULL: it stands behind "/models/".
     */
    struct text (*one_of_models)(struct text path);
    /* How it lists them, and one of them ... */
    const struct models_words *models;
    /* ... unless it has more to say than that (else NULL): to a list, or to one when `name` is not empty. The call is
     * but a path. */
    void (*write_models)(
        const struct canon_call *call, const struct text *names, size_t count, struct text name, struct buffer *out);
    /* The body of a refusal. */
    void (*write_refusal)(const struct refusal *refusal, struct buffer *out);
    /* What it says for a context that is full: its clients look for these words. */
    void (*write_context_full)(const struct canon_overflow *overflow, struct buffer *out);
    struct text id_field;       /* has the request's id too; may be empty */
    const struct field *fields; /* what its clients look for in the head of any answer */
    size_t field_count;
    struct text blame_field; /* of a refusal's head, where the vendor has one, and what it says */
    struct text blame_words[BLAME_NOBODY + 1];
    const struct hosting *hosting; /* NULL: it hosts nobody */
};

/* type_of, of all who frame streams as server-sent events. */
struct text vendor_json_or_events(const struct canon_call *call, bool streams);
/* write_waiting, of all whose clients read server-sent events as they are specified: a comment. */
void vendor_comment(const struct canon_call *call, int64_t now, struct buffer *out);
/* model_of_path, of all whose bodies name the model. */
struct text vendor_no_model(struct text path);
/* The same, of those who are called at Vertex AI too: ".../NAME:WHAT". */
struct text vendor_model_before_colon(struct text path);

#endif
