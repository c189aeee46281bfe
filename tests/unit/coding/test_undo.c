/* SPDX-License-Identifier: Apache-2.0 */
/* Content codings: what they say is read, what they carry beside it is kept, and nothing grows beyond its bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "exeat/coding.h"

enum { LIMIT = 1 << 20, GZIP_WINDOW = 15 + 16, ZLIB_WINDOW = 15, BARE_WINDOW = -15 };

static const struct text json = TEXT_INIT("{\"card\":\"4111\"}");
static const struct text brotli = TEXT_INIT("\x0b\x07\x80{\"card\":\"4111\"}\x03");
static const struct text zstd = TEXT_INIT("\x28\xb5\x2f\xfd\x20\x0f\x79\x00\x00{\"card\":\"4111\"}");

/* `head` may be NULL. */
static void compress_with(int window, gz_header *head, struct text text, struct buffer *out)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    if (head != NULL)
        assert_int_equal(deflateSetHeader(&stream, head), Z_OK);
    size_t room = deflateBound(&stream, text.length) + 1000;
    buffer_reserve(out, room);
    stream.next_in = (z_const Bytef *)(uintptr_t)text.data;
    stream.avail_in = (uInt)text.length;
    stream.next_out = (Bytef *)out->data + out->length;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->length += room - stream.avail_out;
    (void)deflateEnd(&stream);
}

static enum coding_fault undo(enum coding coding, struct text in, struct buffer *out, struct buffer *beside)
{
    struct coding_undoing undoing = {.out = out, .limit = LIMIT, .beside = beside};
    return coding_undo(coding, bytes_of_text(in), &undoing);
}

/* Each ended by a "|" instead of its NUL. */
static void expect(enum coding coding, struct text in, enum coding_fault fault, const char *text, const char *beside)
{
    struct buffer out = {0};
    struct buffer pieces = {0};
    assert_int_equal(undo(coding, in, &out, &pieces), fault);
    for (size_t i = 0; i < pieces.length; i++)
        pieces.data[i] = pieces.data[i] == '\0' ? '|' : pieces.data[i];
    if (fault == CODING_FINE) {
        assert_true(text_equal(buffer_text(&out), text_from(text)));
        assert_true(text_equal(buffer_text(&pieces), text_from(beside)));
    }
    buffer_clear(&out);
    buffer_clear(&pieces);
}

static void each_coding_says_what_was_coded(void **state)
{
    (void)state;
    static const struct {
        enum coding coding;
        int window;
    } rows[] = {{CODING_GZIP, GZIP_WINDOW}, {CODING_DEFLATE, ZLIB_WINDOW}, {CODING_DEFLATE, BARE_WINDOW}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer coded = {0};
        compress_with(rows[i].window, NULL, json, &coded);
        expect(rows[i].coding, buffer_text(&coded), CODING_FINE, json.data, "");
        buffer_clear(&coded);
    }
    expect(CODING_BROTLI, brotli, CODING_FINE, json.data, "");
    expect(CODING_ZSTD, zstd, CODING_FINE, json.data, "");
}

static void expect_cut(enum coding coding, struct text coded)
{
    for (size_t length = 0; length < coded.length; length++) {
        struct buffer out = {0};
        struct buffer beside = {0};
        enum coding_fault fault = undo(coding, text_part(coded, 0, length), &out, &beside);
        assert_true(fault == CODING_TRUNCATED || fault == CODING_MALFORMED);
        assert_true(fault == CODING_TRUNCATED || length < 10);
        buffer_clear(&out);
        buffer_clear(&beside);
    }
}

static void what_is_cut_short_anywhere_is_refused(void **state)
{
    (void)state;
    struct buffer gzip = {0};
    struct buffer bare = {0};
    gz_header head = {.name = (Bytef *)(uintptr_t) "name", .comment = (Bytef *)(uintptr_t) "comment", .hcrc = 1};
    compress_with(GZIP_WINDOW, &head, json, &gzip);
    compress_with(BARE_WINDOW, NULL, json, &bare);
    expect_cut(CODING_GZIP, buffer_text(&gzip));
    expect_cut(CODING_DEFLATE, buffer_text(&bare));
    expect_cut(CODING_BROTLI, brotli);
    expect_cut(CODING_ZSTD, zstd);
    buffer_clear(&gzip);
    buffer_clear(&bare);
}

static void all_members_of_gzip_and_all_frames_of_zstd_count(void **state)
{
    (void)state;
    struct buffer coded = {0};
    compress_with(GZIP_WINDOW, NULL, TEXT("[41"), &coded);
    compress_with(GZIP_WINDOW, NULL, TEXT("11]"), &coded);
    expect(CODING_GZIP, buffer_text(&coded), CODING_FINE, "[4111]", "");
    buffer_empty(&coded);
    BUFFER_APPEND_ALL(&coded, zstd, zstd);
    expect(CODING_ZSTD, buffer_text(&coded), CODING_FINE, "{\"card\":\"4111\"}{\"card\":\"4111\"}", "");
    buffer_clear(&coded);
}

static void what_stands_beside_the_content_is_kept(void **state)
{
    (void)state;
    struct buffer coded = {0};
    gz_header head = {
        .extra = (Bytef *)(uintptr_t) "extra 4111",
        .extra_len = 10,
        .name = (Bytef *)(uintptr_t) "J\xf6rg.json",
        .comment = (Bytef *)(uintptr_t) "card 4111",
        .hcrc = 1};
    compress_with(GZIP_WINDOW, &head, json, &coded);
    expect(CODING_GZIP, buffer_text(&coded), CODING_FINE, json.data, "extra 4111|J\xc3\xb6rg.json|card 4111|");
    coded.data[20] ^= 1;
    expect(CODING_GZIP, buffer_text(&coded), CODING_MALFORMED, "", "");
    buffer_empty(&coded);
    BUFFER_APPEND_ALL(
        &coded,
        TEXT("\x5f\x2a\x4d\x18\x04\0\0\0"
             "4111"),
        zstd, TEXT("\x50\x2a\x4d\x18\x01\0\0\0z"));
    expect(CODING_ZSTD, buffer_text(&coded), CODING_FINE, json.data, "4111|z|");
    buffer_clear(&coded);
}

static void what_stands_beside_the_content_and_is_no_text_is_refused(void **state)
{
    (void)state;
    struct buffer coded = {0};
    gz_header head = {.extra = (Bytef *)(uintptr_t) "\x01\x02", .extra_len = 2};
    compress_with(GZIP_WINDOW, &head, json, &coded);
    expect(CODING_GZIP, buffer_text(&coded), CODING_TRAILING, "", "");
    buffer_empty(&coded);
    BUFFER_APPEND_ALL(&coded, TEXT("\x50\x2a\x4d\x18\x01\0\0\0\x07"), zstd);
    expect(CODING_ZSTD, buffer_text(&coded), CODING_TRAILING, "", "");
    buffer_clear(&coded);
}

static void bytes_behind_the_end_are_refused(void **state)
{
    (void)state;
    static const struct text rests[] = {
        TEXT_INIT("\0"), TEXT_INIT("4111"), TEXT_INIT("\x1f"), TEXT_INIT("\x28\xb5\x2f")};
    for (size_t i = 0; i < COUNT_OF(rests); i++) {
        struct buffer coded[5] = {{0}};
        compress_with(GZIP_WINDOW, NULL, json, &coded[0]);
        compress_with(ZLIB_WINDOW, NULL, json, &coded[1]);
        compress_with(BARE_WINDOW, NULL, json, &coded[2]);
        buffer_append(&coded[3], brotli);
        buffer_append(&coded[4], zstd);
        static const enum coding codings[] = {CODING_GZIP, CODING_DEFLATE, CODING_DEFLATE, CODING_BROTLI, CODING_ZSTD};
        for (size_t c = 0; c < COUNT_OF(coded); c++) {
            buffer_append(&coded[c], rests[i]);
            expect(codings[c], buffer_text(&coded[c]), CODING_TRAILING, "", "");
            buffer_clear(&coded[c]);
        }
    }
}

static void a_wrong_checksum_or_size_is_refused(void **state)
{
    (void)state;
    for (size_t at = 1; at <= 8; at++) {
        struct buffer coded = {0};
        compress_with(GZIP_WINDOW, NULL, json, &coded);
        coded.data[coded.length - at] ^= 1;
        expect(CODING_GZIP, buffer_text(&coded), CODING_MALFORMED, "", "");
        buffer_clear(&coded);
    }
}

static void flags_of_gzip_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    struct buffer coded = {0};
    compress_with(GZIP_WINDOW, NULL, json, &coded);
    coded.data[3] |= 0x20;
    expect(CODING_GZIP, buffer_text(&coded), CODING_MALFORMED, "", "");
    buffer_clear(&coded);
}

static void what_wants_a_dictionary_is_refused(void **state)
{
    (void)state;
    expect(CODING_DEFLATE, TEXT("\x78\xbb\x01\x02\x03\x04\x03\x00\x00\x00\x00\x01"), CODING_UNKNOWN, "", "");
    expect(CODING_ZSTD, TEXT("\x28\xb5\x2f\xfd\x21\x07\x0f\x79\x00\x00{\"card\":\"4111\"}"), CODING_UNKNOWN, "", "");
}

static void what_is_not_so_coded_is_refused(void **state)
{
    (void)state;
    static const enum coding codings[] = {CODING_GZIP, CODING_DEFLATE, CODING_BROTLI, CODING_ZSTD};
    for (size_t i = 0; i < COUNT_OF(codings); i++)
        expect(
            codings[i], TEXT("{\"card\":\"4111 1111 1111 1111\"} and more of the same text"), CODING_MALFORMED, "", "");
    /* a window of 128 MiB */
    expect(CODING_ZSTD, TEXT("\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00"), CODING_MALFORMED, "", "");
    /* a brotli window beyond 16 MiB */
    expect(CODING_BROTLI, TEXT("\x11\x1e\x00\x00"), CODING_MALFORMED, "", "");
}

/* --- bombs ---------------------------------------------------------------------------------------------------------
 */

/* It ends at the limit, and with no more memory than a few times that. */
static void expect_bomb(enum coding coding, struct text coded)
{
    struct buffer out = {0};
    struct buffer beside = {0};
    assert_int_equal(undo(coding, coded, &out, &beside), CODING_BEYOND);
    assert_true(out.length <= LIMIT + 1);
    assert_true(out.capacity <= 4 * LIMIT);
    buffer_clear(&out);
    buffer_clear(&beside);
}

static void two_gibibytes_of_zeros_end_at_the_limit(void **state)
{
    (void)state;
    enum { MEMBER = 16 << 20, MEMBERS = 128 };
    struct buffer zeros = {0};
    struct buffer member = {0};
    struct buffer coded = {0};
    buffer_reserve(&zeros, MEMBER);
    memset(zeros.data, 0, MEMBER);
    zeros.length = MEMBER;
    compress_with(GZIP_WINDOW, NULL, buffer_text(&zeros), &member);
    for (size_t i = 0; i < MEMBERS; i++)
        buffer_append(&coded, buffer_text(&member));
    expect_bomb(CODING_GZIP, buffer_text(&coded));
    buffer_empty(&member);
    compress_with(ZLIB_WINDOW, NULL, buffer_text(&zeros), &member);
    expect_bomb(CODING_DEFLATE, buffer_text(&member));
    buffer_clear(&zeros);
    buffer_clear(&member);
    buffer_clear(&coded);
}

/* 128 KiB in each block of four bytes. */
static void zstd_of_repeated_bytes_ends_at_the_limit(void **state)
{
    (void)state;
    struct buffer coded = {0};
    buffer_append(&coded, TEXT("\x28\xb5\x2f\xfd\x00\x58"));
    for (size_t i = 0; i < 16384; i++)
        buffer_append(&coded, TEXT("\x02\x00\x10\x00"));
    buffer_append(&coded, TEXT("\x03\x00\x00\x00"));
    expect_bomb(CODING_ZSTD, buffer_text(&coded));
    buffer_clear(&coded);
}

static void brotli_of_64_mebibytes_in_53_bytes_ends_at_the_limit(void **state)
{
    (void)state;
    expect_bomb(
        CODING_BROTLI,
        TEXT("\xcf\xff\xff\x7f\xf8\x27\x00\xe2\xb1\x40\x20\xf7\xfe\x9f\xff\xff\xff\xf0\x4f\x00\xc4\x61\x01\x80\xee\xfd"
             "\x3f\xff\xff\xff\xe1\x9f\x00\x88\xc3\x22\x00\xdd\xfb\xff\xfc\xff\xff\xc7\x3f\x01\x10\x87\x05\x00\xba\xf7"
             "\xff"));
}

static void what_is_just_as_large_as_the_limit_is_read(void **state)
{
    (void)state;
    struct buffer text = {0};
    struct buffer coded = {0};
    buffer_reserve(&text, LIMIT + 1);
    memset(text.data, 'a', LIMIT + 1);
    text.length = LIMIT;
    compress_with(GZIP_WINDOW, NULL, buffer_text(&text), &coded);
    struct buffer out = {0};
    struct buffer beside = {0};
    assert_int_equal(undo(CODING_GZIP, buffer_text(&coded), &out, &beside), CODING_FINE);
    assert_int_equal(out.length, LIMIT);
    text.length = LIMIT + 1;
    buffer_empty(&coded);
    compress_with(GZIP_WINDOW, NULL, buffer_text(&text), &coded);
    expect_bomb(CODING_GZIP, buffer_text(&coded));
    buffer_clear(&out);
    buffer_clear(&beside);
    buffer_clear(&text);
    buffer_clear(&coded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_coding_says_what_was_coded),
        cmocka_unit_test(what_is_cut_short_anywhere_is_refused),
        cmocka_unit_test(all_members_of_gzip_and_all_frames_of_zstd_count),
        cmocka_unit_test(what_stands_beside_the_content_is_kept),
        cmocka_unit_test(what_stands_beside_the_content_and_is_no_text_is_refused),
        cmocka_unit_test(bytes_behind_the_end_are_refused),
        cmocka_unit_test(a_wrong_checksum_or_size_is_refused),
        cmocka_unit_test(flags_of_gzip_that_mean_nothing_are_refused),
        cmocka_unit_test(what_wants_a_dictionary_is_refused),
        cmocka_unit_test(what_is_not_so_coded_is_refused),
        cmocka_unit_test(two_gibibytes_of_zeros_end_at_the_limit),
        cmocka_unit_test(zstd_of_repeated_bytes_ends_at_the_limit),
        cmocka_unit_test(brotli_of_64_mebibytes_in_53_bytes_ends_at_the_limit),
        cmocka_unit_test(what_is_just_as_large_as_the_limit_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
