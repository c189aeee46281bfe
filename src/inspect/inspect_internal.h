/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of inspect share. */
#ifndef EXEAT_INSPECT_INTERNAL_H
#define EXEAT_INSPECT_INTERNAL_H

#include "exeat/base/secret.h"
#include "exeat/detect.h"
#include "exeat/inspect.h"
#include "exeat/inspect/answer.h"
#include "exeat/model/found.h"

/* What becomes of what is found; the later, the stricter. */
enum inspect_action {
    ACTION_NONE,
    ACTION_RESTORE,
    ACTION_UNSEEN,
    ACTION_FLAG,
    ACTION_WOULD_REDACT, /* it is only observed */
    ACTION_WOULD_DENY,
    ACTION_REDACT,
    ACTION_DENY
};
const char *inspect_action_word(enum inspect_action action); /* static */

/* --- compile.c */

/* One of the operator's detectors, where a side looks for it. */
struct side_custom {
    struct text name; /* borrowed from the settings */
    enum inspect_action action;
};
/* What requests, or answers, are looked through for. */
struct inspect_side {
    struct detect_set *set; /* owned; NULL: for nothing */
    enum inspect_action actions[DETECTOR_COUNT];
    struct side_custom *customs; /* owned; as `custom` of a match counts */
    size_t custom_count;
};
struct inspection {
    const struct settings_inspect *source;
    struct inspect_side requests;
    struct inspect_side answers;
    struct secret key; /* of hashes */
    bool observes;
};
enum inspect_action side_action(const struct inspect_side *side, const struct detect_match *match);
struct text side_kind(const struct inspect_side *side, const struct detect_match *match);

/* --- findings.c */

/* Which text is looked at, and in which reading: what is in several readings of one text is counted once. Zeroed: each
 * finding is one more. */
struct reading {
    size_t text;
    size_t number;
};
struct finding {
    struct text kind; /* static, or the settings' */
    enum inspect_action action;
    uint32_t count;
    uint32_t before; /* `count` before the text that is looked at */
    uint32_t here;   /* ... and how many of it are in this reading */
    struct reading reading;
    char place[FOUND_PLACE_MAX];
};
enum { FINDINGS_MAX = 40 };
/* Zeroed is empty. */
struct findings {
    struct inspected *of; /* whose they are; borrowed */
    struct finding *list; /* owned */
    size_t count;
    struct reading reading; /* of what is found next */
};
void findings_begin(struct findings *findings); /* the readings of another message */
/* `place`: as it is; what of it is recorded, place_show says. */
void findings_add(struct findings *findings, struct text kind, enum inspect_action action, struct text place);
void findings_tell(const struct findings *findings, bool is_refused, struct buffer *out);
void findings_clear(struct findings *findings);

/* --- place.c */

/* Where something stands (a path into a body, a field of a head, a media type), in words that may be shown and
 * recorded: a name that is no plain one, or in which either side of the rule finds anything, is written as *. Words
 * that found_next reads as they are. */
struct text place_show(struct inspected *inspected, struct text place, char room[FOUND_PLACE_MAX]);

/* --- stand_ins.c: what stands for what */

struct stand_in {
    struct text kind;  /* "CARD" */
    struct text value; /* wiped with all of them; empty: the caller wrote the word, and nothing has it */
    struct text word;  /* in its place */
    bool is_spoilt;    /* the caller has written it as well: it stands for nothing any more */
    uint32_t spelled;  /* so many other spellings of this value have words of their own */
};
/* The words of one kind. */
struct word_kind {
    struct text name; /* "CARD" */
    uint32_t newest;  /* number */
    uint64_t *burnt;  /* owned; a bit for each number that the caller has written himself; NULL: none */
};
struct secret_block;
struct stand_in_index {
    uint32_t *slots; /* owned: index + 1 of the list */
    size_t count;
};
/* Zeroed is empty. */
struct stand_ins {
    struct stand_in *list; /* owned */
    size_t count;
    struct stand_in_index by_value;
    struct stand_in_index by_word;
    struct word_kind *kinds; /* owned */
    size_t kind_count;
    struct secret_block *blocks; /* owned: the texts */
    uint64_t seed;
    uint64_t lengths;    /* of the words: a bit each */
    uint8_t firsts[256]; /* whether words begin with this byte */
};
void stand_ins_clear(struct stand_ins *all); /* wipes */
/* What the caller has written himself of this form is no longer ours. `value`: decoded. */
void stand_ins_heed(struct stand_ins *all, const struct inspection *inspection, struct text value);
struct stand_in_wish {
    const struct inspection *inspection;
    struct text kind;  /* "card" */
    struct text value; /* as it stands there */
    int detector;      /* enum detector */
    bool is_answers;   /* of an answer: it never becomes the value again */
};
/* The word for a value, the same for the same. Empty: there is none left. */
struct text stand_ins_for(struct stand_ins *all, const struct stand_in_wish *wish);
/* The first word in `text` at or after `from`; NULL: none. `*at`: where. */
const struct stand_in *stand_ins_find(const struct stand_ins *all, struct text text, size_t from, size_t *at);
/* How much of `text` no word can reach into, whatever follows. */
size_t stand_ins_settled(const struct stand_ins *all, struct text text);

/* --- hash.c: 16 hex digits that depend on key, kind and value. */
void hash_write(const struct secret *key, const struct stand_in_wish *wish, struct buffer *out);

/* --- inspector.c */

struct inspector {
    struct body *body;
    struct body *within; /* a text that was put together of a stream's events, while one of them is in `body` */
    struct detect_scratch *scratch;
    struct detect_matches matches;
    struct detect_matches in_names; /* of a place */
    struct buffer path;             /* of a place */
};

struct inspected {
    struct inspector *inspector; /* borrowed */
    const struct inspection *inspection;
    struct findings in_request;
    struct findings in_answer;
    struct stand_ins stand_ins;
    char *host;              /* owned */
    inspected_key *hear_key; /* NULL: nobody wants to know of vendors' keys */
    void *hear_context;
    struct buffer path; /* as it may be shown; empty: as it came */
    struct buffer query;
    bool hides_method; /* something was found in it */
    bool is_refused;   /* nothing was redacted then */
};

/* --- look.c: the values of a message, one by one */

/* What becomes of what is to be redacted: a word in its place; nothing can stand there, and the message is refused; or
 * a star in the place of whatever is found, for the record, and nothing is counted. */
enum look_writes { WRITES_WORDS, WRITES_NOTHING, WRITES_STARS };

struct look {
    struct inspected *inspected;
    const struct inspect_side *side;
    struct findings *findings;
    enum look_writes writes;
    enum inspect_says says; /* so far: it only rises */
    size_t found;           /* so many matches so far */
    struct text place;      /* of a value that is in no body, or before those of one */
    struct text field;      /* the name of such a value */
    bool is_credential;     /* a field that is made for secrets of this host */
    bool is_answer;
    bool restores; /* words are to become values again */
    bool gave_up;  /* a pattern of the operator's did: nothing more is looked at */
    struct detail *detail;
};
/* What is in a value (inspector->matches), what becomes of it, and the word for it. */
void look_detect(struct look *look, struct text value, const struct detect_hint *hint);
enum inspect_action look_action(const struct look *look, const struct detect_match *match);
struct text look_word(struct look *look, const struct detect_match *match, struct text value); /* empty: none is left */
void look_keep_out(struct look *look, struct text kind, struct text place);
/* It says this at least. What cannot be read or seen (INSPECT_UNREADABLE) says nothing where it is only observed. */
void look_raise(struct look *look, enum inspect_says says);
/* The first thing that refuses a message is told. */
void look_tell(struct look *look, struct text kind, struct text place, const char *what);
/* Is all that the caller has written to be heeded before a value gets a word? Where words become values again, and
 * where they are like values: else the beginning of a conversation stays as it was, and its later words are theirs. */
bool look_heeds_first(const struct look *look);
/* For body_walk, with the look as its context: detects, counts, edits. */
MUST_CHECK bool look_at_place(void *context, struct body *body, const struct body_place *place);

/* --- whole.c */

/* A whole body, as it came; where it is changed, `body` has it without codings. */
MUST_CHECK enum inspect_says look_at_body(struct look *look, const struct body_label *label, struct buffer *body);
/* A text of a head, and what lies in it as in a text of a body; nothing of it can be changed. The inspector's body is
 * the caller's to forget, after the last of them. */
void look_at_text(struct look *look, struct text text, struct text field);
/* Appends the body with a star for each value in which something is found; or a star alone. */
void look_masked(struct inspected *inspected, const struct body_label *label, struct text body, struct buffer *out);

/* --- answer.c */
struct look answer_look(struct inspected *inspected, struct detail *detail);
enum inspect_says answer_settle(struct inspected *inspected, enum inspect_says says);

#endif
