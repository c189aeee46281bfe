/* SPDX-License-Identifier: Apache-2.0 */
/* Canaries: values that are planted in a shop's data and mean nothing anywhere. Where one is seen leaving, data leaves.
 * Made, read from a file, looked for in bytes as they come. */
#ifndef EXEAT_CANARY_H
#define EXEAT_CANARY_H

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/diag.h"

enum { CANARY_LEAST = 12, CANARY_MOST = 128, CANARY_LABEL_MOST = 48, CANARIES_MOST = 1000 };

/* --- making one ------------------------------------------------------------------------------------------------------
 */

enum canary_kind { CANARY_EMAIL, CANARY_KEY, CANARY_PRICE, CANARY_NAME, CANARY_HOST, CANARY_KIND_COUNT };
extern const char *const canary_kind_words[CANARY_KIND_COUNT];
enum { CANARY_RANDOM = 32 }; /* bytes */
/* Appends a value of that kind made of these random bytes; at least 64 of their bits are in it. */
void canary_write(enum canary_kind kind, const uint8_t random[CANARY_RANDOM], struct buffer *out);

/* --- a set -----------------------------------------------------------------------------------------------------------
 */

/* Compiled, immutable, shared by threads. */
struct canary_set;
/* Of a file: one a line, a label (letters, digits and ._-) and, behind blanks, the value: CANARY_LEAST to CANARY_MOST
 * of letters, digits and @._-; `#` begins a line that says nothing. NULL: `diags` says what is wrong at `mark`, which
 * is where the file is named; no value is told. The caller's, for canary_set_free, which wipes. */
MUST_CHECK struct canary_set *
canary_set_parse(struct text content, const char *path, struct mark mark, struct diags *diags);
/* The same of a file, which must be there. */
MUST_CHECK struct canary_set *canary_set_read(const char *path, struct mark mark, struct diags *diags);
void canary_set_free(struct canary_set *set);                                         /* NULL is fine */
size_t canary_set_count(const struct canary_set *set);                                /* NULL: 0 */
bool canary_set_equal(const struct canary_set *left, const struct canary_set *right); /* either may be NULL */

/* --- looking ---------------------------------------------------------------------------------------------------------
 */

/* A text that comes in pieces. It is looked at as it is and with escapes undone, up to thrice: of URLs (%41), of JSON
 * and JavaScript (\u0041, \x41, \/), of markup (&#65;); NULs and line ends are passed over then. In each of these also
 * for the base64 of a value (RFC 4648, both alphabets), wherever it begins. Letters count in either case. */
struct canary_watch;
struct canary_watch *canary_watch_new(const struct canary_set *set); /* borrows the set; the caller's */
void canary_watch_free(struct canary_watch *watch);                  /* wipes; NULL is fine */
/* The label of what ends in this piece, static with the set; NULL: nothing does. Nothing is to go on of a piece that a
 * value ends in. Goes on behind it: call with the rest is not needed, all of the piece was looked at. */
const char *canary_watch_feed(struct canary_watch *watch, struct text piece);
/* The same for a text that is whole. */
const char *canary_in(const struct canary_set *set, struct text text);
/* Appends the name of a host as it may be shown: without the labels up to the last that has a part of one. */
void canary_show_name(const struct canary_set *set, struct text name, struct buffer *out);

#endif
