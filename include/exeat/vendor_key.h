/* SPDX-License-Identifier: Apache-2.0 */
/* Keys as vendors give them out: what they look like, whose they are, and where they belong. One table; pure. Forms are
 * those of the vendors' own documentation. */
#ifndef EXEAT_VENDOR_KEY_H
#define EXEAT_VENDOR_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

enum vendor_key_family {
    VENDOR_KEY_MODEL,   /* of a vendor of models */
    VENDOR_KEY_CLOUD,   /* of machines, storage, networks */
    VENDOR_KEY_PAYMENT, /* moves money */
    VENDOR_KEY_SHOP,    /* of the shop's own platform */
    VENDOR_KEY_CODE,    /* of repositories and packages */
    VENDOR_KEY_MESSAGE, /* sends mail, chat, messages */
    VENDOR_KEY_SERVICE  /* any other */
};

/* How much the form alone says. */
enum vendor_key_certainty {
    VENDOR_KEY_LIKELY, /* the form is plain, and a word beside it or its entropy made it a key */
    VENDOR_KEY_SURE,   /* nothing else looks so */
    VENDOR_KEY_PROVED  /* and its checksum holds */
};

/* What shows that a text of this form, in the place of a key, is this vendor's secret. */
enum vendor_key_proof {
    VENDOR_KEY_BY_FORM,     /* nothing else looks so */
    VENDOR_KEY_BY_CHECKSUM, /* nor does anything else; and its last six characters are the CRC-32 of those before, in
                               base62 */
    VENDOR_KEY_NO_PROOF /* nothing: others give out such keys too, or it is the half of a pair that everybody may see */
};

/* One row: one kind of key of one vendor. Static. */
struct vendor_key {
    const char *provider; /* "openai", as in config/llm-hosts.tsv where it is there */
    const char *kind;     /* "project key" */
    enum vendor_key_family family;
    const char *form;    /* see src/vendor_key/form.h */
    const char *hosts;   /* the vendor's, as host patterns with blanks between; `*` last: and those of anybody who runs
                            its software */
    const char *context; /* words with blanks between, of which one must stand close before it; "": none is needed */
    unsigned char entropy; /* in tenths of a bit a character that its changing part must have; 0: not looked at */
    enum vendor_key_proof proof;
};

struct vendor_key_match {
    const struct vendor_key *key;
    size_t start; /* of the secret part: of a webhook's address only the last part is one */
    size_t length;
    enum vendor_key_certainty certainty;
};

/* All rows, static, in the order of the table: a row's place is no promise, its provider and kind are. */
const struct vendor_key *vendor_key_rows(size_t *count);

/* The pairs of characters that keys begin with; made once, then shared. */
struct vendor_key_index {
    uint64_t pairs[128][2];
    uint8_t alnum[256]; /* 1: a letter or digit */
};
/* Fills it. */
void vendor_key_index_init(struct vendor_key_index *index);

/* The first key that begins at or after `from`. `field` is the name of what `text` is the value of, and counts as a
 * word before it; empty: none. Placeholders (one character again and again, counting up, EXAMPLE) are no keys. */
MUST_CHECK bool vendor_key_find(
    const struct vendor_key_index *index, struct text text, size_t from, struct text field,
    struct vendor_key_match *match);
/* The same for what begins in [from, end), and may go on behind it. Keys have at least VENDOR_KEY_RUN of the characters
 * [0-9A-Za-z_+/-] in a row. */
MUST_CHECK bool vendor_key_find_between(
    const struct vendor_key_index *index, struct text text, size_t from, size_t end, struct text field,
    struct vendor_key_match *match);
enum { VENDOR_KEY_RUN = 16 };

/* The form alone shows that it is this vendor's secret: no word beside it was needed. */
bool vendor_key_is_certain(const struct vendor_key *key);

enum vendor_key_home {
    VENDOR_KEY_AT_HOME,      /* a host of its vendor's */
    VENDOR_KEY_PERHAPS_HOME, /* anybody may run its vendor's software, and the host is no vendor's of the table */
    VENDOR_KEY_AWAY
};
/* `host`: canonical; empty is nobody's, where each key is away. */
enum vendor_key_home vendor_key_at(const struct vendor_key *key, struct text host);

#endif
