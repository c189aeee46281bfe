/* SPDX-License-Identifier: Apache-2.0 */
/* A request that a secret is put into, and its answer; and those that hold a placeholder where it does not belong. */
#ifndef EXEAT_BROKER_H
#define EXEAT_BROKER_H

#include "exeat/account.h"
#include "exeat/filter.h"
#include "exeat/policy/credential.h"

/* May that host be asked for, by its name? REASON_NONE, or why not, which the account was told. */
MUST_CHECK enum reason broker_judge_host(const struct policy *policy, const struct host *host, struct account *account);

/* One request that a secret is put into. */
struct brokered;
/* Judged: may its head be as it is? REASON_NONE, or why it is refused, which the account was told. `*brokered` is
 * touched when a secret is put in: the caller's, for broker_free. */
MUST_CHECK enum reason broker_judge(
    const struct policy *policy, const struct decision *decision, const struct message_head *head,
    struct account *account, struct brokered **brokered);
/* May a body be, that was `sent` behind that head and is held? As above. */
MUST_CHECK enum reason
broker_body(const struct policy *policy, const struct message_head *head, struct text sent, struct account *account);
void broker_free(struct brokered *brokered); /* wipes; NULL is fine */
/* What a decision's record has of it; empty: none, `brokered` is NULL or it was refused after all. */
struct text broker_name(const struct brokered *brokered, const struct decision *decision);

enum { BROKER_ADDED = 2, BROKER_DROPPED = 4 };
/* On its way, with room for so many fields more: the secret's in the place of the client's, and what stays behind.
 * `value` becomes the field's, the caller's to wipe. `says_identity`: the message has an Accept-Encoding of ours.
 * False: `brokered` is NULL, and nothing was added. */
MUST_CHECK bool broker_write(
    const struct brokered *brokered, struct http_message *message, struct field *added, struct text *dropped,
    bool says_identity, struct buffer *value);
/* A head of the answer to a request of that method: the secret is taken out of it, and of its content on its way
 * through `down`. False: nobody could, and the account was told. `brokered` NULL is fine. */
MUST_CHECK bool broker_take_head(
    struct brokered *brokered, struct text method, struct message_head *head, struct account *account,
    struct filters *down);

#endif
