/* SPDX-License-Identifier: Apache-2.0 */
/* What the files about names share: answers and where they come from. None of them judges an address. */
#ifndef EXEAT_NAMES_INTERNAL_H
#define EXEAT_NAMES_INTERNAL_H

#include "exeat/base/bytes.h"
#include "exeat/net.h"
#include "exeat/net/ask.h"

/* What is known of a name. */
struct answer {
    enum resolve_result result;
    const char *detail; /* static */
    size_t count;
    struct address addresses[RESOLVE_MAX];
};

/* --- answers.c: answers for as long as they are good, those that were used last, per worker -------------------------
 */

struct answers;
enum { ANSWERS = 256 }; /* at most */
struct answers *answers_new(void);
void answers_free(struct answers *answers);
void answers_forget(struct answers *answers); /* all of them */
/* NULL: nothing that is still good. Borrowed until the next call. */
const struct answer *answers_find(struct answers *answers, const struct host *name, uint64_t now_us);
/* In place of what was known; what is not good beyond now is not kept. */
void answers_keep(
    struct answers *answers, const struct host *name, const struct answer *answer, uint64_t now_us, uint64_t until_us);

/* --- hosts_file.c: hosts(5) ------------------------------------------------------------------------------------------
 */

struct hosts_line {
    struct host name;
    struct address address;
};
struct hosts_file {
    struct hosts_line *lines; /* owned */
    size_t count;
};
enum { HOSTS_FILE_MAX = 65536 };
/* Names beyond what a host may be, and addresses with a zone, are passed over. */
void hosts_file_parse(struct text text, struct hosts_file *file); /* `file` is empty before */
void hosts_file_clear(struct hosts_file *file);
/* False: it does not know the name. */
MUST_CHECK bool hosts_file_find(const struct hosts_file *file, const struct host *name, struct answer *answer);

/* --- dns_reply.c: what c-ares does not tell -------------------------------------------------------------------------
 */

/* How long it is good that there is nothing: the lesser of the TTL and the MINIMUM of the SOA in the authority section
 * (RFC 2308 section 5). False: the reply does not say, and must not be kept. */
MUST_CHECK bool dns_negative_seconds(struct bytes reply, uint32_t *seconds);

/* --- name_servers.c: c-ares on the loop ------------------------------------------------------------------------------
 */

struct name_servers;
/* `status` is that of c-ares; `reply` is empty when nobody answered. Called once for each question, maybe from within
 * the call that asks, and not at all once the servers are freed. */
typedef void (*name_servers_done)(void *context, int status, struct bytes reply);
struct name_servers *name_servers_new(struct loop *loop, const char *configured); /* borrows both */
void name_servers_free(struct name_servers *servers);
void name_servers_ask(
    struct name_servers *servers, const char *absolute, int type, name_servers_done on_done, void *context);

/* --- resolver.c; a question that is passed on needs its loop, its servers and its list -------------------------------
 */

struct resolver {
    struct loop *loop; /* borrowed */
    const struct resolver_fixed *fixed;
    size_t fixed_count;
    const char *hosts_path; /* borrowed; NULL: none */
    struct hosts_file hosts;
    struct answers *answers;      /* owned */
    struct name_servers *servers; /* owned */
    struct list lookups;          /* struct lookup: what DNS is asked */
    struct list asks;             /* struct dns_ask: questions that are passed on */
};
void asks_free(struct list *asks); /* ask.c; once the servers are freed */

#endif
