/* SPDX-License-Identifier: Apache-2.0 */
/* A body while it is walked. Its texts are layers: the first is the decoded body, each other one lies in a span of an
 * earlier one (a part, JSON in a string). A walker tells the places of its text, and goes into what lies within as it
 * meets it, at most LAYER_DEPTH deep. A layer in which nothing is edited is gone when it has been walked. */
#ifndef EXEAT_BODY_INTERNAL_H
#define EXEAT_BODY_INTERNAL_H

#include "exeat/body.h"

#include "exeat/coding/spelling.h"
#include "exeat/coding/transfer.h"

enum {
    LAYER_DEPTH = 8,      /* texts in texts */
    WITHIN_TIMES = 4,     /* so much more than the body all texts within it that are held may be together */
    READ_TIMES = 16,      /* ... and all that are read */
    LAYERS_MAX = 65000,   /* that are edited: so that a layer's number fits a place */
    LAYER_BESIDE = 65535, /* of places beside the decoded text: there is nothing to edit */
    LEVELS_MAX = 64,      /* JSON in itself, elements in elements */
    CRUMBS_MAX = LAYER_DEPTH * LEVELS_MAX,
    PATH_MAX_BYTES = 200
};

/* In a layer's text, `length` bytes from `at` on become `text_length` bytes of the body's `texts`. */
struct splice {
    size_t at;
    size_t length;
    size_t text_at;
    size_t text_length;
    bool is_whole; /* a text that was coded anew: most of it is as it was */
};

/* Where a text within another comes from. */
enum layer_origin {
    LAYER_SAID,   /* its kind was said, or is certain */
    LAYER_GUESS,  /* nobody said its kind: where it is not well formed, it is text */
    LAYER_TOLD,   /* it is what a place says that was told: only what lies within it is still to be read */
    LAYER_READING /* ... with escapes undone that some reader undoes: what was told is told once more, as that */
};

struct layer {
    struct text text;    /* in UTF-8, or of multipart its bytes; borrowed, or `owned`'s */
    struct buffer owned; /* owned; may be empty */
    enum body_kind kind;
    enum body_what what; /* of its texts: BODY_VALUE, _OUTSIDE beside the content, or _NAME */
    enum layer_origin origin;
    size_t same_as;         /* the place that its places are other readings of; 0: of none */
    enum spelling spelling; /* how its span spells it ... */
    enum transfer transfer; /* ... and before that, as a whole, ... */
    enum charset charset;   /* ... and before that */
    bool has_mark;          /* a byte-order mark stood in front */
    char separator;         /* of a table */
    struct text boundary;   /* of multipart; borrowed until it is walked */
    uint16_t parent;
    uint16_t depth;
    size_t at; /* its span in the parent's text */
    size_t length;
    struct splice *splices; /* owned */
    size_t splice_count;
};

/* One step of where a walker is: the name of a member, or the index of an item. */
struct crumb {
    struct text name; /* as spelled */
    size_t index;
    bool is_name;
    enum spelling spelling;
    uint16_t path_end;  /* in the path of the walk, if that has been written up to here */
    struct text object; /* of JSON: from the brace of the object that has the member, to the end of the text; empty once
                           `beside` was looked for */
    struct text beside; /* what names the value of a pair, as JSON or XML spells it; or empty */
};

struct layers {
    struct layer *list; /* owned */
    size_t count;
    size_t capacity;
    size_t bytes; /* of all that are `owned` but the first */
};

struct walk {
    body_see see;   /* NULL: nobody looks */
    body_see keeps; /* NULL: what lies in any value is read */
    void *context;
    struct detail *detail;
    enum body_fault fault;
    bool (*into)(struct body *body); /* walks the last layer */
    size_t layer;
    size_t places;                   /* told so far */
    size_t read;                     /* bytes of texts within others */
    struct crumb crumbs[CRUMBS_MAX]; /* of all layers that are being walked */
    size_t depth;                    /* crumbs */
    size_t base;                     /* of those, how many are not this layer's */
    size_t path_good;                /* of those, how many `path` has as they are now */
    struct buffer path;
    struct buffer name; /* of a crumb, while the path is written */
};

/* The texts from a place outwards, and where the last question left each of them. */
struct outward {
    size_t of; /* the number of the place; 0: none */
    struct spelled steps[LAYER_DEPTH + 1];
};

struct body {
    struct bytes sent;
    struct body_label label;
    struct body_limits limits;
    struct layers layers;
    struct buffer beside; /* text that stands beside the decoded body: pieces in UTF-8, each ended by a NUL */
    struct walk walk;
    struct buffer value; /* of the place that is told */
    struct buffer field; /* ... its names */
    struct buffer parent;
    struct buffer pair;
    struct buffer texts;    /* of all edits */
    struct spelled spelled; /* where the last edit was */
    struct spelled around;  /* ... in the spelling of the text around it, where that is another */
    struct outward outward; /* of the place that was asked for last */
    bool hides;             /* its coding has room for bytes that nobody sees */
    bool is_edited;
    bool is_sniffed;     /* its kind is what its first byte speaks for */
    enum body_kind also; /* what it was said to be, where it is something else as well; BODY_UNSAID: it is not */
};

/* --- layer.c */
struct layer *body_layer(struct body *body); /* the one that is walked */
/* Behind the others. It takes what the layer owns, also where there is no room and it gives false. */
MUST_CHECK bool layer_add(struct body *body, struct layer *layer);
/* Walks `layer`, which lies in `raw`, a part of the text that is walked; takes what it owns. False: the walk is over.
 */
MUST_CHECK bool layer_walk(struct body *body, struct text raw, struct layer *layer);
bool layer_is_coded_whole(const struct layer *layer); /* and not unit by unit */
void layer_clear(struct layer *layer);
void layers_clear(struct body *body);
bool walk_fail(struct body *body, enum body_fault fault, const char *clause); /* gives false; `clause` is static */
/* ... and says where in the text that is walked. */
bool walk_fail_at(struct body *body, enum body_fault fault, const char *clause, size_t at);

/* --- layer_text.c: its text, of its bytes; kind, transfer and charset are set. A fault, and it is still to be cleared.
 */
MUST_CHECK enum body_fault layer_settle(struct layer *layer, struct text bytes); /* its own, or borrowed */
MUST_CHECK enum body_fault layer_decode(struct layer *layer, struct text coded); /* borrowed */

/* --- tell.c */
MUST_CHECK bool place_opaque(struct body *body, struct text raw, struct text type); /* what nobody looks into */
MUST_CHECK bool place_beside(struct body *body); /* what stands beside the decoded body */

/* --- place.c */
/* Tells a place, or what lies in it. `raw` is part of the text that is walked. False: the walk is over. */
MUST_CHECK bool place_tell(struct body *body, enum body_what what, enum spelling spelling, struct text raw);
struct crumb crumb_of_form(struct text name); /* `name` as a form spells it */

/* --- crumbs: where a walker is */
MUST_CHECK bool crumb_push(struct body *body, struct crumb crumb); /* false: nested too deep */
void crumb_pop(struct body *body);
struct crumb *crumb_top(struct body *body);
static inline void crumb_changed(struct walk *walk, size_t index) /* it is another than the path has it */
{
    if (walk->path_good > index)
        walk->path_good = index;
}

/* --- walk_*.c: the text that is walked, as it is said to be; false with the walk's fault */
MUST_CHECK bool walk_json(struct body *body);
MUST_CHECK bool walk_text(struct body *body);
MUST_CHECK bool walk_lines(struct body *body);
MUST_CHECK bool walk_sequence(struct body *body);
MUST_CHECK bool walk_events(struct body *body);
MUST_CHECK bool walk_form(struct body *body);
MUST_CHECK bool walk_multipart(struct body *body);
MUST_CHECK bool walk_xml(struct body *body);
MUST_CHECK bool walk_table(struct body *body);
MUST_CHECK bool walk_binary(struct body *body);
MUST_CHECK bool walk_json_part(struct body *body);

#endif
