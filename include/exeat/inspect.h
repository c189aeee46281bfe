/* SPDX-License-Identifier: Apache-2.0 */
/* What requests of a rule, and their answers, may not hold (`inspect` of the policy): looked for in the URL, the head
 * and the body; refused, replaced, or counted; and put back into the answer, where it was replaced. Pure: bytes in,
 * bytes out. What a message consists of is body's matter, what a value is detect's. Answers: inspect/answer.h. */
#ifndef EXEAT_INSPECT_H
#define EXEAT_INSPECT_H

#include "exeat/base/bytes.h"
#include "exeat/base/detail.h"
#include "exeat/base/diag.h"
#include "exeat/body.h"
#include "exeat/config.h"
#include "exeat/model/message.h"
#include "exeat/vendor_key.h"

/* --- a rule's --------------------------------------------------------------------------------------------------------
 */

/* Compiled, immutable, shared by threads. Borrows from the settings. */
struct inspection;
/* Says what is wrong with `detectors`, whether a rule uses them or not: no pattern, or the name of a kind that is built
 * in. */
void inspection_check_detectors(const struct settings_lists *lists, struct diags *diags);
/* After inspection_check_detectors. NULL: `diags` says which kinds there are not, or why the key cannot be read.
 * `observes`: it only counts. The caller's, for inspection_free. */
MUST_CHECK struct inspection *inspection_compile(
    const struct settings_inspect *source, const struct settings_lists *lists, bool observes, struct diags *diags);
void inspection_free(struct inspection *inspection);                  /* wipes its key; NULL is fine */
size_t inspection_limit(const struct inspection *inspection);         /* bytes of a body; 0: it has none of its own */
bool inspection_passes_oversize(const struct inspection *inspection); /* a larger one goes on unseen */
bool inspection_passes_type(const struct inspection *inspection, struct text type); /* so does one of this type */
bool inspection_observes(const struct inspection *inspection);                      /* nothing is refused or changed */
/* Answers are looked into for their own sake, and not only for what is to be put back. */
bool inspection_is_about_answers(const struct inspection *inspection);

/* --- one thread's ----------------------------------------------------------------------------------------------------
 */

/* What one thread looks with; it holds nothing of a message between two calls. */
struct inspector;
struct inspector *inspector_new(void);            /* the caller's, for inspector_free */
void inspector_free(struct inspector *inspector); /* NULL is fine */

/* --- one request -----------------------------------------------------------------------------------------------------
 */

/* The later, the weightier. */
enum inspect_says {
    INSPECT_PASSES,       /* as it is */
    INSPECT_CHANGED,      /* with others in the place of some values */
    INSPECT_UNCHANGEABLE, /* REASON_INSPECT_UNCHANGED */
    INSPECT_UNREADABLE,   /* REASON_INSPECT_UNREADABLE */
    INSPECT_DENIED        /* REASON_INSPECT_DENIED, or _ANSWER */
};

/* What was found in one request and its answer, and what stands for what. Its memory is wiped. */
struct inspected;
/* Both are borrowed, and outlive it. `host`: where the request goes, copied: a vendor's key may go to its own; empty:
 * nobody's. The caller's, for inspected_free. */
struct inspected *inspected_new(struct inspector *inspector, const struct inspection *inspection, struct text host);
void inspected_free(struct inspected *inspected); /* NULL is fine */
const struct inspection *inspected_rule(const struct inspected *inspected);

/* `goes_on`: nothing stands in its place there. Texts live during the call. */
typedef void
inspected_key(void *context, const struct vendor_key *key, struct text value, struct text place, bool goes_on);
/* `hear` is called for each vendor's key in the body of a request; `context` is borrowed. */
void inspected_hear_keys(struct inspected *inspected, inspected_key *hear, void *context);

/* What goes on of the target and the fields of a head. Where the query is changed, `query` has it, and is untouched
 * else. `detail` (may be NULL) says what stands where. */
MUST_CHECK enum inspect_says
inspect_head(struct inspected *inspected, const struct message_head *head, struct buffer *query, struct detail *detail);
/* A whole body, as it came; where it is changed, `body` has it without codings. */
MUST_CHECK enum inspect_says
inspect_body(struct inspected *inspected, const struct body_label *label, struct buffer *body, struct detail *detail);
/* The name of a model that stood in the path: of a call that is answered here nothing else of it goes on. It cannot be
 * changed. */
MUST_CHECK enum inspect_says inspect_model(struct inspected *inspected, struct text name, struct detail *detail);
/* It goes on and nobody looks: for the record. `what`: a type, or nothing. */
void inspect_note_unseen(struct inspected *inspected, struct text what);

/* A changed body must not be told of by these: they are left out. */
const struct text *inspect_stale_fields(size_t *count);
/* Is the body, or the message with it, signed by who sent it, or part of a larger one? Then it cannot be changed;
 * `field` is which field says so. */
MUST_CHECK bool inspect_is_signed(const struct message_head *head, struct text *field);

/* In the words of model/found.h; each of the two may be empty. */
void inspected_tell_request(const struct inspected *inspected, struct buffer *out);
void inspected_tell_answer(const struct inspected *inspected, struct buffer *out);
void inspected_forget_answer(struct inspected *inspected); /* nobody had it: the next is the first */
/* Method, path and query as they may stand in the record: without what was found there. Borrowed. */
void inspected_show(const struct inspected *inspected, struct text *method, struct text *path, struct text *query);

#endif
