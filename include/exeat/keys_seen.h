/* SPDX-License-Identifier: Apache-2.0 */
/* Vendors' keys and canaries that a request carries, as its decision tells of them: whose they are, where they stood,
 * what became of them, and a keyed hash of each. Never the key. */
#ifndef EXEAT_KEYS_SEEN_H
#define EXEAT_KEYS_SEEN_H

#include "exeat/account.h"
#include "exeat/base/detail.h"
#include "exeat/canary.h"
#include "exeat/carried.h"
#include "exeat/policy/canary.h"

/* Where the request goes. */
struct keys_way {
    struct text host; /* canonical; empty: it is answered here, where no vendor's key is at home */
    bool has_models;  /* a vendor of models: software that anybody may run is not run there */
};

struct keys_seen;
struct keys_seen_at {
    const struct vendor_key_index *index;
    const struct account *account; /* whose log has the key of the hashes */
    struct keys_way way;
};
/* Each of these adds what it finds to `*keys`, which is NULL before there is any: the caller's, for keys_seen_free.
 * Nothing of what is given is kept. */
void keys_seen_look(struct keys_seen **keys, const struct keys_seen_at *at, const struct message_head *head);
/* One that was found in a body at `place`; `goes_on`: nothing else stands in its place there. */
void keys_seen_add(
    struct keys_seen **keys, const struct keys_seen_at *at, const struct carried_key *key, struct text place,
    bool goes_on);
/* The first canary that was seen is kept; the place is `before` and `name` behind it. */
void keys_seen_add_canary(struct keys_seen **keys, const char *label, struct text before, struct text name);
const char *keys_seen_canary(const struct keys_seen *keys); /* its label; NULL: none was seen */
struct buffer *keys_seen_host(struct keys_seen **keys);     /* its host as it may be shown, where one is in it */
/* Looks at the body of the request as it comes; owned by the keys. */
struct canary_watch *keys_seen_watch(struct keys_seen **keys, const struct canary_set *set);
void keys_seen_free(struct keys_seen *keys); /* NULL is fine, as in all below */

/* One is a secret without doubt, and goes on to who is not its vendor: `detail` says which, and what to do. */
MUST_CHECK bool keys_seen_go_astray(const struct keys_seen *keys, struct detail *detail);
/* In the words of model/found.h, of a request that is decided so, with `also` behind. Borrowed until the next call. */
struct text keys_seen_tell(struct keys_seen *keys, enum plan plan, enum reason reason, struct text also);
/* The same of what was seen after it was decided on: a canary in a body that passed. */
struct text keys_seen_tell_after(struct keys_seen *keys, bool is_refused, struct text also);
/* Its path, query, names and method as they may stand in the record; borrowed. `is_changed`: path and query were
 * written anew meanwhile, so that what is known of them says nothing. */
void keys_seen_show(const struct keys_seen *keys, bool is_changed, struct decision_record *record);

/* --- canaries.c: what was planted ------------------------------------------------------------------------------------
 */

/* A request, as far as it concerns them. All borrowed. */
struct canary_way {
    struct keys_seen **keys;
    const struct policy *policy;
    struct decision *decision;
    struct account *account; /* is told why it is refused */
};
/* In its name or head: true, it is refused for it, and the decision says so. */
MUST_CHECK bool canary_refuses_head(const struct canary_way *way, struct text host, const struct message_head *head);
/* In a piece of its body, after it was decided on: true, nothing of the piece goes on. */
MUST_CHECK bool canary_ends_in(const struct canary_way *way, struct text piece);
/* In a body that is held, with its codings undone: REASON_NONE, or why it is refused. */
MUST_CHECK enum reason canary_in_held(const struct canary_way *way, const struct message_head *head, struct text held);

/* Looks for keys in the JSON of a call, as it is written and as its reader has it: an escape that stands before one, or
 * in it, hides nothing. REASON_NONE, or why it is refused: it cannot be read to its end. */
MUST_CHECK enum reason keys_seen_in_call(const struct canary_way *way, const struct keys_seen_at *at, struct text call);
/* A key goes astray: true, it is refused for it. */
MUST_CHECK bool keys_seen_refuse(const struct canary_way *way);

#endif
