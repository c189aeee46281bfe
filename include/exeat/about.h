/* SPDX-License-Identifier: Apache-2.0 */
/* What an event says of itself: which of several texts it goes on with (choices, blocks, calls), and which of them end
 * with it. */
#ifndef EXEAT_ABOUT_H
#define EXEAT_ABOUT_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"

enum { MARKS_MAX = 64, ENDS_MAX = 64, PARENT_SIZE = 208, TYPE_SIZE = 64 };
/* The number that an object has itself. */
struct event_mark {
    char parent[PARENT_SIZE]; /* the path of the object */
    uint8_t rank;             /* which of the members that are numbers of this sort */
    char number[21];
};
struct about {
    struct event_mark marks[MARKS_MAX];
    size_t mark_count;
    char ends[ENDS_MAX][PARENT_SIZE]; /* the paths of objects that say that their texts end */
    size_t end_count;
    char type[TYPE_SIZE];
    enum {
        ABOUT_CLEAR,
        ABOUT_UNCLEAR
    } sense; /* unclear: it says more, or something else twice, than can be told apart */
};

/* Nothing is known of it yet. */
void about_begin(struct about *about);
enum about_what { ABOUT_TEXT, ABOUT_NUMBER };
/* A member of the event, at its path (choices[0].index); all of them come before any of what follows is asked. */
void about_note(struct about *about, enum about_what what, struct text field, struct text path, struct text value);
/* Something else says that it ends its texts. */
void about_end_all(struct about *about);

/* Does a text go on at this place, or is it whole in each event? */
bool about_goes_on(const struct about *about, struct text field, struct text path);
/* Is that text a piece of JSON, the arguments of a tool? */
bool about_is_arguments(const struct about *about, struct text field, struct text path);
/* Appends the key of the text at this path: the same for the same choice, block or call, wherever in a list it stands.
 * Returns how much of it is its scope: the object with the outermost number. */
size_t about_key(const struct about *about, struct text path, struct buffer *key);
/* The text at this path begins another, that its event's own kind goes on with: its key is appended, and its member.
 * False: it is no such text. */
MUST_CHECK bool
about_begins(const struct about *about, struct text path, struct buffer *key, size_t *scope, struct text *field);
/* Does the text of this key end? */
bool about_ends(const struct about *about, struct text key, size_t scope);

#endif
