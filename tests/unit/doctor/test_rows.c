/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's questions one by one: what is well, what is to be done, and what cannot be seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "doctor_internal.h"

#define MIB (UINT64_C(1) << 20)

/* Asks, holds the answer to a state and to words in it, and forgets it. */
#define EXPECT(CALL, STATE, WORDS)                                                                                     \
    do {                                                                                                               \
        struct finding finding = {.state = DOCTOR_NOTHING};                                                            \
        CALL;                                                                                                          \
        expect(&finding, STATE, WORDS);                                                                                \
    } while (0)

static void expect(struct finding *finding, enum doctor_state state, const char *words)
{
    struct buffer all = {0};
    buffer_append(&all, buffer_text(&finding->found));
    buffer_append_byte(&all, '\n');
    buffer_append(&all, buffer_text(&finding->advice));
    char *text = buffer_take(&all);
    assert_string_equal(doctor_state_name(finding->state), doctor_state_name(state));
    if (strstr(text, words) == NULL)
        fail_msg("'%s' is not in: %s", words, text);
    /* Who is told that there is something to do is told what. */
    assert_true(state != DOCTOR_TO_DO || finding->advice.length > 0);
    free(text);
    finding_clear(finding);
}

/* --- keys ------------------------------------------------------------------------------------------------------------
 */

static void a_key_is_for_its_owner_and_group_alone(void **state)
{
    (void)state;
    char path[] = "/tmp/exeat-doctor-XXXXXX";
    int descriptor = mkstemp(path);
    uint32_t own = geteuid();
    assert_true(descriptor >= 0);
    assert_int_equal(fchmod(descriptor, 0600), 0);
    EXPECT(judge_key("audit.key", path, own, &finding), DOCTOR_WELL, path);
    EXPECT(judge_key("audit.key", path, NOBODY_KNOWS, &finding), DOCTOR_WELL, path);
    EXPECT(judge_key("audit.key", path, own + 7, &finding), DOCTOR_TO_DO, "chown");
    assert_int_equal(fchmod(descriptor, 0440), 0);
    EXPECT(judge_key("audit.key", path, own + 7, &finding), DOCTOR_WELL, path);
    assert_int_equal(fchmod(descriptor, 0460), 0);
    EXPECT(judge_key("audit.key", path, own, &finding), DOCTOR_TO_DO, "chmod g-w");
    const unsigned modes[] = {0604, 0602, 0601, 0644, 0777};
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        assert_int_equal(fchmod(descriptor, modes[i]), 0);
        EXPECT(judge_key("audit.key", path, own, &finding), DOCTOR_TO_DO, "chmod o=");
    }
    close(descriptor);
    unlink(path);
}

static void a_key_that_is_not_there_is_made_and_one_behind_a_loop_is_not_seen(void **state)
{
    (void)state;
    char folder[] = "/tmp/exeat-doctor-XXXXXX";
    char path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/key", folder);
    EXPECT(judge_key("inference", path, NOBODY_KNOWS, &finding), DOCTOR_TO_DO, "is not there");
    assert_int_equal(symlink("key", path), 0); /* to itself: no right helps to look there, nor does its lack hinder */
    EXPECT(judge_key("inference", path, NOBODY_KNOWS, &finding), DOCTOR_UNSEEN, path);
    unlink(path);
    rmdir(folder);
}

/* --- the authority, the store, the disk, the clock, memory -----------------------------------------------------------
 */

static void an_authority_is_renewed_before_it_is_over(void **state)
{
    (void)state;
    const int64_t day = 86400;
    EXPECT(judge_days(400 * day, "x.yaml", &finding), DOCTOR_WELL, "400 more days");
    EXPECT(judge_days(30 * day, "x.yaml", &finding), DOCTOR_WELL, "30 more days");
    EXPECT(judge_days(30 * day - 1, "x.yaml", &finding), DOCTOR_TO_DO, "exeat ca renew -c x.yaml");
    EXPECT(judge_days(day, "x.yaml", &finding), DOCTOR_TO_DO, "1 more day");
    EXPECT(judge_days(0, "x.yaml", &finding), DOCTOR_TO_DO, "is over");
    EXPECT(judge_days(-day, "x.yaml", &finding), DOCTOR_TO_DO, "is over");
}

static void a_store_is_on_a_disk_of_this_machine(void **state)
{
    (void)state;
    EXPECT(judge_file_system(0xef53, "/a", &finding), DOCTOR_WELL, "/a");     /* ext4 */
    EXPECT(judge_file_system(0x58465342, "/a", &finding), DOCTOR_WELL, "/a"); /* XFS */
    EXPECT(judge_file_system(0x6969, "/a", &finding), DOCTOR_TO_DO, "NFS");
    EXPECT(judge_file_system(0xff534d42, "/a", &finding), DOCTOR_TO_DO, "CIFS");
    EXPECT(judge_file_system(0x01021997, "/a", &finding), DOCTOR_TO_DO, "9p");
    EXPECT(judge_file_system(0x65735546, "/a", &finding), DOCTOR_TO_DO, "FUSE");
    EXPECT(judge_file_system(0x01021994, "/a", &finding), DOCTOR_TO_DO, "end with the machine");
    EXPECT(judge_file_system(0x794c7630, "/a", &finding), DOCTOR_TO_DO, "end with the container");
}

static void there_is_room_for_what_the_gate_refuses_at_for_segments_and_for_the_retention(void **state)
{
    (void)state;
    const struct settings_audit audit = {
        .disk_warn = 200 * MIB,
        .disk_refuse = 100 * MIB,
        .segment_bytes = 128 * MIB,
        .retention_ms = UINT64_C(10) * 86400 * 1000};
    struct room room = {.free = 50 * MIB};
    EXPECT(judge_room(&room, &audit, &finding), DOCTOR_TO_DO, "audit.disk.refuse");
    room.free = 150 * MIB;
    EXPECT(judge_room(&room, &audit, &finding), DOCTOR_TO_DO, "audit.disk.warn");
    room.free = 300 * MIB;
    EXPECT(judge_room(&room, &audit, &finding), DOCTOR_TO_DO, "a segment that is sealed");
    room.free = 1000 * MIB;
    EXPECT(judge_room(&room, &audit, &finding), DOCTOR_WELL, "1000 MiB are free");
    room.taken = 500 * MIB;
    room.age_s = 3600; /* too young to say how it grows */
    EXPECT(judge_room(&room, &audit, &finding), DOCTOR_WELL, "1000 MiB are free");
    room.age_s = 2 * 86400; /* 2000 MiB more until the tenth day */
    EXPECT(judge_room(&room, &audit, &finding), DOCTOR_TO_DO, "2000 MiB more");
    room.free = 3000 * MIB;
    EXPECT(judge_room(&room, &audit, &finding), DOCTOR_WELL, "3000 MiB are free");
}

static void a_clock_is_synchronised_and_behind_no_record(void **state)
{
    (void)state;
    EXPECT(judge_clock(CLOCK_SYNCHRONISED, 1000, 1000, &finding), DOCTOR_WELL, "synchronised");
    EXPECT(judge_clock(CLOCK_SYNCHRONISED, 0, 1000, &finding), DOCTOR_WELL, "synchronised");
    EXPECT(judge_clock(CLOCK_SYNCHRONISED, 1100, 1000, &finding), DOCTOR_TO_DO, "written 100 s from now");
    EXPECT(judge_clock(CLOCK_ALONE, 1000, 1000, &finding), DOCTOR_TO_DO, "nobody synchronises");
    EXPECT(judge_clock(CLOCK_HIDDEN, 1000, 1000, &finding), DOCTOR_UNSEEN, "does not say");
}

static void what_a_gate_may_hold_fits_into_the_container(void **state)
{
    (void)state;
    struct settings_run run = {.connections = 100, .body_held = MIB, .answer_held = MIB};
    EXPECT(judge_memory(0, &run, 2, &finding), DOCTOR_NOTHING, "no limit");
    EXPECT(judge_memory(500 * MIB, &run, 2, &finding), DOCTOR_WELL, "200 connections");
    EXPECT(judge_memory(300 * MIB, &run, 2, &finding), DOCTOR_TO_DO, "limits: { memory: 270MiB }");
    run.memory = 270 * MIB;
    EXPECT(judge_memory(300 * MIB, &run, 2, &finding), DOCTOR_WELL, "limits.memory is 270 MiB of 300 MiB");
    run.memory = 290 * MIB;
    EXPECT(judge_memory(300 * MIB, &run, 2, &finding), DOCTOR_TO_DO, "270MiB");
    run =
        (struct settings_run){.connections = UINT64_MAX, .body_held = UINT64_MAX >> 1, .answer_held = UINT64_MAX >> 1};
    EXPECT(judge_memory(300 * MIB, &run, 1, &finding), DOCTOR_TO_DO, "do not fit");
}

/* --- no_proxy --------------------------------------------------------------------------------------------------------
 */

static void what_goes_round_the_gate_stays_in_the_cluster(void **state)
{
    (void)state;
    struct llm_catalogue *catalogue = llm_catalogue_new();
    const char *const narrow[] = {"localhost", "127.0.0.1", "redis",         "10.0.0.0/8",        "fd00::/8",
                                  "::1",       ".svc",      "cluster.local", "db:3306",           "shop.example",
                                  "",          "[::1]",     "not a host",    "magento.internal.", "192.168.1.0/24"};
    const char *const wide[] = {
        "*",
        "com",
        ".com",
        "*.co.uk",
        "0.0.0.0/0",
        "::/0",
        "8.8.8.0/24",
        "api.openai.com",
        ".openai.com",
        "openai.com:443",
        "api.anthropic.com",
        "github.io"};
    for (size_t i = 0; i < COUNT_OF(narrow); i++)
        EXPECT(judge_no_proxy(text_from(narrow[i]), catalogue, &finding), DOCTOR_NOTHING, "");
    for (size_t i = 0; i < COUNT_OF(wide); i++)
        EXPECT(judge_no_proxy(text_from(wide[i]), catalogue, &finding), DOCTOR_TO_DO, wide[i]);
    llm_catalogue_free(catalogue);
}

/* --- what a gate says ------------------------------------------------------------------------------------------------
 */

static void a_number_and_a_state_are_read_from_whole_lines(void **state)
{
    (void)state;
    struct text said = TEXT("# HELP exeat_a An a.\nexeat_ab 7\nexeat_a 4.5\nexeat_bad x\nexeat_none\n"
                            "exeat_s{state=\"one\"} 0\nexeat_s{state=\"two\"} 1\nexeat_t{state=\"x\"} 11\n");
    double value = 3;
    assert_true(metric_find(said, TEXT("exeat_a"), &value) && value == 4.5);
    assert_false(metric_find(said, TEXT("exeat_bad"), &value));
    assert_false(metric_find(said, TEXT("exeat_none"), &value));
    assert_false(metric_find(said, TEXT("exeat_"), &value));
    assert_true(value == 4.5);
    assert_true(text_equal(metric_state(said, TEXT("exeat_s")), TEXT("two")));
    assert_int_equal(metric_state(said, TEXT("exeat_t")).length, 0);
    assert_int_equal(metric_state(TEXT(""), TEXT("exeat_t")).length, 0);
}

/* Of a witness and a folder of copies a running gate alone knows. */
static void ask_of(const char *yaml, const char *said, doctor_look look, struct finding *finding)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(yaml), "/tmp/x.yaml", diags);
    if (settings == NULL) {
        struct buffer why = {0};
        diags_write(diags, &why);
        fail_msg("%.*s", TEXT_ARG(buffer_text(&why)));
    }
    struct policy *policy = policy_compile(settings, diags);
    assert_non_null(policy);
    const struct patient patient = {.policy = policy, .config = "x.yaml", .metrics = text_from(said)};
    look(&patient, finding);
    policy_unref(policy);
    diags_free(diags);
}

static void a_ship_is_well_where_the_gate_says_so(void **state)
{
    (void)state;
    static const char yaml[] = "version: 1\naudit: { ship: { directory: /tmp/ship } }\n";
    static const char shipped[] =
        "exeat_audit_ship_state{state=\"failing\"} 0\nexeat_audit_ship_state{state=\"shipped\"} 1\n";
    EXPECT(ask_of("version: 1\n", "", look_at_ship, &finding), DOCTOR_NOTHING, "audit.ship");
    EXPECT(ask_of(yaml, "", look_at_ship, &finding), DOCTOR_UNSEEN, "listen.admin");
    EXPECT(ask_of(yaml, shipped, look_at_ship, &finding), DOCTOR_WELL, "shipped");
    EXPECT(
        ask_of(yaml, "exeat_audit_ship_state{state=\"failing\"} 1\n", look_at_ship, &finding), DOCTOR_TO_DO, "failing");
    EXPECT(
        ask_of(
            yaml, "exeat_audit_ship_state{state=\"shipped\"} 1\nexeat_audit_ship_time_seconds 1000\n", look_at_ship,
            &finding),
        DOCTOR_TO_DO, "shipped");
}

static void a_witness_is_well_while_it_cosigns(void **state)
{
    (void)state;
    static const char yaml[] =
        "version: 1\naudit: { witness: { url: \"http://127.0.0.1:9\", key_file: w, interval: 60s } }\n";
    EXPECT(ask_of("version: 1\n", "", look_at_witness, &finding), DOCTOR_NOTHING, "audit.witness");
    EXPECT(ask_of(yaml, "", look_at_witness, &finding), DOCTOR_UNSEEN, "listen.admin");
    EXPECT(
        ask_of(
            yaml, "exeat_witness_state{state=\"witnessed\"} 1\nexeat_witness_age_seconds 179\n", look_at_witness,
            &finding),
        DOCTOR_WELL, "179 s");
    EXPECT(
        ask_of(
            yaml, "exeat_witness_state{state=\"witnessed\"} 1\nexeat_witness_age_seconds 181\n", look_at_witness,
            &finding),
        DOCTOR_TO_DO, "181 s");
    EXPECT(
        ask_of(
            yaml, "exeat_witness_state{state=\"forked\"} 1\nexeat_witness_age_seconds 1\n", look_at_witness, &finding),
        DOCTOR_TO_DO, "forked");
    EXPECT(ask_of(yaml, "exeat_ready 1\n", look_at_witness, &finding), DOCTOR_TO_DO, "");
}

static void vendors_that_calls_leave_to_are_each_told_once(void **state)
{
    (void)state;
    EXPECT(ask_of("version: 1\n", "", look_at_llm, &finding), DOCTOR_WELL, "no call");
    EXPECT(
        ask_of(
            "version: 1\nrules: [{ id: a, verdict: allow, hosts: [\"*.openai.com\", api.openai.com] }]\n", "",
            look_at_llm, &finding),
        DOCTOR_TO_DO, "1 vendor: OpenAI");
    EXPECT(
        ask_of(
            "version: 1\nclients: { c: { address: 127.0.0.1 } }\n"
            "rules: [{ id: a, verdict: allow, hosts: [api.openai.com, api.cohere.com], from: [c] }]\n",
            "", look_at_llm, &finding),
        DOCTOR_TO_DO, "2 vendors");
}

static void without_a_policy_what_needs_one_is_unseen(void **state)
{
    (void)state;
    struct doctor_report report = {.worst = DOCTOR_NOTHING};
    assert_true(doctor_run("/nonexistent/exeat.yaml", "keys,disk", false, &report));
    assert_int_equal(report.worst, DOCTOR_UNSEEN);
    buffer_clear(&report.out);
    assert_false(doctor_run("/nonexistent/exeat.yaml", "keys,", false, &report));
    buffer_clear(&report.out);
    for (size_t i = 0; i < doctor_question_count(); i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(doctor_question_at(i)->name, doctor_question_at(j)->name);
}

static void a_finding_is_the_worst_of_what_was_said_and_says_nothing_twice(void **state)
{
    (void)state;
    struct finding finding = {.state = DOCTOR_NOTHING};
    finding_say(&finding, DOCTOR_UNSEEN, "one");
    finding_say(&finding, DOCTOR_WELL, "two\nlines \033[31m");
    finding_advise(&finding, "do it");
    finding_advise(&finding, "do it");
    assert_int_equal(finding.state, DOCTOR_UNSEEN);
    assert_true(text_equal(buffer_text(&finding.found), TEXT("one\ntwo?lines ?[31m")));
    assert_true(text_equal(buffer_text(&finding.advice), TEXT("do it")));
    finding_clear(&finding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_for_its_owner_and_group_alone),
        cmocka_unit_test(a_key_that_is_not_there_is_made_and_one_behind_a_loop_is_not_seen),
        cmocka_unit_test(an_authority_is_renewed_before_it_is_over),
        cmocka_unit_test(a_store_is_on_a_disk_of_this_machine),
        cmocka_unit_test(there_is_room_for_what_the_gate_refuses_at_for_segments_and_for_the_retention),
        cmocka_unit_test(a_clock_is_synchronised_and_behind_no_record),
        cmocka_unit_test(what_a_gate_may_hold_fits_into_the_container),
        cmocka_unit_test(what_goes_round_the_gate_stays_in_the_cluster),
        cmocka_unit_test(a_number_and_a_state_are_read_from_whole_lines),
        cmocka_unit_test(a_ship_is_well_where_the_gate_says_so),
        cmocka_unit_test(a_witness_is_well_while_it_cosigns),
        cmocka_unit_test(vendors_that_calls_leave_to_are_each_told_once),
        cmocka_unit_test(without_a_policy_what_needs_one_is_unseen),
        cmocka_unit_test(a_finding_is_the_worst_of_what_was_said_and_says_nothing_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
