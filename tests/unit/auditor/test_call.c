/* SPDX-License-Identifier: Apache-2.0 */
/* What an audit command was called with: whose key is whose, and what was asked, as it goes on record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auditor_internal.h"
#include "exeat/base/memory.h"

static void make_key(uint8_t key[VERIFY_KEY_SIZE])
{
    struct signing_key *whole = signing_key_generate();
    signing_key_public(whole, key);
    signing_key_free(whole);
}

static void a_key_is_chosen_by_the_name_of_its_log(void **state)
{
    (void)state;
    uint8_t first[VERIFY_KEY_SIZE];
    uint8_t second[VERIFY_KEY_SIZE];
    struct buffer keys = {0};
    struct tlog_vkey vkey;
    make_key(first);
    make_key(second);
    tlog_vkey_write(TEXT("a.example/log"), first, &keys);
    buffer_append_string(&keys, "\r\n# no key\n\n  ");
    tlog_vkey_write(TEXT("b.example/log"), second, &keys);
    assert_true(auditor_vkeys_choose(buffer_text(&keys), TEXT("b.example/log"), &vkey));
    assert_memory_equal(vkey.key, second, sizeof(second));
    assert_true(auditor_vkeys_choose(buffer_text(&keys), TEXT("a.example/log"), &vkey));
    assert_memory_equal(vkey.key, first, sizeof(first));
    assert_false(auditor_vkeys_choose(buffer_text(&keys), TEXT("a.example"), &vkey));
    assert_false(auditor_vkeys_choose(TEXT(""), TEXT("a.example/log"), &vkey));
    buffer_clear(&keys);
}

static void a_key_of_a_witness_is_no_key_of_a_log(void **state)
{
    (void)state;
    uint8_t key[VERIFY_KEY_SIZE];
    struct buffer keys = {0};
    struct tlog_vkey vkey;
    make_key(key);
    tlog_vkey_make(TEXT("a.example/log"), TLOG_KEY_WITNESS, key, &vkey);
    tlog_vkey_append(&vkey, &keys);
    assert_false(auditor_vkeys_choose(buffer_text(&keys), TEXT("a.example/log"), &vkey));
    buffer_clear(&keys);
}

static void what_was_asked_is_told_as_options_without_places_and_keys(void **state)
{
    (void)state;
    const char *words[OPTION_COUNT] = {
        [OPTION_STORE] = "/var/lib/store", [OPTION_VKEY] = "k",    [OPTION_BUNDLE] = "out",
        [OPTION_HOST] = "*.a.example",     [OPTION_LLM] = "--llm", [OPTION_FORMAT] = "csv"};
    const struct auditor_call call = {.words = words};
    struct buffer query = {0};
    auditor_call_query(&call, &query);
    char *said = buffer_take(&query);
    assert_string_equal(said, "-o csv --host *.a.example --llm");
    base_free(said);
}

static void a_verdict_on_the_records_ends_the_command_as_documented(void **state)
{
    (void)state;
    assert_int_equal(auditor_code_of(EVIDENCE_OK), EXIT_DONE);
    assert_int_equal(auditor_code_of(EVIDENCE_FORKED), EXIT_TAMPERED);
    assert_int_equal(auditor_code_of(EVIDENCE_GAP), EXIT_INCOMPLETE);
    assert_int_equal(auditor_code_of(EVIDENCE_UNREADABLE), EXIT_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_chosen_by_the_name_of_its_log),
        cmocka_unit_test(a_key_of_a_witness_is_no_key_of_a_log),
        cmocka_unit_test(what_was_asked_is_told_as_options_without_places_and_keys),
        cmocka_unit_test(a_verdict_on_the_records_ends_the_command_as_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
