/* SPDX-License-Identifier: Apache-2.0 */
/* Tens of thousands of words and phrases, found in one pass: a hash of the first word of each, then the whole compared.
 * Case is folded, and any blanks are one blank. */
#ifndef EXEAT_WORDING_WORDS_H
#define EXEAT_WORDING_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

struct word_list;
enum word_manner {
    WORDS_WHOLE, /* folded, whole words */
    WORDS_EXACT  /* byte for byte, and anywhere that no letter or digit touches */
};
struct word_list *word_list_new(enum word_manner manner); /* the caller's, for word_list_free */
void word_list_free(struct word_list *list);              /* NULL is fine */
/* Adds one, to be reported as `id`. False: no letter or digit is in it. */
MUST_CHECK bool word_list_add(struct word_list *list, struct text phrase, uint16_t id);
/* To be called once, after the last was added. */
void word_list_finish(struct word_list *list);

struct word_hit {
    size_t start;
    size_t end;
    uint16_t id;
};
/* The longest phrase that begins at a word at or after `*at`, which is moved to behind it. */
MUST_CHECK bool word_list_find(const struct word_list *list, struct text text, size_t *at, struct word_hit *hit);
/* How many bytes at the end of `text` may begin a phrase that goes on. */
size_t word_list_open(const struct word_list *list, struct text text);

#endif
