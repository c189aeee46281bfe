/* SPDX-License-Identifier: Apache-2.0 */
/* The text that is found is marked again, and compared with what the test wrote. */
#include "marked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "exeat/base/memory.h"

/* "{card:4111}" is "4111". */
static void strip(const char *marked, struct buffer *out)
{
    for (const char *at = marked; *at != '\0'; at++) {
        const char *colon = *at == '{' ? strchr(at, ':') : NULL;
        if (colon != NULL)
            at = colon;
        else if (*at != '}')
            buffer_append_byte(out, *at);
    }
}

static void mark(struct text text, const struct detect_matches *matches, struct buffer *out)
{
    size_t at = 0;
    for (size_t i = 0; i < matches->count; i++) {
        const struct detect_match *match = &matches->items[i];
        assert_true(match->start >= at && match->length > 0 && match->start + match->length <= text.length);
        buffer_append(out, text_part(text, at, match->start - at));
        buffer_printf(out, "{%s:", detector_row(match->detector)->name);
        buffer_append(out, text_part(text, match->start, match->length));
        buffer_append_byte(out, '}');
        at = match->start + match->length;
    }
    buffer_append(out, text_after(text, at));
}

static struct text last_name(struct text path)
{
    struct text name = path;
    struct text piece;
    while (text_split(&path, '.', &piece))
        name = piece;
    size_t bracket = text_index(name, '[', 0);
    bool index = bracket + 1 < name.length && name.data[bracket + 1] >= '0' && name.data[bracket + 1] <= '9';
    return index ? text_part(name, 0, bracket) : name;
}

void assert_marked_by(const struct detect_set *set, const char *path, const char *marked)
{
    struct buffer text = {0};
    struct buffer found = {0};
    struct detect_matches matches = {0};
    struct detect_scratch *scratch = detect_scratch_new();
    struct detect_hint hint = {.field = last_name(text_from(path)), .path = text_from(path)};
    strip(marked, &text);
    assert_int_equal(detect_find(set, scratch, buffer_text(&text), &hint, &matches), DETECT_LOOKED);
    mark(buffer_text(&text), &matches, &found);
    buffer_append_byte(&found, '\0');
    if (strcmp(found.data, marked) != 0)
        print_message("in '%s':\n", path);
    assert_string_equal(found.data, marked);
    detect_scratch_free(scratch);
    detect_matches_clear(&matches);
    buffer_clear(&found);
    buffer_clear(&text);
}

void assert_marked_in(const char *path, const char *marked)
{
    struct detect_options options = {.detectors = DETECTORS_BUILT_IN};
    struct diags *diags = diags_new();
    struct detect_set *set = detect_compile(&options, diags);
    assert_non_null(set);
    assert_marked_by(set, path, marked);
    detect_free(set);
    diags_free(diags);
}

void assert_marked(const char *marked)
{
    assert_marked_in("", marked);
}

void assert_all_marked(const char *const *marked, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_marked(marked[i]);
}
