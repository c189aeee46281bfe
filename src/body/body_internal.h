/* SPDX-License-Identifier: Apache-2.0 */
/* A body while it is read. Its texts are layers: the first is the decoded body, each other one lies in a span of an
 * earlier one (a part, JSON in a string). Walkers tell places and put further layers behind; nobody calls back up, so
 * depth is a number and not a stack. */
#ifndef EXEAT_BODY_INTERNAL_H
#define EXEAT_BODY_INTERNAL_H

#include "exeat/base/arena.h"
#include "exeat/body.h"

#include "spelling.h"

enum {
    LAYER_DEPTH = 5,      /* texts in texts */
    LAYERS_MAX = 60000,   /* so that a layer's number fits a place */
    LAYER_BESIDE = 65535, /* of places beside the decoded text: there is nothing to edit */
    LEVELS_MAX = 64,      /* JSON in itself, elements in elements */
    PATH_MAX_BYTES = 200
};

/* In a layer's text, `length` bytes from `at` on become `text`. */
struct splice {
    size_t at;
    size_t length;
    size_t text_at; /* in the body's `texts` */
    size_t text_length;
};

struct layer {
    struct text text; /* in UTF-8, or of multipart the bytes; borrowed, or `owned`'s */
    struct buffer owned;
    enum body_kind kind;
    enum body_charset charset; /* how `text` is written in its span, if that is not UTF-8 */
    bool has_mark;             /* a byte-order mark stood in front */
    bool is_guess;             /* nobody said its kind: where it is not well formed, it is no layer */
    uint8_t depth;
    uint8_t spelling; /* how its span spells it: enum spelling */
    uint8_t transfer; /* how it is coded in its span as a whole: enum transfer */
    char separator;
    uint16_t parent;
    size_t at; /* its span in the parent's text */
    size_t length;
    struct text boundary; /* of multipart; borrowed from the arena */
    struct text path;     /* where it lies; of the arena */
    struct text field;
    struct splice *splices; /* owned */
    size_t splice_count;
};

/* One step of where a walker is: the name of a member, or the index of an item. */
struct crumb {
    struct text name; /* as spelled */
    size_t index;
    bool is_name;
    uint8_t spelling;
};

struct layers {
    struct layer *list; /* owned */
    size_t count;
    size_t capacity;
    size_t bytes; /* of all that are `owned` but the first */
};

/* Text that stands beside the decoded body. */
struct beside {
    struct buffer text; /* in UTF-8 */
    size_t count;       /* pieces, each ended by a NUL */
};

struct walk {
    body_see see; /* NULL: nobody looks */
    void *context;
    struct detail *detail;
    enum body_fault fault;
    size_t layer;
    size_t places;
    struct crumb crumbs[LEVELS_MAX];
    size_t depth; /* crumbs */
};

struct body {
    struct bytes sent;
    struct body_label label;
    struct body_limits limits;
    struct layers layers;
    struct buffer beside; /* text that stands beside the decoded body: pieces in UTF-8, each ended by a NUL */
    struct walk walk;
    struct buffer value; /* of the place that is told */
    struct buffer field;
    struct buffer texts;    /* of all edits */
    struct spelled spelled; /* where the last edit was */
    struct arena memory;
    bool hides; /* its coding has room for bytes that nobody sees */
    bool is_edited;
};

/* --- layer.c */
struct layer *body_layer(struct body *body); /* the one that is walked */
/* Behind the others; takes what it owns. False, and it still is the caller's: too many, too deep or too large. */
MUST_CHECK bool layer_add(struct body *body, const struct layer *layer);
void layer_clear(struct layer *layer);
void layers_clear(struct body *body);

/* --- place.c */
/* Tells it. `raw` is of the text that is walked. False: the walk is over. */
MUST_CHECK bool place_tell(struct body *body, enum body_what what, enum spelling spelling, struct text raw);
bool walk_fail(struct body *body, enum body_fault fault, const char *clause); /* gives false; `clause` is static */
/* ... and says where in the text that is walked. */
bool walk_fail_at(struct body *body, enum body_fault fault, const char *clause, size_t at);

/* --- walk_*.c: the text that is walked, as it is said to be; false with the walk's fault */
MUST_CHECK bool walk_json(struct body *body);
MUST_CHECK bool walk_text(struct body *body);

#endif
