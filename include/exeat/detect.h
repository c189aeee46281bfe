/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a text that should not leave: personal data, means of payment, secrets, prices. Pure: decoded UTF-8 in,
 * places out. What each detector finds and misses: docs/minimisation.md. */
#ifndef EXEAT_DETECT_H
#define EXEAT_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/diag.h"
#include "exeat/base/text.h"
#include "exeat/vendor_key.h"
#include "exeat/wording/points.h"

/* Their numbers stand in records: append only. */
enum detector {
    DETECTOR_CARD,
    DETECTOR_IBAN,
    DETECTOR_EMAIL,
    DETECTOR_PHONE,
    DETECTOR_VAT,
    DETECTOR_TAX_ID,
    DETECTOR_SOCIAL_SECURITY,
    DETECTOR_PASSPORT,
    DETECTOR_ADDRESS,
    DETECTOR_NAME,
    DETECTOR_BIRTH_DATE,
    DETECTOR_IP,
    DETECTOR_GEO,
    DETECTOR_SESSION_TOKEN,
    DETECTOR_VENDOR_KEY,
    DETECTOR_CLOUD_KEY,
    DETECTOR_PRIVATE_KEY,
    DETECTOR_JWT,
    DETECTOR_PRICE,
    DETECTOR_CUSTOM, /* one of the operator's own, see `custom` of the match */
    DETECTOR_CANARY,
    DETECTOR_COUNT
};
_Static_assert(DETECTOR_COUNT <= 32, "a set of detectors is a mask of 32 bits");
#define DETECTOR_BIT(detector) (UINT32_C(1) << (detector))
/* All that need nothing of the operator's. */
#define DETECTORS_BUILT_IN (DETECTOR_BIT(DETECTOR_CUSTOM) - 1)

struct detector_row {
    const char *name;        /* as in the policy and in records: "card" */
    const char *placeholder; /* "CARD", for [CARD_1] */
    const char *group;       /* "personal", "payment", "secret", "pricing", or "" */
    const char *finds;       /* for people: one clause */
};
const struct detector_row *detector_row(enum detector detector); /* static */
/* The bits of a detector or a group of this name; 0: there is none. "custom" and "canary" are no names of the policy.
 */
uint32_t detectors_named(struct text name);
/* Names of the built-in detectors, then of the groups, for diag_suggest; static. */
const char *const *detector_names(size_t *count);

/* --- a set -----------------------------------------------------------------------------------------------------------
 */

/* One of the operator's: a pattern or a list of words. Its place in the options is `custom` of its matches. */
struct detect_custom {
    struct text pattern;      /* PCRE2, UTF-8, unanchored; empty: it is a list */
    const struct text *words; /* whole words or phrases, of any case */
    size_t word_count;
    struct mark mark; /* where it was written, for what is wrong with it */
    uint8_t weight;   /* as below */
};
struct detect_options {
    uint32_t detectors;              /* bits of those that are built in */
    uint8_t weights[DETECTOR_COUNT]; /* where two meet, the weightier stays, then the more certain: what is denied
                                        should weigh more than what is only counted */
    const struct detect_custom *customs;
    size_t custom_count;
    const struct text *canaries; /* exact values, at least DETECT_CANARY_MIN bytes each */
    size_t canary_count;
};
enum { DETECT_CANARY_MIN = 6, DETECT_CUSTOM_MAX = 256 };

/* Compiled, immutable, shared by threads. */
struct detect_set;
/* Copies what it needs. NULL: `diags` says what is wrong with which custom detector. The caller's, for detect_free. */
MUST_CHECK struct detect_set *detect_compile(const struct detect_options *options, struct diags *diags);
void detect_free(struct detect_set *set); /* NULL is fine */

/* What one thread works with; it holds no text of a body, and field names of such as are known to say nothing. */
struct detect_scratch;
struct detect_scratch *detect_scratch_new(void);          /* the caller's, for detect_scratch_free */
void detect_scratch_free(struct detect_scratch *scratch); /* NULL is fine */

/* --- looking ---------------------------------------------------------------------------------------------------------
 */

/* What is known of a value beside its text. All decoded, all may be empty. */
struct detect_hint {
    struct text field;  /* the name that it stands under: the nearest key, tag, column, form field, header field */
    struct text path;   /* where, with its parents: "order.billing_address.street[0]" */
    struct text beside; /* what names it in a pair: "cost" of {"attribute_code": "cost", "value": 9}; empty: nothing; a
                           text of more than 32 bytes names nothing */
    size_t context;     /* so many bytes at the front were looked at before: they say what stands before, no more */
};

struct detect_match {
    enum detector detector;
    uint16_t custom;   /* of DETECTOR_CUSTOM and DETECTOR_CANARY: which, as in the options */
    uint8_t certainty; /* 1 to 100: which of two that meet stays */
    size_t start;
    size_t length;
    const struct vendor_key
        *key; /* of DETECTOR_VENDOR_KEY and DETECTOR_CLOUD_KEY, where its vendor is known; or NULL */
};

/* In order of place, none over another: those that meet are one match that is all of them, as what the weightiest and
 * most certain of them is. Zeroed is empty and valid. */
struct detect_matches {
    struct detect_match *items; /* owned */
    size_t count;
    size_t capacity;
};
void detect_matches_clear(struct detect_matches *matches); /* frees */

enum detect_result {
    DETECT_LOOKED,
    DETECT_GAVE_UP /* a pattern of the operator's reached its bound of work: fail closed */
};
/* Finds all in `value` (UTF-8 as far as it is; other bytes match nothing), in place of what was in `matches`. Linear in
 * the value, but for the operator's patterns, which have a bound. */
MUST_CHECK enum detect_result detect_find(
    const struct detect_set *set, struct detect_scratch *scratch, struct text value, const struct detect_hint *hint,
    struct detect_matches *matches);

/* False: detect_find would find nothing in any value of it. In doubt true. Much faster than walking the text. What is
 * spelled otherwise (form, XML, CSV with a head) is to be walked. */
MUST_CHECK bool detect_may_have(
    const struct detect_set *set, struct detect_scratch *scratch, struct text raw, enum detect_spelling spelling);

/* How many bytes from the start are settled: whatever follows, no match is in them or reaches into them that is not in
 * `matches` (of detect_find of this value) already. Who cuts there and goes on keeps up to DETECT_CONTEXT bytes before
 * the cut in front of what follows, as `context` of the hint. */
size_t detect_settled(
    const struct detect_set *set, struct text value, const struct detect_hint *hint,
    const struct detect_matches *matches);
enum { DETECT_CONTEXT = 96 };

#endif
