/* SPDX-License-Identifier: Apache-2.0 */
/* A secret that the gate puts into requests: who asks has a placeholder, which means nothing anywhere else. Where it
 * stands in a message, what is put in its place, and the secret taken out of what comes back. Pure. */
#ifndef EXEAT_CREDENTIAL_H
#define EXEAT_CREDENTIAL_H

#include "exeat/base/bytes.h"
#include "exeat/base/secret.h"
#include "exeat/model/message.h"

enum { CREDENTIAL_LEAST = 16, CREDENTIAL_MOST = 4096 }; /* bytes of a placeholder or a secret */

struct spellings;

/* Texts borrowed. */
struct credential {
    struct text name;         /* as records have it */
    struct text field;        /* of the request's head: "Authorization" */
    struct text before;       /* in its value, ahead of the secret: "Bearer " */
    struct text after;        /* and behind it */
    struct text placeholder;  /* what requests have in the secret's place */
    struct secret secret;     /* owned, as what follows, for credential_clear */
    struct spellings *sought; /* of the placeholder */
    struct spellings *hidden; /* of the secret */
};

/* "Authorization: Bearer {}" to `field`, `before` and `after`, slices of it. False: it is no field that may be written,
 * or has not one {}. */
MUST_CHECK bool credential_template_parse(struct text template, struct credential *credential);
/* Letters, digits and -._~, CREDENTIAL_LEAST to CREDENTIAL_MOST of them: no encoding changes it, no text has it by
 * accident. */
bool credential_is_placeholder(struct text text);
/* May the bytes stand in a field (RFC 9110 5.5), without white space, and are they as many? */
bool credential_is_secret(struct text text);

/* From a file that others may not read. False: `error` (base_free) is a sentence that says why. */
MUST_CHECK bool credential_read(const char *path, struct secret *secret, char **error);
/* Placeholder and secret are there: what follows may be asked from now on. */
void credential_make_ready(struct credential *credential);
void credential_clear(struct credential *credential);                                   /* wipes */
bool credential_is_same(const struct credential *left, const struct credential *right); /* name and secret */

/* The placeholder stands in the secret itself. */
bool credential_tells(const struct credential *credential);
/* Anywhere in a text: as it is, escaped as URLs, JSON, C and HTML do, in base64 or in hex. */
bool credential_is_in(const struct credential *credential, struct text text);
/* Within a host's name, which has no case. */
bool credential_is_in_host(const struct credential *credential, struct text host);
/* In the head of a request, but in the value where it belongs when `may_ask`. `where` is the field, "path" or "query".
 */
bool credential_is_in_head(
    const struct credential *credential, const struct message_head *head, bool may_ask, struct text *where);
/* Its field stands there once, and is the template with the placeholder. */
bool credential_is_asked_for(const struct credential *credential, const struct message_head *head);
/* The value that goes out in its stead. A secret: the caller wipes it. */
void credential_write(const struct credential *credential, struct buffer *value);

/* --- what comes back -------------------------------------------------------------------------------------------------
 */

/* Takes the secret out of an answer, whatever pieces it comes in and however it is spelled, as credential_is_in: an
 * asterisk stands for each byte of that, so that nothing becomes longer or shorter. */
struct credential_mask;
/* Borrows the credential. The caller's, for credential_mask_free. */
struct credential_mask *credential_mask_new(const struct credential *credential);
void credential_mask_free(struct credential_mask *mask); /* wipes; NULL is fine */
/* Another answer begins: forgets what is held. */
void credential_mask_begin(struct credential_mask *mask);
/* Names and values of fields that have it are others, which live until the next call. */
void credential_mask_head(struct credential_mask *mask, struct message_head *head);
/* Appends what can be said by now; the rest is held: it may be where the secret begins. */
void credential_mask_feed(struct credential_mask *mask, struct text piece, struct buffer *out);
void credential_mask_end(struct credential_mask *mask, struct buffer *out); /* appends what is held */

#endif
