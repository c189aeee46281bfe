/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks: by what is shown and by what the connection tells, the strongest first, and never by a guess. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/policy.h"

/* SHA-256 of "token" and of "else". */
#define TOKEN_HASH "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0"
#define ELSE_HASH "7dd530c4d36da47cd33396718ef1fa1e8c0f7d91ee551d7fdc1c73aa65edb454"

static struct policy *compile_text(struct text text, struct buffer *problems)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text, "test.yaml", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    if (policy == NULL)
        settings_free(settings);
    diags_write(diags, problems);
    diags_free(diags);
    return policy;
}

static struct policy *compile(const char *clients)
{
    struct buffer text = {0};
    struct buffer problems = {0};
    buffer_printf(
        &text, "version: 1\nlisten: { forward: [{ address: \"127.0.0.1:3128\", name: php }] }\nclients:\n%s", clients);
    struct policy *policy = compile_text(buffer_text(&text), &problems);
    if (policy == NULL)
        fail_msg("%.*s", TEXT_ARG(buffer_text(&problems)));
    buffer_clear(&text);
    buffer_clear(&problems);
    return policy;
}

static struct peer peer_at(const char *address)
{
    struct peer peer = {0};
    assert_true(address_parse(text_from(address), &peer.address));
    return peer;
}

static struct peer peer_of(uint32_t uid)
{
    struct peer peer = peer_at("127.0.0.1");
    peer.owner = (struct owner){true, uid};
    return peer;
}

/* "name proof", or what came of it. */
static const char *who(const struct policy *policy, const struct peer *peer, const char *authorization)
{
    static char out[128];
    struct client client;
    switch (policy_identify(policy, peer, text_from(authorization), &client)) {
    case IDENTITY_KNOWN:
        snprintf(out, sizeof(out), "%.*s %s", TEXT_ARG(client.name), client_proof_name(client.known.by));
        return out;
    case IDENTITY_NOBODY:
        return "nobody";
    case IDENTITY_WRONG:
        return "wrong";
    case IDENTITY_REFUSED:
        return "refused";
    }
    return "";
}

static void an_owner_is_known_by_its_uid_and_root_only_by_being_it(void **state)
{
    (void)state;
    struct policy *policy = compile("  php: { uid: 33 }\n  root: { uid: 0 }\n");
    struct peer peer = peer_of(33);
    assert_string_equal(who(policy, &peer, ""), "php uid");
    peer = peer_of(0);
    assert_string_equal(who(policy, &peer, ""), "root uid");
    peer = peer_of(34);
    assert_string_equal(who(policy, &peer, ""), "nobody");
    peer = peer_at("127.0.0.1"); /* not known: uid 0 in the struct is no root */
    assert_string_equal(who(policy, &peer, ""), "nobody");
    assert_true(policy_asks_for_owners(policy));
    policy_unref(policy);
}

static void a_token_comes_as_bearer_or_as_the_password_of_anybody(void **state)
{
    (void)state;
    struct policy *policy = compile("  queue: { token_sha256: [" TOKEN_HASH ", " ELSE_HASH "] }\n");
    struct peer peer = peer_at("10.0.0.1");
    assert_string_equal(who(policy, &peer, "Bearer token"), "queue token");
    assert_string_equal(who(policy, &peer, "bEARER   token "), "queue token");
    assert_string_equal(who(policy, &peer, "Basic d2hvZXZlcjp0b2tlbg==" /* whoever:token */), "queue token");
    static const char *const wrong[] = {"Bearer token2", "Bearer", "Bearer ", "Bearertoken", "token", "Digest token"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_string_equal(who(policy, &peer, wrong[i]), "wrong");
    assert_string_equal(who(policy, &peer, "Basic dG9rZW4=" /* token */), "wrong");
    assert_string_equal(who(policy, &peer, ""), "nobody");
    policy_unref(policy);
}

static void a_secret_belongs_to_its_user_alone(void **state)
{
    (void)state;
    struct policy *policy =
        compile("  a: { user: a, secret_sha256: " TOKEN_HASH " }\n  b: { user: b, secret_sha256: " ELSE_HASH " }\n");
    struct peer peer = peer_at("10.0.0.1");
    assert_string_equal(who(policy, &peer, "Basic YTp0b2tlbg==" /* a:token */), "a secret");
    assert_string_equal(who(policy, &peer, "Basic Yjp0b2tlbg==" /* b:token */), "wrong");
    assert_string_equal(who(policy, &peer, "Basic OnRva2Vu" /* :token */), "wrong");
    assert_string_equal(who(policy, &peer, "Bearer token"), "wrong"); /* a secret is no token */
    policy_unref(policy);
}

static void what_a_client_asks_for_holds_together(void **state)
{
    (void)state;
    struct policy *policy = compile("  near: { token_sha256: [" TOKEN_HASH "], address: 10.0.0.0/8, listener: php }\n"
                                    "  both: { uid: 33, address: 127.0.0.1 }\n");
    struct peer peer = peer_at("10.0.0.1");
    assert_string_equal(who(policy, &peer, "Bearer token"), "wrong"); /* another listener */
    peer.listener = TEXT("php");
    assert_string_equal(who(policy, &peer, "Bearer token"), "near token");
    assert_true(address_parse(TEXT("11.0.0.1"), &peer.address));
    assert_string_equal(who(policy, &peer, "Bearer token"), "wrong");
    peer = peer_of(33);
    assert_string_equal(who(policy, &peer, ""), "both uid");
    assert_true(address_parse(TEXT("127.0.0.2"), &peer.address));
    assert_string_equal(who(policy, &peer, ""), "nobody");
    policy_unref(policy);
}

static void the_stronger_proof_and_the_narrower_range_win(void **state)
{
    (void)state;
    struct policy *policy =
        compile("  wide: { address: 0.0.0.0/0 }\n  pod: { address: 127.0.0.0/8 }\n"
                "  door: { listener: php }\n  php: { uid: 33 }\n  here: { uid: 33, listener: php }\n"
                "  card: { certificate: queue.example }\n  six: { address: \"2001:db8::/32\" }\n");
    struct peer peer = peer_at("127.0.0.1");
    assert_string_equal(who(policy, &peer, ""), "pod address");
    struct peer far = peer_at("192.0.2.1");
    assert_string_equal(who(policy, &far, ""), "wide address");
    far = peer_at("2001:db8::1");
    assert_string_equal(who(policy, &far, ""), "six address");
    far = peer_at("2001:db9::1");
    assert_string_equal(who(policy, &far, ""), "nobody");
    peer.listener = TEXT("php");
    assert_string_equal(who(policy, &peer, ""), "door listener");
    peer.owner = (struct owner){true, 33};
    assert_string_equal(who(policy, &peer, ""), "here uid");
    peer.listener = TEXT("");
    assert_string_equal(who(policy, &peer, ""), "php uid");
    static const struct text names[] = {TEXT_INIT("other.example"), TEXT_INIT("queue.example")};
    peer.certified = names;
    peer.certified_count = 2;
    assert_string_equal(who(policy, &peer, ""), "card certificate");
    peer.certified_count = 1;
    assert_string_equal(who(policy, &peer, ""), "php uid");
    policy_unref(policy);
}

static void nobody_from_outside_is_refused(void **state)
{
    (void)state;
    struct policy *policy = compile("  pod: { address: 10.1.0.0/16 }\n");
    struct peer peer = peer_at("10.2.0.1");
    assert_string_equal(who(policy, &peer, ""), "nobody");
    peer.is_from_outside = true;
    assert_string_equal(who(policy, &peer, ""), "refused");
    assert_string_equal(who(policy, &peer, "Bearer token"), "refused"); /* nobody has credentials: they are ignored */
    assert_true(address_parse(TEXT("10.1.0.1"), &peer.address));
    assert_string_equal(who(policy, &peer, ""), "pod address");
    policy_unref(policy);
}

static void a_listener_that_others_reach_needs_clients(void **state)
{
    static const char *const open[] = {"0.0.0.0:3128", "[::]:3128", "10.1.2.3:3128", "[2001:db8::1]:3128"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(open); i++) {
        struct buffer text = {0};
        struct buffer problems = {0};
        buffer_printf(&text, "version: 1\nlisten: { forward: [\"%s\"] }\n", open[i]);
        assert_null(compile_text(buffer_text(&text), &problems));
        buffer_append_byte(&problems, '\0');
        assert_non_null(strstr(problems.data, "it needs `clients`"));
        buffer_printf(&text, "clients: { pod: { address: 10.0.0.0/8 } }\n");
        struct policy *policy = compile_text(buffer_text(&text), &problems);
        assert_non_null(policy);
        policy_unref(policy);
        buffer_clear(&text);
        buffer_clear(&problems);
    }
}

static void many_clients_are_each_found_and_judged(void **state)
{
    enum { CLIENTS = 5000 };
    (void)state;
    struct buffer text = {0};
    for (int i = 0; i < CLIENTS; i++)
        buffer_printf(&text, "  c%d: { address: 10.%d.%d.0/24 }\n", i, i / 250, i % 250);
    buffer_printf(&text, "rules: [{ id: last, verdict: allow, hosts: [a.example], from: [c%d] }]\n", CLIENTS - 1);
    struct policy *policy = compile(buffer_text(&text).data);
    for (int i = 0; i < CLIENTS; i++) {
        char address[32];
        char wanted[32];
        snprintf(address, sizeof(address), "10.%d.%d.77", i / 250, i % 250);
        snprintf(wanted, sizeof(wanted), "c%d address", i);
        struct peer peer = peer_at(address);
        assert_string_equal(who(policy, &peer, ""), wanted);
        struct request request = {.scheme = SCHEME_HTTPS, .port = 443};
        struct client client;
        struct decision decision;
        assert_true(host_parse(TEXT("a.example"), &request.host));
        assert_int_equal(policy_identify(policy, &peer, TEXT(""), &client), IDENTITY_KNOWN);
        request.client = client;
        policy_judge(policy, &request, &decision);
        assert_int_equal(decision.verdict, i == CLIENTS - 1 ? VERDICT_ALLOW : VERDICT_DENY);
    }
    policy_unref(policy);
    buffer_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_owner_is_known_by_its_uid_and_root_only_by_being_it),
        cmocka_unit_test(a_token_comes_as_bearer_or_as_the_password_of_anybody),
        cmocka_unit_test(a_secret_belongs_to_its_user_alone),
        cmocka_unit_test(what_a_client_asks_for_holds_together),
        cmocka_unit_test(the_stronger_proof_and_the_narrower_range_win),
        cmocka_unit_test(nobody_from_outside_is_refused),
        cmocka_unit_test(a_listener_that_others_reach_needs_clients),
        cmocka_unit_test(many_clients_are_each_found_and_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
