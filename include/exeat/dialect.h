/* SPDX-License-Identifier: Apache-2.0 */
/* What LLM clients and endpoints say to each other: refusals in the caller's dialect, calls on their way to a local
 * endpoint, and answers on their way back. Bytes in, bytes out: no sockets, no clock but what is given. Dialects
 * whose vendor can read a call (canon/vendor.h) are answered; the others are refused in their own words. */
#ifndef EXEAT_DIALECT_H
#define EXEAT_DIALECT_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/clock.h"
#include "exeat/base/detail.h"
#include "exeat/base/digest.h"
#include "exeat/config/engine.h"
#include "exeat/model.h"
#include "exeat/model/message.h"

enum { DIALECT_FIELDS_MAX = 16, DIALECT_PACE_VALUES = 4, DIALECT_PACE_SIZE = 24 };
/* An answer's fields and body. The texts of the fields are static, or borrow from what the call was given, or from the
 * answer itself: it is not copied. */
struct dialect_answer {
    struct field fields[DIALECT_FIELDS_MAX];
    size_t field_count;
    char pace_values[DIALECT_PACE_VALUES][DIALECT_PACE_SIZE]; /* of fields by which clients pace themselves */
    struct buffer body;                                       /* the caller's to clear */
};
/* A field; in the place of one of that name, which is not heeded any more. Borrows both texts. */
void dialect_answer_set(struct dialect_answer *answer, struct text name, struct text value);

/* The fields of an answer as they go out. */
struct dialect_fields {
    struct field fields[DIALECT_FIELDS_MAX + 1];
    size_t count;
    char date[CLOCK_HTTP_SIZE];
};
/* Date (RFC 9110 6.6.1) at `wall_us`, and those of `answer`, from which it borrows. */
void dialect_fields_of(const struct dialect_answer *answer, int64_t wall_us, struct dialect_fields *fields);

/* --- saying no -----------------------------------------------------------------------------------------------------
 */

/* A limit that is used up, or of which nothing is free. */
enum dialect_paced { PACED_REQUESTS, PACED_TOKENS, PACED_BYTES, PACED_AT_ONCE };
struct dialect_pace {
    enum dialect_paced what;
    uint64_t limit;
    uint64_t window_s; /* 0: it has none */
    uint64_t retry_s;  /* from now; at least 1 */
    int64_t wall_us;   /* now, since 1970 */
};

struct dialect_refusal {
    enum llm_dialect dialect; /* DIALECT_NONE: plain text */
    struct text provider;     /* who speaks it; may be empty */
    enum llm_operation operation;
    enum reason reason;
    const struct dialect_pace *pace; /* the limit in the way, told as the vendor would; NULL: none */
    enum client_door door;           /* by which it came; DOOR_NONE: not told */
    struct text host;                /* canonical; empty: it could not be read */
    uint16_t port;                   /* 0: unknown */
    struct text rule;                /* may be empty */
    struct text id;                  /* the request id */
    struct text detail;              /* what exactly was wrong, in our words; may be empty */
    struct text hint; /* the operator's: whom to ask; for what is refused, not for what failed; may be empty */
};
/* Short, and never an echo of what the client sent. The status is reason_row's; Retry-After of a limit is the caller's
 * to set. */
void dialect_refuse(const struct dialect_refusal *refusal, struct dialect_answer *answer);

/* --- a call --------------------------------------------------------------------------------------------------------
 */

struct dialect_call;
struct settings_canned;
struct dialect_usage {
    uint64_t tokens_in;
    uint64_t tokens_out;
    struct text finish; /* why the answer ended, in the words of OpenAI; static; empty: nobody said */
};
/* What is known of a call beside its body; copied. In some dialects path and query name the model and how the answer is
 * framed. */
struct dialect_target {
    struct text path;
    struct text query;
    struct text id; /* of the request */
};
/* Reads the body of a call of a dialect that is answered here; it is taken over whatever comes of it. What the
 * canonical call (docs/architecture.md) cannot say is dropped where the answer is the same without it, else refused. On
 * a refusal `*call` is NULL, and `detail` says which member, why, and what to do. `*call` is the caller's to free. */
MUST_CHECK enum reason dialect_call_read(
    const struct llm_call *llm, const struct dialect_target *target, struct buffer *body, struct dialect_call **call,
    struct detail *detail);
/* The call for a list of models, which has no body. The caller's to free. */
struct dialect_call *dialect_call_for_models(const struct llm_call *llm, const struct dialect_target *target);
/* It is for the list, not for one of them, nor for what has no list. */
bool dialect_call_lists_models(const struct dialect_call *call);
void dialect_call_free(struct dialect_call *call); /* NULL is fine */
struct text dialect_call_model(const struct dialect_call *call);
bool dialect_call_is_named_by_path(const struct dialect_call *call); /* its model is, and not by its body */
bool dialect_call_streams(const struct dialect_call *call);
/* What it begins with, as a number by which calls that begin alike find the same engine; 0: nothing to find it by. */
uint64_t dialect_call_beginning(const struct dialect_call *call);

/* Has an endpoint that speaks so words for all of it? False: `detail` says for what it has none. */
MUST_CHECK bool dialect_call_fits(const struct dialect_call *call, enum endpoint_dialect speaks, struct detail *detail);
/* It goes to such an endpoint from now on: its path, its body, and how the answer is read. At first it is OpenAI's. */
void dialect_call_give(struct dialect_call *call, enum endpoint_dialect speaks);

/* Who gets a call. */
struct dialect_endpoint {
    struct text model; /* its own name of it */
    bool takes_usage;  /* a stream may be asked for its tokens (`stream_options`) */
};
/* The call as the endpoint shall get it: its model name, roles that local servers know, and usage asked for. Nothing
 * for a list of models. */
void dialect_call_write(const struct dialect_call *call, const struct dialect_endpoint *endpoint, struct buffer *body);
struct text dialect_call_path(const struct dialect_call *call); /* "/v1/chat/completions" */
struct text dialect_call_method(const struct dialect_call *call);
struct field dialect_call_field(const struct dialect_call *call); /* of its head; an empty name: none */
struct text dialect_call_type(const struct dialect_call *call);   /* of streams there: "text/event-stream" */
/* An answer of this Content-Type is a stream that the call asked for. */
bool dialect_call_may_stream(const struct dialect_call *call, struct text type);

/* --- the answer ----------------------------------------------------------------------------------------------------
 */

/* The fields of every answer that is given here: type, request id, the rate-limit fields that clients wait for. */
void dialect_answer_fields(
    const struct dialect_call *call, struct text id, bool streams, struct dialect_answer *answer);
/* A whole body of the endpoint: the model's name as the caller knows it, vectors as the caller wants them, all else
 * byte for byte. False: it is no JSON object. */
MUST_CHECK bool dialect_reply_rewrite(
    const struct dialect_call *call, struct text body, struct buffer *out, struct dialect_usage *usage);

/* What the endpoint has against the call: the body of its 4xx, as an error of the dialect. */
void dialect_objection(
    const struct dialect_call *call, uint16_t status, struct text body, struct text id, struct dialect_answer *answer);

/* The same, where the caller's stream has begun: as the event of an error. */
void dialect_objection_event(
    const struct dialect_call *call, uint16_t status, struct text body, struct text id, struct buffer *out);

/* A stream, server-sent events (WHATWG HTML 9.2) or lines of JSON, rewritten event by event. */
struct dialect_stream;
/* Borrows the call; an event may have `limit` bytes. */
struct dialect_stream *dialect_stream_new(const struct dialect_call *call, size_t limit);
void dialect_stream_free(struct dialect_stream *stream); /* NULL is fine */
enum dialect_progress {
    DIALECT_GOES_ON,
    DIALECT_IS_COMPLETE, /* the caller has all of it; what may still come is nobody's */
    DIALECT_TOO_LARGE    /* an event is larger than the limit */
};
/* Takes bytes, appends the whole events among them to `out`. */
MUST_CHECK enum dialect_progress
dialect_stream_feed(struct dialect_stream *stream, struct text bytes, struct buffer *out);
/* The body has ended in order: appends what was held and the end that is missing. False: the stream is broken off. */
MUST_CHECK bool dialect_stream_end(struct dialect_stream *stream, struct buffer *out);
/* A piece of an answer came, or the end: before that another endpoint may still be asked. */
bool dialect_stream_has_spoken(const struct dialect_stream *stream);
/* The caller was told how it ended, if by an error of the endpoint's: nothing more is to be said. */
bool dialect_stream_has_told(const struct dialect_stream *stream);
/* What came cannot be told: no more of it is taken. */
bool dialect_stream_is_lost(const struct dialect_stream *stream);
void dialect_stream_usage(const struct dialect_stream *stream, struct dialect_usage *usage);
/* What keeps a caller waiting whose stream has nothing new: it may stand before the first event and between any two.
 * `now` is wall time in seconds since 1970. False: its dialect has no such word, or the call does not stream. */
MUST_CHECK bool dialect_write_waiting(const struct dialect_call *call, int64_t now, struct buffer *out);
/* The event that tells a client of a broken stream, before the connection is broken too. `stream` may be NULL. */
void dialect_error_event(
    const struct dialect_call *call, const struct dialect_stream *stream, enum reason reason, struct text id,
    struct buffer *out);

/* --- the same again --------------------------------------------------------------------------------------------------
 */

/* One answer, a text, for which chance has nothing to say: at temperature 0, or with a seed. */
bool dialect_call_is_repeatable(const struct dialect_call *call);
/* The same for calls that ask the same, of whatever dialect, whole or as a stream. */
void dialect_call_key(const struct dialect_call *call, struct digest *key);
/* What is to be kept of an endpoint's whole answer, appended. False: nothing, it has no end that counts. */
MUST_CHECK bool dialect_keep_whole(const struct dialect_call *call, struct text body, struct buffer *out);
/* The same of a stream, as it comes. */
struct dialect_keeper;
/* Borrows the call; what is larger than `limit` bytes is not kept. The caller's, for dialect_keeper_free. */
struct dialect_keeper *dialect_keeper_new(const struct dialect_call *call, size_t limit);
void dialect_keeper_free(struct dialect_keeper *keeper);                    /* NULL is fine */
void dialect_keeper_feed(struct dialect_keeper *keeper, struct text bytes); /* the endpoint's, as they come */
/* The body has ended. What is to be kept is appended; false: nothing. */
MUST_CHECK bool dialect_keeper_end(struct dialect_keeper *keeper, struct buffer *out);
/* What was kept, as the answer to this call. `now` is wall time in seconds since 1970. False: it cannot be said. */
MUST_CHECK bool dialect_recall(
    const struct dialect_call *call, struct text kept, int64_t now, struct buffer *out, struct dialect_usage *usage);

/* --- canned --------------------------------------------------------------------------------------------------------
 */

/* Which text the caller is told (canned.h). Borrowed from `settings`. */
struct text dialect_canned_text(
    const struct dialect_call *call, const struct settings_canned *settings, struct text accept_language);
/* A fixed answer to a call: `text`, as JSON where the call wants JSON, whole or as a stream, as the call wants it.
 * `now` is wall time in seconds since 1970. False: there is none for this operation (embeddings: made-up vectors would
 * spoil the shop's index; a ranking is what was sent, in its order), or none in the JSON that the call wants. */
MUST_CHECK bool
dialect_canned(const struct dialect_call *call, struct text text, struct text id, int64_t now, struct buffer *out);
/* The answer to GET .../models, or .../models/NAME. */
void dialect_models(const struct dialect_call *call, const struct text *names, size_t count, struct buffer *out);

#endif
