/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator describes: patterns with a bound on their work, words, canaries; and which of two that meet stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "marked.h"

static const struct text words[] = {TEXT_INIT("Project Falcon"), TEXT_INIT("Straße"),
                                    TEXT_INIT(".NET"),           TEXT_INIT("C++"),
                                    TEXT_INIT("ŁÓDŹ"),           TEXT_INIT("falcon")};
static const struct text canaries[] = {TEXT_INIT("canary-7f3a91"), TEXT_INIT("Zoë.canary@shop.example")};

static struct detect_set *compile(const struct detect_options *options)
{
    struct diags *diags = diags_new();
    struct detect_set *set = detect_compile(options, diags);
    assert_non_null(set);
    diags_free(diags);
    return set;
}

static struct detect_set *with_words(void)
{
    const struct detect_custom custom = {.words = words, .word_count = COUNT_OF(words)};
    return compile(&(struct detect_options){
        .customs = &custom, .custom_count = 1, .canaries = canaries, .canary_count = COUNT_OF(canaries)});
}

static void finds_whole_words_of_any_case(void **state)
{
    (void)state;
    struct detect_set *set = with_words();
    assert_marked_by(set, "", "about {custom:PROJECT  falcon}, and Falcons? no");
    assert_marked_by(set, "", "{custom:straße} {custom:STRAẞE} strassen");
    assert_marked_by(set, "", "a {custom:.net} and {custom:c++} shop, not planet");
    assert_marked_by(set, "", "{custom:łódź}");
    assert_marked_by(set, "", "Project\nX Falconry falcons");
    detect_free(set);
}

static void finds_canaries_exactly(void **state)
{
    (void)state;
    struct detect_set *set = with_words();
    assert_marked_by(set, "", "x {canary:canary-7f3a91} y");
    assert_marked_by(set, "", "Canary-7f3a91 canary-7f3a912 xcanary-7f3a91");
    assert_marked_by(set, "", "<{canary:Zoë.canary@shop.example}>");
    detect_free(set);
}

static void finds_patterns_anywhere(void **state)
{
    (void)state;
    const struct detect_custom custom = {.pattern = TEXT_INIT("KD-[0-9]{6}")};
    struct detect_set *set = compile(&(struct detect_options){.customs = &custom, .custom_count = 1});
    assert_marked_by(set, "", "a {custom:KD-123456}{custom:KD-654321} KD-1");
    detect_free(set);
}

static enum detect_result look(const struct detect_set *set, struct text value)
{
    struct detect_scratch *scratch = detect_scratch_new();
    struct detect_matches matches = {0};
    enum detect_result result = detect_find(set, scratch, value, &(struct detect_hint){0}, &matches);
    detect_matches_clear(&matches);
    detect_scratch_free(scratch);
    return result;
}

static void a_pattern_that_works_too_long_is_given_up(void **state)
{
    (void)state;
    const struct detect_custom custom = {.pattern = TEXT_INIT("(?:a+)+$(?<=b)")};
    struct detect_set *set = compile(&(struct detect_options){.customs = &custom, .custom_count = 1});
    char text[64];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = 'c';
    assert_int_equal(look(set, (struct text){text, sizeof(text)}), DETECT_GAVE_UP);
    assert_int_equal(look(set, TEXT("b")), DETECT_LOOKED);
    detect_free(set);
}

static void says_which_detector_cannot_be_read(void **state)
{
    (void)state;
    static const struct text nothing[] = {TEXT_INIT("--")};
    static const struct text short_canary[] = {TEXT_INIT("abc")};
    const struct detect_custom bad[] = {{.pattern = TEXT_INIT("a(")}, {.words = nothing, .word_count = 1}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct diags *diags = diags_new();
        assert_null(detect_compile(&(struct detect_options){.customs = &bad[i], .custom_count = 1}, diags));
        assert_int_equal(diags_errors(diags), 1);
        diags_free(diags);
    }
    struct diags *diags = diags_new();
    assert_null(detect_compile(&(struct detect_options){.canaries = short_canary, .canary_count = 1}, diags));
    assert_int_equal(diags_errors(diags), 1);
    diags_free(diags);
}

static void of_two_that_meet_the_weightier_names_both(void **state)
{
    (void)state;
    static const struct text name[] = {TEXT_INIT("anna")};
    const struct detect_custom custom = {.words = name, .word_count = 1};
    struct detect_options options = {.detectors = DETECTORS_BUILT_IN, .customs = &custom, .custom_count = 1};
    struct detect_set *set = compile(&options);
    assert_marked_by(set, "", "{custom:anna@shop.example} {custom:Anna}");
    detect_free(set);
    options.weights[DETECTOR_EMAIL] = 2;
    set = compile(&options);
    assert_marked_by(set, "", "{email:anna@shop.example} {custom:Anna}");
    detect_free(set);
}

static void names_of_detectors_and_groups_are_bits(void **state)
{
    (void)state;
    size_t count = 0;
    const char *const *names = detector_names(&count);
    for (size_t i = 0; i < count; i++)
        assert_int_not_equal(detectors_named(text_from(names[i])), 0);
    assert_int_equal(detectors_named(TEXT("card")), DETECTOR_BIT(DETECTOR_CARD));
    assert_int_equal(detectors_named(TEXT("payment")), DETECTOR_BIT(DETECTOR_CARD) | DETECTOR_BIT(DETECTOR_IBAN));
    assert_int_equal(detectors_named(TEXT("custom")), 0);
    assert_int_equal(detectors_named(TEXT("")), 0);
}

static void a_pair_is_known_by_what_names_it(void **state)
{
    (void)state;
    struct detect_set *set = compile(&(struct detect_options){.detectors = DETECTORS_BUILT_IN});
    struct detect_scratch *scratch = detect_scratch_new();
    struct detect_matches matches = {0};
    struct detect_hint hint = {.field = TEXT("value"), .path = TEXT("a[0].value"), .beside = TEXT("cost")};
    assert_int_equal(detect_find(set, scratch, TEXT("12.50"), &hint, &matches), DETECT_LOOKED);
    assert_int_equal(matches.count, 1);
    assert_int_equal(matches.items[0].detector, DETECTOR_PRICE);
    hint.beside = TEXT("color");
    assert_int_equal(detect_find(set, scratch, TEXT("12.50"), &hint, &matches), DETECT_LOOKED);
    assert_int_equal(matches.count, 0);
    detect_matches_clear(&matches);
    detect_scratch_free(scratch);
    detect_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_whole_words_of_any_case),
        cmocka_unit_test(finds_canaries_exactly),
        cmocka_unit_test(finds_patterns_anywhere),
        cmocka_unit_test(a_pattern_that_works_too_long_is_given_up),
        cmocka_unit_test(says_which_detector_cannot_be_read),
        cmocka_unit_test(of_two_that_meet_the_weightier_names_both),
        cmocka_unit_test(names_of_detectors_and_groups_are_bits),
        cmocka_unit_test(a_pair_is_known_by_what_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
