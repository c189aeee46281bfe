/* SPDX-License-Identifier: Apache-2.0 */
/* A witness cosigns what continues, and nothing else; what it said it knows after a restart. */
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

#include "exeat/anchor.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

#define ORIGIN "audit.example/shop/php-0"
#define NAME "witness.example/w1"

/* A log of numbered records, and a witness that it is shown to. */
struct scene {
    char folder[64];
    struct signing_key *log_key;
    struct signing_key *witness_key;
    struct witness *witness;
};

static void open_witness(struct scene *scene)
{
    char *error = NULL;
    struct witness_options options = {.directory = scene->folder, .name = TEXT(NAME), .key = scene->witness_key};
    scene->witness = witness_open(&options, &error);
    if (scene->witness == NULL)
        fail_msg("%s", error);
}

static int set_up(void **state)
{
    struct scene *scene = base_zalloc(sizeof(*scene));
    text_store(TEXT("/tmp/exeat-witness-XXXXXX"), scene->folder, sizeof(scene->folder));
    assert_non_null(mkdtemp(scene->folder));
    scene->log_key = signing_key_generate();
    scene->witness_key = signing_key_generate();
    open_witness(scene);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    char command[256];
    witness_free(scene->witness);
    signing_key_free(scene->log_key);
    signing_key_free(scene->witness_key);
    snprintf(command, sizeof(command), "rm -r %s", scene->folder);
    assert_int_equal(system(command), 0);
    base_free(scene);
    return 0;
}

static struct digest leaf_of(char history, size_t index)
{
    uint8_t record[3] = {(uint8_t)history, (uint8_t)index, (uint8_t)(index >> 8)};
    struct digest leaf;
    tlog_leaf((struct bytes){record, sizeof(record)}, &leaf);
    return leaf;
}

/* The body of add-checkpoint for a log whose records up to `common` are of history 'a' and the rest of `history`. */
static void submit(
    struct scene *scene, const struct signing_key *key, char history, size_t common, size_t old, size_t size,
    struct web_answer *answer)
{
    struct tlog_tree tree = {.size = 0};
    struct tlog_prover prover;
    struct tlog_proof proof = {.count = 0};
    struct digest root;
    struct buffer note = {0};
    struct buffer body = {0};
    tlog_prover_consistency(&prover, old <= size ? old : 0, size);
    for (size_t i = 0; i < size; i++) {
        struct digest leaf = leaf_of(i < common ? 'a' : history, i);
        tlog_tree_append(&tree, &leaf);
        if (tlog_prover_wants(&prover))
            tlog_prover_leaf(&prover, &leaf);
    }
    tlog_prover_finish(&prover, &proof);
    tlog_tree_root(&tree, &root);
    tlog_checkpoint_write(TEXT(ORIGIN), size, &root, key, &note);
    tlog_submission_write(old, &proof, buffer_text(&note), &body);
    witness_add_checkpoint(scene->witness, buffer_text(&body), answer);
    buffer_clear(&note);
    buffer_clear(&body);
}

static void expect_from(
    struct scene *scene, char history, size_t common, size_t old, size_t size, uint16_t status, const char *body)
{
    struct web_answer answer;
    submit(scene, scene->log_key, history, common, old, size, &answer);
    if (answer.status != status)
        fail_msg("status %u: %.*s", answer.status, TEXT_ARG(buffer_text(&answer.body)));
    if (body != NULL)
        assert_true(text_equal(buffer_text(&answer.body), text_from(body)));
    assert_string_equal(answer.type, status == 409 ? "text/x.tlog.size" : "text/plain; charset=utf-8");
    buffer_clear(&answer.body);
}

static void expect(struct scene *scene, size_t old, size_t size, uint16_t status, const char *body)
{
    expect_from(scene, 'a', SIZE_MAX, old, size, status, body);
}

static uint16_t enrol_as(struct scene *scene, const struct signing_key *key, const char *more)
{
    struct web_answer answer;
    struct buffer body = {0};
    uint8_t public_key[VERIFY_KEY_SIZE];
    signing_key_public(key, public_key);
    buffer_append(&body, TEXT("vkey "));
    tlog_vkey_write(TEXT(ORIGIN), public_key, &body);
    buffer_printf(&body, "\n%s", more);
    witness_enrol(scene->witness, buffer_text(&body), &answer);
    buffer_clear(&body);
    buffer_clear(&answer.body);
    return answer.status;
}

static void cosigns_what_continues(void **state)
{
    struct scene *scene = *state;
    expect(scene, 0, 5, 404, NULL);
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    expect(scene, 0, 0, 200, NULL);
    expect(scene, 0, 5, 200, NULL);
    expect(scene, 5, 5, 200, NULL);
    expect(scene, 5, 6, 200, NULL);
    expect(scene, 6, 300, 200, NULL);
    assert_int_equal(witness_statistics(scene->witness)->cosigned, 5);
    assert_int_equal(witness_statistics(scene->witness)->forked, 0);
}

static void the_cosignature_verifies(void **state)
{
    struct scene *scene = *state;
    struct web_answer answer;
    struct tlog_note note;
    struct tlog_vkey vkey;
    struct tlog_checkpoint checkpoint;
    uint8_t key[VERIFY_KEY_SIZE];
    uint64_t time = 0;
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    expect(scene, 0, 9, 200, NULL);
    witness_last(scene->witness, TEXT(ORIGIN), &answer);
    assert_int_equal(answer.status, 200);
    signing_key_public(scene->witness_key, key);
    tlog_vkey_make(TEXT(NAME), TLOG_KEY_WITNESS, key, &vkey);
    assert_true(tlog_note_parse(buffer_text(&answer.body), &note));
    assert_int_equal(tlog_note_verify(&note, &vkey, &time), TLOG_SIGNED);
    assert_true(time > 1700000000);
    signing_key_public(scene->log_key, key);
    assert_true(tlog_checkpoint_verify(buffer_text(&answer.body), TEXT(ORIGIN), key));
    assert_true(tlog_checkpoint_parse(buffer_text(&answer.body), &checkpoint));
    assert_int_equal(checkpoint.size, 9);
    buffer_clear(&answer.body);
    witness_last(scene->witness, TEXT("another.example/log"), &answer);
    assert_int_equal(answer.status, 404);
    buffer_clear(&answer.body);
}

static void a_rolled_back_log_is_told_how_far_it_was(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    expect(scene, 0, 20, 200, NULL);
    expect(scene, 12, 12, 409, "20\n");
    expect(scene, 0, 12, 409, "20\n");
    assert_int_equal(witness_statistics(scene->witness)->older, 2);
    expect(scene, 0, 25, 409, "20\n"); /* lost its memory only */
    expect(scene, 20, 25, 200, NULL);
    assert_int_equal(witness_statistics(scene->witness)->older, 2);
}

static void a_fork_is_refused_and_kept_as_evidence(void **state)
{
    struct scene *scene = *state;
    char command[256];
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    expect(scene, 0, 20, 200, NULL);
    expect_from(scene, 'b', 12, 20, 30, 422, NULL); /* its true proof shows another beginning */
    expect_from(scene, 'b', 12, 20, 20, 422, NULL);
    assert_int_equal(witness_statistics(scene->witness)->forked, 2);
    assert_int_equal(witness_statistics(scene->witness)->unproven, 0);
    expect(scene, 20, 21, 200, NULL);
    snprintf(
        command, sizeof(command), "test $(ls %s/*.fork | wc -l) = 1 && grep -q '^30$' %s/*.fork", scene->folder,
        scene->folder);
    assert_int_equal(system(command), 0);
}

static void expect_files(struct scene *scene, const char *suffix, int count)
{
    char command[256];
    snprintf(command, sizeof(command), "test $(ls %s | grep -c '\\%s$') = %d", scene->folder, suffix, count);
    if (system(command) != 0)
        fail_msg("there are not %d files %s", count, suffix);
}

/* The body of add-checkpoint with the true checkpoint of `size`, and hashes that are made up. */
static void submit_garbage(struct scene *scene, size_t old, size_t size, size_t hashes, uint16_t status)
{
    struct tlog_tree tree = {.size = 0};
    struct tlog_proof proof = {.count = hashes};
    struct digest root;
    struct buffer note = {0};
    struct buffer body = {0};
    struct web_answer answer;
    for (size_t i = 0; i < size; i++) {
        struct digest leaf = leaf_of('a', i);
        tlog_tree_append(&tree, &leaf);
    }
    tlog_tree_root(&tree, &root);
    for (size_t i = 0; i < hashes; i++)
        memset(proof.hashes[i].bytes, (int)i + 1, sizeof(proof.hashes[i].bytes));
    tlog_checkpoint_write(TEXT(ORIGIN), size, &root, scene->log_key, &note);
    tlog_submission_write(old, &proof, buffer_text(&note), &body);
    witness_add_checkpoint(scene->witness, buffer_text(&body), &answer);
    assert_int_equal(answer.status, status);
    buffer_clear(&answer.body);
    buffer_clear(&note);
    buffer_clear(&body);
}

static void nobody_can_frame_a_log(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    for (size_t known = 1; known < 12; known++) {
        expect(scene, known - 1, known, 200, NULL);
        for (size_t hashes = 0; hashes < 6; hashes++)
            submit_garbage(scene, known, known + 5, hashes, 422);
    }
    assert_int_equal(witness_statistics(scene->witness)->unproven, 11 * 6);
    assert_int_equal(witness_statistics(scene->witness)->forked, 0);
    expect_files(scene, ".fork", 0);
    expect_files(scene, ".unproven", 1);
    expect(scene, 11, 16, 200, NULL); /* and the log goes on */
    expect_from(scene, 'b', 3, 16, 16, 422, NULL);
    assert_int_equal(witness_statistics(scene->witness)->forked, 1);
    expect_files(scene, ".fork", 1); /* what is proven has its own place */
}

static void what_is_said_again_is_not_written_again(void **state)
{
    struct scene *scene = *state;
    char command[256];
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    expect(scene, 0, 0, 200, NULL);
    snprintf(command, sizeof(command), "touch -d 2001-01-01 %s/*.log", scene->folder);
    assert_int_equal(system(command), 0);
    expect(scene, 0, 0, 200, NULL);
    snprintf(command, sizeof(command), "test -z \"$(find %s -name '*.log' -newermt 2002-01-01)\"", scene->folder);
    assert_int_equal(system(command), 0);
}

/* Whatever the sizes: a proof of another history shows it, but where the known tree is perfect. */
static void a_true_proof_of_another_history_is_evidence(void **state)
{
    struct scene *scene = *state;
    uint64_t forked = 0;
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    for (size_t known = 1; known < 40; known++) {
        expect(scene, known - 1, known, 200, NULL);
        expect_from(scene, 'b', known / 2, known, known + 1 + known % 7, 422, NULL);
        forked += (known & (known - 1)) == 0 ? 0 : 1;
        assert_int_equal(witness_statistics(scene->witness)->forked, forked);
    }
    assert_int_equal(witness_statistics(scene->witness)->unproven, 6);
}

static void strangers_and_nonsense_are_refused(void **state)
{
    struct scene *scene = *state;
    struct web_answer answer;
    struct signing_key *other = signing_key_generate();
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    submit(scene, other, 'a', SIZE_MAX, 0, 5, &answer);
    assert_int_equal(answer.status, 403);
    buffer_clear(&answer.body);
    expect(scene, 6, 5, 400, NULL);
    witness_add_checkpoint(scene->witness, TEXT("old 0\n\nnonsense\n"), &answer);
    assert_int_equal(answer.status, 400);
    buffer_clear(&answer.body);
    assert_int_equal(witness_statistics(scene->witness)->cosigned, 0);
    signing_key_free(other);
}

static void an_origin_keeps_its_key(void **state)
{
    struct scene *scene = *state;
    struct signing_key *other = signing_key_generate();
    assert_int_equal(enrol_as(scene, scene->log_key, "previous audit.example/old\n"), 200);
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    assert_int_equal(enrol_as(scene, other, ""), 409);
    assert_int_equal(enrol_as(scene, other, "previous a b\n"), 400);
    assert_int_equal(enrol_as(scene, other, "more\n"), 400);
    assert_int_equal(witness_statistics(scene->witness)->enrol_refused, 1);
    assert_int_equal(witness_statistics(scene->witness)->logs, 1);
    signing_key_free(other);
}

static void it_remembers_after_a_restart(void **state)
{
    struct scene *scene = *state;
    struct signing_key *other = signing_key_generate();
    assert_int_equal(enrol_as(scene, scene->log_key, "previous audit.example/old\n"), 200);
    expect(scene, 0, 20, 200, NULL);
    witness_free(scene->witness);
    open_witness(scene);
    expect(scene, 10, 10, 409, "20\n");
    expect_from(scene, 'b', 12, 20, 30, 422, NULL);
    assert_int_equal(enrol_as(scene, other, ""), 409);
    expect(scene, 20, 30, 200, NULL);
    signing_key_free(other);
}

static void two_witnesses_do_not_share_a_state(void **state)
{
    struct scene *scene = *state;
    char *error = NULL;
    struct witness_options options = {.directory = scene->folder, .name = TEXT(NAME), .key = scene->witness_key};
    assert_null(witness_open(&options, &error));
    assert_non_null(strstr(error, "another witness"));
    base_free(error);
}

static void a_changed_state_is_not_believed(void **state)
{
    struct scene *scene = *state;
    char command[256];
    char *error = NULL;
    struct witness_options options = {.directory = scene->folder, .name = TEXT(NAME), .key = scene->witness_key};
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    expect(scene, 0, 20, 200, NULL);
    witness_free(scene->witness);
    scene->witness = NULL;
    snprintf(command, sizeof(command), "sed -i 's/^20$/10/' %s/*.log", scene->folder);
    assert_int_equal(system(command), 0);
    assert_null(witness_open(&options, &error));
    assert_non_null(strstr(error, "is not what this witness wrote"));
    base_free(error);
}

/* The folder is gone: nothing can be written, so nothing may be signed. What of it the disk has nobody knows, so that
 * nothing which contradicts it may be signed either. */
static void what_is_not_on_disk_is_not_cosigned(void **state)
{
    struct scene *scene = *state;
    char away[80];
    assert_int_equal(enrol_as(scene, scene->log_key, ""), 200);
    expect(scene, 0, 20, 200, NULL);
    snprintf(away, sizeof(away), "%s.away", scene->folder);
    assert_int_equal(rename(scene->folder, away), 0);
    expect(scene, 20, 25, 500, NULL);
    assert_int_equal(rename(away, scene->folder), 0);
    struct web_answer last;
    witness_last(scene->witness, TEXT(ORIGIN), &last);
    assert_int_equal(last.status, 404);
    buffer_clear(&last.body);
    expect_from(scene, 'b', 20, 20, 26, 409, "25\n");
    expect_from(scene, 'b', 20, 25, 26, 422, NULL);
    expect_from(scene, 'b', 20, 25, 25, 422, NULL);
    expect(scene, 25, 25, 200, NULL);
    witness_last(scene->witness, TEXT(ORIGIN), &last);
    assert_int_equal(last.status, 200);
    assert_non_null(memmem(last.body.data, last.body.length, "\n25\n", 4));
    buffer_clear(&last.body);
    expect(scene, 25, 26, 200, NULL);
}

static void tokens_are_lines_and_not_short(void **state)
{
    struct scene *scene = *state;
    struct digest *tokens = NULL;
    struct digest expected;
    size_t count = 0;
    char *error = NULL;
    char path[80];
    snprintf(path, sizeof(path), "%s/tokens", scene->folder);
    assert_true(file_replace(path, TEXT("# shop\n0123456789abcdef\n\nfedcba9876543210 \n"), 0600, &error));
    assert_true(anchor_tokens_read(path, &tokens, &count, &error));
    assert_int_equal(count, 2);
    digest_sha256(bytes_of_text(TEXT("fedcba9876543210")), &expected);
    assert_memory_equal(tokens[1].bytes, expected.bytes, 32);
    base_free(tokens);
    assert_true(file_replace(path, TEXT("short\n"), 0600, &error));
    assert_false(anchor_tokens_read(path, &tokens, &count, &error));
    base_free(error);
    assert_true(file_replace(path, TEXT("# none\n"), 0600, &error));
    assert_false(anchor_tokens_read(path, &tokens, &count, &error));
    base_free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(cosigns_what_continues, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_cosignature_verifies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_rolled_back_log_is_told_how_far_it_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_fork_is_refused_and_kept_as_evidence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_can_frame_a_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_said_again_is_not_written_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_true_proof_of_another_history_is_evidence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(strangers_and_nonsense_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_origin_keeps_its_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_remembers_after_a_restart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_witnesses_do_not_share_a_state, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_changed_state_is_not_believed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_on_disk_is_not_cosigned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tokens_are_lines_and_not_short, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
