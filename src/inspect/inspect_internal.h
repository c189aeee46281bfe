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
enum inspect_action { ACTION_NONE, ACTION_RESTORE, ACTION_UNSEEN, ACTION_FLAG, ACTION_REDACT, ACTION_DENY };
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
    struct finding *list; /* owned */
    size_t count;
    struct reading reading; /* of what is found next */
};
void findings_begin(struct findings *findings); /* the readings of another message */
void findings_add(struct findings *findings, struct text kind, enum inspect_action action, struct text place);
void findings_tell(const struct findings *findings, bool is_refused, struct buffer *out);
void findings_clear(struct findings *findings);

/* --- stand_ins.c: what stands for what */

struct stand_in {
    struct text value; /* wiped with all of them */
    struct text word;  /* in its place */
    bool is_spoilt;    /* the caller has written it as well: it stands for nothing any more */
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
    struct text all;   /* the whole text: a fake must not be in it */
    int detector;      /* enum detector */
};
/* The word for a value, the same for the same. Empty: there is none left. */
struct text stand_ins_for(struct stand_ins *all, const struct stand_in_wish *wish);
/* The first word in `text` at or after `from`; NULL: none. `*at`: where. */
const struct stand_in *stand_ins_find(const struct stand_ins *all, struct text text, size_t from, size_t *at);
/* How much of `text` no word can reach into, whatever follows. */
size_t stand_ins_settled(const struct stand_ins *all, struct text text);

/* --- fake.c: the `number`th of the same shape, from ranges that nobody has. False: there are none of this kind. */
MUST_CHECK bool fake_write(int detector, struct text value, uint32_t number, struct buffer *out);
/* --- hash.c: 16 hex digits that depend on key, kind and value. */
void hash_write(const struct secret *key, const struct stand_in_wish *wish, struct buffer *out);

/* --- inspector.c */

struct inspector {
    struct body *body;
    struct detect_scratch *scratch;
    struct detect_matches matches;
    struct buffer path;  /* of a place */
    struct buffer value; /* decoded */
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
    struct buffer path; /* as it may be shown, where it is not as it came */
    struct buffer query;
    bool hides_path;
    bool hides_query;
    bool is_refused; /* nothing was redacted then */
};

/* --- look.c: the values of a message, one by one */

struct look {
    struct inspected *inspected;
    const struct inspect_side *side;
    struct findings *findings;
    struct text all;    /* the text that values stand in; empty: none as a whole */
    struct text place;  /* of a value that is in no body, or before those of one */
    bool is_credential; /* a field that is made for secrets of this host */
    bool is_answer;
    bool restores; /* words are to become values again */
    bool denies;
    bool cannot_change;
    bool has_changed;
    bool is_unseen; /* a part that nobody can look at, and that the rule does not let pass */
    bool gave_up;   /* a pattern of the operator's did */
    struct detail *detail;
};
/* A value of a head; `out`: gets it with words in it, where some is redacted and `out` is no NULL. */
void look_at_value(struct look *look, struct text value, struct text field, struct buffer *out);
enum inspect_says look_says(const struct look *look);
/* The same in pieces: what is in a value (inspector->matches), what becomes of it, and the word for it. */
void look_detect(struct look *look, struct text value, const struct detect_hint *hint);
enum inspect_action look_action(const struct look *look, const struct detect_match *match);
struct text look_word(struct look *look, const struct detect_match *match, struct text value); /* empty: none is left */
void look_keep_out(struct look *look, struct text kind, struct text place);
/* A whole body, as it came. */
MUST_CHECK enum inspect_says look_at_body(struct look *look, const struct body_label *label, struct buffer *body);

/* --- answer.c */
struct look answer_look(struct inspected *inspected, struct detail *detail);
enum inspect_says answer_settle(struct inspected *inspected, enum inspect_says says);

#endif
