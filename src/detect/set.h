/* SPDX-License-Identifier: Apache-2.0 */
/* What detect_compile makes. */
#ifndef EXEAT_DETECT_SET_H
#define EXEAT_DETECT_SET_H

#include "exeat/base/pattern.h"
#include "exeat/detect.h"
#include "label.h"
#include "words.h"

struct detect_set {
    uint32_t detectors;
    uint8_t weights[DETECTOR_COUNT];
    uint8_t *custom_weights; /* owned */
    struct label_index labels;
    struct pattern **patterns; /* owned, one for each custom detector; NULL: it is a list */
    size_t custom_count;
    struct word_list *words;    /* owned: of all lists; NULL: there is none */
    struct word_list *canaries; /* owned; NULL: there is none */
};

struct detect_scratch {
    char unused;
};

#endif
