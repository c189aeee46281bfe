/* SPDX-License-Identifier: Apache-2.0 */
/* The published vectors of docs/audit-format.md, byte for byte: three records, their leaves, roots, proofs, key and
 * checkpoint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/record.h"
#include "exeat/record/batch.h"
#include "exeat/tlog/note.h"

static const struct text origin = TEXT_INIT("audit.example/shop/php-0/1");

static const char *const record_hex[] = {
    "01010000000000000000000647484620400000000000000f424020001a61756469742e6578616d706c652f73686f702f7068702d302f31",
    "01020000000000000001000647484624109000000000001312d001000800000000000000000200010304000a6c6c6d2d6f70656e6169"
    "060004504f535408000e6170692e6f70656e61692e636f6d09000201bb1300066f70656e61691400066770742d346f"
    "f00020edb0a7225d7d67f086c62caa7db05c2c844ec358cdb991e0f43c433577232573",
    "0103000000000000000200064748462f824000000000001e8480",
};
static const char *const leaf_hex[] = {
    "0cce8773ea56081d41b24ca507e286463c8bc65e363650e7abe63f8dfff84cad",
    "fb9ed28f05b5e4862cd8d3ed730bf19bf8366922ed0422922101839881e5b113",
    "ae2900c15a0725ece188857a67cfa20fa7d3369538abc14a96e81dc520d61da5",
};
static const char *const root_hex[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "0cce8773ea56081d41b24ca507e286463c8bc65e363650e7abe63f8dfff84cad",
    "a2b5a5d03288812f2ae14a0d5c93755c79ee5061af8933ee3b9c25a6435171c3",
    "c254c29d67b507268f3f44524105a649c3ac8a6f1d7fc10ff36969fd17940dfe",
};

static void assert_hex(struct bytes bytes, const char *expected)
{
    struct buffer hex = {0};
    buffer_append_hex(&hex, bytes);
    char *string = buffer_take(&hex);
    assert_string_equal(string, expected);
    base_free(string);
}

static void assert_digest(const struct digest *digest, const char *expected)
{
    assert_hex((struct bytes){digest->bytes, sizeof(digest->bytes)}, expected);
}

static struct bytes record_bytes(size_t index, uint8_t out[512])
{
    size_t length = strlen(record_hex[index]) / 2;
    assert_true(hex_decode(text_from(record_hex[index]), out, length));
    return (struct bytes){out, length};
}

static struct digest digest_of(const char *hex)
{
    struct digest digest;
    assert_true(hex_decode(text_from(hex), digest.bytes, sizeof(digest.bytes)));
    return digest;
}

static void encodes_a_decision_as_published(void **state)
{
    (void)state;
    uint8_t salt[RECORD_SALT_SIZE];
    for (size_t i = 0; i < sizeof(salt); i++)
        salt[i] = (uint8_t)i;
    struct buffer private_part = {0};
    record_field_append(&private_part, 1, bytes_of_text(TEXT("/v1/chat/completions")));
    struct digest commitment;
    record_commitment(salt, bytes_of_text(buffer_text(&private_part)), &commitment);
    struct record_head head = {RECORD_DECISION, 1, 1767225600250000, 1250000};
    uint8_t head_bytes[RECORD_HEAD_SIZE];
    record_head_write(&head, head_bytes);
    struct buffer record = {0};
    buffer_append(&record, (struct text){(const char *)head_bytes, sizeof(head_bytes)});
    record_number_append(&record, 0x01, 0, 8);
    record_number_append(&record, 0x02, VERDICT_REROUTE, 1);
    record_field_append(&record, 0x04, bytes_of_text(TEXT("llm-openai")));
    record_field_append(&record, 0x06, bytes_of_text(TEXT("POST")));
    record_field_append(&record, 0x08, bytes_of_text(TEXT("api.openai.com")));
    record_number_append(&record, 0x09, 443, 2);
    record_field_append(&record, 0x13, bytes_of_text(TEXT("openai")));
    record_field_append(&record, 0x14, bytes_of_text(TEXT("gpt-4o")));
    record_field_append(&record, RECORD_TAG_COMMITMENT, (struct bytes){commitment.bytes, sizeof(commitment.bytes)});
    assert_hex(bytes_of_text(buffer_text(&record)), record_hex[1]);
    buffer_clear(&record);
    buffer_clear(&private_part);
}

static void hashes_leaves_and_roots_as_published(void **state)
{
    (void)state;
    struct tlog_tree tree = {0};
    for (size_t i = 0; i <= COUNT_OF(record_hex); i++) {
        struct digest root;
        tlog_tree_root(&tree, &root);
        assert_digest(&root, root_hex[i]);
        if (i == COUNT_OF(record_hex))
            return;
        uint8_t bytes[512];
        struct digest leaf;
        struct record record;
        struct bytes body = record_bytes(i, bytes);
        assert_true(record_parse(body, &record));
        assert_int_equal(record.head.sequence, i);
        tlog_leaf(body, &leaf);
        assert_digest(&leaf, leaf_hex[i]);
        tlog_tree_append(&tree, &leaf);
    }
}

static void proves_as_published(void **state)
{
    (void)state;
    struct digest proof[] = {digest_of(leaf_hex[0]), digest_of(leaf_hex[2])};
    struct digest leaf = digest_of(leaf_hex[1]);
    struct digest two = digest_of(root_hex[2]);
    struct digest three = digest_of(root_hex[3]);
    assert_true(tlog_inclusion_verify(&leaf, 1, 3, proof, 2, &three));
    assert_false(tlog_inclusion_verify(&leaf, 2, 3, proof, 2, &three));
    assert_false(tlog_inclusion_verify(&leaf, 1, 3, proof, 1, &three));
    assert_true(tlog_consistency_verify(2, 3, &proof[1], 1, &two, &three));
    assert_false(tlog_consistency_verify(2, 3, &proof[0], 1, &two, &three));
    assert_false(tlog_consistency_verify(1, 3, &proof[1], 1, &two, &three));
}

static void signs_a_checkpoint_as_published(void **state)
{
    (void)state;
    uint8_t seed[SIGNING_SEED_SIZE];
    for (size_t i = 0; i < sizeof(seed); i++)
        seed[i] = (uint8_t)i;
    struct signing_key *key = signing_key_from_seed(seed);
    uint8_t verify_key[VERIFY_KEY_SIZE];
    signing_key_public(key, verify_key);
    struct buffer out = {0};
    tlog_vkey_write(origin, verify_key, &out);
    char *vkey = buffer_take(&out);
    assert_string_equal(vkey, "audit.example/shop/php-0/1+27b9c5ad+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4");
    base_free(vkey);
    struct digest root = digest_of(root_hex[3]);
    tlog_checkpoint_write(origin, 3, &root, key, &out);
    char *note = buffer_take(&out);
    assert_string_equal(
        note, "audit.example/shop/php-0/1\n3\nwlTCnWe1ByaPP0RSQQWmScOsim8df8EP82lp/ReUDf4=\n\n"
              "\xe2\x80\x94 audit.example/shop/php-0/1 "
              "J7nFrSO1buWtdoBTrBwr7xMqBE3H6LQXoy06rr2bN2vcbCS6gLQ2shD/OFrtY9LQj+ZW2Ko6ftnKbkqva3CDhYEWjA0=\n");
    assert_true(tlog_checkpoint_verify(text_from(note), origin, verify_key));
    note[27] = '4';
    assert_false(tlog_checkpoint_verify(text_from(note), origin, verify_key));
    base_free(note);
    signing_key_free(key);
}

static void refuses_records_with_a_second_encoding(void **state)
{
    (void)state;
    uint8_t bytes[512];
    struct record record;
    struct bytes body = record_bytes(1, bytes);
    for (size_t length = 0; length < body.length; length++) {
        bool cut_at_a_field = record_parse((struct bytes){bytes, length}, &record);
        if (cut_at_a_field)
            assert_true(length >= RECORD_HEAD_SIZE);
    }
    bytes[0] = 2;
    assert_false(record_parse(body, &record));
    bytes[0] = 1;
    bytes[1] = 6;
    assert_false(record_parse(body, &record));
    bytes[1] = 2;
    bytes[RECORD_HEAD_SIZE + 11] = 1; /* tag 02 becomes a second 01 */
    assert_false(record_parse(body, &record));
}

/* --- texts that are longer than a record has --- */

static struct text long_text(char *out, size_t length)
{
    memset(out, 'a', length);
    return (struct text){out, length};
}

static void expect_cut(enum record_kind kind, const struct buffer *fields, const char *names)
{
    struct record_head head = {.kind = kind};
    uint8_t bytes[RECORD_HEAD_SIZE];
    struct buffer body = {0};
    struct record record;
    record_head_write(&head, bytes);
    buffer_append(&body, (struct text){(const char *)bytes, sizeof(bytes)});
    buffer_append(&body, buffer_text(fields));
    assert_true(record_parse(bytes_of_text(buffer_text(&body)), &record));
    struct text cut = text_of_bytes(record_field_find(record.fields, 0xef));
    assert_int_equal(cut.length, strlen(names));
    if (cut.length > 0)
        assert_memory_equal(cut.data, names, cut.length);
    buffer_clear(&body);
}

static void a_text_that_is_cut_is_named(void **state)
{
    (void)state;
    static char bytes[32768];
    static const struct {
        size_t path;
        size_t model;
        const char *names;
    } rows[] = {{16384, 4096, ""}, {16385, 0, "path"}, {1, 4097, "model"}, {32768, 32768, "model,path"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct buffer fields = {0};
        struct buffer private_part = {0};
        const struct decision_record decision = {
            .personal.path = long_text(bytes, rows[i].path), .llm.model = long_text(bytes, rows[i].model)};
        record_decision_write(&decision, &fields, &private_part);
        assert_true(private_part.length <= 3 + 16384);
        expect_cut(RECORD_DECISION, &fields, rows[i].names);
        buffer_clear(&fields);
        buffer_clear(&private_part);
    }
    struct buffer fields = {0};
    const struct outcome_record outcome = {
        .served_model = long_text(bytes, 161), .inference = long_text(bytes, 1000), .has_peer_key = true};
    record_outcome_write(&outcome, &fields);
    expect_cut(RECORD_COMPLETION, &fields, "served_model,inference");
    buffer_clear(&fields);
}

static struct outcome_record answered_call(void)
{
    return (struct outcome_record){
        .id = {{1}},
        .done = PLAN_REROUTE,
        .served_model = TEXT("mistral-7b"),
        .found = TEXT("placeholder restore 3"),
        .service =
            {
                .step = 2,
                .dialect = DIALECT_ANTHROPIC,
                .builtin = TEXT("cache"),
                .finish = TEXT("length"),
                .version = TEXT("b4711"),
                .adapter = TEXT("shop-de"),
                .region = TEXT("eu-central"),
                .region_from = TEXT("file"),
                .digest = {{7}},
                .has_digest = true,
                .first_us = 250125,
            },
    };
}

static bool is_field(enum record_kind kind, struct text name)
{
    for (unsigned tag = 0; tag < 256; tag++) {
        const struct record_tag *known = record_tag_find(kind, (uint8_t)tag);
        if (known != NULL && text_equal(text_from(known->name), name))
            return true;
    }
    return false;
}

/* By the name that it has in the record: who looks for it by that name finds it. */
static void what_is_cut_has_the_names_of_fields(void **state)
{
    static const char names[] = "served_model,inference,adapter,region,engine_version,builtin,finish,region_from";
    static char bytes[1000];
    struct outcome_record outcome = answered_call();
    struct service_record *service = &outcome.service;
    struct buffer fields = {0};
    struct text rest = text_from(names);
    struct text name;
    (void)state;
    outcome.served_model = outcome.inference = long_text(bytes, sizeof(bytes));
    service->adapter = service->region = service->version = outcome.served_model;
    service->builtin = service->finish = service->region_from = outcome.served_model;
    record_outcome_write(&outcome, &fields);
    expect_cut(RECORD_COMPLETION, &fields, names);
    while (text_split(&rest, ',', &name))
        assert_true(is_field(RECORD_COMPLETION, name));
    buffer_clear(&fields);
}

static void a_detail_that_is_cut_ends_so(void **state)
{
    (void)state;
    static char bytes[20000];
    struct buffer fields = {0};
    record_field_append(&fields, EVENT_DETAIL, bytes_of_text(long_text(bytes, sizeof(bytes))));
    assert_int_equal(fields.length, 3 + 16384);
    assert_true(text_ends_with(buffer_text(&fields), TEXT("a [cut]")));
    buffer_empty(&fields);
    record_field_append(&fields, EVENT_DETAIL, bytes_of_text(long_text(bytes, 16384)));
    assert_true(fields.length == 3 + 16384 && text_ends_with(buffer_text(&fields), TEXT("aa")));
    buffer_clear(&fields);
}

static void expect_tags(enum record_kind kind, const uint8_t *there, size_t count)
{
    for (unsigned tag = 0; tag < 256; tag++) {
        const struct record_tag *found = record_tag_find(kind, (uint8_t)tag);
        assert_true(found == NULL || found->tag == tag);
        if (memchr(there, (int)tag, count) != NULL)
            assert_non_null(found);
    }
    assert_null(record_tag_find(kind, 0));
    assert_null(record_tag_find(kind, 0x1a));
    assert_null(record_tag_find(kind, 0xee));
    assert_null(record_tag_find(kind, 0xff));
}

static void read_back(const struct buffer *fields, struct outcome_record *back)
{
    const struct record record = {.head.kind = RECORD_COMPLETION, .fields = bytes_of_text(buffer_text(fields))};
    record_outcome_read(&record, back);
}

static void an_outcome_says_who_served_a_call_and_reads_back(void **state)
{
    const struct outcome_record written = answered_call();
    struct outcome_record back;
    struct buffer fields = {0};
    (void)state;
    record_outcome_write(&written, &fields);
    read_back(&fields, &back);
    assert_int_equal(back.service.step, 2);
    assert_int_equal(back.service.dialect, DIALECT_ANTHROPIC);
    assert_int_equal(back.service.first_us, 250125);
    assert_true(back.service.has_digest && digest_equal(&back.service.digest, &written.service.digest));
    assert_true(text_equal(back.service.builtin, TEXT("cache")) && text_equal(back.service.finish, TEXT("length")));
    assert_true(text_equal(back.service.version, TEXT("b4711")) && text_equal(back.service.adapter, TEXT("shop-de")));
    assert_true(text_equal(back.service.region, TEXT("eu-central")));
    assert_true(text_equal(back.service.region_from, TEXT("file")));
    assert_true(text_equal(back.found, TEXT("placeholder restore 3")));
    buffer_clear(&fields);
}

/* As those that were written before there was such a field. */
static void an_outcome_that_nobody_served_says_nothing_of_it(void **state)
{
    struct outcome_record written = answered_call();
    struct outcome_record back;
    struct buffer fields = {0};
    (void)state;
    written.service = (struct service_record){.finish = TEXT("stop"), .first_us = 5};
    record_outcome_write(&written, &fields);
    read_back(&fields, &back);
    assert_int_equal(back.service.step, 0);
    assert_int_equal(back.service.first_us, 0);
    assert_int_equal(back.service.finish.length, 0);
    assert_false(back.service.has_digest);
    buffer_clear(&fields);
}

static void the_longest_outcome_fits_its_room(void **state)
{
    static char bytes[1000];
    struct outcome_record longest = answered_call();
    struct text any = long_text(bytes, sizeof(bytes));
    struct service_record *service = &longest.service;
    uint8_t room[2 * RECORD_OUTCOME_ROOM];
    (void)state;
    longest.status = longest.reason = 1;
    longest.tokens_in = longest.tokens_out = longest.questions = UINT64_MAX;
    longest.address.length = sizeof(longest.address.bytes);
    longest.has_peer_key = true;
    longest.served_model = longest.inference = longest.detail = longest.answer = any;
    service->builtin = service->finish = service->version = service->adapter = service->region = any;
    service->region_from = any;
    assert_in_range(record_outcome_put(&longest, room) - room, 0, RECORD_OUTCOME_ROOM);
}

/* The first, the last, and those beside a gap. */
static void each_tag_of_a_kind_is_found(void **state)
{
    static const uint8_t decisions[] = {0x01, 0x02, 0x09, 0x0d, 0x13, 0x14, 0x1b, 0x1c, 0x1f, 0x24, 0xef, 0xf0};
    static const uint8_t outcomes[] = {0x02, 0x07, 0x0a, 0x0c, 0x0e, 0x15, 0x16, 0x1b, 0x21, 0x23, 0x24, 0x2d, 0xef};
    static const uint8_t events[] = {0x20, 0x22, 0x25, 0x28, 0x2d, 0x2f};
    (void)state;
    expect_tags(RECORD_DECISION, decisions, sizeof(decisions));
    expect_tags(RECORD_COMPLETION, outcomes, sizeof(outcomes));
    expect_tags(RECORD_ADMIN, events, sizeof(events));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_tag_of_a_kind_is_found),
        cmocka_unit_test(encodes_a_decision_as_published),
        cmocka_unit_test(hashes_leaves_and_roots_as_published),
        cmocka_unit_test(proves_as_published),
        cmocka_unit_test(signs_a_checkpoint_as_published),
        cmocka_unit_test(refuses_records_with_a_second_encoding),
        cmocka_unit_test(a_text_that_is_cut_is_named),
        cmocka_unit_test(what_is_cut_has_the_names_of_fields),
        cmocka_unit_test(a_detail_that_is_cut_ends_so),
        cmocka_unit_test(an_outcome_says_who_served_a_call_and_reads_back),
        cmocka_unit_test(an_outcome_that_nobody_served_says_nothing_of_it),
        cmocka_unit_test(the_longest_outcome_fits_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
