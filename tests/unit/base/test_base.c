/* SPDX-License-Identifier: Apache-2.0 */
/* The toolbox: slices, encodings, times, JSON and files, each at its edges. */
#include <ctype.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/arena.h"
#include "exeat/base/check.h"
#include "exeat/base/clock.h"
#include "exeat/base/digest.h"
#include "exeat/base/file.h"
#include "exeat/base/json.h"
#include "exeat/base/list.h"
#include "exeat/base/log.h"
#include "exeat/base/memory.h"
#include "exeat/base/pattern.h"

static void globs_match_any_run_of_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *glob;
        const char *text;
        bool matches;
    } rows[] = {
        {"*", "", true},
        {"gpt-4*", "gpt-4o", true},
        {"gpt-4*", "gpt-3", false},
        {"*.example", "a.example", true},
        {"a*b*c", "aXbYc", true},
        {"a*b*c", "aXbY", false},
        {"", "", true},
        {"", "x", false},
        {"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
        {"**", "x", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (text_glob(text_from(rows[i].glob), text_from(rows[i].text)) != rows[i].matches)
            fail_msg("%s on %s", rows[i].glob, rows[i].text);
}

static void numbers_are_digits_within_their_bound(void **state)
{
    (void)state;
    uint64_t number = 0;
    assert_true(text_to_number(TEXT("65535"), 65535, &number));
    assert_int_equal(number, 65535);
    assert_true(text_to_number(TEXT("18446744073709551615"), UINT64_MAX, &number));
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "0x1", "65536", "18446744073709551616", "99999999999999999999", "1e3"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (text_to_number(text_from(bad[i]), strlen(bad[i]) > 10 ? UINT64_MAX : 65535, &number))
            fail_msg("%s", bad[i]);
}

static void case_is_a_matter_of_letters_alone(void **state)
{
    (void)state;
    for (unsigned left = 0; left < 256; left++)
        for (unsigned right = 0; right < 256; right++) {
            const char pair[] = {(char)left, 'x', (char)right, 'X'};
            bool alike = left == right ||
                         (left < 128 && right < 128 && isalpha((int)left) && tolower((int)left) == tolower((int)right));
            assert_true(text_equal_nocase((struct text){pair, 2}, (struct text){pair + 2, 2}) == alike);
            assert_true(text_equal_nocase((struct text){pair, 1}, (struct text){pair + 2, 1}) == alike);
        }
    assert_true(text_equal_nocase(TEXT(""), (struct text){NULL, 0}));
    assert_false(text_equal_nocase(TEXT("host"), TEXT("hosts")));
}

static void a_stored_text_is_cut_to_its_place(void **state)
{
    (void)state;
    char place[4];
    text_store(TEXT("abcdef"), place, sizeof(place));
    assert_string_equal(place, "abc");
    text_store((struct text){NULL, 0}, place, sizeof(place));
    assert_string_equal(place, "");
}

static void distances_count_single_edits(void **state)
{
    (void)state;
    assert_int_equal(text_distance(TEXT("allow"), TEXT("alow")), 1);
    assert_int_equal(text_distance(TEXT("hosts"), TEXT("hsots")), 1);
    assert_int_equal(text_distance(TEXT(""), TEXT("abc")), 3);
}

static void the_nearest_word_is_one_that_was_probably_meant(void **state)
{
    (void)state;
    static const char *const words[] = {"allow", "hosts", "audit check-proof"};
    assert_ptr_equal(text_nearest(TEXT("alow"), words, COUNT_OF(words)), words[0]);
    assert_ptr_equal(text_nearest(TEXT("hsots"), words, COUNT_OF(words)), words[1]);
    assert_ptr_equal(text_nearest(TEXT("audit chckprof"), words, COUNT_OF(words)), words[2]);
    assert_null(text_nearest(TEXT("something"), words, COUNT_OF(words)));
    assert_null(text_nearest(TEXT("allow"), words, 0));
}

static void encodings_go_both_ways_and_refuse_the_rest(void **state)
{
    (void)state;
    struct buffer out = {0};
    uint8_t bytes[3] = {0x00, 0xff, 0x10};
    uint8_t back[3];
    buffer_append_hex(&out, (struct bytes){NULL, 0});
    assert_int_equal(out.length, 0);
    buffer_append_hex(&out, (struct bytes){bytes, sizeof(bytes)});
    assert_true(text_equal(buffer_text(&out), TEXT("00ff10")));
    assert_true(hex_decode(buffer_text(&out), back, sizeof(back)));
    assert_memory_equal(bytes, back, sizeof(bytes));
    assert_false(hex_decode(TEXT("00ff1"), back, sizeof(back)));
    assert_false(hex_decode(TEXT("00fg10"), back, sizeof(back)));
    buffer_empty(&out);
    buffer_append_base64(&out, (struct bytes){bytes, sizeof(bytes)});
    struct buffer decoded = {0};
    assert_true(base64_decode(buffer_text(&out), &decoded));
    assert_memory_equal(decoded.data, bytes, sizeof(bytes));
    static const char *const bad[] = {"A", "AA=A", "A===", "AB\n=", "AA"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        buffer_empty(&decoded);
        if (base64_decode(text_from(bad[i]), &decoded))
            fail_msg("%s", bad[i]);
    }
    buffer_clear(&decoded);
    buffer_clear(&out);
}

static void a_date_of_http_is_written_as_the_rfc_has_it(void **state)
{
    (void)state;
    char text[CLOCK_HTTP_SIZE];
    clock_write_http((int64_t)784111777 * 1000000, text); /* RFC 9110 5.6.7 */
    assert_string_equal(text, "Sun, 06 Nov 1994 08:49:37 GMT");
}

static void times_are_read_as_people_write_them(void **state)
{
    (void)state;
    int64_t wall;
    char text[CLOCK_TEXT_SIZE];
    const int64_t now = 1795536960123456; /* 2026-11-24T16:16:00.123456Z */
    clock_write(now, text);
    assert_string_equal(text, "2026-11-24T16:16:00.123456Z");
    assert_true(clock_parse(TEXT("2026-11-24T16:16:00Z"), now, &wall));
    assert_int_equal(wall, now - 123456);
    assert_true(clock_parse(TEXT("2026-11-24"), now, &wall));
    assert_int_equal(wall, 1795478400000000);
    int64_t evening = wall + (int64_t)20 * 3600 * 1000000;
    static const char *const same[] = {
        "2026-11-24 20:00",  "2026-11-24T20:00",          "2026-11-24 20:00:00",      "2026-11-24T20:00:00.000000Z",
        "2026-11-24 20:00Z", "2026-11-24T21:30:00+01:30", "2026-11-24T15:00:00-05:00"};
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        assert_true(clock_parse(text_from(same[i]), now, &wall));
        assert_int_equal(wall, evening);
    }
    assert_true(clock_parse(TEXT("today"), now, &wall));
    assert_int_equal(wall, 1795478400000000);
    assert_true(clock_parse(TEXT("-1h"), now, &wall));
    assert_int_equal(wall, now - 3600000000);
    static const char *const bad[] = {"",    "yesterday-ish",         "2026-13-01", "2026-02-30", "-1",
                                      "-1x", "-99999999999999999999h"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (clock_parse(text_from(bad[i]), now, &wall))
            fail_msg("%s", bad[i]);
}

static void a_moment_is_a_day_a_time_and_an_offset(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum clock_reading reading;
        int64_t wall_us;
    } rows[] = {
        {"2026-12-31T18:00:00Z", CLOCK_GOOD, 1798740000000000},
        {"2026-12-31t18:00:00z", CLOCK_GOOD, 1798740000000000}, /* RFC 3339 5.6: the letters may be small */
        {"2026-12-31T19:00:00+01:00", CLOCK_GOOD, 1798740000000000},
        {"2026-12-31T13:30:00-04:30", CLOCK_GOOD, 1798740000000000},
        {"2027-01-01T07:59:00+13:59", CLOCK_GOOD, 1798740000000000},
        {"2026-12-31T18:00:00-00:00", CLOCK_GOOD, 1798740000000000},
        {"2026-12-31T18:00:00.25Z", CLOCK_GOOD, 1798740000250000},
        {"1969-12-31T23:59:59Z", CLOCK_GOOD, -1000000},
        {"2028-02-29T00:00:00Z", CLOCK_GOOD, 1835395200000000},
        {"2026-12-31", CLOCK_NO_TIME, 0},
        {"2026-12-31T18:00:00", CLOCK_NO_OFFSET, 0},
        {"2026-12-31T18:00:00.5", CLOCK_NO_OFFSET, 0},
        {"2026-12-31T18:00Z", CLOCK_BAD, 0},
        {"2026-12-31 18:00:00Z", CLOCK_BAD, 0},
        {"2026-12-31T18:00:60Z", CLOCK_BAD, 0},
        {"2026-12-31T24:00:00Z", CLOCK_BAD, 0},
        {"2026-02-29T00:00:00Z", CLOCK_BAD, 0},
        {"2026-12-31T18:00:00+24:00", CLOCK_BAD, 0},
        {"2026-12-31T18:00:00+01:60", CLOCK_BAD, 0},
        {"2026-12-31T18:00:00+0100", CLOCK_BAD, 0},
        {"2026-12-31T18:00:00+01", CLOCK_BAD, 0},
        {"2026-12-31T18:00:00 CET", CLOCK_BAD, 0},
        {"2026-12-31T18:00:00.Z", CLOCK_BAD, 0},
        {"2026-12-31T18:00:00Z ", CLOCK_BAD, 0},
        {"31.12.2026", CLOCK_BAD, 0},
        {"now", CLOCK_BAD, 0},
        {"", CLOCK_BAD, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t wall_us = 0;
        if (clock_parse_moment(text_from(rows[i].text), &wall_us) != rows[i].reading)
            fail_msg("%s", rows[i].text);
        if (rows[i].reading == CLOCK_GOOD && wall_us != rows[i].wall_us)
            fail_msg("%s: %lld", rows[i].text, (long long)wall_us);
    }
}

/* ASCII is looked at eight bytes at a time: what is none stands at each place of those. */
static void utf8_is_told_from_the_rest_wherever_it_stands(void **state)
{
    static const struct {
        const char *piece;
        bool is_good;
    } rows[] = {{"", true},      {"\xc3\xa4", true}, {"\xe2\x82\xac\xf0\x9f\x98\x80", true},
                {"\xc3", false}, {"\xff", false},    {"\xed\xa0\x80", false}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (int before = 0; before < 20; before++)
            for (int after = 0; after < 20; after++) {
                struct buffer text = {0};
                buffer_printf(
                    &text, "%.*s%s%.*s", before, "abcdefghijklmnopqrst", rows[i].piece, after, "abcdefghijklmnopqrst");
                assert_int_equal(text_is_utf8(buffer_text(&text)), rows[i].is_good);
                buffer_clear(&text);
            }
}

/* Of what others say, nothing that a terminal acts on, that hides or turns what stands beside it. */
static void foreign_text_is_shown_without_what_moves_a_terminal(void **state)
{
    static const struct {
        struct text said;
        const char *kept;
        const char *shown;
    } rows[] = {
        {TEXT_INIT("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"), "", "plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"},
        {TEXT_INIT("\x1b[31m \x7f \x00 \x07"), "", "?[31m ? ? ?"},
        {TEXT_INIT("\xc2\x9b"
                   "31m \xc2\x85 \xc2\x80 \xc2\xa0"),
         "", "?31m ? ? \xc2\xa0"},
        {TEXT_INIT("\xe2\x80\xae \xe2\x80\xa8 \xe2\x81\xa6 \xef\xbb\xbf \xe2\x80\x8b"), "", "? ? ? ? ?"},
        {TEXT_INIT("\x9b"
                   "31m \xff \xc3 \xed\xa0\x80"),
         "", "?31m ? ? ???"}, /* no UTF-8: each byte */
        {TEXT_INIT("a\nb\tc\rd"), "\n", "a\nb?c?d"},
        {TEXT_INIT("a\nb\tc\rd"), "\n\t", "a\nb\tc?d"},
        {TEXT_INIT("a\nb"), "", "a?b"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer out = {0};
        buffer_append_shown(&out, rows[i].said, rows[i].kept);
        assert_int_equal(out.length, strlen(rows[i].shown));
        assert_memory_equal(out.data, rows[i].shown, out.length);
        buffer_clear(&out);
    }
}

static void json_strings_are_safe_for_any_bytes(void **state)
{
    (void)state;
    struct buffer out = {0};
    json_append_string(&out, TEXT("a\"\\\n\x01\xff\xc3\xa4"));
    assert_true(text_equal(buffer_text(&out), TEXT("\"a\\\"\\\\\\u000a\\u0001\\ufffd\xc3\xa4\"")));
    buffer_clear(&out);
    char error[160];
    static const char *const bad[] = {"{\"a\":1,\"a\":2}", "{} x", "", "{\"a\":"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (json_read(text_from(bad[i]), error) != NULL)
            fail_msg("%s", bad[i]);
}

static void a_regex_that_works_too_hard_says_so(void **state)
{
    (void)state;
    char *error = NULL;
    size_t offset = 0;
    struct pattern *pattern = pattern_compile(TEXT("(a+)+b"), &error, &offset);
    assert_int_equal(pattern_match(pattern, TEXT("aab")), PATTERN_MATCH);
    assert_int_equal(pattern_match(pattern, TEXT("xaab")), PATTERN_NO_MATCH);
    struct buffer long_text = {0};
    for (int i = 0; i < 5000; i++)
        buffer_append_byte(&long_text, 'a');
    assert_int_not_equal(pattern_match(pattern, buffer_text(&long_text)), PATTERN_MATCH);
    buffer_clear(&long_text);
    pattern_free(pattern);
    assert_null(pattern_compile(TEXT("("), &error, &offset));
    base_free(error);
}

static void an_empty_expression_matches_the_empty_text_and_no_other(void **state)
{
    (void)state;
    static const struct text empty[] = {TEXT_INIT(""), {NULL, 0}};
    for (size_t i = 0; i < 2; i++) {
        char *error = NULL;
        size_t offset = 0;
        struct pattern *pattern = pattern_compile(empty[i], &error, &offset);
        assert_non_null(pattern);
        for (size_t j = 0; j < 2; j++)
            assert_int_equal(pattern_match(pattern, empty[j]), PATTERN_MATCH);
        assert_int_equal(pattern_match(pattern, TEXT("a")), PATTERN_NO_MATCH);
        pattern_free(pattern);
    }
}

/* No pointer is made from NULL, not even of no distance: the sanitizer of the fuzzers refuses it. */
static void the_empty_text_of_no_place_is_cut_as_any_other(void **state)
{
    (void)state;
    const struct text none = {NULL, 0};
    struct text rest = none;
    struct text piece = TEXT("untouched");
    assert_int_equal(text_part(none, 0, 0).length, 0);
    assert_int_equal(text_after(none, 7).length, 0);
    assert_int_equal(text_trim(none, " ").length, 0);
    assert_int_equal(text_index(none, 'a', 0), 0);
    assert_false(text_split(&rest, ',', &piece));
    assert_true(text_starts_with(none, none) && text_ends_with(none, TEXT("")) && text_equal(none, TEXT("")));
    assert_true(text_glob(none, none) && text_glob(TEXT("*"), none) && !text_glob(none, TEXT("a")));
    assert_int_equal(text_distance(none, TEXT("ab")), 2);
    struct buffer buffer = {0};
    buffer_append(&buffer, none);
    buffer_append_hex(&buffer, bytes_of_text(none));
    buffer_append_base64(&buffer, bytes_of_text(none));
    buffer_consume(&buffer, 0);
    assert_int_equal(buffer_text(&buffer).length, 0);
    buffer_clear(&buffer);
}

static void files_are_replaced_whole_with_their_mode(void **state)
{
    (void)state;
    char folder[] = "/tmp/exeat-base-XXXXXX";
    char path[64];
    char *error = NULL;
    struct stat about;
    struct buffer content = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/a/b", folder);
    assert_true(file_make_folder(path, 0700, &error));
    snprintf(path, sizeof(path), "%s/a/b/file", folder);
    assert_true(file_replace(path, TEXT("one"), 0600, &error));
    assert_true(file_replace(path, TEXT("two"), 0600, &error));
    /* What a process left that had our number and was killed is in nobody's way. */
    char left[128];
    snprintf(left, sizeof(left), "%s.%ld.new", path, (long)getpid());
    assert_int_equal(link(path, left), 0);
    assert_true(file_replace(path, TEXT("two"), 0600, &error));
    assert_int_equal(access(left, F_OK), -1);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    assert_true(file_read(path, 100, &content, &error));
    assert_true(text_equal(buffer_text(&content), TEXT("two")));
    assert_false(file_read(path, 2, &content, &error));
    base_free(error);
    error = NULL;
    assert_false(file_read("/nonexistent/x", 2, &content, &error));
    assert_non_null(strstr(error, "/nonexistent/x"));
    base_free(error);
    buffer_clear(&content);
    char command[64];
    snprintf(command, sizeof(command), "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static void an_arena_gives_aligned_zeroed_memory(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t size = 1; size < 20000; size += 777) {
        unsigned char *block = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(block[i], 0);
        memset(block, 0xff, size);
    }
    arena_clear(&arena);
}

static void lists_forget_what_is_removed(void **state)
{
    (void)state;
    struct list list;
    struct list_node nodes[3] = {0};
    list_init(&list);
    for (size_t i = 0; i < COUNT_OF(nodes); i++)
        list_append(&list, &nodes[i]);
    list_remove(&nodes[1]);
    list_remove(&nodes[1]);
    assert_false(list_has(&nodes[1]));
    assert_ptr_equal(list_next(&list, list_first(&list)), &nodes[2]);
    assert_ptr_equal(list_take_first(&list), &nodes[0]);
    assert_ptr_equal(list_take_first(&list), &nodes[2]);
    assert_null(list_take_first(&list));
}

static void a_key_is_made_whole_or_not_at_all_and_over_no_other(void **state)
{
    (void)state;
    char folder[] = "/tmp/exeat-base-XXXXXX";
    char path[64];
    char left[96];
    char *error = NULL;
    struct rlimit limit;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/log.key", folder);
    snprintf(left, sizeof(left), "%s.%ld.new", path, (long)getpid());
    struct signing_key *key = signing_key_generate();
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){1, limit.rlim_max}); /* as on a full disk */
    assert_false(signing_key_save(key, path, &error));
    setrlimit(RLIMIT_FSIZE, &limit);
    base_free(error);
    assert_int_equal(access(path, F_OK), -1);
    assert_true(signing_key_save(key, path, &error));
    assert_false(signing_key_save(key, path, &error));
    assert_non_null(strstr(error, "File exists"));
    base_free(error);
    assert_int_equal(access(left, F_OK), -1);
    struct signing_key *again = signing_key_read(path, &error);
    assert_non_null(again);
    signing_key_free(again);
    signing_key_free(key);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

/* What a program of its own says on stderr, to its end. */
static void listen_to(void (*program)(void), struct buffer *said)
{
    int ends[2];
    ssize_t got;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[1]);
        program();
        _exit(0);
    }
    close(ends[1]);
    do {
        buffer_reserve(said, 65536);
        got = read(ends[0], said->data + said->length, 65536);
        said->length += got > 0 ? (size_t)got : 0;
    } while (got > 0);
    close(ends[0]);
    waitpid(child, NULL, 0);
}

static bool says(const struct buffer *said, const char *wanted)
{
    return memmem(said->data, said->length, wanted, strlen(wanted)) != NULL;
}

static void say_very_much(void)
{
    struct buffer text = {0};
    for (int i = 0; i < 100000; i++)
        buffer_append_byte(&text, '\1');
    log_start();
    log_warn("long", log_text("why", buffer_text(&text)), log_number("after", 7));
    log_flush(10000);
    buffer_clear(&text);
}

static void break_a_promise(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    log_start();
    for (int i = 0; i < 100; i++)
        log_info("before", log_number("number", i));
    ASSERT(getpid() == 0);
}

static void say_on_a_full_disk(void)
{
    int kept = dup(STDERR_FILENO);
    int full = open("/dev/full", O_WRONLY);
    dup2(full, STDERR_FILENO);
    log_start();
    for (int i = 0; i < 3; i++) {
        log_info("lost", log_number("number", i));
        log_flush(10000); /* and it is not tried again and again */
    }
    dup2(kept, STDERR_FILENO);
    log_info("back", log_number("dropped", (int64_t)log_dropped()));
    log_flush(10000);
}

/* In a sentence, a fact and the name of an error: what others wrote may look like a line of ours. */
static void say_what_others_wrote(void)
{
    static const char forged[] =
        "no file a\n2026-11-30T00:00:00.000Z info decision verdict=allow\r\nexeat: all is well\n";
    log_start();
    log_say("cannot_start", text_from(forged));
    log_say("cannot_start", TEXT("\nstarted"));
    log_say("cannot_start", TEXT(""));
    log_warn("told", log_string("why", forged), log_text("host", TEXT("a\xe2\x80\xa8started\vb")));
    log_flush(10000);
}

static void no_line_of_the_log_begins_with_what_others_wrote(void **state)
{
    (void)state;
    const struct text plain = TEXT("exeat: no file a\n  2026-11-30T00:00:00.000Z info decision verdict=allow?\n"
                                   "  exeat: all is well\n  \nexeat: \n  started\nexeat: \n");
    struct buffer said = {0};
    listen_to(say_what_others_wrote, &said);
    struct text rest = text_after(buffer_text(&said), plain.length);
    assert_true(text_starts_with(buffer_text(&said), plain));
    assert_int_equal(text_index(rest, '\n', 0), rest.length - 1); /* facts are of one line */
    assert_true(says(&said, "Z warn told why=\"no file a\\u000a2026-"));
    assert_true(says(&said, "host=\"a\\u2028started\\u000bb\"\n"));
    buffer_clear(&said);
}

static void no_line_of_the_log_is_lost_unsaid(void **state)
{
    (void)state;
    struct buffer said = {0};
    listen_to(say_very_much, &said);
    assert_true(says(&said, "\\u0001 [cut]\" after=7\n"));
    buffer_empty(&said);
    listen_to(break_a_promise, &said);
    assert_true(says(&said, "before number=99\nexeat: broken promise: getpid() == 0"));
    buffer_empty(&said);
    listen_to(say_on_a_full_disk, &said);
    assert_true(says(&said, "back dropped=3\n"));
    assert_true(says(&said, "log_dropped lines=3\n"));
    buffer_clear(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globs_match_any_run_of_bytes),
        cmocka_unit_test(numbers_are_digits_within_their_bound),
        cmocka_unit_test(case_is_a_matter_of_letters_alone),
        cmocka_unit_test(a_stored_text_is_cut_to_its_place),
        cmocka_unit_test(distances_count_single_edits),
        cmocka_unit_test(the_nearest_word_is_one_that_was_probably_meant),
        cmocka_unit_test(encodings_go_both_ways_and_refuse_the_rest),
        cmocka_unit_test(times_are_read_as_people_write_them),
        cmocka_unit_test(a_moment_is_a_day_a_time_and_an_offset),
        cmocka_unit_test(utf8_is_told_from_the_rest_wherever_it_stands),
        cmocka_unit_test(foreign_text_is_shown_without_what_moves_a_terminal),
        cmocka_unit_test(json_strings_are_safe_for_any_bytes),
        cmocka_unit_test(a_regex_that_works_too_hard_says_so),
        cmocka_unit_test(an_empty_expression_matches_the_empty_text_and_no_other),
        cmocka_unit_test(the_empty_text_of_no_place_is_cut_as_any_other),
        cmocka_unit_test(files_are_replaced_whole_with_their_mode),
        cmocka_unit_test(a_date_of_http_is_written_as_the_rfc_has_it),
        cmocka_unit_test(an_arena_gives_aligned_zeroed_memory),
        cmocka_unit_test(a_key_is_made_whole_or_not_at_all_and_over_no_other),
        cmocka_unit_test(no_line_of_the_log_begins_with_what_others_wrote),
        cmocka_unit_test(no_line_of_the_log_is_lost_unsaid),
        cmocka_unit_test(lists_forget_what_is_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
