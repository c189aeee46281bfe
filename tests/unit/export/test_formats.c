/* SPDX-License-Identifier: Apache-2.0 */
/* Each format against golden files: the known-answer record, a whole request, hostile values, the gate's own life.
 * WRITE_GOLDEN=1 in the environment writes the files anew, for a person to read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "samples.h"

static struct format_source source = {.origin = TEXT_INIT("audit.example/shop/php-0/1")};

/* The version of the program is not part of what is promised. */
static void hide_version(const struct buffer *from, struct buffer *to)
{
    struct text rest = buffer_text(from);
    struct text version = TEXT(EXEAT_VERSION);
    while (rest.length > 0) {
        bool here = text_starts_with(rest, version);
        buffer_append(to, here ? TEXT("VERSION") : text_part(rest, 0, 1));
        rest = text_after(rest, here ? version.length : 1);
    }
}

static void assert_golden(const char *name, const char *format, const struct buffer *lines)
{
    char path[512];
    char *error = NULL;
    struct buffer expected = {0};
    struct buffer shown = {0};
    hide_version(lines, &shown);
    snprintf(path, sizeof(path), SOURCE_FOLDER "/tests/unit/export/golden/%s.%s", name, format);
    if (getenv("WRITE_GOLDEN") != NULL)
        assert_true(file_replace(path, buffer_text(&shown), 0644, &error));
    if (!file_read(path, 1 << 20, &expected, &error))
        fail_msg("%s", error);
    if (!text_equal(buffer_text(&shown), buffer_text(&expected)))
        fail_msg(
            "%s\n--- expected\n%.*s\n--- got\n%.*s", path, TEXT_ARG(buffer_text(&expected)),
            TEXT_ARG(buffer_text(&shown)));
    buffer_clear(&expected);
    buffer_clear(&shown);
}

static void compare(const char *name, const struct export_item *item)
{
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        const struct format *format = format_of((enum export_format)i);
        struct buffer out = {0};
        if (format->item == NULL || (!export_item_is_request(item) && !format->has_life))
            continue;
        if (format->head != NULL)
            format->head(&source, &out);
        format->item(&source, item, &out);
        assert_golden(name, format->name, &out);
        buffer_clear(&out);
    }
}

static void read_sample(struct export_item *item, struct sample *sample)
{
    assert_true(export_item_read(
        item, bytes_of_text(buffer_text(&sample->body)), bytes_of_text(buffer_text(&sample->private_part))));
    sample_clear(sample);
}

static void end_sample(struct export_item *item, uint64_t sequence, const struct outcome_record *outcome)
{
    struct sample sample;
    sample_outcome(&sample, sequence, outcome);
    assert_true(export_item_end(item, bytes_of_text(buffer_text(&sample.body))));
    sample_clear(&sample);
}

static void the_known_answer_reads_in_every_format(void **state)
{
    (void)state;
    struct sample sample;
    struct export_item item = {0};
    sample_known_answer(&sample);
    read_sample(&item, &sample);
    compare("known_answer", &item);
    export_item_clear(&item);
}

static void a_whole_request_reads_in_every_format(void **state)
{
    (void)state;
    struct sample sample;
    struct export_item item = {0};
    struct decision_record decision = sample_whole_decision();
    struct outcome_record outcome = sample_whole_outcome();
    sample_decision(&sample, 5, &decision);
    read_sample(&item, &sample);
    end_sample(&item, 6, &outcome);
    compare("whole", &item);
    export_item_clear(&item);
}

static void observe_mode_is_not_taken_for_a_refusal(void **state)
{
    (void)state;
    struct sample sample;
    struct export_item item = {0};
    struct decision_record decision = sample_whole_decision();
    struct outcome_record outcome = sample_whole_outcome();
    decision.verdict = VERDICT_DENY;
    decision.observed = true;
    outcome.reason = REASON_UPSTREAM_TIMEOUT;
    outcome.address = (struct address){.bytes = {192, 0, 2, 9}, .length = 4};
    sample_decision(&sample, 5, &decision);
    read_sample(&item, &sample);
    end_sample(&item, 6, &outcome);
    compare("observed", &item);
    export_item_clear(&item);
}

static void hostile_values_break_no_format(void **state)
{
    (void)state;
    struct sample sample;
    struct export_item item = {0};
    struct decision_record decision = sample_hostile_decision();
    sample_decision(&sample, 5, &decision);
    read_sample(&item, &sample);
    compare("hostile", &item);
    export_item_clear(&item);
}

static void the_gates_own_life_reads_where_a_format_has_room_for_it(void **state)
{
    (void)state;
    struct sample sample;
    struct export_item item = {0};
    sample_life(&sample, 9, RECORD_GAP, TEXT("unrecorded"), TEXT("on_failure: \"allow\" | = ] \x1b"));
    read_sample(&item, &sample);
    compare("gap", &item);
    export_item_clear(&item);
}

static void what_a_record_of_a_policy_says_twice_is_told_once(void **state)
{
    (void)state;
    struct sample sample;
    struct export_item item = {0};
    struct buffer sentence = {0};
    sample_life(
        &sample, 2, RECORD_POLICY, TEXT("policy"), TEXT("7f2c /etc/exeat/exeat.yaml, 9a10 /etc/exeat/shop.yaml"));
    read_sample(&item, &sample);
    export_item_sentence(&item, &sentence);
    assert_true(
        text_equal(buffer_text(&sentence), TEXT("policy 7f2c /etc/exeat/exeat.yaml, 9a10 /etc/exeat/shop.yaml")));
    buffer_clear(&sentence);
    export_item_clear(&item);
}

static void a_rule_that_has_lapsed_is_told_with_its_owner(void **state)
{
    (void)state;
    struct sample sample;
    struct export_item item = {0};
    sample_life(&sample, 4, RECORD_CONFIG, TEXT("rule_lapsed"), TEXT("rule sale until 2026-12-31T18:00:00Z"));
    record_field_append(&sample.body, EVENT_RULE, bytes_of_text(TEXT("sale")));
    record_field_append(&sample.body, EVENT_OWNER, bytes_of_text(TEXT("Anna, EG-17")));
    read_sample(&item, &sample);
    compare("lapsed", &item);
    export_item_clear(&item);
}

/* Found by the fuzzer: a cell of no bytes before any other had some. */
static void a_decision_without_a_single_field_reads_in_every_format(void **state)
{
    (void)state;
    struct sample sample;
    struct export_item item = {0};
    sample_known_answer(&sample);
    sample.body.length = RECORD_HEAD_SIZE;
    read_sample(&item, &sample);
    compare("bare", &item);
    export_item_clear(&item);
}

/* Lengths and line ends, of a path as long as a record can carry. */
static void a_path_of_64_KiB_stays_in_one_line_and_within_a_formats_limits(void **state)
{
    (void)state;
    enum { LONG = 65535 };
    struct sample sample;
    struct export_item item = {0};
    struct decision_record decision = sample_whole_decision();
    decision.personal.path = TEXT("");
    sample_decision(&sample, 5, &decision);
    buffer_empty(&sample.private_part);
    buffer_append(&sample.private_part, (struct text){"\x01\xff\xff", 3});
    for (int i = 0; i < LONG; i++)
        buffer_append_byte(&sample.private_part, "/\xc3\xa4|=\"]\n"[i % 8]);
    read_sample(&item, &sample);
    assert_int_equal(item.decision.personal.path.length, LONG);
    for (int i = 0; i < EXPORT_FORMATS; i++) {
        const struct format *format = format_of((enum export_format)i);
        struct buffer out = {0};
        if (format->item == NULL)
            continue;
        format->item(&source, &item, &out);
        struct text line = buffer_text(&out);
        assert_int_equal(text_index(line, '\n', 0), line.length - 1);
        if (i == EXPORT_SYSLOG)
            assert_true(line.length < 8192);
        if (i == EXPORT_CEF || i == EXPORT_LEEF)
            assert_true(line.length < 16384);
        if (i == EXPORT_JSONL || i == EXPORT_OCSF || i == EXPORT_CSV)
            assert_true(line.length > LONG);
        buffer_clear(&out);
    }
    export_item_clear(&item);
}

/* NUL, controls, and what turns the direction of text or hides in it: in no format as they are. */
static void nothing_hides_in_a_line(void **state)
{
    (void)state;
    static const struct text hidden[] = {
        TEXT_INIT("\0"),           TEXT_INIT("\x1b"),         TEXT_INIT("\x7f"),         TEXT_INIT("\xc2\x9b"),
        TEXT_INIT("\xe2\x80\x8b"), TEXT_INIT("\xe2\x80\x8f"), TEXT_INIT("\xe2\x80\xa8"), TEXT_INIT("\xe2\x80\xaa"),
        TEXT_INIT("\xe2\x80\xae"), TEXT_INIT("\xe2\x81\xa6"), TEXT_INIT("\xe2\x81\xa9"), TEXT_INIT("\xef\xbb\xbf"),
    };
    struct buffer value = {0};
    for (size_t i = 0; i < COUNT_OF(hidden); i++)
        buffer_append(&value, hidden[i]);
    struct sample sample;
    struct export_item item = {0};
    struct decision_record decision = sample_whole_decision();
    decision.personal.path = decision.personal.query = decision.host = decision.method = decision.rule =
        decision.client = decision.llm.model = buffer_text(&value);
    sample_decision(&sample, 5, &decision);
    read_sample(&item, &sample);
    for (int format = 0; format < EXPORT_FORMATS; format++) {
        struct buffer out = {0};
        if (format_of((enum export_format)format)->item == NULL)
            continue;
        format_of((enum export_format)format)->item(&source, &item, &out);
        struct text line = buffer_text(&out);
        if (format == EXPORT_SYSLOG) /* its message begins with a byte-order mark (RFC 5424 6.4) */
            line = text_part(line, 0, text_index(line, '\xef', 0));
        for (size_t i = 0; i < COUNT_OF(hidden); i++)
            if (memmem(line.data, line.length, hidden[i].data, hidden[i].length) != NULL)
                fail_msg("%s shows value %zu as it is", format_of((enum export_format)format)->name, i);
        buffer_clear(&out);
    }
    buffer_clear(&value);
    export_item_clear(&item);
}

/* OCSF: what is "other" has the source's own word beside, and all else the schema's caption. */
static void a_method_that_ocsf_has_no_number_for_is_named(void **state)
{
    (void)state;
    static const char *const methods[] = {"PROPFIND", "QUERY", "PURGE", "get"};
    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        struct sample sample;
        struct export_item item = {0};
        struct buffer out = {0};
        char wanted[96];
        struct decision_record decision = sample_whole_decision();
        decision.method = text_from(methods[i]);
        sample_decision(&sample, 5, &decision);
        read_sample(&item, &sample);
        format_of(EXPORT_OCSF)->item(&source, &item, &out);
        buffer_append_byte(&out, '\0');
        snprintf(wanted, sizeof(wanted), "\"activity_id\":99,\"activity_name\":\"%s\",\"type_uid\":400299", methods[i]);
        assert_non_null(strstr(out.data, wanted));
        assert_non_null(strstr(out.data, "\"disposition_id\":7,\"disposition\":\"Custom Action\""));
        buffer_clear(&out);
        export_item_clear(&item);
    }
}

/* --- the terminal --- */

static size_t longest_line(struct text text)
{
    size_t longest = 0;
    struct text line;
    while (text_split(&text, '\n', &line))
        longest = line.length > longest ? line.length : longest;
    return longest;
}

static void lines_fit_the_terminal_and_what_matters_stays(void **state)
{
    (void)state;
    static const size_t widths[] = {1, 50, 60, 79, 80, 100, 120, 132, 200, 1000};
    struct sample sample;
    struct export_item item = {0};
    struct decision_record decision = sample_whole_decision();
    sample_decision(&sample, 5, &decision);
    read_sample(&item, &sample);
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        struct format_source terminal = {.origin = TEXT("a/b")};
        struct buffer out = {0};
        text_layout_fit(&terminal.layout, widths[i], false);
        text_table_head(&terminal, &out);
        text_table_row(&terminal, &item, &out);
        assert_true(longest_line(buffer_text(&out)) <= (widths[i] < 56 ? 56 : widths[i]));
        buffer_append_byte(&out, '\0');
        assert_non_null(strstr(out.data, "verdict"));
        assert_non_null(strstr(out.data, "host"));
        if (widths[i] >= 80) {
            assert_non_null(strstr(out.data, "request"));
            assert_non_null(strstr(out.data, "client"));
        }
        buffer_clear(&out);
    }
    export_item_clear(&item);
}

static void colour_is_around_the_verdict_alone_and_moves_nothing(void **state)
{
    (void)state;
    struct sample sample;
    struct export_item item = {0};
    struct decision_record decision = sample_whole_decision();
    struct format_source plain = {.origin = TEXT("a/b")};
    struct format_source painted = plain;
    struct buffer without = {0};
    struct buffer with = {0};
    struct buffer stripped = {0};
    sample_decision(&sample, 5, &decision);
    read_sample(&item, &sample);
    text_layout_fit(&plain.layout, 120, false);
    text_layout_fit(&painted.layout, 120, true);
    text_table_row(&plain, &item, &without);
    text_table_row(&painted, &item, &with);
    for (size_t i = 0; i < with.length; i++) {
        if (with.data[i] == '\033')
            while (with.data[i] != 'm')
                i++;
        else
            buffer_append_byte(&stripped, with.data[i]);
    }
    assert_true(with.length > without.length);
    assert_true(text_equal(buffer_text(&stripped), buffer_text(&without)));
    buffer_clear(&without);
    buffer_clear(&with);
    buffer_clear(&stripped);
    export_item_clear(&item);
}

int main(void)
{
    text_layout_fit(&source.layout, 0, false);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_answer_reads_in_every_format),
        cmocka_unit_test(a_whole_request_reads_in_every_format),
        cmocka_unit_test(observe_mode_is_not_taken_for_a_refusal),
        cmocka_unit_test(hostile_values_break_no_format),
        cmocka_unit_test(the_gates_own_life_reads_where_a_format_has_room_for_it),
        cmocka_unit_test(a_rule_that_has_lapsed_is_told_with_its_owner),
        cmocka_unit_test(what_a_record_of_a_policy_says_twice_is_told_once),
        cmocka_unit_test(a_decision_without_a_single_field_reads_in_every_format),
        cmocka_unit_test(a_path_of_64_KiB_stays_in_one_line_and_within_a_formats_limits),
        cmocka_unit_test(nothing_hides_in_a_line),
        cmocka_unit_test(lines_fit_the_terminal_and_what_matters_stays),
        cmocka_unit_test(colour_is_around_the_verdict_alone_and_moves_nothing),
        cmocka_unit_test(a_method_that_ocsf_has_no_number_for_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
