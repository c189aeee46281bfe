/* SPDX-License-Identifier: Apache-2.0 */
/* A text that comes in two pieces, cut anywhere: what is settled goes, and the rest finds what the whole has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "exeat/detect.h"

struct finder {
    struct detect_set *set;
    struct detect_scratch *scratch;
};

static void append_matches(struct buffer *out, const struct detect_matches *matches, size_t offset, size_t before)
{
    for (size_t i = 0; i < matches->count && matches->items[i].start < before; i++)
        buffer_printf(
            out, "%s %zu %zu;", detector_row(matches->items[i].detector)->name, matches->items[i].start + offset,
            matches->items[i].length);
}

static void find(const struct finder *finder, struct text text, size_t context, struct detect_matches *matches)
{
    struct detect_hint hint = {.context = context};
    assert_int_equal(detect_find(finder->set, finder->scratch, text, &hint, matches), DETECT_LOOKED);
}

static void assert_same_cut(const struct finder *finder, struct text text, size_t cut, const char *whole)
{
    struct detect_hint hint = {0};
    struct detect_matches matches = {0};
    struct buffer found = {0};
    struct text front = text_part(text, 0, cut);
    find(finder, front, 0, &matches);
    size_t settled = detect_settled(finder->set, front, &hint, &matches);
    append_matches(&found, &matches, 0, settled);
    size_t context = settled < DETECT_CONTEXT ? settled : DETECT_CONTEXT;
    find(finder, text_after(text, settled - context), context, &matches);
    append_matches(&found, &matches, settled - context, text.length);
    buffer_append_byte(&found, '\0');
    if (text_equal(text_from(found.data), text_from(whole)) == false)
        fail_msg("cut at %zu: %s instead of %s", cut, found.data, whole);
    buffer_clear(&found);
    detect_matches_clear(&matches);
}

static void assert_same_wherever_cut(struct text text)
{
    struct detect_options options = {.detectors = DETECTORS_BUILT_IN};
    struct diags *diags = diags_new();
    struct finder finder = {detect_compile(&options, diags), detect_scratch_new()};
    struct detect_matches matches = {0};
    struct buffer whole = {0};
    assert_non_null(finder.set);
    find(&finder, text, 0, &matches);
    append_matches(&whole, &matches, 0, text.length);
    buffer_append_byte(&whole, '\0');
    assert_true(whole.length > 1);
    for (size_t cut = 0; cut <= text.length; cut++)
        assert_same_cut(&finder, text, cut, whole.data);
    buffer_clear(&whole);
    detect_matches_clear(&matches);
    detect_scratch_free(finder.scratch);
    detect_free(finder.set);
    diags_free(diags);
}

#define LINE "AoGBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8QuKUpRKfFL"

static void a_private_key_is_held_from_line_to_line(void **state)
{
    (void)state;
    assert_same_wherever_cut(TEXT("key:\n-----BEGIN RSA PRIVATE KEY-----\n" LINE "\n" LINE "\n" LINE
                                  "\n-----END RSA PRIVATE KEY-----\n, ok?"));
    assert_same_wherever_cut(
        TEXT("> -----BEGIN PRIVATE KEY-----\n> " LINE "\n> " LINE "\n> " LINE "==\n\nBye! And on."));
}

static void joined_keys_are_found_in_pieces_too(void **state)
{
    (void)state;
    assert_same_wherever_cut(
        TEXT("a ghp_aB3dE5fG7hI9jK1lM3nOpQ5rS7tU9vW1xY3z/AKIAIOSFODNN7QWERTYU, "
             "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN/AKIAIOSFODNN7QWERTYU b"));
}

static void a_card_is_held_over_the_ends_of_lines(void **state)
{
    (void)state;
    assert_same_wherever_cut(TEXT("pay with 4111\n1111\r\n1111\n1111 ok, bye and so on"));
    assert_same_wherever_cut(TEXT("pay with 4111 1111\n1111 1111\nand 5555\t5555\t5555\t4444."));
    assert_same_wherever_cut(
        TEXT("4111-1111-1111-1111-5555-5555-5555-4444 and 4111111111111111-12/27, and more to say"));
}

static void addresses_of_mail_are_found_in_pieces_too(void **state)
{
    (void)state;
    assert_same_wherever_cut(
        TEXT("see anna@example.com.pdf, anna@example.com_2.pdf, bounce+anna=shop.de@mail.example. ok"));
    assert_same_wherever_cut(
        TEXT("call anna@example.com about 123456, or logo@2x.min.css, or call 123456 now, please"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_private_key_is_held_from_line_to_line),
        cmocka_unit_test(joined_keys_are_found_in_pieces_too),
        cmocka_unit_test(a_card_is_held_over_the_ends_of_lines),
        cmocka_unit_test(addresses_of_mail_are_found_in_pieces_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
