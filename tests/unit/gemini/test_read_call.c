/* SPDX-License-Identifier: Apache-2.0 */
/* Gemini's calls as canonical ones; tests/unit/dialect has them from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/gemini.h"

static void the_model_stands_between_the_last_slash_and_a_colon(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        const char *model;
    } rows[] = {
        {"/v1beta/models/gemini-2:generateContent", "gemini-2"},
        {"/v1/projects/p/locations/l/publishers/google/models/g:x", "g"},
        {"/v1beta/tunedModels/a:b:generateContent", "a"},
        {"/v1beta/models/:generateContent", ""},
        {"/v1beta/models/gemini-2", "gemini-2"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_true(text_equal(gemini_vendor.model_of_path(text_from(rows[i].path)), text_from(rows[i].model)));
}

static void an_answer_is_framed_as_the_query_says(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        bool is_events;
    } rows[] = {{"", false},          {"alt=sse", true},   {"key=x&alt=sse", true},
                {"%24alt=sse", true}, {"alt=json", false}, {"xalt=sse", false}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct canon_call call = {.query = text_from(rows[i].query)};
        struct text type = gemini_vendor.type_of(&call, true);
        assert_int_equal(text_equal(type, TEXT("text/event-stream")), rows[i].is_events);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_stands_between_the_last_slash_and_a_colon),
        cmocka_unit_test(an_answer_is_framed_as_the_query_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
