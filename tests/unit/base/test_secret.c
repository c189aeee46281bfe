/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: where they lie, what is left of them, and how their files are read. */
#include <inttypes.h>
#include <openssl/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "exeat/base/secret.h"

static char path[] = "/tmp/exeat-secret-XXXXXX";

static void assert_secret(const struct secret *secret, const char *wanted)
{
    assert_true(text_equal(secret_show(secret), text_from(wanted)));
    assert_true(secret_is_empty(secret) == (wanted[0] == '\0'));
}

/* What proc(5) says of the mapping in which `at` lies: "VmFlags: rd wr mr mw me dd lo ac". */
static void flags_of(const void *at, char flags[256])
{
    FILE *maps = fopen("/proc/self/smaps", "re");
    uintptr_t from = 0;
    uintptr_t to = 0;
    char line[512];
    flags[0] = '\0';
    while (flags[0] == '\0' && fgets(line, sizeof(line), maps) != NULL) {
        char *end;
        uintptr_t first = (uintptr_t)strtoull(line, &end, 16);
        if (*end == '-') {
            from = first;
            to = (uintptr_t)strtoull(end + 1, NULL, 16);
        }
        if (strncmp(line, "VmFlags:", 8) == 0 && from <= (uintptr_t)at && (uintptr_t)at < to)
            text_store(text_from(line), flags, 256);
    }
    fclose(maps);
}

static void lies_in_memory_that_is_locked_and_left_out_of_cores(void **state)
{
    bool is_locked = **(bool **)state;
    struct secret secret = {0};
    char flags[256];
    secret_take(&secret, TEXT("open sesame"));
    assert_secret(&secret, "open sesame");
    flags_of(secret_show(&secret).data, flags);
    assert_non_null(strstr(flags, " dd"));
    assert_true((strstr(flags, " lo") != NULL) == is_locked);
    secret_clear(&secret);
}

static void nothing_is_left_of_what_was_cleared_or_taken_over(void **state)
{
    static const char before[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    struct secret secret = {0};
    (void)state;
    for (int round = 0; round < 2; round++) {
        secret_take(&secret, text_from(before));
        const char *at = secret_show(&secret).data;
        if (round == 0)
            secret_clear(&secret);
        else
            secret_take(&secret, TEXT("another"));
        /* the allocator writes its own links into the first bytes of a free block */
        assert_null(memmem(at, sizeof(before), "cdef", 4));
        secret_clear(&secret);
        assert_secret(&secret, "");
    }
    secret_clear(&secret); /* twice is fine */
}

static void private_keys_lie_there_too(void **state)
{
    (void)state;
    signing_key_free(signing_key_generate()); /* the first one makes a source of randomness, which stays */
    size_t before = CRYPTO_secure_used();
    struct signing_key *key = signing_key_generate();
    assert_true(CRYPTO_secure_used() > before);
    signing_key_free(key);
    assert_int_equal(CRYPTO_secure_used(), before);
}

static void write_file(const char *content, size_t length)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, length, file), length);
    fclose(file);
}

static void reads_a_file_whole_and_leaves_nothing_behind(void **state)
{
    static const char *const contents[] = {"", "x", "two\nlines\n", "  spaces around \r\n"};
    static const char *const trimmed[] = {"", "x", "two\nlines", "spaces around"};
    (void)state;
    size_t before = CRYPTO_secure_used();
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        struct secret secret = {0};
        char *error = NULL;
        write_file(contents[i], strlen(contents[i]));
        assert_true(secret_read(path, 20, &secret, &error));
        assert_secret(&secret, contents[i]);
        secret_trim(&secret);
        assert_secret(&secret, trimmed[i]);
        secret_clear(&secret);
    }
    assert_int_equal(CRYPTO_secure_used(), before);
}

static void a_file_that_is_too_long_or_not_there_is_told_without_its_content(void **state)
{
    static const struct {
        const char *path;
        const char *reason;
    } cases[] = {
        {path, "File too large"}, {"/nowhere/at/all", "No such file or directory"}, {"/tmp", "Is a directory"}};
    (void)state;
    write_file("0123456789abcdef", 16);
    size_t before = CRYPTO_secure_used();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct secret secret = {0};
        char *error = NULL;
        assert_false(secret_read(cases[i].path, 15, &secret, &error));
        assert_non_null(strstr(error, cases[i].path));
        assert_non_null(strstr(error, cases[i].reason));
        assert_null(strstr(error, "0123"));
        assert_secret(&secret, "");
        base_free(error);
    }
    assert_int_equal(CRYPTO_secure_used(), before);
}

static void one_that_finds_no_room_lies_elsewhere_and_is_a_secret_all_the_same(void **state)
{
    enum { LARGE = 16 << 20 };
    char *block = secret_block_new(LARGE);
    struct secret secret = {0};
    (void)state;
    assert_int_equal(CRYPTO_secure_allocated(block), 0);
    memset(block, 'x', LARGE);
    secret_take(&secret, (struct text){block, LARGE});
    assert_int_equal(secret_show(&secret).length, LARGE);
    secret_block_free(block, LARGE);
    secret_clear(&secret);
}

/* --- ordinary memory: the linker puts this in place of free() --- */

static struct {
    const char *block;
    size_t size;
    bool came;
    bool was_wiped;
} given_back;

void __real_free(void *block);
void __wrap_free(void *block);

void __wrap_free(void *block)
{
    if (block != NULL && block == given_back.block) {
        given_back.came = given_back.was_wiped = true;
        for (size_t i = 0; i < given_back.size; i++)
            given_back.was_wiped = given_back.was_wiped && given_back.block[i] == 0;
    }
    __real_free(block);
}

static void watch(const void *block, size_t size)
{
    given_back.block = block;
    given_back.size = size;
    given_back.came = given_back.was_wiped = false;
}

static void assert_wiped(void)
{
    given_back.block = NULL;
    assert_true(given_back.came);
    assert_true(given_back.was_wiped);
}

static void ordinary_memory_is_wiped_before_it_is_given_back(void **state)
{
    static const size_t sizes[] = {1, 8, 100, 5000, 16 << 20}; /* the largest finds no room among the locked */
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        char *block = base_alloc(sizes[i]);
        memset(block, 'k', sizes[i]);
        watch(block, sizes[i]);
        base_free_secret(block, sizes[i]);
        assert_wiped();
    }
    for (int round = 0; round < 2; round++) {
        struct secret secret = {0};
        char *large = base_alloc(sizes[4]);
        memset(large, 'k', sizes[4]);
        secret_take(&secret, (struct text){large, sizes[4]});
        watch(secret_show(&secret).data, sizes[4]);
        if (round == 0)
            secret_clear(&secret);
        else
            secret_take(&secret, TEXT("another"));
        assert_wiped();
        secret_clear(&secret);
        base_free(large);
    }
}

/* Also behind its end: it may have been longer. */
static void a_buffer_is_wiped_as_far_as_it_has_room(void **state)
{
    struct buffer buffer = {0};
    (void)state;
    for (int i = 0; i < 20; i++)
        buffer_append(&buffer, TEXT("open sesame "));
    buffer.length = 4;
    watch(buffer.data, buffer.capacity);
    buffer_forget(&buffer);
    assert_wiped();
    assert_null(buffer.data);
    buffer_forget(&buffer); /* an empty one is fine */
}

static int open_all(void **state)
{
    static bool is_locked;
    is_locked = secret_memory_open();
    *state = &is_locked;
    int descriptor = mkstemp(path);
    return descriptor < 0 ? -1 : close(descriptor);
}

static int close_all(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lies_in_memory_that_is_locked_and_left_out_of_cores),
        cmocka_unit_test(nothing_is_left_of_what_was_cleared_or_taken_over),
        cmocka_unit_test(private_keys_lie_there_too),
        cmocka_unit_test(reads_a_file_whole_and_leaves_nothing_behind),
        cmocka_unit_test(a_file_that_is_too_long_or_not_there_is_told_without_its_content),
        cmocka_unit_test(one_that_finds_no_room_lies_elsewhere_and_is_a_secret_all_the_same),
        cmocka_unit_test(ordinary_memory_is_wiped_before_it_is_given_back),
        cmocka_unit_test(a_buffer_is_wiped_as_far_as_it_has_room),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
