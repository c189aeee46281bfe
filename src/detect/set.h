/* SPDX-License-Identifier: Apache-2.0 */
/* What detect_compile makes. */
#ifndef EXEAT_DETECT_SET_H
#define EXEAT_DETECT_SET_H

#include "exeat/base/pattern.h"
#include "exeat/detect.h"
#include "exeat/wording/field.h"
#include "exeat/wording/label.h"
#include "exeat/wording/words.h"

struct detect_set {
    uint32_t detectors;
    uint8_t weights[DETECTOR_COUNT];
    uint8_t *custom_weights;  /* owned */
    uint8_t token_bytes[256]; /* token.h */
    struct label_index labels;
    struct vendor_key_index keys;
    struct pattern **patterns; /* owned, one for each custom detector; NULL: it is a list */
    size_t custom_count;
    size_t pattern_count;       /* of those */
    struct word_list *words;    /* owned: of all lists; NULL: there is none */
    struct word_list *canaries; /* owned; NULL: there is none */
};

enum { NAME_PLACES = 512, NAME_MOST = 48, BESIDE_MOST = 32 /* what is longer names nothing, it is a text */ };
enum name_trait {
    NAME_HAS_ESCAPE = 1 << 0, /* a backslash is in it */
    NAME_IS_VALUE = 1 << 1,   /* "value": of a pair, perhaps */
    NAME_IS_OF_PRICE = 1 << 2 /* in a table of prices it names one */
};
/* A field's name, and what it says. */
struct known_name {
    uint8_t length; /* 0: none */
    uint8_t kind;   /* enum field_kind, undecided */
    uint16_t labels;
    uint32_t traits;
    uint64_t first;               /* up to eight bytes at its front, */
    uint64_t last;                /* as many at its end, */
    char between[NAME_MOST - 16]; /* and what is between these if it is longer than both */
};
struct detect_scratch {
    struct known_name names[NAME_PLACES];
    struct known_name unkept;      /* one that is too long to be remembered */
    struct detect_matches matches; /* of raw text, which nobody gets */
};

#endif
