/* SPDX-License-Identifier: Apache-2.0 */
/* From the words of a rule to sets of detectors: names and groups become bits, and of two words about one kind the
 * stricter counts. */
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "inspect_internal.h"

_Static_assert((int)ACTION_DENY == (int)FOUND_ACTIONS, "each action but none has a word");
const char *inspect_action_word(enum inspect_action action)
{
    return action == ACTION_NONE ? "none" : found_actions[action - 1];
}

/* One side while it is made. `wanted`: what becomes of each of the policy's detectors. */
struct making {
    const struct settings_lists *lists;
    struct inspect_side *side;
    enum inspect_action *wanted; /* owned; by index of lists->detectors */
    struct diags *diags;
};

static void raise_to(enum inspect_action *action, enum inspect_action to)
{
    if (*action < to)
        *action = to;
}

static void say_unknown(const struct making *making, const struct setting_text *name)
{
    size_t count;
    const char *const *known = detector_names(&count);
    size_t own = making->lists->detector_count;
    const char **words = base_array(count + own + 1, sizeof(*words));
    for (size_t i = 0; i < count; i++)
        words[i] = known[i];
    for (size_t i = 0; i < own; i++)
        words[count + i] = making->lists->detectors[i].name.text.data;
    diag_error(making->diags, name->mark, "there is no detector '%.*s'", TEXT_ARG(name->text));
    diag_suggest(making->diags, name->text, words, count + own);
    diag_note(making->diags, "docs/minimisation.md has the kinds; patterns of your own stand in `detectors:`");
    base_free(words);
}

static void want(const struct making *making, const struct setting_text *name, enum inspect_action action)
{
    uint32_t bits = detectors_named(name->text);
    for (size_t i = 0; i < DETECTOR_COUNT; i++)
        if ((bits & DETECTOR_BIT(i)) != 0)
            raise_to(&making->side->actions[i], action);
    if (bits != 0)
        return;
    for (size_t i = 0; i < making->lists->detector_count; i++)
        if (text_equal(making->lists->detectors[i].name.text, name->text)) {
            raise_to(&making->wanted[i], action);
            return;
        }
    say_unknown(making, name);
}

static void want_all(const struct making *making, const struct setting_texts *names, enum inspect_action action)
{
    for (size_t i = 0; i < names->count; i++)
        want(making, &names->items[i], action);
}

/* One a line; what begins with `#` is none. */
static size_t split_words(struct text content, struct text *words)
{
    struct text line;
    size_t count = 0;
    while (text_split(&content, '\n', &line)) {
        line = text_trim(line, " \t\r");
        if (line.length == 0 || line.data[0] == '#')
            continue;
        if (words != NULL)
            words[count] = line;
        count++;
    }
    return count;
}

static void add_custom(const struct settings_detector *source, struct detect_custom *custom)
{
    *custom = (struct detect_custom){.pattern = source->pattern.text, .mark = source->pattern.mark};
    if (source->words.text.length == 0)
        return;
    custom->mark = source->words.mark;
    custom->word_count = split_words(source->words.text, NULL);
    struct text *words = base_array(custom->word_count + 1, sizeof(*words));
    (void)split_words(source->words.text, words);
    custom->words = words;
}

/* Those that somebody wants, in the order of the file. */
static struct detect_custom *take_customs(struct making *making)
{
    const struct settings_lists *lists = making->lists;
    struct inspect_side *side = making->side;
    struct detect_custom *customs = base_array(lists->detector_count + 1, sizeof(*customs));
    side->customs = base_array(lists->detector_count + 1, sizeof(*side->customs));
    for (size_t i = 0; i < lists->detector_count; i++) {
        if (making->wanted[i] == ACTION_NONE)
            continue;
        add_custom(&lists->detectors[i], &customs[side->custom_count]);
        customs[side->custom_count].weight = (uint8_t)making->wanted[i];
        side->customs[side->custom_count++] = (struct side_custom){lists->detectors[i].name.text, making->wanted[i]};
    }
    return customs;
}

static uint32_t bits_of(const struct inspect_side *side)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < DETECTOR_COUNT; i++)
        bits |= side->actions[i] != ACTION_NONE ? DETECTOR_BIT(i) : 0;
    return bits;
}

/* What is wrong with a detector of the operator's was told by inspection_check_detectors, once. */
static void compile_set(struct making *making)
{
    struct inspect_side *side = making->side;
    struct diags *unheard = diags_new();
    struct detect_custom *customs = take_customs(making);
    struct detect_options options = {
        .detectors = bits_of(side), .customs = customs, .custom_count = side->custom_count};
    for (size_t i = 0; i < DETECTOR_COUNT; i++)
        options.weights[i] = (uint8_t)side->actions[i];
    if (options.detectors != 0 || options.custom_count > 0)
        side->set = detect_compile(&options, unheard);
    diags_free(unheard);
    for (size_t i = 0; i < side->custom_count; i++)
        base_free((void *)(uintptr_t)customs[i].words);
    base_free(customs);
}

static void compile_side(
    const struct settings_wanted *source, const struct settings_lists *lists, struct inspect_side *side,
    struct diags *diags)
{
    struct making making = {lists, side, base_array(lists->detector_count + 1, sizeof(enum inspect_action)), diags};
    want_all(&making, &source->flag, ACTION_FLAG);
    want_all(&making, &source->redact, ACTION_REDACT);
    want_all(&making, &source->deny, ACTION_DENY);
    compile_set(&making);
    base_free(making.wanted);
}

static void clear_side(struct inspect_side *side)
{
    detect_free(side->set);
    base_free(side->customs);
}

/* A short key would be tried out. */
static void read_key(struct inspection *inspection, struct diags *diags)
{
    enum { KEY_LEAST = 16, KEY_MOST = 4096 };
    const struct settings_inspect *source = inspection->source;
    char *error = NULL;
    if (source->key_file.length == 0)
        return;
    if (!secret_read(source->key_file.data, KEY_MOST, &inspection->key, &error))
        diag_error(diags, source->mark, "the key of hashes cannot be read: %s", error);
    else if (inspection->key.length < KEY_LEAST)
        diag_error(diags, source->mark, "the key of hashes has less than %d bytes", KEY_LEAST);
    base_free(error);
}

struct inspection *inspection_compile(
    const struct settings_inspect *source, const struct settings_lists *lists, bool observes, struct diags *diags)
{
    size_t errors_before = diags_errors(diags);
    struct inspection *inspection = base_zalloc(sizeof(*inspection));
    inspection->source = source;
    inspection->observes = observes;
    compile_side(&source->requests, lists, &inspection->requests, diags);
    compile_side(&source->answers, lists, &inspection->answers, diags);
    read_key(inspection, diags);
    if (diags_errors(diags) == errors_before)
        return inspection;
    inspection_free(inspection);
    return NULL;
}

void inspection_free(struct inspection *inspection)
{
    if (inspection == NULL)
        return;
    clear_side(&inspection->requests);
    clear_side(&inspection->answers);
    secret_clear(&inspection->key);
    base_free(inspection);
}

static void check_detector(const struct settings_detector *source, struct diags *diags)
{
    struct detect_custom custom;
    if (detectors_named(source->name.text) != 0) {
        diag_error(diags, source->name.mark, "'%.*s' is built in: choose another name", TEXT_ARG(source->name.text));
        return;
    }
    add_custom(source, &custom);
    const struct detect_options options = {.customs = &custom, .custom_count = 1};
    detect_free(detect_compile(&options, diags));
    base_free((void *)(uintptr_t)custom.words);
}

void inspection_check_detectors(const struct settings_lists *lists, struct diags *diags)
{
    for (size_t i = 0; i < lists->detector_count; i++)
        check_detector(&lists->detectors[i], diags);
}

/* --- what is asked of it ---------------------------------------------------------------------------------------------
 */

size_t inspection_limit(const struct inspection *inspection)
{
    return inspection->source->limit;
}

bool inspection_passes_oversize(const struct inspection *inspection)
{
    return inspection->source->passes_oversize || inspection->observes;
}

bool inspection_passes_type(const struct inspection *inspection, struct text type)
{
    const struct setting_texts *types = &inspection->source->types;
    for (size_t i = 0; i < types->count; i++)
        if (text_equal(types->items[i].text, type))
            return true;
    return false;
}

bool inspection_observes(const struct inspection *inspection)
{
    return inspection->observes;
}

bool inspection_is_about_answers(const struct inspection *inspection)
{
    return inspection->answers.set != NULL;
}

static bool is_of_the_operator(enum detector detector)
{
    return detector == DETECTOR_CUSTOM;
}

enum inspect_action side_action(const struct inspect_side *side, const struct detect_match *match)
{
    if (!is_of_the_operator(match->detector))
        return side->actions[match->detector];
    ASSERT(match->custom < side->custom_count);
    return side->customs[match->custom].action;
}

struct text side_kind(const struct inspect_side *side, const struct detect_match *match)
{
    if (!is_of_the_operator(match->detector))
        return text_from(detector_row(match->detector)->name);
    ASSERT(match->custom < side->custom_count);
    return side->customs[match->custom].name;
}
