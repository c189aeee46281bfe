/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies are read, walked and written anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/body.h"

/* What a walk told, one place a line: what, path, field, value. */
static bool note(void *context, struct body *body, const struct body_place *place)
{
    static const char *const words[] = {"value", "number", "name", "outside", "opaque"};
    struct buffer *told = context;
    if (place->what == BODY_NAME)
        return true;
    buffer_printf(told, "%s ", words[place->what]);
    body_path(body, place, told);
    buffer_printf(told, " %.*s=%.*s\n", TEXT_ARG(place->field), TEXT_ARG(place->value));
    return true;
}

static void json_is_told_place_by_place(void **state)
{
    (void)state;
    struct text sent =
        TEXT("{\"messages\":[{\"role\":\"user\",\"content\":\"caf\\u00e9\"},{\"n\":4.5}],\"b\\u0061d key\":\"x\"}");
    struct body *body = body_new();
    struct buffer told = {0};
    struct body_label label = body_label_of(BODY_JSON);
    assert_int_equal(body_read(body, &label, bytes_of_text(sent), &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk(body, note, &told, NULL), BODY_FINE);
    buffer_append_byte(&told, '\0');
    assert_string_equal(
        told.data, "value messages[0].role role=user\n"
                   "value messages[0].content content=caf\xc3\xa9\n"
                   "number messages[1].n n=4.5\n"
                   "value * bad key=x\n");
    buffer_clear(&told);
    body_free(body);
}

/* Puts [X] for the "4111" of a value. */
static bool hide(void *context, struct body *body, const struct body_place *place)
{
    (void)context;
    const char *found = place->what == BODY_VALUE ? memmem(place->value.data, place->value.length, "4111", 4) : NULL;
    if (found != NULL)
        assert_true(body_edit(body, place, (size_t)(found - place->value.data), 4, TEXT("[\"X\"]")));
    return true;
}

static void an_edit_changes_no_other_byte(void **state)
{
    (void)state;
    struct text sent = TEXT("\xef\xbb\xbf{ \"a\" : \"\\u00e9\\/ 4\\u003111 \\/\", \"b\":1.50e1 }\r\n");
    struct body *body = body_new();
    struct buffer out = {0};
    struct body_label label = body_label_of(BODY_JSON);
    assert_int_equal(body_read(body, &label, bytes_of_text(sent), &body_limits_usual, NULL), BODY_FINE);
    assert_int_equal(body_walk(body, hide, NULL, NULL), BODY_FINE);
    assert_true(body_is_edited(body));
    assert_true(body_rewrite(body, &out));
    buffer_append_byte(&out, '\0');
    assert_string_equal(out.data, "\xef\xbb\xbf{ \"a\" : \"\\u00e9\\/ [\\\"X\\\"] \\/\", \"b\":1.50e1 }\r\n");
    buffer_clear(&out);
    body_free(body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_told_place_by_place),
        cmocka_unit_test(an_edit_changes_no_other_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
