/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of names share. An asker waits first for its decision (struct standing), then for an answer (struct
 * lookup), and is told. */
#ifndef EXEAT_NAMES_NAMES_INTERNAL_H
#define EXEAT_NAMES_NAMES_INTERNAL_H

#include "exeat/account.h"
#include "exeat/base/pool.h"
#include "exeat/names.h"
#include "exeat/net/ask.h"
#include "exeat/net/datagram.h"
#include "exeat/policy/names.h"
#include "exeat/wire/dns.h"

enum {
    STANDINGS = 4096, /* at most, as are the next */
    ASKERS = 1024,
    LOOKUPS = 512,
    CONNECTIONS = 128,
    STANDING_US = 60000000,
    CLIENT_QUESTIONS = 1000 /* new ones of one client in a minute */
};

/* --- hash.c ---
 */

uint64_t names_hash(uint64_t seed, struct bytes bytes);
uint64_t who_hash(uint64_t seed, const struct client *client); /* by address and owner */

/* --- answers.c: answers for as long as they are good, those that were used last ---
 */

struct kept {
    struct list_node node;
    struct kept *next; /* in its place of the table */
    struct host host;
    uint16_t type;
    uint64_t serial; /* no two are alike */
    uint64_t came_us;
    uint64_t until_us;
    struct dns_answer answer; /* owned */
};
enum { KEPT_PLACES = 1024, KEPT_MAX = 512, KEPT_BYTES = 1 << 20 };
struct kept_answers {
    struct kept *places[KEPT_PLACES];
    struct list used; /* newest first */
    size_t count;
    size_t bytes;
    uint64_t serial;
    uint64_t seed;
};
void kept_init(struct kept_answers *kept, uint64_t seed);
void kept_forget(struct kept_answers *kept);
/* NULL: nothing that is still good. Borrowed until the next call. */
const struct kept *kept_find(struct kept_answers *kept, const struct host *host, uint16_t type, uint64_t now_us);
/* Takes the answer. The result is good until the next call, also where it is not to be kept for long. */
const struct kept *
kept_add(struct kept_answers *kept, const struct host *host, uint16_t type, struct dns_answer *answer, uint64_t now_us);

/* --- budget.c ---
 */

/* True: the name may be asked for. What was counted within the minute is not counted again. `cost` is what it counts
 * for. */
MUST_CHECK bool names_budget_take(
    struct names_budget *budget, const struct client *client, struct text suffix, struct text name, size_t cost,
    size_t limit, uint64_t now_us);

/* --- who.c: whose a question is. Clients are told apart by address and owner, and by nothing else ---
 */

struct standing;
struct names_socket;
bool who_is_same(const struct client *left, const struct client *right);
/* From address and owner to the whole client. False: it may ask nothing. */
MUST_CHECK bool who_identify(const struct standing *standing, struct client *client);
/* Whose socket it is, where the policy knows clients by that. */
struct owner who_sent(const struct names_socket *socket, const struct datagram_peer *peer);
struct owner who_connected(const struct names_socket *socket, int descriptor);

/* --- standing.c: decisions that stand ---
 */

enum standing_place { STANDING_LISTED, STANDING_LEAVING };
struct standing {
    struct list_node node; /* in worker->standings, `all` or `leaving` */
    struct standing *next; /* in its place of the table */
    struct names_worker *worker;
    struct policy *policy; /* by which it was judged; one reference */
    struct account account;
    struct name_question question; /* without a host: of what is none, or too many */
    struct name_verdict verdict;
    enum dns_code code; /* of a refusal */
    enum standing_place place;
    struct list waiting; /* struct asker: for the disk */
    size_t askers;       /* those, and those that wait for an answer */
    uint64_t serial;     /* of the kept answer that was judged last; 0: none was */
    uint64_t dropped;    /* what of it may not be told */
};
/* What of a question cannot be answered, whatever the policy. */
struct wrong {
    const char *what; /* NULL: nothing is */
    enum dns_code code;
};
/* Has the same client asked the same lately, or what is wrong in the same way? */
struct standing *
standing_find(struct names_worker *worker, const struct name_question *question, const struct wrong *wrong);
/* Judges, and hands the decision to the audit. NULL: it cannot be recorded. */
struct standing *
standing_new(struct names_worker *worker, const struct name_question *question, const struct wrong *wrong);
/* It takes no further asker; its outcome follows when nobody waits any more. */
void standing_end(struct standing *standing);
void standing_leave(struct standing *standing);  /* one asker less */
void standings_end(struct names_worker *worker); /* who waits is answered yet */
void standings_sweep(void *context);             /* those that have stood for long enough */

/* waiting.c: those that wait for the disk */
void waiting_told(struct account *account);      /* of a standing: its decision is on disk, or never will be */
void standings_cut(struct names_worker *worker); /* at once; after lookups_end */

/* record.c: hands the decision over. */
enum account_state standing_record(struct standing *standing);

/* --- judge.c ---
 */

/* Fills verdict, code and detail of a standing whose question is known. */
void judge_question(struct standing *standing);
/* A question whose answer is known here, whatever the policy: RFC 6761, and addresses of this machine. */
MUST_CHECK bool answer_here(const struct name_question *question, struct dns_answer *answer);

/* --- asker.c: who is to be told ---
 */

struct dns_connection;
struct asker {
    struct list_node node;          /* in standing->waiting or lookup->waiting */
    struct list_node of_connection; /* in connection->askers */
    struct standing *standing;
    struct dns_connection *connection; /* NULL: by UDP, or its connection is gone */
    struct datagrams *datagrams;       /* NULL: by TCP */
    struct datagram_peer peer;
    struct owner owner; /* of the client's socket */
    struct dns_question question;
    size_t size; /* of the question */
};
/* A question in `bytes`, from whoever `asker` says. */
void asker_take(struct names_worker *worker, struct asker *asker, struct bytes bytes);
/* Its decision holds. False: it has to wait for an answer of the resolver. */
MUST_CHECK bool asker_answer(struct names_worker *worker, struct asker *asker);
/* asker_kept.c */
struct asker *asker_keep(struct names_worker *worker, const struct asker *asker); /* one that has to wait */
void asker_free(struct names_worker *worker, struct asker *asker);                /* one that was kept */

/* reply.c */
void reply_refusal(struct names_worker *worker, struct asker *asker);
void reply_failure(struct names_worker *worker, struct asker *asker, enum reason why, const char *detail);
void reply_answer(struct names_worker *worker, struct asker *asker, const struct kept *kept);
void reply_own(struct names_worker *worker, struct asker *asker, const struct address *addresses, size_t count);
void reply_here(struct names_worker *worker, struct asker *asker);
/* Nothing of it is decided, for that reason. */
void reply_undecided(struct names_worker *worker, struct asker *asker, enum reason why);

/* --- lookup.c: what the resolver is asked ---
 */

struct lookup;
/* Takes the asker, one that was kept. */
void lookup_join(struct names_worker *worker, struct asker *asker);
void lookups_end(struct names_worker *worker);

/* --- connection.c: questions by TCP ---
 */

enum dns_connection_state {
    CONNECTION_OPEN,
    CONNECTION_ENDING /* the client has said all; what it asked is answered */
};
struct dns_connection {
    struct list_node node; /* in worker->connections */
    struct names_worker *worker;
    struct channel *channel;
    struct address peer;
    uint16_t port;
    struct owner owner; /* as it was when the connection began */
    struct timer *deadline;
    struct deferred runner; /* after answers, when more may be read */
    enum dns_connection_state state;
    struct list askers;
    size_t pending;
    struct inflight in;  /* one question at most, the longest there may be */
    struct inflight out; /* full: nothing more is asked */
};

bool dns_connection_start(void *context, int descriptor, const struct address *peer, uint16_t port);
/* pending.c */
void dns_connection_put(struct dns_connection *connection, struct bytes message);
void dns_connection_forget(struct dns_connection *connection, struct asker *asker);
void dns_connection_remember(struct dns_connection *connection, struct asker *asker);
void dns_connections_end(struct names_worker *worker);

/* --- worker.c ---
 */

enum { STANDING_PLACES = 4096 };
struct names_socket {
    struct names_worker *worker;
    struct datagrams *datagrams; /* owned */
    struct listener *listener;   /* owned */
    struct names_place place;
};
/* The decisions that stand, and those on their way out. */
struct standings {
    struct standing *places[STANDING_PLACES];
    struct list all;     /* oldest first */
    struct list leaving; /* found by nobody, and still waited for */
    struct timer *sweep; /* of what has stood for long enough */
};

struct names_worker {
    struct names_options options;
    struct names_limits limits;
    struct policy *policy; /* one reference */
    uint64_t policy_sequence;
    uint64_t bypass_until_us;
    struct names_socket sockets[NAMES_SOCKETS_MAX];
    size_t socket_count;
    struct standings standings;
    struct kept_answers kept;
    struct list lookups;
    size_t lookup_count;
    struct list connections;
    struct pool askers;
    size_t asker_count;
    uint64_t seed;
    struct owners *owners;                       /* owned */
    void (*on_decided)(struct account *account); /* waiting_told */
    struct account_book *book;                   /* owned */
    uint8_t scratch[DNS_MESSAGE_MAX + 2];        /* a reply by TCP */
    struct names_stats stats;
};

#endif
