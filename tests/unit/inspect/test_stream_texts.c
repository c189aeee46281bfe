/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of models, in the events of each of their vendors, split at each byte: what a client puts together of them has
 * no byte of what is kept out, and is to the byte what it should be. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "rule.h"

#include <string.h>

#include "exeat/base/json.h"
#include "exeat/base/json_view.h"

/* How a vendor writes one more piece of a text, and how it ends. */
struct vendor {
    enum body_kind kind;
    const char *before;
    const char *after;
    const char *end;
    const char *member;
};
static const struct vendor vendors[] = {
    {BODY_EVENTS, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":", "},\"finish_reason\":null}]}\n\n",
     "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n", "content"},
    {BODY_EVENTS,
     "event: response.output_text.delta\ndata: {\"content_index\":0,\"type\":\"response.output_text.delta\","
     "\"output_index\":0,\"delta\":",
     "}\n\n", "data: {\"type\":\"response.output_text.done\",\"output_index\":0,\"content_index\":0}\n\n", "delta"},
    {BODY_EVENTS,
     "event: content_block_delta\ndata: "
     "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
     "\"text\":",
     "}}\n\n", "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n", "text"},
    {BODY_EVENTS, "event: completion\ndata: {\"type\":\"completion\",\"completion\":", ",\"stop_reason\":null}\n\n",
     "event: completion\ndata: {\"type\":\"completion\",\"completion\":\"\",\"stop_reason\":\"stop_sequence\"}\n\n",
     "completion"},
    {BODY_EVENTS,
     "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":", "}],\"role\":\"model\"},\"index\":0}]}\n\n",
     "data: {\"candidates\":[{\"finishReason\":\"STOP\",\"index\":0}]}\n\n", "text"},
    {BODY_EVENTS, "data: {\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":",
     "}}}}\n\n", "data: {\"type\":\"content-end\",\"index\":0}\n\n", "text"},
    {BODY_LINES, "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":", "},\"done\":false}\n",
     "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true}\n", "content"},
    {BODY_LINES, "{\"response\":", ",\"done\":false}\n", "{\"response\":\"\",\"done\":true}\n", "response"},
    {BODY_EVENTS, "data: {\"type\":\"x\",\"choices\":[{\"index\":0,\"text\":", "}]}\n\n", "data: [DONE]\n\n", "text"},
    {BODY_EVENTS,
     "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"arguments\":",
     "}}]}}]}\n\n", "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
     "arguments"},
    {BODY_EVENTS,
     "data: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":",
     "}}\n\n", "data: {\"type\":\"content_block_stop\",\"index\":2}\n\n", "partial_json"},
};

/* --- writing and reading ---------------------------------------------------------------------------------------------
 */

static void write_piece(const struct vendor *vendor, struct text piece, struct buffer *stream)
{
    buffer_append_string(stream, vendor->before);
    json_append_string(stream, piece);
    buffer_append_string(stream, vendor->after);
}

static void write_split(const struct vendor *vendor, struct text text, size_t first, size_t second, struct buffer *out)
{
    write_piece(vendor, text_part(text, 0, first), out);
    write_piece(vendor, text_part(text, first, second), out);
    write_piece(vendor, text_after(text, first + second), out);
    buffer_append_string(out, vendor->end);
}

static bool is_name(const struct json_view *view, uint32_t value)
{
    struct text spelled = json_view_spelled(view, value);
    return spelled.data[spelled.length] == '"' && spelled.data[spelled.length + 1] == ':';
}

static void append_member(const struct json_view *view, const char *member, struct buffer *out)
{
    for (uint32_t i = 0; i + 1 < view->count; i++)
        if (is_name(view, i) && json_view_means(view, i, text_from(member)))
            json_spelled_append(out, json_view_spelled(view, i + 1));
}

/* What a client puts together. */
static void read_all(const struct vendor *vendor, struct text stream, struct buffer *out)
{
    struct json_view view = {0};
    struct text line;
    while (text_split(&stream, '\n', &line)) {
        if (text_starts_with(line, TEXT("data: ")))
            line = text_after(line, 6);
        if (!text_starts_with(line, TEXT("{")))
            continue;
        assert_true(json_view_read(&view, line, JSON_UTF8, NULL));
        append_member(&view, vendor->member, out);
    }
    json_view_clear(&view);
}

static enum inspect_says
pass_as(struct rule *rule, enum body_kind kind, struct text stream, size_t step, size_t limit, struct buffer *out)
{
    struct inspect_stream *machine = inspect_stream_new(rule->inspected, kind, limit);
    struct detail detail = {0};
    enum inspect_says says = INSPECT_PASSES;
    for (size_t at = 0; at < stream.length && says == INSPECT_PASSES; at += step)
        says = inspect_stream_feed(machine, text_part(stream, at, step), out, &detail);
    if (says == INSPECT_PASSES)
        says = inspect_stream_end(machine, out, &detail);
    inspect_stream_free(machine);
    return says;
}

static bool is_in(struct text part, struct text all)
{
    return memmem(all.data, all.length, part.data, part.length) != NULL;
}

static void assert_same(struct text one, struct text other)
{
    if (!text_equal(one, other))
        print_message("<%.*s> is not <%.*s>\n", TEXT_ARG(one), TEXT_ARG(other));
    assert_true(text_equal(one, other));
}

/* --- what is kept out ------------------------------------------------------------------------------------------------
 */

struct sample {
    struct text text;
    struct text becomes; /* empty: whatever it is */
    struct text never;   /* what may not be in it */
};
static const struct sample samples[] = {
    {TEXT_INIT("a card 4111 1111 1111 1111 &amp; 100% {of} it"), TEXT_INIT("a card [CARD_1] &amp; 100% {of} it"),
     TEXT_INIT("1111 1111")},
    {TEXT_INIT("to anna@shop.example, %41 &lt;b&gt; [x]"), TEXT_INIT("to [EMAIL_1], %41 &lt;b&gt; [x]"),
     TEXT_INIT("anna@")},
    {TEXT_INIT("see %34111&#32;1111 1111 1111 ok"), TEXT_INIT(""), TEXT_INIT("1111 1111")},
    {TEXT_INIT("write anna%40shop.example or"), TEXT_INIT(""), TEXT_INIT("anna%40")},
    {TEXT_INIT("is cG9zdCA0MTExMTExMTExMTExMTExIG5vdw== it"), TEXT_INIT(""),
     TEXT_INIT("cG9zdCA0MTExMTExMTExMTExMTExIG5vdw==")},
    {TEXT_INIT("{\"to\":\"anna\\u0040shop.example\",\"n\":\"4111\\u00201111 1111 1111\"}"),
     TEXT_INIT("{\"to\":\"[EMAIL_1]\",\"n\":\"[CARD_1]\"}"), TEXT_INIT("1111 1111")},
    {TEXT_INIT("nothing \xc3\xa9 at all: 12 %, a&b, {c}, YWJj"),
     TEXT_INIT("nothing \xc3\xa9 at all: 12 %, a&b, {c}, YWJj"), TEXT_INIT("4111")},
};

static void assert_kept_out(const struct vendor *vendor, const struct sample *sample, size_t first, size_t second)
{
    struct rule rule = rule_make("{ answers: { redact: [card, email] } }");
    struct buffer stream = {0};
    struct buffer out = {0};
    struct buffer read = {0};
    write_split(vendor, sample->text, first, second, &stream);
    assert_int_equal(pass_as(&rule, vendor->kind, buffer_text(&stream), 61, 1 << 16, &out), INSPECT_PASSES);
    read_all(vendor, buffer_text(&out), &read);
    if (sample->becomes.length > 0)
        assert_same(buffer_text(&read), sample->becomes);
    assert_false(is_in(sample->never, buffer_text(&read)));
    buffer_clear(&stream);
    buffer_clear(&out);
    buffer_clear(&read);
    rule_free(&rule);
}

static void assert_denied(const struct vendor *vendor, const struct sample *sample, size_t first, size_t second)
{
    struct rule rule = rule_make("{ answers: { deny: [card, email] } }");
    struct buffer stream = {0};
    struct buffer out = {0};
    struct buffer read = {0};
    write_split(vendor, sample->text, first, second, &stream);
    assert_int_equal(pass_as(&rule, vendor->kind, buffer_text(&stream), 61, 1 << 16, &out), INSPECT_DENIED);
    read_all(vendor, buffer_text(&out), &read);
    assert_false(is_in(TEXT("4111"), buffer_text(&read)) || is_in(TEXT("anna"), buffer_text(&read)));
    assert_false(is_in(TEXT("NDExMTEx"), buffer_text(&read)));
    buffer_clear(&stream);
    buffer_clear(&out);
    buffer_clear(&read);
    rule_free(&rule);
}

static bool is_inside_a_character(struct text text, size_t at)
{
    return at < text.length && ((unsigned char)text.data[at] & 0xc0) == 0x80;
}

static void no_byte_of_what_is_redacted_is_in_what_a_client_puts_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vendors); i++)
        for (size_t j = 0; j < COUNT_OF(samples); j++)
            for (size_t first = 0; first + 5 < samples[j].text.length; first++)
                if (!is_inside_a_character(samples[j].text, first) &&
                    !is_inside_a_character(samples[j].text, first + 5))
                    assert_kept_out(&vendors[i], &samples[j], first, 5);
}

static void nothing_of_what_is_denied_leaves_before_the_stream_is_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vendors); i++)
        for (size_t j = 0; j + 1 < COUNT_OF(samples); j++)
            for (size_t first = 1; first + 7 < samples[j].text.length; first += 7)
                assert_denied(&vendors[i], &samples[j], first, 4);
}

/* --- what comes back -------------------------------------------------------------------------------------------------
 */

static void assert_comes_back(const struct vendor *vendor, struct rule *rule, struct text words, struct text expected)
{
    for (size_t first = 0; first + 3 < words.length; first++) {
        struct buffer stream = {0};
        struct buffer out = {0};
        struct buffer read = {0};
        write_split(vendor, words, first, 3, &stream);
        assert_int_equal(pass_as(rule, vendor->kind, buffer_text(&stream), 61, 1 << 16, &out), INSPECT_PASSES);
        read_all(vendor, buffer_text(&out), &read);
        assert_same(buffer_text(&read), expected);
        buffer_clear(&stream);
        buffer_clear(&out);
        buffer_clear(&read);
    }
}

static void redacting_and_restoring_is_the_identity_in_the_words_of_each_vendor(void **state)
{
    (void)state;
    static const struct text texts[] = {
        TEXT_INIT("Pay 4111 1111 1111 1111 100% &amp; a@x.example {x} KD-123456."),
        TEXT_INIT("at a%40x.example?b=%26 and &lt;a@x.example&gt; say"),
        TEXT_INIT("{\"to\":\"a@x.example\",\"who\":\"KD-123456\"}"),
    };
    struct rule rule = rule_make("{ redact: [card, email, customer], restore: true }");
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct buffer json = {0};
        struct buffer body = {0};
        struct buffer words = {0};
        json_append_string(&json, texts[i]);
        buffer_append_byte(&json, '\0');
        assert_int_equal(rule_json(&rule, json.data, &body), INSPECT_CHANGED);
        json_spelled_append(&words, text_part(buffer_text(&body), 1, body.length - 2));
        assert_false(is_in(TEXT("x.example"), buffer_text(&words)));
        for (size_t j = 0; j < COUNT_OF(vendors); j++)
            assert_comes_back(&vendors[j], &rule, buffer_text(&words), texts[i]);
        buffer_clear(&json);
        buffer_clear(&body);
        buffer_clear(&words);
    }
    rule_free(&rule);
}

/* --- what a host may say of its events -------------------------------------------------------------------------------
 */

static enum inspect_says redacted(enum body_kind kind, const char *stream, size_t limit, struct buffer *out)
{
    struct rule rule = rule_make("{ answers: { redact: [card, email, phone] } }");
    buffer_empty(out);
    enum inspect_says says = pass_as(&rule, kind, text_from(stream), 1000, limit, out);
    rule_free(&rule);
    return says;
}

static void assert_redacted(enum body_kind kind, const char *stream, const char *expected)
{
    struct buffer out = {0};
    assert_int_equal(redacted(kind, stream, 1 << 16, &out), INSPECT_PASSES);
    assert_same(buffer_text(&out), text_from(expected));
    buffer_clear(&out);
}

static void assert_refused(enum body_kind kind, const char *stream)
{
    struct buffer out = {0};
    assert_int_equal(redacted(kind, stream, 1 << 16, &out), INSPECT_UNREADABLE);
    buffer_clear(&out);
}

static void a_type_that_nobody_knows_makes_no_text_whole(void **state)
{
    (void)state;
    assert_redacted(
        BODY_EVENTS,
        "data: {\"type\":\"y\",\"completion\":\"4111 1111 \"}\n\ndata: {\"type\":\"z\",\"completion\":\"1111 1111 "
        ".\"}\n\n",
        "data: {\"type\":\"y\",\"completion\":\"\"}\n\ndata: {\"type\":\"z\",\"completion\":\"\"}\n\n"
        "data: {\"type\":\"z\",\"completion\":\"[CARD_1] .\"}\n\n");
    assert_redacted(
        BODY_EVENTS,
        "data: {\"type\":\"response.done\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"4111 1111 \"}}]}\n\n"
        "data: {\"type\":\"a_stop\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"1111 1111 \"}}]}\n\n"
        "data: [DONE]\n\n",
        "data: {\"type\":\"response.done\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}}]}\n\n"
        "data: {\"type\":\"a_stop\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}}]}\n\n"
        "data: {\"type\":\"a_stop\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"[CARD_1] \"}}]}\n\n"
        "data: [DONE]\n\n");
}

static void the_same_choice_is_one_text_wherever_in_the_list_it_stands(void **state)
{
    (void)state;
    struct buffer stream = {0};
    struct buffer out = {0};
    static const int places[] = {9, 10, 2};
    static const char *const pieces[] = {"4111 1111 ", "1111 ", "1111 ok "};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        buffer_append_string(&stream, "data: {\"choices\":[");
        for (int j = 0; j < places[i]; j++)
            buffer_printf(&stream, "{\"index\":%d,\"delta\":{}},", j + 100);
        buffer_printf(
            &stream, "{\"delta\":{\"tool_calls\":[{\"index\":3,\"x\":{\"text\":\"%s\"}}]},\"index\":7}]}\n\n",
            pieces[i]);
    }
    buffer_append_byte(&stream, '\0');
    assert_int_equal(redacted(BODY_EVENTS, stream.data, 1 << 16, &out), INSPECT_PASSES);
    assert_true(is_in(TEXT("[CARD_1] "), buffer_text(&out)));
    assert_false(is_in(TEXT("1111"), buffer_text(&out)));
    buffer_clear(&stream);
    buffer_clear(&out);
}

static void a_number_that_counts_the_events_parts_no_text(void **state)
{
    (void)state;
    struct buffer stream = {0};
    struct buffer out = {0};
    static const char *const types[] = {"", "\"type\":\"token\",", "\"type\":\"t\","};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        buffer_empty(&stream);
        for (int k = 0; k < 300; k++)
            buffer_printf(
                &stream, "data: {%s\"index\":%d,\"token\":{\"text\":\"%s\"}}\n\n", types[i], k,
                k == 290   ? "4111 1111 "
                : k == 291 ? "1111 1111 "
                           : "word ");
        buffer_append_byte(&stream, '\0');
        assert_int_equal(redacted(BODY_EVENTS, stream.data, 1 << 16, &out), INSPECT_PASSES);
        buffer_append_byte(&out, '\0');
        assert_null(strstr(out.data, "1111 1111"));
        assert_non_null(strstr(out.data, "[CARD_1]"));
    }
    buffer_clear(&stream);
    buffer_clear(&out);
}

static void more_texts_than_can_be_told_apart_end_the_stream(void **state)
{
    (void)state;
    struct buffer stream = {0};
    for (int i = 0; i < 257; i++)
        buffer_printf(
            &stream, "data: {\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"text\":\"a\"}}\n\n", i);
    buffer_append_byte(&stream, '\0');
    assert_refused(BODY_EVENTS, stream.data);
    buffer_empty(&stream);
    buffer_append_string(&stream, "data: {\"choices\":[");
    for (int i = 0; i < 65; i++)
        buffer_printf(
            &stream, "%s{\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"content\":\"a\"}}",
            i == 0 ? "" : ",", i);
    buffer_append_string(&stream, "]}\n\n");
    buffer_append_byte(&stream, '\0');
    assert_refused(BODY_EVENTS, stream.data);
    buffer_clear(&stream);
}

static void what_is_said_twice_or_in_two_ways_ends_the_stream(void **state)
{
    (void)state;
    assert_refused(
        BODY_EVENTS, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"9\",\"content\":\"4\"}}]}\n\n");
    assert_refused(BODY_EVENTS, "data: {\"index\":0,\"index\":1,\"delta\":{\"text\":\"9\"}}\n\n");
    assert_refused(BODY_EVENTS, "data: {\"index\":0.0,\"delta\":{\"text\":\"9\"}}\n\n");
}

static void a_line_is_json_up_to_its_lf_or_ends_the_stream(void **state)
{
    (void)state;
    assert_redacted(
        BODY_LINES, "{\"content\":\r\"\\u0034111 1111 1111 1111 is mine \"}\n",
        "{\"content\":\r\"\"}\n{\"content\":\r\"[CARD_1] is mine \"}\n");
    assert_refused(BODY_LINES, "{\"content\":\"a\"}\n4111 1111 x\n");
}

static void what_stands_beside_the_data_is_left_out_where_something_is_in_it(void **state)
{
    (void)state;
    assert_redacted(
        BODY_EVENTS, "id: 06 12 34 56 78\nevent: e\nretry: 1\ndata: {\"choices\":[{\"x\":\"hi\"}]}\n\n",
        "event: e\ndata: {\"choices\":[{\"x\":\"hi\"}]}\n\n");
    assert_redacted(BODY_EVENTS, "event: 4111111111111111\r\nid: 1\r\ndata: {}\r\n\r\n", "id: 1\ndata: {}\n\n");
    assert_redacted(BODY_EVENTS, ": NDExMTExMTExMTExMTExMQ==\ndata: {}\n\n", "data: {}\n\n");
    assert_redacted(BODY_EVENTS, ": ping\nid: 1\nevent: e\ndata: {}\n\n", ": ping\nid: 1\nevent: e\ndata: {}\n\n");
}

static void data_that_is_no_json_is_one_text_over_its_events(void **state)
{
    (void)state;
    assert_redacted(
        BODY_EVENTS,
        "data: 4111 1111 \n\ndata: {\"x\":1}\n\nevent: p\ndata: on \n\ndata: 1111 1111 is mine \n\ndata: [DONE]\n\n",
        "data: \n\ndata: {\"x\":1}\n\nevent: p\ndata: on \n\ndata: \n\ndata: [CARD_1] is mine \n\ndata: [DONE]\n\n");
    struct buffer out = {0};
    assert_int_equal(
        redacted(
            BODY_EVENTS,
            "data: NDExMTExMTEx\n\ndata: MTExMTExMQ== ok \n\n"
            "data: 4111\n\ndata:  1111\n\ndata:  1111\n\ndata:  1111 \n\n",
            1 << 16, &out),
        INSPECT_PASSES);
    assert_false(is_in(TEXT("MTExMQ"), buffer_text(&out)) || is_in(TEXT("1111"), buffer_text(&out)));
    buffer_clear(&out);
}

static void a_name_or_number_that_looks_like_a_word_stays_as_it_is(void **state)
{
    (void)state;
    static const char stream[] = "data: {\"delta\":{\"x\":{\"[EMAIL_1]\":1}}}\n\n";
    struct rule rule = rule_make("{ redact: [email], restore: true }");
    struct buffer body = {0};
    struct buffer out = {0};
    assert_int_equal(rule_json(&rule, "[\"q@x.example\"]", &body), INSPECT_CHANGED);
    assert_int_equal(pass_as(&rule, BODY_EVENTS, text_from(stream), 1000, 1 << 16, &out), INSPECT_PASSES);
    assert_same(buffer_text(&out), text_from(stream));
    buffer_clear(&body);
    buffer_clear(&out);
    rule_free(&rule);
}

static void what_is_held_is_said_once_for_all_texts_of_an_event(void **state)
{
    (void)state;
    assert_redacted(
        BODY_EVENTS,
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a 1\"}},{\"index\":1,\"delta\":{\"content\":\"b "
        "2\"}}]}\n\n",
        "data: "
        "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"}},{\"index\":1,\"delta\":{\"content\":\"\"}}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a 1\"}},{\"index\":1,\"delta\":{\"content\":\"b "
        "2\"}}]}\n\n");
}

static void an_event_that_is_said_once_more_tells_no_call_twice(void **state)
{
    (void)state;
    assert_redacted(
        BODY_EVENTS,
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\","
        "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}}]}\n\n",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"function\","
        "\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"\",\"type\":\"function\","
        "\"function\":{\"name\":\"\",\"arguments\":\"{}\"}}]}}]}\n\n");
}

static void what_reaches_over_the_end_of_a_text_that_goes_on_ends_the_stream(void **state)
{
    (void)state;
    assert_refused(
        BODY_EVENTS,
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"4111 1111 \"},\"finish_reason\":\"stop\"}]}\n\n"
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"1111 1111 \"},\"finish_reason\":\"stop\"}]}\n\n");
    static const char stream[] =
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"on\"}]},\"finishReason\":\"STOP\"}]}\n\n"
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" and on\"}]},\"finishReason\":\"STOP\"}]}\n\n";
    assert_redacted(BODY_EVENTS, stream, stream);
}

/* With the text where the event has '#'. */
static void write_event(struct buffer *stream, const char *event, const char *text)
{
    struct text all = text_from(event);
    size_t at = text_index(all, '#', 0);
    BUFFER_APPEND_ALL(stream, text_part(all, 0, at), text_from(text), text_after(all, at + 1));
}

static void a_text_that_begins_in_the_event_that_begins_its_block_is_one_with_what_follows(void **state)
{
    (void)state;
    static const struct {
        const char *begin;
        const char *next;
    } rows[] = {
        {"data: "
         "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"#\"}}\n\n",
         "data: "
         "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"#\"}}\n\n"},
        {"data: "
         "{\"type\":\"content_block_start\",\"index\":3,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"#\"}}"
         "\n\n",
         "data: "
         "{\"type\":\"content_block_delta\",\"index\":3,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"#\"}}"
         "\n\n"},
        {"data: {\"type\":\"response.content_part.added\",\"output_index\":1,\"content_index\":0,\"part\":{\"type\":"
         "\"output_text\",\"text\":\"#\"}}\n\n",
         "data: {\"type\":\"response.output_text.delta\",\"output_index\":1,\"content_index\":0,\"delta\":\"#\"}\n\n"},
        {"data: {\"type\":\"response.content_part.added\",\"output_index\":1,\"content_index\":0,\"part\":{\"type\":"
         "\"refusal\",\"refusal\":\"#\"}}\n\n",
         "data: {\"type\":\"response.refusal.delta\",\"output_index\":1,\"content_index\":0,\"delta\":\"#\"}\n\n"},
        {"data: {\"type\":\"response.reasoning_summary_part.added\",\"output_index\":0,\"summary_index\":0,\"part\":{"
         "\"type\":\"summary_text\",\"text\":\"#\"}}\n\n",
         "data: {\"type\":\"response.reasoning_summary_text.delta\",\"output_index\":0,\"summary_index\":0,\"delta\":"
         "\"#\"}\n\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer stream = {0};
        write_event(&stream, rows[i].begin, "pay 4111 1111 ");
        write_event(&stream, rows[i].next, "1111 1111 now");
        buffer_append_byte(&stream, '\0');
        assert_refused(BODY_EVENTS, stream.data);
        buffer_empty(&stream);
        write_event(&stream, rows[i].begin, "pay it, ");
        write_event(&stream, rows[i].next, "my friend. ");
        buffer_append_byte(&stream, '\0');
        assert_redacted(BODY_EVENTS, stream.data, stream.data);
        buffer_clear(&stream);
    }
}

/* Of the first of many texts nothing is known any more but that it was there. */
static void a_text_that_ended_and_goes_on_after_hundreds_of_others_ends_the_stream(void **state)
{
    (void)state;
    struct buffer stream = {0};
    struct buffer out = {0};
    for (int i = 0; i < 600; i++)
        buffer_printf(
            &stream,
            "data: {\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"text\":\"on 4111 1111 \"}}\n\n"
            "data: {\"type\":\"content_block_stop\",\"index\":%d}\n\n",
            i, i);
    size_t length = stream.length;
    buffer_append_byte(&stream, '\0');
    assert_int_equal(redacted(BODY_EVENTS, stream.data, 1 << 20, &out), INSPECT_PASSES);
    stream.length = length;
    buffer_append_string(
        &stream, "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"text\":\"1111 1111 \"}}\n\n");
    buffer_append_byte(&stream, '\0');
    buffer_empty(&out);
    assert_int_equal(redacted(BODY_EVENTS, stream.data, 1 << 20, &out), INSPECT_UNREADABLE);
    buffer_clear(&stream);
    buffer_clear(&out);
}

static void what_is_held_back_has_a_bound(void **state)
{
    (void)state;
    struct buffer stream = {0};
    struct buffer out = {0};
    for (int i = 0; i < 40; i++)
        buffer_printf(
            &stream,
            "data: {\"type\":\"content_block_delta\",\"index\":%d,\"delta\":{\"text\":\"1\"},\"x\":\"%0150d\"}\n\n", i,
            0);
    buffer_append_byte(&stream, '\0');
    assert_int_equal(redacted(BODY_EVENTS, stream.data, 4096, &out), INSPECT_UNREADABLE);
    assert_int_equal(redacted(BODY_EVENTS, stream.data, 1 << 16, &out), INSPECT_PASSES);
    buffer_clear(&stream);
    buffer_clear(&out);
}

static void what_grows_without_end_is_looked_at_in_proportion(void **state)
{
    (void)state;
    struct buffer stream = {0};
    struct buffer out = {0};
    write_piece(&vendors[2], TEXT("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0."), &stream);
    for (int i = 0; i < 8192; i++)
        write_piece(&vendors[2], TEXT("c2lnbmF0dXJlX2Zv"), &stream);
    struct rule rule = rule_make("{ answers: { redact: [jwt] } }");
    assert_int_equal(pass_as(&rule, BODY_EVENTS, buffer_text(&stream), 4096, 1 << 20, &out), INSPECT_PASSES);
    assert_false(is_in(TEXT("c2ln"), buffer_text(&out)));
    buffer_clear(&stream);
    buffer_clear(&out);
    rule_free(&rule);
}

static void what_nothing_could_come_of_goes_on_with_its_event(void **state)
{
    (void)state;
    assert_redacted(
        BODY_EVENTS,
        "data: {\"type\":\"t\",\"index\":0,\"delta\":{\"text\":\"Good morning, \"}}\n\n"
        "data: {\"type\":\"t\",\"index\":0,\"delta\":{\"text\":\"my dear \"}}\n\n"
        "data: {\"type\":\"t\",\"index\":0,\"delta\":{\"text\":\"friends. \"}}\n\n",
        "data: {\"type\":\"t\",\"index\":0,\"delta\":{\"text\":\"Good morning, \"}}\n\n"
        "data: {\"type\":\"t\",\"index\":0,\"delta\":{\"text\":\"my dear \"}}\n\n"
        "data: {\"type\":\"t\",\"index\":0,\"delta\":{\"text\":\"friends. \"}}\n\n");
}

static void fields_in_the_arguments_of_a_tool_are_known_by_their_names(void **state)
{
    (void)state;
    struct rule rule = rule_make("{ answers: { redact: [card, name] } }");
    struct buffer stream = {0};
    struct buffer out = {0};
    struct buffer read = {0};
    write_split(&vendors[10], TEXT("{\"firstname\":\"An\\u006ea\",\"cvv\":\"123\"}"), 15, 4, &stream);
    assert_int_equal(pass_as(&rule, BODY_EVENTS, buffer_text(&stream), 61, 1 << 16, &out), INSPECT_PASSES);
    read_all(&vendors[10], buffer_text(&out), &read);
    assert_same(buffer_text(&read), TEXT("{\"firstname\":\"[NAME_1]\",\"cvv\":\"[CARD_1]\"}"));
    buffer_clear(&stream);
    buffer_clear(&out);
    buffer_clear(&read);
    rule_free(&rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_byte_of_what_is_redacted_is_in_what_a_client_puts_together),
        cmocka_unit_test(nothing_of_what_is_denied_leaves_before_the_stream_is_cut),
        cmocka_unit_test(redacting_and_restoring_is_the_identity_in_the_words_of_each_vendor),
        cmocka_unit_test(a_type_that_nobody_knows_makes_no_text_whole),
        cmocka_unit_test(the_same_choice_is_one_text_wherever_in_the_list_it_stands),
        cmocka_unit_test(a_number_that_counts_the_events_parts_no_text),
        cmocka_unit_test(more_texts_than_can_be_told_apart_end_the_stream),
        cmocka_unit_test(what_is_said_twice_or_in_two_ways_ends_the_stream),
        cmocka_unit_test(a_line_is_json_up_to_its_lf_or_ends_the_stream),
        cmocka_unit_test(what_stands_beside_the_data_is_left_out_where_something_is_in_it),
        cmocka_unit_test(data_that_is_no_json_is_one_text_over_its_events),
        cmocka_unit_test(a_name_or_number_that_looks_like_a_word_stays_as_it_is),
        cmocka_unit_test(what_is_held_is_said_once_for_all_texts_of_an_event),
        cmocka_unit_test(an_event_that_is_said_once_more_tells_no_call_twice),
        cmocka_unit_test(what_reaches_over_the_end_of_a_text_that_goes_on_ends_the_stream),
        cmocka_unit_test(a_text_that_begins_in_the_event_that_begins_its_block_is_one_with_what_follows),
        cmocka_unit_test(a_text_that_ended_and_goes_on_after_hundreds_of_others_ends_the_stream),
        cmocka_unit_test(what_is_held_back_has_a_bound),
        cmocka_unit_test(what_grows_without_end_is_looked_at_in_proportion),
        cmocka_unit_test(what_nothing_could_come_of_goes_on_with_its_event),
        cmocka_unit_test(fields_in_the_arguments_of_a_tool_are_known_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
