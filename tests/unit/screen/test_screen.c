/* SPDX-License-Identifier: Apache-2.0 */
/* A host's answer that is looked into, in front of a side that writes down what reaches it: when its head goes, what of
 * its content does, and what the account is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/screen.h"

#define PHONE "+49 30 901820"
#define IBAN "DE89 3704 0044 0532 0130 00"
#define KEEPS_OUT "{ deny: [card], answers: { deny: [iban], redact: [phone] } }"
#define PUTS_BACK "{ redact: [card], restore: true }"
enum { HELD = 64 };

/* --- the side --------------------------------------------------------------------------------------------------------
 */

static struct buffer heard; /* "200:27 " is a head with its length, "200 " one without, "!" of it that it was changed */

static void put_head(struct http_side *side, const struct http_message *message)
{
    (void)side;
    buffer_append_number(&heard, message->head->status);
    if (message->content == CONTENT_OF_LENGTH) {
        buffer_append_byte(&heard, ':');
        buffer_append_number(&heard, message->length);
    }
    buffer_append_string(&heard, message->drop_count > 0 ? "! " : " ");
}

static void put_content(struct http_side *side, struct http_piece *piece)
{
    (void)side;
    buffer_append(&heard, piece->content);
}

static void put_end(struct http_side *side)
{
    (void)side;
    buffer_append(&heard, TEXT("."));
}

static const struct http_role role = {.name = "fake", .put_head = put_head, .put_content = put_content, .end = put_end};

/* --- the answer ------------------------------------------------------------------------------------------------------
 */

struct answering {
    struct settings *settings;
    struct inspection *inspection;
    struct inspector *inspector;
    struct inspected *inspected;
    struct account account;
    struct message_head *head;
    struct http_side side;
    uint64_t passed;
    struct filters down;
    struct screen *screen;
    bool is_looked_at;
};

static void make_rule(struct answering *answering, const char *inspect, bool observes)
{
    struct buffer yaml = {0};
    struct diags *diags = diags_new();
    buffer_printf(
        &yaml, "version: 1\nrules:\n  - { id: a, verdict: allow, hosts: [a.example], inspect: %s }\n", inspect);
    answering->settings = settings_parse(buffer_text(&yaml), "test.yaml", diags);
    assert_non_null(answering->settings);
    const struct settings_lists *lists = &answering->settings->lists;
    answering->inspection = inspection_compile(&lists->rules[0].inspect, lists, observes, diags);
    assert_non_null(answering->inspection);
    answering->inspector = inspector_new();
    answering->inspected = inspected_new(answering->inspector, answering->inspection, TEXT("a.example"));
    diags_free(diags);
    buffer_clear(&yaml);
}

/* The caller has sent a card, where the rule replaces it. */
static void send_card(struct answering *answering)
{
    const struct body_label label = body_label_of(BODY_JSON);
    struct buffer body = {0};
    buffer_append_string(&body, "{\"card\":\"4111 1111 1111 1111\"}");
    enum inspect_says says = inspect_body(answering->inspected, &label, &body, NULL);
    assert_int_not_equal(says, INSPECT_UNREADABLE);
    buffer_clear(&body);
}

/* `length` SIZE_MAX: it ends with its connection. */
static struct answering begin(const char *inspect, bool observes, uint16_t status, const char *type, size_t length)
{
    struct answering answering = {0};
    buffer_clear(&heard);
    make_rule(&answering, inspect, observes);
    send_card(&answering);
    answering.head = base_zalloc(sizeof(*answering.head));
    answering.head->status = status;
    answering.head->content = length == SIZE_MAX ? CONTENT_UNTIL_END : CONTENT_OF_LENGTH;
    answering.head->length = length == SIZE_MAX ? 0 : length;
    answering.head->fields[0] = (struct field){.name = TEXT("Content-Type"), .value = text_from(type)};
    answering.head->field_count = 1;
    return answering;
}

static void look(struct answering *answering, const char *method)
{
    const struct screen_about about = {
        .inspected = answering->inspected,
        .account = &answering->account,
        .via = TEXT("test"),
        .answer_held = HELD,
    };
    answering->side.role = &role;
    answering->down = (struct filters){.to = &answering->side, .passed = &answering->passed};
    answering->screen = screen_new(&about);
    answering->is_looked_at = screen_begin(answering->screen, answering->head, text_from(method), &answering->down);
    /* what it stood in is read on */
    memset(answering->head, 0xa5, sizeof(*answering->head));
}

static enum filtered give(struct answering *answering, const char *content)
{
    return filters_give_text(&answering->down, 0, text_from(content));
}

static void was_heard(const char *expected)
{
    buffer_append_byte(&heard, '\0');
    assert_string_equal(heard.data, expected);
    heard.length--;
}

static void end(struct answering *answering)
{
    screen_free(answering->screen);
    inspected_free(answering->inspected);
    inspector_free(answering->inspector);
    inspection_free(answering->inspection);
    settings_free(answering->settings);
    account_unsay(&answering->account);
    base_free(answering->head);
    buffer_clear(&heard);
}

static struct answering answer(const char *inspect, const char *type, size_t length)
{
    return begin(inspect, false, 200, type, length);
}

/* --- held ------------------------------------------------------------------------------------------------------------
 */

static void neither_head_nor_content_goes_before_the_end(void **state)
{
    (void)state;
    struct answering one = answer(KEEPS_OUT, "text/plain", 18);
    look(&one, "GET");
    assert_true(one.is_looked_at);
    assert_int_equal(give(&one, "call " PHONE), FILTER_GOES_ON);
    was_heard("");
    assert_int_equal(filters_end(&one.down, 0), FILTER_GOES_ON);
    was_heard("200:14! call [PHONE_1].");
    assert_int_equal(one.account.status, 200);
    end(&one);
}

static void what_is_in_nothing_keeps_its_head_and_bytes(void **state)
{
    (void)state;
    struct answering one = answer(KEEPS_OUT, "application/json", SIZE_MAX);
    look(&one, "GET");
    (void)give(&one, "{ \"a\" :");
    (void)give(&one, " 1 }");
    assert_int_equal(filters_end(&one.down, 0), FILTER_GOES_ON);
    was_heard("200:11 { \"a\" : 1 }.");
    end(&one);
}

static void what_is_denied_or_cannot_be_read_is_kept_out_and_the_account_told(void **state)
{
    static const struct {
        const char *type;
        const char *content;
        const char *detail;
    } rows[] = {
        {"text/plain", IBAN, "iban"},
        {"application/json", "{\"cut", "string without its end"},
        {"image/png", "\x89PNG", "image/png"},
        {"text/plain; charset=utf-7", "x", "charset"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answering one = answer(KEEPS_OUT, rows[i].type, strlen(rows[i].content));
        look(&one, "GET");
        assert_int_equal(give(&one, rows[i].content), FILTER_GOES_ON);
        assert_int_equal(filters_end(&one.down, 0), FILTER_KEPT_OUT);
        was_heard("");
        assert_non_null(one.account.detail);
        assert_non_null(strstr(one.account.detail, rows[i].detail));
        end(&one);
    }
}

static void a_part_of_an_answer_is_not_changed(void **state)
{
    (void)state;
    for (int is_innocent = 0; is_innocent < 2; is_innocent++) {
        struct answering one = begin(KEEPS_OUT, false, 206, "text/plain", 18);
        look(&one, "GET");
        (void)give(&one, is_innocent ? "nothing is in this" : "call " PHONE);
        assert_int_equal(filters_end(&one.down, 0), is_innocent ? FILTER_GOES_ON : FILTER_KEPT_OUT);
        was_heard(is_innocent ? "206:18 nothing is in this." : "");
        end(&one);
    }
}

/* --- larger than is held ---------------------------------------------------------------------------------------------
 */

#define THIRTY "123456789 123456789 123456789 "

static void what_is_larger_is_kept_out_unless_the_rule_lets_it_pass(void **state)
{
    static const struct {
        const char *inspect;
        bool observes;
        bool passes;
    } rows[] = {
        {KEEPS_OUT, false, false},
        {KEEPS_OUT, true, true},
        {PUTS_BACK, false, true},
        {"{ deny: [card], oversize: pass, answers: { deny: [iban] } }", false, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct answering one = begin(rows[i].inspect, rows[i].observes, 200, "text/plain", SIZE_MAX);
        look(&one, "GET");
        (void)give(&one, THIRTY);
        (void)give(&one, THIRTY);
        was_heard("");
        assert_int_equal(give(&one, THIRTY), rows[i].passes ? FILTER_GOES_ON : FILTER_KEPT_OUT);
        if (rows[i].passes) {
            (void)give(&one, IBAN);
            assert_int_equal(filters_end(&one.down, 0), FILTER_GOES_ON);
        }
        was_heard(rows[i].passes ? "200 " THIRTY THIRTY THIRTY IBAN "." : "");
        end(&one);
    }
}

static void what_its_head_calls_larger_is_looked_at_by_nobody_where_it_may_pass(void **state)
{
    (void)state;
    struct answering passes = answer(PUTS_BACK, "text/plain", HELD + 1);
    look(&passes, "GET");
    assert_false(passes.is_looked_at);
    end(&passes);
    struct answering held = answer(KEEPS_OUT, "text/plain", HELD + 1);
    look(&held, "GET");
    assert_true(held.is_looked_at);
    end(&held);
}

static void an_answer_without_content_is_looked_at_by_nobody(void **state)
{
    (void)state;
    struct answering head = answer(KEEPS_OUT, "text/plain", 18);
    look(&head, "HEAD");
    assert_false(head.is_looked_at);
    end(&head);
    struct answering empty = answer(KEEPS_OUT, "text/plain", 0);
    look(&empty, "GET");
    assert_false(empty.is_looked_at);
    end(&empty);
    struct answering picture = answer(PUTS_BACK, "image/png", 9);
    look(&picture, "GET");
    assert_false(picture.is_looked_at);
    end(&picture);
}

static void what_was_replaced_comes_back_in_a_whole_answer(void **state)
{
    (void)state;
    struct answering one = answer(PUTS_BACK, "application/json", 14);
    look(&one, "GET");
    (void)give(&one, "[\"[CAR");
    (void)give(&one, "D_1]\"]");
    (void)filters_end(&one.down, 0);
    was_heard("200:23! [\"4111 1111 1111 1111\"].");
    end(&one);
    struct answering broken = answer(PUTS_BACK, "application/json", 14);
    look(&broken, "GET");
    (void)give(&broken, "[\"[CARD_1]");
    (void)filters_end(&broken.down, 0);
    was_heard("200:10 [\"[CARD_1]."); /* nothing is kept out, and so it goes on as it is */
    end(&broken);
}

/* --- events ----------------------------------------------------------------------------------------------------------
 */

#define EVENT(text) "data: {\"content\":\"" text "\"}\n\n"

static void events_go_on_one_by_one_and_a_denied_one_ends_them(void **state)
{
    (void)state;
    struct answering one = answer(KEEPS_OUT, "text/event-stream", SIZE_MAX);
    look(&one, "GET");
    was_heard("200! ");
    assert_int_equal(give(&one, EVENT("so ")), FILTER_GOES_ON);
    was_heard("200! " EVENT("so "));
    assert_int_equal(give(&one, EVENT("DE89 3704 0044 ")), FILTER_GOES_ON);
    enum filtered filtered = give(&one, EVENT("0532 0130 00, and"));
    for (int i = 0; i < 20 && filtered == FILTER_GOES_ON; i++) /* until no detector waits for more */
        filtered = give(&one, EVENT(" so on"));
    assert_int_equal(filtered, FILTER_KEPT_OUT);
    assert_null(memmem(heard.data, heard.length, "3704", 4));
    assert_null(memmem(heard.data, heard.length, "and", 3));
    end(&one);
}

static void a_text_that_is_held_back_at_the_end_is_judged_before_the_end_is_said(void **state)
{
    (void)state;
    struct answering denied = answer(KEEPS_OUT, "text/event-stream", SIZE_MAX);
    look(&denied, "GET");
    (void)give(&denied, EVENT("DE89 3704 0044 "));
    if (give(&denied, EVENT("0532 0130 00")) == FILTER_GOES_ON)
        assert_int_equal(filters_end(&denied.down, 0), FILTER_KEPT_OUT);
    assert_null(memmem(heard.data, heard.length, "3704", 4));
    end(&denied);
    struct answering whole = answer(KEEPS_OUT, "text/event-stream", SIZE_MAX);
    look(&whole, "GET");
    (void)give(&whole, EVENT("DE89"));
    assert_int_equal(filters_end(&whole.down, 0), FILTER_GOES_ON);
    assert_non_null(memmem(heard.data, heard.length, "DE89", 4));
    assert_int_equal(heard.data[heard.length - 1], '.');
    end(&whole);
}

static void an_event_that_is_larger_than_is_held_ends_them(void **state)
{
    (void)state;
    struct answering one = answer(KEEPS_OUT, "text/event-stream", SIZE_MAX);
    look(&one, "GET");
    assert_int_equal(give(&one, "data: {\"content\":\"" THIRTY THIRTY THIRTY), FILTER_KEPT_OUT);
    was_heard("200! ");
    end(&one);
}

/* Lines of JSON of a known length are an answer as any other; without one they may be a stream. */
static void lines_of_json_stream_only_where_their_length_is_not_known(void **state)
{
    (void)state;
    struct answering whole = answer(KEEPS_OUT, "application/x-ndjson", 8);
    look(&whole, "GET");
    (void)give(&whole, "{}\n{}\n{}");
    was_heard("");
    (void)filters_end(&whole.down, 0);
    was_heard("200:8 {}\n{}\n{}.");
    end(&whole);
    struct answering lines = answer(KEEPS_OUT, "application/x-ndjson", SIZE_MAX);
    look(&lines, "GET");
    (void)give(&lines, "{}\n{");
    was_heard("200! {}\n");
    end(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neither_head_nor_content_goes_before_the_end),
        cmocka_unit_test(what_is_in_nothing_keeps_its_head_and_bytes),
        cmocka_unit_test(what_is_denied_or_cannot_be_read_is_kept_out_and_the_account_told),
        cmocka_unit_test(a_part_of_an_answer_is_not_changed),
        cmocka_unit_test(what_is_larger_is_kept_out_unless_the_rule_lets_it_pass),
        cmocka_unit_test(what_its_head_calls_larger_is_looked_at_by_nobody_where_it_may_pass),
        cmocka_unit_test(an_answer_without_content_is_looked_at_by_nobody),
        cmocka_unit_test(what_was_replaced_comes_back_in_a_whole_answer),
        cmocka_unit_test(events_go_on_one_by_one_and_a_denied_one_ends_them),
        cmocka_unit_test(a_text_that_is_held_back_at_the_end_is_judged_before_the_end_is_said),
        cmocka_unit_test(an_event_that_is_larger_than_is_held_ends_them),
        cmocka_unit_test(lines_of_json_stream_only_where_their_length_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
