/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling a set: the operator's patterns and words, each with its place in the complaint. */
#include "set.h"

#include <string.h>

#include "exeat/base/memory.h"
#include "token.h"

static bool add_pattern(struct detect_set *set, size_t index, const struct detect_custom *custom, struct diags *diags)
{
    char *error = NULL;
    size_t offset = 0;
    set->patterns[index] = pattern_compile_search(custom->pattern, &error, &offset);
    if (set->patterns[index] == NULL) {
        diag_error(diags, custom->mark, "this pattern cannot be read at its character %zu: %s", offset + 1, error);
        base_free(error);
    }
    return set->patterns[index] != NULL;
}

static bool add_words(struct detect_set *set, size_t index, const struct detect_custom *custom, struct diags *diags)
{
    if (set->words == NULL)
        set->words = word_list_new(WORDS_WHOLE);
    for (size_t i = 0; i < custom->word_count; i++)
        if (!word_list_add(set->words, custom->words[i], (uint16_t)index)) {
            diag_error(diags, custom->mark, "word %zu has neither a letter nor a digit", i + 1);
            return false;
        }
    return true;
}

static bool add_customs(struct detect_set *set, const struct detect_options *options, struct diags *diags)
{
    bool fine = true;
    set->patterns = base_array(options->custom_count, sizeof(struct pattern *));
    set->custom_weights = base_array(options->custom_count, 1);
    set->custom_count = options->custom_count;
    for (size_t i = 0; i < options->custom_count; i++) {
        const struct detect_custom *custom = &options->customs[i];
        bool added = custom->pattern.length > 0 ? add_pattern(set, i, custom, diags) : add_words(set, i, custom, diags);
        set->custom_weights[i] = custom->weight;
        set->pattern_count += custom->pattern.length > 0;
        fine = fine && added;
    }
    if (set->words != NULL)
        word_list_finish(set->words);
    return fine;
}

static bool add_canaries(struct detect_set *set, const struct detect_options *options, struct diags *diags)
{
    struct mark nowhere = {.file = DIAG_NO_FILE};
    bool fine = true;
    if (options->canary_count == 0)
        return true;
    set->canaries = word_list_new(WORDS_EXACT);
    for (size_t i = 0; i < options->canary_count && fine; i++) {
        fine = options->canaries[i].length >= DETECT_CANARY_MIN &&
               word_list_add(set->canaries, options->canaries[i], (uint16_t)i);
        if (!fine)
            diag_error(diags, nowhere, "canary %zu is shorter than %d characters", i + 1, DETECT_CANARY_MIN);
    }
    word_list_finish(set->canaries);
    return fine;
}

struct detect_set *detect_compile(const struct detect_options *options, struct diags *diags)
{
    struct detect_set *set = base_zalloc(sizeof(*set));
    set->detectors = options->detectors & DETECTORS_BUILT_IN;
    label_index_init(&set->labels);
    token_bytes_init(set->token_bytes);
    vendor_key_index_init(&set->keys);
    memcpy(set->weights, options->weights, sizeof(set->weights));
    if (options->custom_count > DETECT_CUSTOM_MAX)
        diag_error(diags, options->customs[DETECT_CUSTOM_MAX].mark, "more than %d detectors", DETECT_CUSTOM_MAX);
    else if (add_customs(set, options, diags) && add_canaries(set, options, diags))
        return set;
    detect_free(set);
    return NULL;
}

void detect_free(struct detect_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->custom_count; i++)
        pattern_free(set->patterns[i]);
    base_free(set->patterns);
    base_free(set->custom_weights);
    word_list_free(set->words);
    word_list_free(set->canaries);
    base_free(set);
}

struct detect_scratch *detect_scratch_new(void)
{
    return base_zalloc(sizeof(struct detect_scratch));
}

void detect_scratch_free(struct detect_scratch *scratch)
{
    if (scratch != NULL)
        detect_matches_clear(&scratch->matches);
    base_free(scratch);
}

void detect_matches_clear(struct detect_matches *matches)
{
    base_free(matches->items);
    *matches = (struct detect_matches){0};
}
