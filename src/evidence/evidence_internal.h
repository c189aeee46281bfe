/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of evidence share: a record's fields as texts; requests, each a decision joined with its outcome; and
 * the formats that show them. */
#ifndef EXEAT_EVIDENCE_INTERNAL_H
#define EXEAT_EVIDENCE_INTERNAL_H

#include <stdarg.h>

#include "exeat/audit/record.h"
#include "exeat/base/arena.h"
#include "exeat/evidence.h"

/* --- facts: any record, field by field --- */

struct fact {
    const char *name;
    struct text text;
    bool is_number;
};
enum { FACTS_MAX = 40 };
struct facts {
    struct audit_head head;
    struct fact items[FACTS_MAX];
    size_t count;
};
/* Texts live in `arena`. False: the record is not readable. */
MUST_CHECK bool facts_read(struct bytes body, struct bytes private_part, struct arena *arena, struct facts *facts);
struct text facts_find(const struct facts *facts, const char *name); /* empty when absent */
/* {"sequence":…,"time":…,"kind":…,fields…  without the closing brace. */
void facts_append_json(const struct facts *facts, struct buffer *out);

/* --- items: what an export has a line for --- */

/* The list of requests.c that an item is in. */
enum item_place { ITEM_IN_LINE, ITEM_LATE, ITEM_SHOWN };
/* A request (a decision and, once known, its outcome), or a record of the gate's own life. */
struct item {
    struct list_node node;
    struct item *next;      /* in its bucket */
    struct audit_head head; /* of the decision, or of the record of its life */
    struct digest leaf;
    struct decision_record decision;
    bool has_outcome;
    enum item_place place;
    int64_t ended_us;
    struct outcome_record outcome;
    struct audit_life_record life; /* of other kinds than DECISION */
    struct buffer bytes;           /* owned; texts borrow from here */
    struct buffer outcome_bytes;   /* owned */
};
/* Copies what it needs. False: the record is not readable, or is an outcome. */
MUST_CHECK bool item_read(struct item *item, struct bytes body, struct bytes private_part);
MUST_CHECK bool item_end(struct item *item, struct bytes body); /* an outcome's record */
void item_clear(struct item *item);
static inline bool item_is_request(const struct item *item)
{
    return item->head.kind == AUDIT_DECISION;
}
/* Has a text that is not UTF-8: what lines of text show of it is not what was sent. */
bool item_is_sanitised(const struct item *item);
const char *reason_code(enum reason reason); /* "unknown" beyond the table */
enum reason
item_reason(const struct item *item); /* the outcome's, when it did not go as decided; else the decision's */

/* --- requests: decisions joined with their outcomes, as they come ---
 * Items come in order of sequence, but for requests that outlast LINE_MAX others: those come when they end. */

struct requests;
/* Sees each row as it is taken. */
struct row_hook {
    void (*on_any)(void *context, const struct audit_row *row); /* all of them */
    /* Those that fit the filter, and the outcomes of such decisions. */
    void (*on_row)(void *context, const struct audit_row *row);
    void *context;
};
struct requests_options {
    const struct evidence_filter *filter;     /* borrowed */
    const struct evidence_progress *progress; /* borrowed; NULL: none */
    struct row_hook hook;                     /* each NULL: none */
    bool by_record;                           /* judge a decision without its outcome */
    uint64_t end;                             /* sequence to stop before; 0: none */
};
/* `options` is borrowed too. */
struct requests *requests_new(struct audit_reader *reader, const struct requests_options *options);
void requests_free(struct requests *requests);
/* AUDIT_END: no more now; what is unfinished is kept. The item is borrowed until the next call. */
enum audit_read requests_next(struct requests *requests, struct item **item);
/* After AUDIT_END: the next one that is unfinished and was not given yet; NULL: none. It is kept, and comes again,
 * whole, should its outcome come. */
struct item *requests_rest(struct requests *requests);
/* Where reading goes on, and the decisions that wait for their outcome. */
uint64_t requests_position(const struct requests *requests);
void requests_open(const struct requests *requests, void (*on_open)(void *context, uint64_t sequence), void *context);
/* Takes such a position up again. False: a sequence of `open` is no decision of this store. */
MUST_CHECK bool requests_resume(struct requests *requests, uint64_t position, const uint64_t *open, size_t count);
char *requests_error(const struct requests *requests); /* after AUDIT_UNREADABLE; base_free */

/* --- formats --- */

/* How wide each column of the terminal is; 0: it is left out. */
enum { TEXT_COLUMNS = 14 };
struct text_layout {
    size_t widths[TEXT_COLUMNS];
    bool has_colour;
};
/* `width` of the terminal; 0: none, and every column has the room that it likes. */
void text_layout_fit(struct text_layout *layout, size_t width, bool has_colour);
struct format_source {
    struct text origin;
    struct text_layout layout; /* of EVIDENCE_TEXT */
};
struct format {
    const char *name;
    bool has_life;                                                        /* shows records of the gate's own life too */
    bool names_log;                                                       /* each line does */
    void (*head)(const struct format_source *source, struct buffer *out); /* NULL: none */
    void (*item)(const struct format_source *source, const struct item *item, struct buffer *out);
};
const struct format *format_of(enum evidence_format format);

/* The cells of a request's row. */
size_t table_width(void);
const char *table_title(size_t index);
bool table_is_number(size_t index);
uint64_t table_number(const struct item *item, size_t index);
struct text table_cell(const struct item *item, size_t index, struct buffer *scratch); /* borrowed from either */
void csv_cell(struct text text, struct buffer *out);

void text_table_head(const struct format_source *source, struct buffer *out);
void text_table_row(const struct format_source *source, const struct item *item, struct buffer *out);
void text_table_life(const struct format_source *source, const struct item *item, struct buffer *out);
void csv_head(const struct format_source *source, struct buffer *out);
void csv_row(const struct format_source *source, const struct item *item, struct buffer *out);
void ecs_line(const struct format_source *source, const struct item *item, struct buffer *out);
void ocsf_line(const struct format_source *source, const struct item *item, struct buffer *out);
void cef_line(const struct format_source *source, const struct item *item, struct buffer *out);
void leef_line(const struct format_source *source, const struct item *item, struct buffer *out);
void syslog_line(const struct format_source *source, const struct item *item, struct buffer *out);

/* One sentence about an item, without its personal part: "deny POST api.openai.com:443 by llm". */
/* What exactly was wrong, with the request or with what came of it; empty: nothing to add. */
struct text item_detail(const struct item *item);
void item_sentence(const struct item *item, struct buffer *out);
/* "https://host:port/path?query", as far as it is known. */
void item_url(const struct item *item, struct buffer *out);
/* What is shown of the verdict: a decision let through by observe mode was allowed, whatever the rule would do. */
const char *item_action(const struct item *item);

/* Text for a line: what is not UTF-8 becomes U+FFFD; control characters, line separators and turners of direction
 * become \xNN or \uNNNN; a byte of `escaped` gets a backslash before it. */
void append_clean(struct buffer *out, struct text text, const char *escaped);
/* The longest part of at most `limit` bytes that does not cut a character. */
struct text text_limit(struct text text, size_t limit);
/* For a terminal: ASCII, everything else as \xNN. */
void append_visible(struct buffer *out, struct text text);

/* JSON objects member by member; empty texts and zeros write nothing. */
struct json_line {
    struct buffer *out;
    bool needs_comma;
};
void json_open(struct json_line *line, const char *name); /* NULL: no name */
void json_close(struct json_line *line);
void json_put(struct json_line *line, const char *name, struct text text);
void json_put_string(struct json_line *line, const char *name, const char *string);
void json_put_number(struct json_line *line, const char *name, uint64_t number);
void json_put_hex(struct json_line *line, const char *name, struct bytes bytes);
void json_put_raw(struct json_line *line, const char *name, const char *json); /* our own constant */

/* Counts a finding; of each kind the first place is kept, with what is said of it. */
void evidence_find(
    struct evidence_report *report, enum evidence_verdict verdict, uint64_t sequence, const char *format, ...)
    PRINTF_LIKE(4, 5);
void evidence_find_list(
    struct evidence_report *report, enum evidence_verdict verdict, uint64_t sequence, const char *format,
    va_list arguments) PRINTF_LIKE(4, 0);
/* "record 17 (decision, 2026-11-23T10:00:00.000000Z)" */
enum { PLACE_SIZE = 96 };
const char *evidence_place(const struct audit_record *record, char out[PLACE_SIZE]);
/* What PRUNE records say of private parts: those of records before one of them, and older than its time, are gone.
 * Zeroed is none. */
struct erasure {
    uint64_t sequence;
    int64_t before_us;
};
struct erasures {
    struct erasure *list; /* owned; later ones have earlier times: what a newer one covers too is left out */
    size_t count;
};
/* In their order. False: it is another record. */
bool erasures_note(struct erasures *erasures, const struct audit_record *record);
/* The sequence of the record that says so; 0: none does. */
uint64_t erasures_cover(const struct erasures *erasures, uint64_t sequence, int64_t wall_us);
void erasures_clear(struct erasures *erasures);
/* A second pass, over the records before `end` some of whose private parts are gone: fills parts_missing. Takes up what
 * was erased meanwhile. */
void evidence_check_missing(
    struct audit_reader *reader, uint64_t end, struct erasures *erasures, struct evidence_report *report);

/* Request ids that are under way; zeroed is empty. */
enum { ID_SET_MAX = 1 << 20 };
struct id_set {
    struct request_id *slots; /* owned; an id of zeros is no id */
    size_t slot_count;
    size_t count;
};
MUST_CHECK bool id_set_add(struct id_set *set, const struct request_id *id); /* false: there are too many */
bool id_set_remove(struct id_set *set, const struct request_id *id);         /* false: it is not there */
void id_set_empty(struct id_set *set);
void id_set_clear(struct id_set *set);

/* Is the private part the one that the record is bound to? The salt is not empty. */
bool evidence_private_fits(const struct audit_record *record, struct bytes salt, struct bytes private_part);
/* The report's verdict is the gravest of what was found. */
void evidence_conclude(struct evidence_report *report);

/* --- cursor: a text that says where to go on --- */

#define CURSOR_HEAD "exeat-cursor 1\n"
struct cursor {
    struct text origin; /* borrowed from the text */
    uint64_t next;      /* sequence */
    struct digest last; /* the leaf before it */
    bool has_last;
    uint64_t *open; /* owned: decisions whose outcome had not come */
    size_t open_count;
};
/* False: it is no cursor. Clear in either case. */
MUST_CHECK bool cursor_parse(struct text text, struct cursor *cursor);
void cursor_clear(struct cursor *cursor);

#endif
