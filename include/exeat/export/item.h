/* SPDX-License-Identifier: Apache-2.0 */
/* Records as nouns, for those who make something else of them than lines: any record's fields as texts; requests, each
 * a decision joined with its outcome; what is erased. */
#ifndef EXEAT_EXPORT_ITEM_H
#define EXEAT_EXPORT_ITEM_H

#include "exeat/base/arena.h"
#include "exeat/base/list.h"
#include "exeat/export.h"
#include "exeat/record.h"

/* --- facts: any record, field by field --- */

struct export_fact {
    const char *name;
    struct text text;
    bool is_number;
};
enum { EXPORT_FACTS_MAX = 40 };
struct export_facts {
    struct record_head head;
    struct export_fact items[EXPORT_FACTS_MAX];
    size_t count;
};
/* Texts live in `arena`. False: the record is not readable. */
MUST_CHECK bool
export_facts_read(struct bytes body, struct bytes private_part, struct arena *arena, struct export_facts *facts);
struct text export_facts_find(const struct export_facts *facts, const char *name); /* empty when absent */
/* {"sequence":…,"time":…,"kind":…,fields…  without the closing brace. */
void export_facts_append_json(const struct export_facts *facts, struct buffer *out);

/* --- items: what an export has a line for --- */

/* The list of requests.c that an item is in. */
enum export_place { EXPORT_IN_LINE, EXPORT_LATE, EXPORT_SHOWN };
/* A request (a decision and, once known, its outcome), or a record of the gate's own life. */
struct export_item {
    struct list_node node;
    struct export_item *next; /* in its bucket */
    struct record_head head;  /* of the decision, or of the record of its life */
    struct digest leaf;
    struct decision_record decision;
    bool has_outcome;
    enum export_place place;
    int64_t ended_us;
    struct outcome_record outcome;
    struct record_event life;    /* of other kinds than DECISION */
    struct buffer bytes;         /* owned; texts borrow from here */
    struct buffer outcome_bytes; /* owned */
};
/* Copies what it needs. False: the record is not readable, or is an outcome. */
MUST_CHECK bool export_item_read(struct export_item *item, struct bytes body, struct bytes private_part);
MUST_CHECK bool export_item_end(struct export_item *item, struct bytes body); /* an outcome's record */
void export_item_clear(struct export_item *item);
static inline bool export_item_is_request(const struct export_item *item)
{
    return item->head.kind == RECORD_DECISION;
}
/* Has a text that is not UTF-8: what lines of text show of it is not what was sent. */
bool export_item_is_sanitised(const struct export_item *item);
enum reason export_item_reason(
    const struct export_item *item); /* the outcome's, when it did not go as decided; else the decision's */

/* What exactly was wrong, with the request or with what came of it; empty: nothing to add. */
struct text export_item_detail(const struct export_item *item);
/* One sentence about an item, without its personal part: "deny POST api.openai.com:443 by llm". */
void export_item_append_uid(const struct export_item *item, struct buffer *out); /* nothing: not known */
void export_item_sentence(const struct export_item *item, struct buffer *out);
/* "https://host:port/path?query", as far as it is known. */
void export_item_url(const struct export_item *item, struct buffer *out);

/* --- requests: decisions joined with their outcomes, as they come ---
 * Items come in order of sequence, but for requests that outlast LINE_MAX others: those come when they end. */

struct export_requests;
/* Sees each row as it is taken. */
struct export_row_hook {
    void (*on_any)(void *context, const struct store_row *row); /* all of them */
    /* Those that fit the filter, and the outcomes of such decisions. */
    void (*on_row)(void *context, const struct store_row *row);
    void *context;
};
struct export_requests_options {
    const struct export_filter *filter;     /* borrowed */
    const struct export_progress *progress; /* borrowed; NULL: none */
    struct export_row_hook hook;            /* each NULL: none */
    bool by_record;                         /* judge a decision without its outcome */
    uint64_t end;                           /* sequence to stop before; 0: none */
};
/* `options` is borrowed too. */
struct export_requests *export_requests_new(struct store_reader *reader, const struct export_requests_options *options);
void export_requests_free(struct export_requests *requests);
/* STORE_END: no more now; what is unfinished is kept. The item is borrowed until the next call. */
enum store_read export_requests_next(struct export_requests *requests, struct export_item **item);
/* After STORE_END: the next one that is unfinished and was not given yet; NULL: none. It is kept, and comes again,
 * whole, should its outcome come. */
struct export_item *export_requests_rest(struct export_requests *requests);
/* Where reading goes on, and the decisions that wait for their outcome. */
uint64_t export_requests_position(const struct export_requests *requests);
void export_requests_open(
    const struct export_requests *requests, void (*on_open)(void *context, uint64_t sequence), void *context);
/* Takes such a position up again. False: a sequence of `open` is no decision of this store. */
MUST_CHECK bool
export_requests_resume(struct export_requests *requests, uint64_t position, const uint64_t *open, size_t count);
char *export_requests_error(const struct export_requests *requests); /* after STORE_UNREADABLE; base_free */

/* --- erasures --- */

/* What PRUNE records say of private parts: those of records before one of them, and older than its time, are gone.
 * Zeroed is none. */
struct export_erasure {
    uint64_t sequence;
    int64_t before_us;
};
struct export_erasures {
    struct export_erasure *list; /* owned; later ones have earlier times: what a newer one covers too is left out */
    size_t count;
};
/* In their order. False: it is another record. */
bool export_erasures_note(struct export_erasures *erasures, const struct record *record);
/* The sequence of the record that says so; 0: none does. */
uint64_t export_erasures_cover(const struct export_erasures *erasures, uint64_t sequence, int64_t wall_us);
void export_erasures_clear(struct export_erasures *erasures);

#endif
