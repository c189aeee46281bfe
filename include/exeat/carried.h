/* SPDX-License-Identifier: Apache-2.0 */
/* The vendors' keys that a request carries outside what `inspect` looks into: in its fields, its query, its path, in a
 * text. Pure. */
#ifndef EXEAT_CARRIED_H
#define EXEAT_CARRIED_H

#include "exeat/base/bytes.h"
#include "exeat/model/message.h"
#include "exeat/vendor_key.h"

enum carried_in { CARRIED_IN_FIELD, CARRIED_IN_QUERY, CARRIED_IN_PATH, CARRIED_IN_BODY };
struct carried_key {
    const struct vendor_key *key; /* static */
    struct text value;            /* decoded; lives during the call */
    enum carried_in in;
    struct text field; /* its name; empty elsewhere */
};
typedef void carried_found(void *context, const struct carried_key *key);

/* Calls `found` for each key, in the order path, query, fields; the same one may come twice, in another spelling.
 * Fields that do not go on are not looked at. Texts are looked at as they are, and with their percent signs undone
 * (thrice at most); Basic credentials (RFC 7617) as what they encode. Allocates only for those. */
void carried_look(
    const struct vendor_key_index *index, const struct message_head *head, carried_found *found, void *context);
/* The same for a text of a body, without spellings: those a walk of the body brings forth. */
void carried_look_at_body(const struct vendor_key_index *index, struct text body, carried_found *found, void *context);
/* May JSON say a key that does not stand there as it is written: with escapes, or as base64? */
bool carried_may_be_spelled(struct text json);

/* Path ('/') or query ('&') as it may be shown: `*` for each piece that holds a key; for all of it, where none does
 * alone. */
void carried_show(const struct vendor_key_index *index, struct text text, char separator, struct buffer *out);

#endif
