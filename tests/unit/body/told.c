/* SPDX-License-Identifier: Apache-2.0 */
/* A visitor that writes down what it is told, and one that edits. */
#include "told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"

struct visit {
    struct buffer *told;
    bool has_names;
};

static void note(struct visit *visit, struct body *body, const struct body_place *place)
{
    static const char *const words[] = {"value", "number", "name", "outside", "opaque"};
    if (visit->told == NULL || (place->what == BODY_NAME && !visit->has_names))
        return;
    buffer_printf(visit->told, "%s ", words[place->what]);
    body_path(body, place, visit->told);
    struct text value = place->what == BODY_OPAQUE ? place->type : place->value;
    buffer_printf(visit->told, " %.*s=%.*s\n", TEXT_ARG(place->field), TEXT_ARG(value));
}

static bool see(void *context, struct body *body, const struct body_place *place)
{
    struct text value = place->value;
    note(context, body, place);
    bool may_edit = place->what == BODY_VALUE || place->what == BODY_OUTSIDE;
    for (size_t at = 0; may_edit && at + 4 <= value.length; at++)
        if (memcmp(value.data + at, "4111", 4) == 0)
            assert_true(body_edit(body, place, at, 4, TEXT("[X]")));
    return true;
}

struct body_label label_of(const char *type, const char *coding)
{
    struct body_label label = {0};
    if (type != NULL)
        body_label_field(&label, TEXT("Content-Type"), text_from(type));
    if (coding != NULL)
        body_label_field(&label, TEXT("Content-Encoding"), text_from(coding));
    (void)body_label_end(&label);
    return label;
}

static enum body_fault visit(const struct body_label *label, struct text sent, struct visit *visit, struct buffer *out)
{
    static const struct body_limits limits = {1 << 20, 200, 100000};
    struct body *body = body_new();
    struct detail detail = {0};
    /* a copy of its own size, so that nothing behind it is read unseen */
    char *copy = text_copy(sent);
    struct bytes bytes = {(const uint8_t *)copy, sent.length};
    enum body_fault fault = body_read(body, label, bytes, &limits, &detail);
    if (fault == BODY_FINE)
        fault = body_walk(body, see, visit, &detail);
    if (fault == BODY_FINE && out != NULL)
        assert_true(body_rewrite(body, out));
    body_free(body);
    base_free(copy);
    return fault;
}

enum body_fault look(const struct body_label *label, struct text sent, struct buffer *told, struct buffer *out)
{
    return visit(label, sent, &(struct visit){.told = told}, out);
}

static void expect_notes(const char *type, struct text sent, bool has_names, const char *expected)
{
    struct buffer told = {0};
    struct body_label label = label_of(type, NULL);
    assert_int_equal(visit(&label, sent, &(struct visit){&told, has_names}, NULL), BODY_FINE);
    buffer_append_byte(&told, '\0');
    assert_string_equal(told.data, expected);
    buffer_clear(&told);
}

void expect_told(const char *type, struct text sent, const char *expected)
{
    expect_notes(type, sent, false, expected);
}

void expect_names(const char *type, struct text sent, const char *expected)
{
    expect_notes(type, sent, true, expected);
}

void expect_rewritten(const char *type, struct text sent, struct text expected)
{
    struct buffer out = {0};
    struct body_label label = label_of(type, NULL);
    assert_int_equal(look(&label, sent, NULL, &out), BODY_FINE);
    if (!text_equal(buffer_text(&out), expected))
        fail_msg("%.*s\n    instead of\n%.*s", TEXT_ARG(buffer_text(&out)), TEXT_ARG(expected));
    buffer_clear(&out);
}

void expect_fault(const char *type, const char *coding, struct text sent, enum body_fault expected)
{
    struct body_label label = label_of(type, coding);
    enum body_fault fault = look(&label, sent, NULL, NULL);
    if (fault != expected)
        fail_msg(
            "%s instead of %s, of %.*s", body_fault_row(fault)->code, body_fault_row(expected)->code,
            TEXT_ARG(text_part(sent, 0, 60)));
}
