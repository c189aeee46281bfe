/* SPDX-License-Identifier: Apache-2.0 */
/* Canaries: made, read, and seen in every spelling and every split. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/canary.h"

#define MAIL "luvosatidekopi.muza_re-bo@shop.example"

static struct canary_set *parse(const char *content)
{
    struct diags *diags = diags_new();
    struct canary_set *set = canary_set_parse(text_from(content), "canaries.txt", (struct mark){0}, diags);
    assert_int_equal(diags_errors(diags), set == NULL ? 1 : 0);
    diags_free(diags);
    return set;
}

/* However it is split. */
static void assert_seen(const char *text, size_t length, bool is_there)
{
    struct canary_set *set = parse("# planted\nother Rabogesuvitakonilepodu\r\n customer\t" MAIL "\n");
    for (size_t cut = 0; cut <= length; cut++) {
        struct canary_watch *watch = canary_watch_new(set);
        const char *first = canary_watch_feed(watch, (struct text){text, cut});
        const char *second = canary_watch_feed(watch, (struct text){text + cut, length - cut});
        const char *seen = first != NULL ? first : second;
        assert_true(is_there == (seen != NULL));
        if (is_there)
            assert_string_equal(seen, "customer");
        canary_watch_free(watch);
    }
    canary_set_free(set);
}

static void assert_seen_as(const struct buffer *spelled, bool is_there)
{
    assert_seen(spelled->data, spelled->length, is_there);
}

/* How a character is written: its number between two texts, or itself. */
struct form {
    const char *before;
    enum { AS_IT_IS, HEX, HEX_4, DECIMAL } how;
    const char *after;
};
static void spell(struct buffer *out, const char *text, const struct form *form)
{
    for (; *text != '\0'; text++) {
        buffer_append_string(out, form->before);
        switch (form->how) {
        case AS_IT_IS:
            buffer_append_byte(out, *text);
            break;
        case HEX:
            buffer_printf(out, "%02x", (unsigned)*text);
            break;
        case HEX_4:
            buffer_printf(out, "%04X", (unsigned)*text);
            break;
        case DECIMAL:
            buffer_append_number(out, (uint64_t)*text);
            break;
        }
        buffer_append_string(out, form->after);
    }
}

static void it_is_seen_as_it_is_and_in_every_escape(void **state)
{
    (void)state;
    static const struct form forms[] = {{"", AS_IT_IS, ""},    {"%", HEX, ""},       {"\\u", HEX_4, ""},
                                        {"\\x", HEX, ""},      {"&#", DECIMAL, ";"}, {"&#x", HEX, ";"},
                                        {"%25", HEX, ""},      {"\\\\u", HEX_4, ""}, {"\\\\\\\\u", HEX_4, ""},
                                        {"%5cu", HEX_4, ""},   {"%2525", HEX, ""},   {"&amp;#", DECIMAL, ";"},
                                        {"", AS_IT_IS, "\r\n"}};
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        struct buffer out = {0};
        spell(&out, MAIL, &forms[i]);
        assert_seen_as(&out, true);
        buffer_clear(&out);
    }
    assert_seen("say LUVOSATIDEKOPI.MUZA_RE-BO@SHOP.EXAMPLE!", strlen(MAIL) + 5, true);
    assert_seen("luvosatidekopi.muza_re-bo&commat;shop&period;example", 52, true);
    assert_seen("%%%%6%\\\\u00&#&#x;luvosatidekopi.muza_re-bo%40shop.example", 58, true);
}

static void it_is_seen_in_utf_16(void **state)
{
    (void)state;
    char wide[2 * sizeof(MAIL)] = {0};
    for (size_t i = 0; i < sizeof(MAIL) - 1; i++)
        wide[2 * i] = MAIL[i];
    assert_seen(wide, sizeof(wide), true);
}

static void it_is_seen_in_base64_wherever_it_begins_and_on_lines(void **state)
{
    (void)state;
    for (size_t before = 0; before < 7; before++)
        for (size_t after = 0; after < 4; after++) {
            struct buffer plain = {0};
            struct buffer out = {0};
            struct buffer lines = {0};
            buffer_append(&plain, text_part(TEXT("a?b~c>d"), 0, before));
            buffer_append(&plain, TEXT(MAIL));
            buffer_append(&plain, text_part(TEXT("?~>"), 0, after));
            buffer_append_base64(&out, bytes_of_text(buffer_text(&plain)));
            assert_seen_as(&out, true);
            for (size_t i = 0; i < out.length; i++)
                buffer_printf(&lines, i % 19 == 18 ? "%c\r\n" : "%c", out.data[i]);
            assert_seen_as(&lines, true);
            buffer_clear(&plain);
            buffer_clear(&out);
            buffer_clear(&lines);
        }
}

static void what_is_nearly_it_is_not(void **state)
{
    (void)state;
    assert_seen("luvosatidekopi.muza_re-bo@shop.exampl", 37, false);
    assert_seen("luvosatidekopi.muza_re-bo@shop example", 38, false);
    assert_seen("uvosatidekopi.muza_re-bo@shop.example", 37, false);
    assert_seen("%6", 2, false);
    assert_seen("", 0, false);
}

static void a_set_says_which_line_is_wrong(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "label",
        "label short",
        "la/bel Rabogesuvitakonilepodu",
        "label Rabogesuvita\xc3\xa9konilepodu",
        "label two words here and there",
        "label 000000000000.000000",
        "good Rabogesuvitakonilepodu\nbad"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_null(parse(wrong[i]));
    struct canary_set *none = parse("# nothing\n\n");
    struct canary_set *one = parse("a Rabogesuvitakonilepodu");
    struct canary_set *same = parse("# other\na Rabogesuvitakonilepodu\n");
    struct canary_set *other = parse("b Rabogesuvitakonilepodu");
    assert_int_equal(canary_set_count(none), 0);
    assert_true(canary_set_equal(one, same) && canary_set_equal(NULL, NULL));
    assert_false(canary_set_equal(one, other) || canary_set_equal(one, NULL) || canary_set_equal(none, one));
    assert_null(canary_in(none, TEXT("Rabogesuvitakonilepodu")));
    assert_string_equal(canary_in(same, TEXT("x Rabogesuvitakonilepodu")), "a");
    canary_set_free(none);
    canary_set_free(one);
    canary_set_free(same);
    canary_set_free(other);
}

/* One that is the end of another is told in its place; of two alike the first. */
static void of_many_with_the_same_end_each_is_told(void **state)
{
    (void)state;
    struct buffer file = {0};
    for (unsigned i = 0; i < CANARIES_MOST; i++)
        buffer_printf(&file, "c%u %ubogesuvita@shop.example\n", i, 1000 + i * 7);
    buffer_append_byte(&file, '\0');
    struct canary_set *set = parse(file.data);
    assert_int_equal(canary_set_count(set), CANARIES_MOST);
    for (unsigned i = 0; i < CANARIES_MOST; i++) {
        char label[16];
        char text[64];
        (void)snprintf(label, sizeof(label), "c%u", i);
        (void)snprintf(text, sizeof(text), "<%ubogesuvita@shop.example>", 1000 + i * 7);
        assert_string_equal(canary_in(set, text_from(text)), label);
    }
    assert_null(canary_in(set, TEXT("1001bogesuvita@shop.example")));
    canary_set_free(set);
    buffer_clear(&file);
    set =
        parse("long anna.luvosatideko@shop.example\nshort luvosatideko@shop.example\nagain luvosatideko@shop.example");
    assert_string_equal(canary_in(set, TEXT("anna.luvosatideko@shop.example")), "short");
    canary_set_free(set);
}

static void of_a_name_the_labels_that_have_none_are_shown(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"shop.example", "shop.example"},
        {"a.rabogesuvitakonilepodu.evil.example", "*.evil.example"},
        {"x-rabogesuvitakonilepodu-y.b.evil.example", "*.b.evil.example"},
        {"k7q2m9x4c3v8b5n6.shop.example", "*.shop.example"},
        {"rabogesuvitakonilepodu.k7q2m9x4c3v8b5n6.shop.example", "*.shop.example"},
        {"evil.rabogesuvitakonilepodu", "*"}};
    struct canary_set *set = parse("a Rabogesuvitakonilepodu\nb k7q2m9x4c3v8b5n6.shop.example\n");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct buffer out = {0};
        canary_show_name(set, text_from(names[i][0]), &out);
        assert_true(text_equal(buffer_text(&out), text_from(names[i][1])));
        buffer_clear(&out);
    }
    canary_set_free(set);
}

/* So that each level has its own bytes before it. */
static void it_is_seen_wherever_an_escape_stands_before_it_or_in_it(void **state)
{
    (void)state;
    static const char *const escapes[] = {"%41", "\\u0041", "&#65;", "\r\n", "%2541", "%", "\\\\", "%252541"};
    struct canary_set *set = parse("customer " MAIL);
    for (size_t i = 0; i < COUNT_OF(escapes); i++)
        for (size_t gap = 0; gap < 300; gap += gap < 20 ? 1 : 67) {
            struct buffer out = {0};
            buffer_append_string(&out, escapes[i]);
            for (size_t j = 0; j < gap; j++)
                buffer_append_byte(&out, 'z');
            size_t split = gap % (sizeof(MAIL) - 1);
            buffer_append(&out, text_part(TEXT(MAIL), 0, split));
            buffer_printf(&out, "%%%02x", (unsigned)MAIL[split]);
            buffer_append(&out, text_after(TEXT(MAIL), split + 1));
            assert_non_null(canary_in(set, buffer_text(&out)));
            buffer_append(&out, text_part(TEXT(MAIL), 0, sizeof(MAIL) - 2));
            size_t before = out.length - (sizeof(MAIL) - 2);
            assert_null(canary_in(set, text_after(buffer_text(&out), before)));
            buffer_clear(&out);
        }
    canary_set_free(set);
}

static void what_is_made_is_a_value_of_a_file(void **state)
{
    (void)state;
    uint8_t random[CANARY_RANDOM];
    for (int kind = 0; kind < CANARY_KIND_COUNT; kind++) {
        struct buffer line = {0};
        for (size_t i = 0; i < sizeof(random); i++)
            random[i] = (uint8_t)(i * 37 + (size_t)kind);
        buffer_append(&line, TEXT("label "));
        canary_write((enum canary_kind)kind, random, &line);
        size_t length = line.length;
        buffer_append_byte(&line, '\0');
        struct canary_set *set = parse(line.data);
        assert_non_null(set);
        assert_non_null(canary_in(set, (struct text){line.data, length}));
        canary_set_free(set);
        buffer_clear(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_seen_as_it_is_and_in_every_escape),
        cmocka_unit_test(it_is_seen_in_utf_16),
        cmocka_unit_test(it_is_seen_in_base64_wherever_it_begins_and_on_lines),
        cmocka_unit_test(what_is_nearly_it_is_not),
        cmocka_unit_test(a_set_says_which_line_is_wrong),
        cmocka_unit_test(of_many_with_the_same_end_each_is_told),
        cmocka_unit_test(of_a_name_the_labels_that_have_none_are_shown),
        cmocka_unit_test(it_is_seen_wherever_an_escape_stands_before_it_or_in_it),
        cmocka_unit_test(what_is_made_is_a_value_of_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
