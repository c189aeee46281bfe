/* SPDX-License-Identifier: Apache-2.0 */
/* A secret of the rule's goes in where the placeholder stands; a placeholder that stands anywhere else goes nowhere. */
#include "exeat/broker.h"

#include "exeat/base/memory.h"
#include "exeat/body.h"
#include "exeat/wire.h"

struct brokered {
    const struct credential *credential; /* borrowed from the policy */
    struct credential_mask *mask;        /* owned */
    struct buffer piece;                 /* scratch: of an answer */
};

/* --- where placeholders stand ----------------------------------------------------------------------------------------
 */

static enum reason misplaced(struct account *account, const struct credential *credential, struct text where)
{
    struct detail detail = {0};
    (void)detail_say(
        &detail, "the placeholder of '%.*s' stands in: %.*s", TEXT_ARG(credential->name),
        TEXT_ARG(text_part(where, 0, 60)));
    account_say(account, FLAW_NONE, detail.text);
    return REASON_CREDENTIAL_MISPLACED;
}

static enum reason missing(struct account *account, const struct credential *credential)
{
    struct detail detail = {0};
    (void)detail_say(
        &detail, "the rule puts in '%.*s': the field %.*s has to hold its placeholder, once",
        TEXT_ARG(credential->name), TEXT_ARG(credential->field));
    account_say(account, FLAW_NONE, detail.text);
    return REASON_CREDENTIAL_MISSING;
}

static struct brokered *brokered_new(const struct credential *credential)
{
    struct brokered *brokered = base_zalloc(sizeof(*brokered));
    brokered->credential = credential;
    brokered->mask = credential_mask_new(credential);
    return brokered;
}

enum reason broker_judge_host(const struct policy *policy, const struct host *host, struct account *account)
{
    const struct credential *credential = policy_credential_in_host(policy, host);
    return credential == NULL ? REASON_NONE : misplaced(account, credential, TEXT("host"));
}

/* Of what is answered here no field goes anywhere. */
static bool is_answered_here(const struct decision *decision)
{
    return decision->plan == PLAN_REROUTE || decision->plan == PLAN_ANSWER;
}

enum reason broker_judge(
    const struct policy *policy, const struct decision *decision, const struct message_head *head,
    struct account *account, struct brokered **brokered)
{
    const struct credential *own = policy_credential(decision);
    size_t count = decision->reason == REASON_CREDENTIALS_NEEDED ? 0 : policy_credential_count(policy);
    struct text where = TEXT("");
    for (size_t i = 0; i < count; i++) {
        const struct credential *credential = policy_credential_at(policy, i);
        bool may_ask = credential == own || is_answered_here(decision);
        if (credential_is_in_head(credential, head, may_ask, &where))
            return misplaced(account, credential, where);
    }
    if (own == NULL)
        return REASON_NONE;
    if (!credential_is_asked_for(own, head))
        return missing(account, own);
    if (http_asks_for_websocket(head)) {
        account_say(account, FLAW_NONE, "nothing can be taken out of a WebSocket: it needs a rule of its own");
        return REASON_INSPECT_UNSEEN;
    }
    *brokered = brokered_new(own);
    return REASON_NONE;
}

void broker_free(struct brokered *brokered)
{
    if (brokered == NULL)
        return;
    credential_mask_free(brokered->mask);
    buffer_forget(&brokered->piece);
    base_free(brokered);
}

struct text broker_name(const struct brokered *brokered, const struct decision *decision)
{
    bool goes_out = brokered != NULL && policy_credential(decision) == brokered->credential;
    return goes_out ? brokered->credential->name : TEXT("");
}

/* --- bodies ----------------------------------------------------------------------------------------------------------
 */

struct search {
    const struct policy *policy;
    const struct credential *found;
};

static bool search_text(struct search *search, struct text text)
{
    for (size_t i = 0; search->found == NULL && i < policy_credential_count(search->policy); i++) {
        const struct credential *credential = policy_credential_at(search->policy, i);
        if (credential_is_in(credential, text))
            search->found = credential;
    }
    return search->found != NULL;
}

static bool see(void *context, struct body *body, const struct body_place *place)
{
    (void)body;
    return !search_text(context, place->value);
}

static void search_body(struct search *search, const struct message_head *head, struct text sent)
{
    const struct body_label label = body_label_of_head(head);
    struct body *body = body_new();
    bool is_read = body_read(body, &label, bytes_of_text(sent), &body_limits_usual, NULL) == BODY_FINE;
    if (is_read && !search_text(search, body_text(body)))
        is_read = body_walk(body, see, search, NULL) == BODY_FINE;
    (void)is_read; /* what cannot be, is refused by who reads it next */
    body_free(body);
}

enum reason
broker_body(const struct policy *policy, const struct message_head *head, struct text sent, struct account *account)
{
    struct search search = {.policy = policy};
    if (policy_credential_count(policy) == 0 || sent.length == 0)
        return REASON_NONE;
    if (!search_text(&search, sent))
        search_body(&search, head, sent);
    return search.found == NULL ? REASON_NONE : misplaced(account, search.found, TEXT("body"));
}

/* --- going on --------------------------------------------------------------------------------------------------------
 */

bool broker_write(
    const struct brokered *brokered, struct http_message *message, struct field *added, struct text *dropped,
    bool says_identity, struct buffer *value)
{
    if (brokered == NULL)
        return false;
    credential_write(brokered->credential, value);
    added[message->add_count++] = (struct field){brokered->credential->field, buffer_text(value)};
    dropped[message->drop_count++] = brokered->credential->field;
    dropped[message->drop_count++] = TEXT("Range"); /* half of a secret is none that anybody knows */
    dropped[message->drop_count++] = TEXT("If-Range");
    if (says_identity)
        return true;
    dropped[message->drop_count++] = TEXT("Accept-Encoding");
    added[message->add_count++] = (struct field){TEXT("Accept-Encoding"), TEXT("identity")};
    return true;
}

/* --- what comes back -------------------------------------------------------------------------------------------------
 */

static enum filtered take(void *context, struct filters *filters, size_t next, struct http_piece *piece)
{
    struct brokered *brokered = context;
    buffer_empty(&brokered->piece);
    credential_mask_feed(brokered->mask, piece->content, &brokered->piece);
    http_piece_drop(piece);
    if (brokered->piece.length == 0)
        return FILTER_GOES_ON;
    return filters_give_text(filters, next, buffer_text(&brokered->piece));
}

static enum filtered end(void *context, struct filters *filters, size_t next)
{
    struct brokered *brokered = context;
    enum filtered filtered = FILTER_GOES_ON;
    buffer_empty(&brokered->piece);
    credential_mask_end(brokered->mask, &brokered->piece);
    if (brokered->piece.length > 0)
        filtered = filters_give_text(filters, next, buffer_text(&brokered->piece));
    return filtered == FILTER_GOES_ON ? filters_end(filters, next) : filtered;
}

static const struct filter masks = {"credential", take, end};

bool broker_take_head(
    struct brokered *brokered, struct text method, struct message_head *head, struct account *account,
    struct filters *down)
{
    if (brokered == NULL)
        return true;
    credential_mask_head(brokered->mask, head);
    if (head->status < 200)
        return true;
    bool is_empty = head->content == CONTENT_NONE || text_equal(method, TEXT("HEAD"));
    if (!is_empty && message_head_is_encoded(head)) { /* nothing is seen in it, though it was asked for as it is */
        account_say(
            account, FLAW_CODING,
            "the answer is encoded, which it was asked not to be: the credential cannot be taken out of it");
        return false;
    }
    credential_mask_begin(brokered->mask);
    filters_add(down, &masks, brokered);
    return true;
}
