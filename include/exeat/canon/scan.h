/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text (RFC 8259) walked in place: what is to be changed is found as a slice, and everything else keeps its bytes.
 * Structure and escapes are held strictly; what strings and numbers say is not looked at, because clients take more
 * there than a parser that makes values of it: lone surrogates, NUL escapes, bad UTF-8, numbers of any size, NaN. It
 * keeps no index as json_view does: an answer may be millions of numbers of which none is looked for. */
#ifndef EXEAT_CANON_SCAN_H
#define EXEAT_CANON_SCAN_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"

enum { SCAN_LEVELS = 512 };

enum scan_kind {
    SCAN_OBJECT,
    SCAN_ARRAY,
    SCAN_STRING,
    SCAN_WORD /* a number, true, false, null */
};
/* A value and its own bytes in the text it was found in: brackets or quotes included. */
struct scan {
    enum scan_kind kind;
    struct text text;
};

/* `text` is one value with nothing but blanks around it, of at most SCAN_LEVELS levels. */
MUST_CHECK bool scan_whole(struct text text, struct scan *value);

/* Where a walk is. */
struct scan_walk {
    struct text rest;
    bool has_keys;
};
/* Walks what an object or array of scan_whole holds, in order. Any other value holds nothing. */
struct scan_walk scan_walk(struct scan container);
/* False at the end. `key` is a member's name with its quotes; empty in an array. */
MUST_CHECK bool scan_next(struct scan_walk *walk, struct text *key, struct scan *value);

/* Is a member's name this one, however it is escaped? */
bool scan_is_key(struct text key, struct text name);
/* A string without its quotes, for json_spelled_next and its like; empty for what is no string. */
struct text scan_spelled(struct scan string);
/* The last member of that name, as readers that keep one take it. False: there is none. */
MUST_CHECK bool scan_member(struct scan object, struct text name, struct scan *value);
bool scan_is_null(struct scan value);

#endif
