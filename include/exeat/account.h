/* SPDX-License-Identifier: Apache-2.0 */
/* What is written down about whatever the gate decides: one decision and one outcome, joined by an id, and the counters
 * of both. Whoever decides (a request, a DNS query) has an account; a worker has one book of them. */
#ifndef EXEAT_ACCOUNT_H
#define EXEAT_ACCOUNT_H

#include "exeat/audit.h"
#include "exeat/model.h"
#include "exeat/model/fault.h"
#include "exeat/model/found.h"

/* --- a worker's book -------------------------------------------------------------------------------------------------
 */

enum { ACCOUNT_LLM_ROWS = 32, ACCOUNT_STEPS = 8 };
struct account_llm_row {
    char provider[48];
    char model[48]; /* as the policy names what is served; else "other" */
    uint64_t answered;
    uint64_t refused;
    uint64_t failed;
};
/* Counters of one worker. Written by its thread only; others may read stale values. */
struct account_stats {
    uint64_t decisions[VERDICT_ERROR + 1][REASON_COUNT];
    uint64_t observed;
    uint64_t bytes_up;
    uint64_t bytes_down;
    struct account_llm_row llm[ACCOUNT_LLM_ROWS];
    uint64_t found[FOUND_ACTIONS];  /* by what became of it */
    uint64_t keys[FOUND_KEY_COUNT]; /* vendors' keys in requests, likewise */
    uint64_t canaries;              /* seen on their way out */
    uint64_t steps[ACCOUNT_STEPS];  /* LLM calls that were answered, by step; the last: that and all behind it */
};

struct account_book;
struct account_book *account_book_new(struct audit_port *port);                  /* borrows the port */
void account_book_free(struct account_book *book);                               /* after its accounts; NULL is fine */
const struct account_stats *account_book_stats(const struct account_book *book); /* borrowed */

/* --- an account ------------------------------------------------------------------------------------------------------
 */

/* Owed (one outcome, by account_complete): in WAITS, DURABLE and OVERDUE. In the others nothing is. */
enum account_state {
    ACCOUNT_OPEN,    /* nothing is recorded */
    ACCOUNT_WAITS,   /* the decision is with the writer: AUDIT_WAITS */
    ACCOUNT_DURABLE, /* it may be done: AUDIT_RECORDED, or on_durable with true; on disk but for audit.h's exceptions */
    ACCOUNT_FAILED,  /* it could not be recorded: AUDIT_REFUSED, or on_durable with false */
    ACCOUNT_OVERDUE, /* nobody waits for it any more; it will be there some time */
    ACCOUNT_CLOSED   /* its outcome is written, or there is none to write */
};

/* Who answered an LLM call, and what it took. */
struct account_service {
    struct text inference; /* the endpoint; borrowed from the policy */
    struct text model;     /* its own name of it; borrowed */
    uint64_t tokens_in;
    uint64_t tokens_out;
    uint64_t first_us;           /* steady clock: its first content came; 0: none did */
    uint64_t newest_us;          /* ... and the newest */
    struct service_record known; /* what else is known of it; its first_us is written with the outcome */
};

/* Of a question for a name, which stands for a while. */
struct account_names {
    struct text answer; /* the code of DNS that was said last; static */
    uint64_t questions; /* that were answered so */
};

struct account {
    struct request_id id;
    char id_text[REQUEST_ID_TEXT_SIZE];
    enum account_state state;
    uint64_t started_us; /* steady clock */
    enum reason reason;  /* of the outcome */
    enum plan done;
    uint16_t status; /* what the client was told */
    uint64_t bytes_up;
    uint64_t bytes_down;
    struct address address; /* dialled */
    uint8_t peer_key[32];   /* SHA-256 of the upstream's SPKI */
    bool has_peer_key;
    enum flaw flaw;    /* of a host's reply */
    char *detail;      /* owned: what exactly went wrong; NULL: nothing to add */
    struct text found; /* in the answer; borrowed until account_complete */
    struct account_service service;
    struct account_names names;
    struct account_book *book;                   /* borrowed */
    struct audit_wait wait;                      /* private */
    void (*on_decided)(struct account *account); /* the decision became durable, or failed: see `state` */
};

/* The order of a life: account_open, set `on_decided`, account_say what the decision's record shall have,
 * account_decide (or account_note), fill the members of the outcome, account_complete, account_unsay. */

/* Zeroes the account, `on_decided` too, and gives it an id. The book must outlive it. */
void account_open(struct account *account, struct account_book *book, uint64_t now_us);
/* Hands the decision to the writer; id and detail are the account's. ACCOUNT_WAITS: `on_decided` is called once, unless
 * account_stop_waiting or account_complete comes first; and never from within. ACCOUNT_DURABLE, ACCOUNT_FAILED: it is
 * not called. Once. */
MUST_CHECK enum account_state account_decide(struct account *account, const struct decision_record *decision);
/* The same, where nobody waits: what was decided is not done, but shall be known. */
void account_note(struct account *account, const struct decision_record *decision);
/* Waits no longer. The decision is on its way to the disk and will be there some time; its outcome says that nothing
 * came of it. Where the store has given it up in this moment, there is no record, and no outcome either. */
void account_stop_waiting(struct account *account);
/* The outcome, once, if one is owed. False: none is, or the store has given the decision up in this moment. Steady
 * time, as account_open had it. Frees nothing: account_unsay does, and is called last. */
bool account_complete(struct account *account, uint64_t now_us);
enum { ACCOUNT_MARK_SIZE = AUDIT_MARK_SIZE };
/* What stands for a secret in records: audit_port_mark. */
void account_mark(const struct account *account, struct text value, uint8_t mark[ACCOUNT_MARK_SIZE]);
/* Counts an LLM call under a provider of the catalogue and a model of the policy. */
void account_count_call(const struct account *account, struct text provider, struct text model);

/* What exactly is wrong, for the reply, the log and the record; the newest word counts. Copies `detail`. */
void account_say(struct account *account, enum flaw flaw, const char *detail);
void account_unsay(struct account *account); /* it went well after all; also what frees the words */

#endif
