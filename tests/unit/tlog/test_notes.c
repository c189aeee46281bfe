/* SPDX-License-Identifier: Apache-2.0 */
/* Notes, keys, cosignatures and proof files: the published examples, our own answers kept byte for byte, and each way
 * in which such a text can be malformed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/tlog/note.h"

#define MARK "\xe2\x80\x94 "

/* The example of C2SP signed-note. */
static const struct text example_vkey =
    TEXT_INIT("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
static const struct text example_note = TEXT_INIT(
    "This is an example message.\n\n" MARK
    "example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n");
/* The example of C2SP tlog-cosignature; the keys of it are not published. */
static const struct text cosigned_note = TEXT_INIT(
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n" MARK
    "example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" MARK
    "witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n");

static struct signing_key *known_key(void)
{
    uint8_t seed[SIGNING_SEED_SIZE];
    for (size_t i = 0; i < sizeof(seed); i++)
        seed[i] = (uint8_t)i;
    return signing_key_from_seed(seed);
}

static void known_vkey(struct text name, enum tlog_key_type type, struct tlog_vkey *vkey)
{
    uint8_t public_key[VERIFY_KEY_SIZE];
    struct signing_key *key = known_key();
    signing_key_public(key, public_key);
    signing_key_free(key);
    tlog_vkey_make(name, type, public_key, vkey);
}

static void verifies_the_published_note(void **state)
{
    (void)state;
    struct tlog_vkey vkey;
    struct tlog_note note;
    assert_true(tlog_vkey_parse(example_vkey, &vkey));
    assert_int_equal(vkey.type, TLOG_KEY_LOG);
    assert_true(text_equal(vkey.name, TEXT("example.com/foo")));
    assert_true(tlog_note_parse(example_note, &note));
    assert_true(text_equal(note.body, TEXT("This is an example message.\n")));
    assert_int_equal(tlog_note_verify(&note, &vkey, NULL), TLOG_SIGNED);
    struct buffer again = {0};
    tlog_vkey_append(&vkey, &again);
    assert_true(text_equal(buffer_text(&again), example_vkey));
    buffer_clear(&again);
}

static void a_changed_note_is_signed_badly_and_a_strange_one_not_at_all(void **state)
{
    (void)state;
    struct tlog_vkey vkey;
    struct tlog_note note;
    char *changed = text_copy(example_note);
    changed[0] = 't';
    assert_true(tlog_vkey_parse(example_vkey, &vkey));
    assert_true(tlog_note_parse(text_from(changed), &note));
    assert_int_equal(tlog_note_verify(&note, &vkey, NULL), TLOG_SIGNED_BADLY);
    vkey.hash[3] ^= 1;
    assert_int_equal(tlog_note_verify(&note, &vkey, NULL), TLOG_SIGNED_NOT);
    base_free(changed);
}

static void reads_the_published_cosigned_checkpoint(void **state)
{
    (void)state;
    struct tlog_checkpoint checkpoint;
    assert_true(tlog_checkpoint_parse(cosigned_note, &checkpoint));
    assert_int_equal(checkpoint.size, 20852163);
    assert_true(text_equal(checkpoint.origin, TEXT("example.com/behind-the-sofa")));
    assert_int_equal(checkpoint.root.bytes[0], 0x0a);
}

/* docs/audit-format.md shows these bytes. */
static void cosigns_as_published(void **state)
{
    (void)state;
    struct buffer line = {0};
    struct tlog_note note;
    struct tlog_vkey vkey;
    uint64_t time = 0;
    struct signing_key *key = known_key();
    assert_true(tlog_note_parse(cosigned_note, &note));
    tlog_cosign_write(note.body, TEXT("witness.example/w1"), 1679315147, key, &line);
    signing_key_free(key);
    assert_true(text_equal(
        buffer_text(&line), TEXT(MARK "witness.example/w1 "
                                      "519lMgAAAABkGFDLBuRDazBLVac2NE+Y+"
                                      "IjbjQOcXLfF9CSDZVUIoS83rE1nFZsVE8YiWV6Ngr7lV8H6bdoBQGP/l73euDMQ9k+bBQ==\n")));
    struct buffer whole = {0};
    buffer_append(&whole, cosigned_note);
    buffer_append(&whole, buffer_text(&line));
    known_vkey(TEXT("witness.example/w1"), TLOG_KEY_WITNESS, &vkey);
    assert_true(tlog_note_parse(buffer_text(&whole), &note));
    assert_int_equal(tlog_note_verify(&note, &vkey, &time), TLOG_SIGNED);
    assert_int_equal(time, 1679315147);
    buffer_clear(&line);
    buffer_clear(&whole);
}

static void a_cosignature_is_no_signature_of_a_log(void **state)
{
    (void)state;
    struct tlog_note note;
    struct tlog_vkey log;
    struct tlog_vkey witness;
    struct digest root = {{0}};
    struct buffer text = {0};
    struct signing_key *key = known_key();
    tlog_checkpoint_write(TEXT("o"), 1, &root, key, &text);
    assert_true(tlog_note_parse(buffer_text(&text), &note));
    known_vkey(TEXT("o"), TLOG_KEY_LOG, &log);
    known_vkey(TEXT("o"), TLOG_KEY_WITNESS, &witness);
    assert_int_equal(tlog_note_verify(&note, &log, NULL), TLOG_SIGNED);
    assert_int_equal(tlog_note_verify(&note, &witness, NULL), TLOG_SIGNED_NOT);
    signing_key_free(key);
    buffer_clear(&text);
}

static void refuses_malformed_notes(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "\n",
        "\n\n",
        "body\n",
        "body\n\n",
        "body\n" MARK "a AAAAAAA=\n",
        "body\n\n" MARK "a AAAAAAA=",
        "body\n\n" MARK "a AAAAAA==\n"
        "x",
        "body\n\n" MARK "a AAAA\n",
        "body\n\n" MARK "a+b AAAAAAA=\n",
        "body\n\n" MARK " AAAAAAA=\n",
        "body\n\n" MARK "a\xc2\xa0 AAAAAAA=\n",
        "body\n\n" MARK "a  AAAAAAA=\n",
        "body\n\n" MARK "a AAAAAAA=\r\n",
        "body\n\n" MARK "a AAAAAAA= \n",
        "body\n\n" MARK "a AAAAAAB=\n",
        "body\n\n- a AAAAAAA=\n",
        "bo\tdy\n\n" MARK "a AAAAAAA=\n",
        "bo\xff"
        "dy\n\n" MARK "a AAAAAAA=\n",
    };
    struct tlog_note note;
    assert_true(tlog_note_parse(TEXT("body\n\n" MARK "a AAAAAAA=\n"), &note));
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (tlog_note_parse(text_from(bad[i]), &note))
            fail_msg("taken: %s", bad[i]);
}

static void refuses_malformed_checkpoints(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n01\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n9223372036854775808\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jx\n",
        "o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\next\n",
        "o\n1\n",
    };
    struct tlog_checkpoint checkpoint;
    struct buffer text = {0};
    buffer_append(&text, TEXT("o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\next\n\n" MARK "a AAAAAAA=\n"));
    assert_true(tlog_checkpoint_parse(buffer_text(&text), &checkpoint));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        buffer_empty(&text);
        buffer_append_string(&text, bad[i]);
        buffer_append(&text, TEXT("\n" MARK "a AAAAAAA=\n"));
        if (tlog_checkpoint_parse(buffer_text(&text), &checkpoint))
            fail_msg("taken: %s", bad[i]);
    }
    buffer_clear(&text);
}

static void refuses_malformed_keys(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "example.com/foo",
        "example.com/foo+530d903a",
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/bar+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k\n",
    };
    struct tlog_vkey vkey;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (tlog_vkey_parse(text_from(bad[i]), &vkey))
            fail_msg("taken: %s", bad[i]);
}

static void a_proof_file_comes_back_as_it_was_written(void **state)
{
    (void)state;
    struct tlog_proof proof = {.count = 2};
    struct tlog_proof_file file;
    struct buffer text = {0};
    memset(proof.hashes[1].bytes, 7, 32);
    tlog_proof_file_write(bytes_of_text(TEXT("abc")), 12, &proof, cosigned_note, &text);
    assert_true(text_starts_with(
        buffer_text(&text), TEXT("c2sp.org/tlog-proof@v1\nextra YWJj\nindex 12\n"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                                 "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n\nexample.com/behind-the-sofa\n")));
    assert_true(tlog_proof_file_parse(buffer_text(&text), &file));
    assert_int_equal(file.index, 12);
    assert_int_equal(file.proof.count, 2);
    assert_true(text_equal(file.extra, TEXT("YWJj")));
    assert_true(text_equal(file.checkpoint, cosigned_note));
    for (size_t length = 0; length < text.length; length++) {
        bool taken = tlog_proof_file_parse(text_part(buffer_text(&text), 0, length), &file);
        assert_true(!taken || text_ends_with(text_part(buffer_text(&text), 0, length), TEXT("=\n")));
    }
    buffer_clear(&text);
}

static void a_submission_comes_back_as_it_was_written(void **state)
{
    (void)state;
    struct tlog_proof proof = {.count = 63};
    struct tlog_submission submission;
    struct buffer text = {0};
    tlog_submission_write(20852014, &proof, cosigned_note, &text);
    assert_true(tlog_submission_parse(buffer_text(&text), &submission));
    assert_int_equal(submission.old_size, 20852014);
    assert_int_equal(submission.proof.count, 63);
    assert_true(text_equal(submission.checkpoint, cosigned_note));
    buffer_empty(&text);
    proof.count = 64;
    tlog_submission_write(1, &proof, cosigned_note, &text);
    assert_false(tlog_submission_parse(buffer_text(&text), &submission));
    assert_false(tlog_submission_parse(TEXT("old 01\n\n"), &submission));
    assert_false(tlog_submission_parse(TEXT("Old 1\n\n"), &submission));
    buffer_clear(&text);
}

static bool key_is_taken(const uint8_t key[VERIFY_KEY_SIZE], enum tlog_key_type type)
{
    struct tlog_vkey vkey;
    struct buffer line = {0};
    tlog_vkey_make(TEXT("log.example/a"), type, key, &vkey);
    tlog_vkey_append(&vkey, &line);
    bool taken = tlog_vkey_parse(buffer_text(&line), &vkey);
    buffer_clear(&line);
    return taken;
}

/* Of small order: y is 0, 1, p - 1, or one of the two of order eight. */
static void keys_under_which_anything_verifies_are_refused(void **state)
{
    (void)state;
    uint8_t eighth[2][VERIFY_KEY_SIZE];
    assert_true(hex_decode(
        TEXT("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), eighth[0], VERIFY_KEY_SIZE));
    assert_true(hex_decode(
        TEXT("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), eighth[1], VERIFY_KEY_SIZE));
    for (int sign = 0; sign < 2; sign++) {
        uint8_t key[VERIFY_KEY_SIZE] = {0};
        key[31] = (uint8_t)(sign << 7);
        for (int y = 0; y < 4; y++) { /* 2 and 3 are no points, which OpenSSL finds when it verifies */
            key[0] = (uint8_t)y;
            assert_int_equal(key_is_taken(key, TLOG_KEY_LOG), y > 1);
            assert_int_equal(key_is_taken(key, TLOG_KEY_WITNESS), y > 1);
        }
        memset(key, 0xff, sizeof(key));
        key[31] = (uint8_t)(0x7f | sign << 7);
        for (int low = 0xe0; low <= 0xff; low++) { /* p - 1 is ec; what follows is not canonical */
            key[0] = (uint8_t)low;
            assert_int_equal(key_is_taken(key, TLOG_KEY_LOG), low < 0xec);
        }
        for (int i = 0; i < 2; i++) {
            memcpy(key, eighth[i], sizeof(key));
            key[31] |= (uint8_t)(sign << 7);
            assert_false(key_is_taken(key, TLOG_KEY_LOG));
            key[16] ^= 1;
            assert_true(key_is_taken(key, TLOG_KEY_LOG));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verifies_the_published_note),
        cmocka_unit_test(a_changed_note_is_signed_badly_and_a_strange_one_not_at_all),
        cmocka_unit_test(reads_the_published_cosigned_checkpoint),
        cmocka_unit_test(cosigns_as_published),
        cmocka_unit_test(a_cosignature_is_no_signature_of_a_log),
        cmocka_unit_test(refuses_malformed_notes),
        cmocka_unit_test(refuses_malformed_checkpoints),
        cmocka_unit_test(refuses_malformed_keys),
        cmocka_unit_test(keys_under_which_anything_verifies_are_refused),
        cmocka_unit_test(a_proof_file_comes_back_as_it_was_written),
        cmocka_unit_test(a_submission_comes_back_as_it_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
