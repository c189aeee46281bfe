/* SPDX-License-Identifier: Apache-2.0 */
/* In every kind of body, however a value is spelled and whatever stands beside it: redacted, no reading has it and the
 * body is well formed; restored, it is what it was. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "rule.h"

#include <string.h>

#include "exeat/base/json_view.h"
#include "exeat/coding/spelling.h"

static const char card[] = "4111 1111 1111 1111";
static const char mail[] = "anna@x.example";

/* A text within others: from the inside out. */
static const struct container {
    const char *type;
    struct layer {
        enum spelling spelling;
        const char *before;
        const char *after;
    } layers[3];
    size_t count;
    bool is_json;
} containers[] = {
    {"application/json", {{SPELLED_JSON, "{\"a\":\"", "\"}"}}, 1, true},
    {"application/json", {{SPELLED_JSON, "[1,{\"b\":\"", "\"}]"}, {SPELLED_JSON, "{ \"a\" :\"", "\"}\r\n"}}, 2, true},
    {"application/json",
     {{SPELLED_JSON, "{\"c\":\"", "\"}"}, {SPELLED_JSON, "{\"b\":\"", "\"}"}, {SPELLED_JSON, "{\"a\":\"", "\"}"}},
     3,
     true},
    {"application/x-ndjson", {{SPELLED_JSON, "[]\r\n\n{\"a\":\r\"", "\"}\n"}}, 1, false},
    {"application/json-seq", {{SPELLED_JSON, "\x1e[]\n\x1e[\"", "\"]\n"}}, 1, false},
    {"text/event-stream", {{SPELLED_JSON, "id: 1\rdata: {\"a\":\"", "\"}\r\n\r\n"}}, 1, false},
    {"text/event-stream", {{SPELLED_LINES, ": x\ndata:", "\n\n"}}, 1, false},
    {"application/x-www-form-urlencoded", {{SPELLED_FORM, "a=", "&b=1"}}, 1, false},
    {"application/x-www-form-urlencoded", {{SPELLED_JSON, "{\"a\":\"", "\"}"}, {SPELLED_FORM, "x[y]=", ""}}, 2, false},
    {"application/x-www-form-urlencoded", {{SPELLED_JSON, "{\"a\":\"", "\"}"}}, 1, true},
    {"multipart/form-data; boundary=b",
     {{SPELLED_PLAIN, "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n", "\r\n--b--"}},
     1,
     false},
    {"multipart/form-data; boundary=b",
     {{SPELLED_JSON, "--b\r\nContent-Disposition: form-data; name=a\r\nContent-Type: application/json\r\n\r\n[\"",
       "\"]\r\n--b--"}},
     1,
     false},
    {"application/xml", {{SPELLED_XML, "<a><b>", "</b></a>"}}, 1, false},
    {"application/xml", {{SPELLED_XML, "<a b=\"", "\"/>"}}, 1, false},
    {"application/xml", {{SPELLED_CDATA, "<a><![CDATA[", "]]></a>"}}, 1, false},
    {"text/csv", {{SPELLED_QUOTED, "a,b\r\n1,\"", "\"\r\n"}}, 1, false},
    {"text/plain", {{SPELLED_PLAIN, "", ""}}, 1, false},
    {"text/plain", {{SPELLED_JSON, "{\"a\":\"", "\"}"}}, 1, true},
};

/* How the first character of a value is spelled in a text that nobody has said anything of. */
static const char *const spellings[][2] = {
    {"4", "a"}, {"%34", "%61"}, {"&#52;", "&#x61;"}, {"\\u0034", "\\u0061"}, {"%2534", "%2561"}, {"&#x34", "&#97"},
};
static const char *const beside[] = {"", "50% ", "%20 ", "&lt; ", "\\n ", "%26amp; \\\\ &#37;41 "};

static void make(const struct container *container, size_t spelling, size_t decoy, struct buffer *out)
{
    struct buffer text = {0};
    bool needs_edge = strchr("&", spellings[spelling][0][0]) != NULL && strchr(spellings[spelling][0], ';') == NULL;
    buffer_printf(
        &text, "%spay %s%s, %s%s%s.", beside[decoy], spellings[spelling][0],
        needs_edge ? ";111 1111 1111 1111" : card + 1, spellings[spelling][1], mail + 1, " end");
    for (size_t i = 0; i < container->count; i++) {
        const struct layer *layer = &container->layers[i];
        buffer_empty(out);
        buffer_append_string(out, layer->before);
        spelling_write(layer->spelling, buffer_text(&text), out);
        buffer_append_string(out, layer->after);
        buffer_empty(&text);
        buffer_append(&text, buffer_text(out));
    }
    buffer_clear(&text);
}

static bool is_json(struct text text)
{
    struct json_view view = {0};
    bool is_good = json_view_read(&view, text, JSON_UTF8, NULL);
    json_view_clear(&view);
    return is_good;
}

static bool has(struct text text, const char *part)
{
    return memmem(text.data, text.length, part, strlen(part)) != NULL;
}

static enum inspect_says look(const char *inspect, const struct body_label *label, struct text sent)
{
    struct rule rule = rule_make(inspect);
    struct buffer body = {0};
    buffer_append(&body, sent);
    enum inspect_says says = inspect_body(rule.inspected, label, &body, NULL);
    buffer_clear(&body);
    rule_free(&rule);
    return says;
}

static void expect_proof(const struct container *container, size_t spelling, size_t decoy)
{
    struct buffer sent = {0};
    struct buffer body = {0};
    struct body_label label = {0};
    struct detail detail = {0};
    body_label_field(&label, TEXT("content-type"), text_from(container->type));
    assert_int_equal(body_label_end(&label), BODY_FINE);
    make(container, spelling, decoy, &sent);
    struct rule rule = rule_make("{ redact: [card, email], restore: true }");
    buffer_append(&body, buffer_text(&sent));
    enum inspect_says says = inspect_body(rule.inspected, &label, &body, &detail);
    if (says != INSPECT_CHANGED)
        fail_msg("%d (%s) for %.*s", (int)says, detail.text, TEXT_ARG(buffer_text(&sent)));
    if (has(buffer_text(&body), card + 1) || has(buffer_text(&body), "x.example"))
        fail_msg("%.*s is left of %.*s", TEXT_ARG(buffer_text(&body)), TEXT_ARG(buffer_text(&sent)));
    assert_true(!container->is_json || is_json(buffer_text(&body)));
    assert_int_equal(look("{ flag: [ip], redact: [card, email] }", &label, buffer_text(&body)), INSPECT_PASSES);
    assert_int_equal(inspect_answer(rule.inspected, &label, &body, &detail), INSPECT_CHANGED);
    if (spelling == 0 && !text_equal(buffer_text(&body), buffer_text(&sent)))
        fail_msg("%.*s instead of %.*s", TEXT_ARG(buffer_text(&body)), TEXT_ARG(buffer_text(&sent)));
    assert_true(!container->is_json || is_json(buffer_text(&body)));
    assert_int_equal(look("{ deny: [card] }", &label, buffer_text(&body)), INSPECT_DENIED);
    assert_int_equal(look("{ deny: [email] }", &label, buffer_text(&body)), INSPECT_DENIED);
    buffer_clear(&sent);
    buffer_clear(&body);
    rule_free(&rule);
}

static void no_reading_of_a_redacted_body_has_a_value_and_restored_it_is_what_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(containers); i++)
        for (size_t spelling = 0; spelling < COUNT_OF(spellings); spelling++)
            for (size_t decoy = 0; decoy < COUNT_OF(beside); decoy++)
                expect_proof(&containers[i], spelling, decoy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_reading_of_a_redacted_body_has_a_value_and_restored_it_is_what_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
