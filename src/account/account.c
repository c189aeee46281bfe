/* SPDX-License-Identifier: Apache-2.0 */
/* One decision and one outcome. */
#include <string.h>

#include "account_internal.h"
#include "exeat/base/list.h"
#include "exeat/base/memory.h"

void account_open(struct account *account, struct account_book *book, uint64_t now_us)
{
    *account = (struct account){.book = book, .id = book_draw_id(book), .started_us = now_us};
    request_id_write(&account->id, account->id_text);
}

/* --- the decision --- */

static enum account_state state_after(enum audit_answer answer)
{
    switch (answer) {
    case AUDIT_WAITS:
        return ACCOUNT_WAITS;
    case AUDIT_RECORDED:
        return ACCOUNT_DURABLE;
    case AUDIT_REFUSED:
        break;
    }
    return ACCOUNT_FAILED;
}

static void count_word(const struct found *one, const char *const *words, size_t count, uint64_t *counts)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(one->action, text_from(words[i])))
            counts[i] += one->count;
}

static void count_found(struct account_book *book, struct text found)
{
    struct found one;
    if (found.length == 0)
        return;
    while (found_next(&found, &one)) {
        count_word(&one, found_actions, FOUND_ACTIONS, book->stats.found);
        count_word(&one, found_key_words, FOUND_KEY_COUNT, book->stats.keys);
        book->stats.canaries += text_equal(one.kind, TEXT("canary")) ? one.count : 0;
    }
}

static enum account_state
submit(struct account *account, const struct decision_record *decision, struct audit_wait *wait)
{
    struct account_book *book = account->book;
    struct decision_record record = *decision;
    record.id = account->id;
    record.detail = text_from(account->detail);
    account->state = state_after(audit_port_decide(book->port, &record, wait));
    book->stats.decisions[record.verdict][record.reason]++;
    book->stats.observed += record.observed ? 1 : 0;
    count_found(book, record.found);
    return account->state;
}

static void on_durable(struct audit_wait *wait, bool durable)
{
    struct account *account = list_owner(wait, struct account, wait);
    account->state = durable ? ACCOUNT_DURABLE : ACCOUNT_FAILED;
    if (!durable)
        audit_port_forget(account->book->port);
    account->on_decided(account);
}

enum account_state account_decide(struct account *account, const struct decision_record *decision)
{
    account->wait.on_durable = on_durable;
    return submit(account, decision, &account->wait);
}

void account_note(struct account *account, const struct decision_record *decision)
{
    (void)submit(account, decision, NULL);
}

void account_stop_waiting(struct account *account)
{
    account->state = audit_wait_cancel(&account->wait) ? ACCOUNT_OVERDUE : ACCOUNT_FAILED;
    if (account->state == ACCOUNT_FAILED)
        audit_port_forget(account->book->port);
    account->reason = REASON_AUDIT_UNAVAILABLE;
}

/* --- the outcome --- */

static void complete(const struct account *account, uint64_t now_us)
{
    struct account_book *book = account->book;
    struct outcome_record outcome = {
        .id = account->id,
        .done = account->done == 0 ? PLAN_REFUSE : account->done,
        .reason = account->reason,
        .status = account->status,
        .bytes_up = account->bytes_up,
        .bytes_down = account->bytes_down,
        .duration_us = now_us - account->started_us,
        .address = account->address,
        .has_peer_key = account->has_peer_key,
        .inference = account->service.inference,
        .served_model = account->service.model,
        .tokens_in = account->service.tokens_in,
        .tokens_out = account->service.tokens_out,
        .detail = text_from(account->reason == REASON_NONE ? NULL : account->detail),
        .found = account->found,
        .service = account->service.known,
        .answer = account->names.answer,
        .questions = account->names.questions,
    };
    if (account->service.first_us > account->started_us)
        outcome.service.first_us = account->service.first_us - account->started_us;
    memcpy(outcome.peer_key, account->peer_key, sizeof(outcome.peer_key));
    audit_port_complete(book->port, &outcome);
    book->stats.bytes_up += outcome.bytes_up;
    book->stats.bytes_down += outcome.bytes_down;
    count_found(book, outcome.found);
}

bool account_complete(struct account *account, uint64_t now_us)
{
    bool is_owed =
        account->state != ACCOUNT_OPEN && account->state != ACCOUNT_FAILED && account->state != ACCOUNT_CLOSED;
    if (!is_owed)
        return false;
    bool stays = audit_wait_cancel(&account->wait);
    if (stays)
        complete(account, now_us);
    else
        audit_port_forget(account->book->port);
    account->state = ACCOUNT_CLOSED;
    return stays;
}

/* --- words --- */

void account_say(struct account *account, enum flaw flaw, const char *detail)
{
    account_unsay(account);
    account->flaw = flaw;
    if (detail != NULL && detail[0] != '\0')
        account->detail = text_copy(text_from(detail));
}

void account_unsay(struct account *account)
{
    base_free(account->detail);
    account->detail = NULL;
    account->flaw = FLAW_NONE;
}
