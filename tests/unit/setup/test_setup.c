/* SPDX-License-Identifier: Apache-2.0 */
/* What an installation gets before its first start, and what happens where something is there already. */
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

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/daemon.h"
#include "exeat/setup.h"

/* A folder with a configuration of its own, and what setup said of it. */
struct place {
    char folder[64];
    char *config;
    struct buffer said;
    struct buffer problems;
    char *error;
};

static const char policy_text[] = "version: 1\n"
                                  "audit: { directory: audit, origin: exeat.local/test, key: keys/log.key }\n"
                                  "tls:\n"
                                  "  upstream: { roots: roots.pem }\n"
                                  "  authority: { certificate: keys/ca.pem, key: keys/ca.key }\n"
                                  "rules:\n"
                                  "  - { id: llm, verdict: deny, hosts: ['@llm'] }\n";

static char *path_in(const struct place *place, const char *name)
{
    return file_beside(place->config, text_from(name));
}

static void put(const struct place *place, const char *name, const char *content)
{
    char *path = path_in(place, name);
    char *error = NULL;
    assert_true(file_make_folder_of(text_from(path), 0700, &error));
    assert_true(file_replace(path, text_from(content), 0640, &error));
    base_free(path);
}

static char *content_of(const struct place *place, const char *name)
{
    struct buffer out = {0};
    char *error = NULL;
    char *path = path_in(place, name);
    assert_true(file_read(path, 1 << 20, &out, &error));
    base_free(path);
    return buffer_take(&out);
}

static bool has(const struct place *place, const char *name)
{
    char *path = path_in(place, name);
    bool found = access(path, F_OK) == 0;
    base_free(path);
    return found;
}

static mode_t mode_of(const struct place *place, const char *name)
{
    struct stat status;
    char *path = path_in(place, name);
    assert_int_equal(stat(path, &status), 0);
    base_free(path);
    return status.st_mode & 07777;
}

static void take_away(const struct place *place, const char *name)
{
    char *path = path_in(place, name);
    assert_int_equal(unlink(path), 0);
    base_free(path);
}

static int begin(void **state)
{
    struct place *place = base_zalloc(sizeof(*place));
    strcpy(place->folder, "/tmp/exeat-setup-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    struct buffer path = {0};
    buffer_printf(&path, "%s/etc/exeat.yaml", place->folder);
    place->config = buffer_take(&path);
    *state = place;
    return 0;
}

static void forget(struct place *place)
{
    buffer_clear(&place->said);
    buffer_clear(&place->problems);
    base_free(place->error);
    place->error = NULL;
}

static int end(void **state)
{
    struct place *place = *state;
    char command[96];
    forget(place);
    snprintf(command, sizeof(command), "rm -r %s", place->folder);
    assert_int_equal(system(command), 0);
    base_free(place->config);
    base_free(place);
    return 0;
}

static enum setup_result set_up_as(struct place *place, const char *user)
{
    const struct setup_options options = {.config = place->config, .user = user};
    struct diags *diags = diags_new();
    forget(place);
    enum setup_result result = setup_run(&options, diags, &place->said, &place->error);
    diags_write(diags, &place->problems);
    diags_free(diags);
    return result;
}

static enum setup_result set_up(struct place *place)
{
    return set_up_as(place, NULL);
}

static bool says(const struct buffer *words, const char *wanted)
{
    struct text all = buffer_text(words);
    return all.length > 0 && memmem(all.data, all.length, wanted, strlen(wanted)) != NULL;
}

/* A checked configuration whose roots are its own. */
static void configure(const struct place *place)
{
    put(place, "roots.pem", "the public roots\n");
    put(place, "exeat.yaml", policy_text);
}

static void an_empty_folder_gets_all_that_a_start_needs_and_only_the_bundle_is_for_everybody(void **state)
{
    struct place *place = *state;
    configure(place);
    assert_int_equal(set_up(place), SETUP_DONE);
    assert_null(place->error);
    assert_int_equal(mode_of(place, "exeat.yaml"), 0640);
    assert_int_equal(mode_of(place, "keys/log.key") & S_IRWXO, 0);
    assert_int_equal(mode_of(place, "keys/ca.key"), 0600);
    assert_int_equal(mode_of(place, "bundle.pem"), 0644);
    char *bundle = content_of(place, "bundle.pem");
    assert_non_null(strstr(bundle, "the public roots\n"));
    assert_non_null(strstr(bundle, "BEGIN CERTIFICATE"));
    base_free(bundle);
    assert_true(says(&place->said, "there "));
    assert_true(says(&place->said, "made "));
}

static void a_second_time_nothing_is_changed_and_all_is_named(void **state)
{
    static const char *const parts[] = {"exeat.yaml", "keys/log.key", "keys/ca.pem", "keys/ca.key", "bundle.pem"};
    struct place *place = *state;
    char *before[COUNT_OF(parts)];
    configure(place);
    assert_int_equal(set_up(place), SETUP_DONE);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        before[i] = content_of(place, parts[i]);
    assert_int_equal(set_up(place), SETUP_NOTHING);
    assert_false(says(&place->said, "made "));
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        char *after = content_of(place, parts[i]);
        assert_string_equal(before[i], after);
        base_free(before[i]);
        base_free(after);
        assert_true(i == 3 || says(&place->said, parts[i]));
    }
}

static void the_default_configuration_is_good_and_keeps_to_the_folders_of_the_package(void **state)
{
    struct place *place = *state;
    struct diags *diags = diags_new();
    put(place, "exeat.yaml", "");
    char *error = NULL;
    assert_true(file_replace(place->config, setup_configuration(), 0640, &error));
    struct policy *policy = daemon_load(place->config, diags);
    assert_non_null(policy);
    assert_int_equal(diags_errors(diags), 0);
    const struct settings *settings = policy_settings(policy);
    assert_string_equal(settings->audit.directory.data, "/var/lib/exeat/audit");
    assert_string_equal(settings->audit.key.data, "/var/lib/exeat/keys/log.key");
    assert_string_equal(settings->tls.key.data, "/var/lib/exeat/keys/ca.key");
    policy_unref(policy);
    diags_free(diags);
}

static void a_configuration_that_is_wrong_is_told_and_nothing_is_made(void **state)
{
    struct place *place = *state;
    configure(place);
    put(place, "exeat.yaml", "version: 1\nrules: [{ id: x, verdict: alow, hosts: [a.example] }]\n");
    assert_int_equal(set_up(place), SETUP_REFUSED);
    assert_true(says(&place->problems, "alow"));
    assert_false(has(place, "keys/log.key"));
    assert_false(has(place, "bundle.pem"));
}

static void half_an_authority_is_refused_and_nothing_is_made(void **state)
{
    static const char *const halves[] = {"keys/ca.pem", "keys/ca.key"};
    struct place *place = *state;
    for (size_t i = 0; i < COUNT_OF(halves); i++) {
        configure(place);
        put(place, halves[i], "a half");
        assert_int_equal(set_up(place), SETUP_REFUSED);
        assert_non_null(strstr(place->error, "its other half"));
        assert_false(has(place, "keys/log.key"));
        assert_false(has(place, "bundle.pem"));
        take_away(place, halves[i]);
    }
}

static void a_key_or_an_authority_that_cannot_be_read_stays_as_it_is(void **state)
{
    struct place *place = *state;
    configure(place);
    put(place, "keys/log.key", "no key");
    assert_int_equal(set_up(place), SETUP_REFUSED);
    assert_false(has(place, "keys/ca.pem"));
    char *key = content_of(place, "keys/log.key");
    assert_string_equal(key, "no key");
    base_free(key);
    take_away(place, "keys/log.key");
    put(place, "keys/ca.pem", "no certificate");
    put(place, "keys/ca.key", "no key");
    assert_int_equal(set_up(place), SETUP_REFUSED);
    assert_false(has(place, "keys/log.key"));
}

static void what_is_missing_of_a_whole_is_made_again_beside_what_is_there(void **state)
{
    struct place *place = *state;
    configure(place);
    assert_int_equal(set_up(place), SETUP_DONE);
    char *key = content_of(place, "keys/log.key");
    take_away(place, "bundle.pem");
    take_away(place, "keys/ca.pem");
    take_away(place, "keys/ca.key");
    assert_int_equal(set_up(place), SETUP_DONE);
    assert_true(has(place, "keys/ca.pem") && has(place, "bundle.pem"));
    char *after = content_of(place, "keys/log.key");
    assert_string_equal(key, after);
    base_free(key);
    base_free(after);
}

static void a_bundle_without_the_authority_stays_and_is_told(void **state)
{
    struct place *place = *state;
    configure(place);
    put(place, "bundle.pem", "of somebody else");
    assert_int_equal(set_up(place), SETUP_DONE);
    assert_true(says(&place->said, "without this authority"));
    char *bundle = content_of(place, "bundle.pem");
    assert_string_equal(bundle, "of somebody else");
    base_free(bundle);
}

static void without_an_authority_in_the_configuration_there_is_no_bundle_either(void **state)
{
    struct place *place = *state;
    put(place, "exeat.yaml", "version: 1\naudit: { directory: audit, origin: exeat.local/test, key: keys/log.key }\n");
    assert_int_equal(set_up(place), SETUP_DONE);
    assert_true(has(place, "keys/log.key"));
    assert_false(has(place, "bundle.pem"));
}

static void a_user_that_there_is_not_is_refused_before_anything_is_made(void **state)
{
    struct place *place = *state;
    assert_int_equal(set_up_as(place, "nobody-is-called-so"), SETUP_REFUSED);
    assert_non_null(strstr(place->error, "nobody-is-called-so"));
    assert_false(has(place, "exeat.yaml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_empty_folder_gets_all_that_a_start_needs_and_only_the_bundle_is_for_everybody, begin, end),
        cmocka_unit_test_setup_teardown(a_second_time_nothing_is_changed_and_all_is_named, begin, end),
        cmocka_unit_test_setup_teardown(
            the_default_configuration_is_good_and_keeps_to_the_folders_of_the_package, begin, end),
        cmocka_unit_test_setup_teardown(a_configuration_that_is_wrong_is_told_and_nothing_is_made, begin, end),
        cmocka_unit_test_setup_teardown(half_an_authority_is_refused_and_nothing_is_made, begin, end),
        cmocka_unit_test_setup_teardown(a_key_or_an_authority_that_cannot_be_read_stays_as_it_is, begin, end),
        cmocka_unit_test_setup_teardown(what_is_missing_of_a_whole_is_made_again_beside_what_is_there, begin, end),
        cmocka_unit_test_setup_teardown(a_bundle_without_the_authority_stays_and_is_told, begin, end),
        cmocka_unit_test_setup_teardown(
            without_an_authority_in_the_configuration_there_is_no_bundle_either, begin, end),
        cmocka_unit_test_setup_teardown(a_user_that_there_is_not_is_refused_before_anything_is_made, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
