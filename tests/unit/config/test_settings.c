/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: everything an operator may write is read, everything else is refused with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/memory.h"
#include "exeat/config.h"

static const char whole[] =
    "version: 1\n"
    "mode: enforce\n"
    "listen:\n"
    "  forward: [\"127.0.0.1:3128\", \"[::1]:3128\"]\n"
    "  admin: \"0.0.0.0:9901\"\n"
    "  control: run/control.sock\n"
    "audit: { directory: var/audit, origin: audit.example/shop, key: var/keys/log.key, durability: batch, batch_ms: 5 "
    "}\n"
    "tls:\n"
    "  authority: { certificate: ca.pem, key: ca.key, names: [\"@llm\", api.courier.example] }\n"
    "  never: [\"@payment\"]\n"
    "  upstream: { roots: roots.pem, minimum: \"1.3\" }\n"
    "resolve: { hosts: { erp.example.internal: [10.20.0.7, \"::1\"] }, servers: [\"127.0.0.1:5353\", 9.9.9.9] }\n"
    "workers: auto\n"
    "limits: { head: 32KiB, fields: 100, body_held: 8MiB, answer_held: 64MiB, connections: 10, drain: 25s }\n"
    "timeouts: { head: 10s, connect: 500ms, idle: 1m, stream: 300s }\n"
    "log: { format: json, level: warn }\n"
    "clients:\n"
    "  queue: { user: queue, secret_sha256: "
    "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\" }\n"
    "  legacy: { address: 10.20.0.0/16 }\n"
    "groups: { payment: [api.stripe.com, \"*.adyen.com\"] }\n"
    "llm: [{ host: ai.corp.example, provider: corp, dialect: openai }]\n"
    "inference:\n"
    "  - { name: local, endpoint: \"http://127.0.0.1:8000/llm/\", dialect: openai, models: { \"gpt-4*\": mistral } }\n"
    "  - { name: canned, builtin: canned, text: Later. }\n"
    "rules:\n"
    "  - { id: payments, verdict: allow, from: [queue], hosts: [\"@payment\"], ports: [443, 8000-8010] }\n"
    "  - { id: home, verdict: reroute, hosts: [\"@llm\"], unless: { hosts: [a.example] }, inference: [local, canned] "
    "}\n"
    "  - { id: erp, verdict: allow, hosts: [erp.example.internal], schemes: [http], addresses: [10.20.0.0/16] }\n"
    "tests: [{ request: GET https://evil.example/, expect: deny }]\n";

static void reads_every_section(void **state)
{
    (void)state;
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(whole), "etc/exeat.yaml", diags);
    if (settings == NULL) {
        struct buffer out = {0};
        diags_write(diags, &out);
        fail_msg("%.*s", TEXT_ARG(buffer_text(&out)));
    }
    assert_int_equal(settings->listen.forward.count, 2);
    assert_int_equal(settings->listen.forward.items[1].socket.port, 3128);
    assert_string_equal(settings->listen.control.data, "etc/run/control.sock");
    assert_int_equal(settings->audit.durability, DURABILITY_BATCH);
    assert_true(settings->tls.minimum_13);
    assert_string_equal(settings->resolve.servers.data, "127.0.0.1:5353,9.9.9.9:53");
    assert_int_equal(settings->resolve.hosts[0].count, 2);
    assert_int_equal(settings->run.head, 32768);
    assert_int_equal(settings->run.idle_ms, 60000);
    assert_int_equal(settings->lists.client_count, 2);
    assert_string_equal(settings->lists.inference[0].prefix.data, "/llm");
    assert_true(settings->lists.inference[1].is_canned);
    assert_int_equal(settings->lists.rules[1].verdict, VERDICT_REROUTE);
    assert_true(settings->lists.rules[1].has_unless);
    assert_int_equal(settings->lists.rules[0].when.ports.items[1].last, 8010);
    assert_int_equal(settings->lists.file_count, 1);
    settings_free(settings);
    diags_free(diags);
}

static void reports_every_error_with_its_place_at_once(void **state)
{
    (void)state;
    static const char bad[] = "version: 1\n"
                              "lisen: {}\n"
                              "timeouts: { idle: soon }\n"
                              "rules:\n"
                              "  - { id: a, verdict: alow, hosts: [\"a..b\"], host_sufix: x }\n";
    struct diags *diags = diags_new();
    assert_null(settings_parse(text_from(bad), "exeat.yaml", diags));
    struct buffer out = {0};
    diags_write(diags, &out);
    buffer_append_byte(&out, '\0');
    static const char *const expected[] = {
        "exeat.yaml:2:1: error: unknown key 'lisen' in the configuration\n    2 | lisen: {}\n      | ^~~~~\ndid you "
        "mean 'listen'?",
        "exeat.yaml:3:19: error: 'soon' is not a duration",
        "exeat.yaml:5:23: error: 'alow' is not one of: allow, deny, reroute",
        "did you mean 'allow'?",
        "'a..b' is not a host pattern",
        "unknown key 'host_sufix' in a rule",
    };
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        if (strstr(out.data, expected[i]) == NULL)
            fail_msg("missing '%s' in:\n%s", expected[i], out.data);
    buffer_clear(&out);
    diags_free(diags);
}

static void refuses_files_that_are_no_plain_configuration(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "mode: enforce\n",
        "version: 2\n",
        "version: 1\nversion: 1\n",
        "version: 1\n\tmode: enforce\n",
        "version: 1\na: &x [1]\nb: *x\n",
        "version: 1\n---\nversion: 1\n",
        "version: 1\nrules: { a: b }\n",
        "version: 1\nrules: [{ id: a, verdict: allow, inspect: {} }]\n",
        "version: 1\nclients: { php: { uid: www-data } }\n",
        "version: 1\ninference: [{ name: a }]\n",
        "version: 1\ngroups: { llm: [a.example] }\n",
        "version: 1\ngroups: { a: { file: /no/such/list } }\n",
        "version: 1\nworkers: 0\n",
        "version: 1\naudit: { origin: \"{no_such_variable_is_set}\" }\n",
        "version: 1\nmode: \"\xff\"\n",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct diags *diags = diags_new();
        struct settings *settings = settings_parse(text_from(bad[i]), "exeat.yaml", diags);
        if (settings != NULL || diags_errors(diags) == 0)
            fail_msg("taken: %s", bad[i]);
        diags_free(diags);
    }
}

/* Of a key that stands there twice the first is read, the second is an error, of whatever shape it is. */
static void a_key_that_stands_there_twice_is_read_once(void **state)
{
    (void)state;
    static const char *const keys[][2] = {
        {"listen: { forward: [\"127.0.0.1:3128\"], forward: x }", "forward"},
        {"tls: { never: [a.example], never: { file: b } }", "never"},
        {"tls: { never: [a.example] }\ntls: { never: b }", "tls"},
        {"tls: { upstream: { roots: a }, upstream: [] }", "upstream"},
        {"resolve: { hosts: { a.example: [127.0.0.1], a.example: x } }", "a.example"},
        {"resolve: { hosts: { a.example: [127.0.0.1] }, hosts: [] }", "hosts"},
        {"clients: { a: { address: 10.0.0.1, address: {} } }", "address"},
        {"groups: { a: [a.example], a: { b: c } }", "a"},
        {"groups: { a: [a.example] }\ngroups: a", "groups"},
        {"llm: [{ host: a.example, host: [] }]", "host"},
        {"rules: [{ id: a, verdict: deny, hosts: [a.example], hosts: x }]", "hosts"},
        {"rules: [{ id: a, verdict: deny, from: [a], from: x }]\nclients: { a: { address: 10.0.0.1 } }", "from"},
        {"rules: [{ id: a, verdict: deny, paths: [\"~a\"], paths: x }]", "paths"},
        {"rules: [{ id: a, verdict: deny, methods: [GET], methods: x }]", "methods"},
        {"rules: [{ id: a, verdict: deny, addresses: [10.0.0.0/8], addresses: x }]", "addresses"},
        {"rules: [{ id: a, verdict: deny, ports: [1], ports: x }]", "ports"},
        {"rules: [{ id: a, verdict: deny }]\nrules: x", "rules"},
    };
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct buffer source = {0};
        struct buffer told = {0};
        char expected[64];
        struct diags *diags = diags_new();
        buffer_printf(&source, "version: 1\n%s\n", keys[i][0]);
        snprintf(expected, sizeof(expected), "duplicate key '%s' (first on line", keys[i][1]);
        assert_null(settings_parse(buffer_text(&source), "exeat.yaml", diags));
        diags_write(diags, &told);
        char *text = buffer_take(&told);
        if (diags_errors(diags) != 1 || strstr(text, expected) == NULL)
            fail_msg("%s: %s", keys[i][0], text);
        base_free(text);
        buffer_clear(&source);
        diags_free(diags);
    }
}

static bool names_path(const struct settings *settings, struct text path)
{
    for (size_t i = 0; i < settings->path_count; i++)
        if (text_equal(settings->paths[i], path))
            return true;
    return false;
}

/* Whoever keeps the gate's files within its reach does not know their keys. */
static void knows_every_path_that_is_written_wherever_it_stands(void **state)
{
    static const char text[] =
        "version: 1\n"
        "audit: { ship: { directory: ship } }\n"
        "tls: { upstream: { roots: upstream.pem } }\n"
        "inference: [{ name: a, endpoint: \"http://127.0.0.1:1\", key_file: /keys/a }]\n"
        "rules:\n"
        "  - { id: b, verdict: allow, hosts: [b.example], roots: b.pem, crl: [c.crl, /d.crl] }\n";
    static const char *const wanted[] = {"/etc/x/ship",  "/etc/x/upstream.pem", "/keys/a",
                                         "/etc/x/b.pem", "/etc/x/c.crl",        "/d.crl"};
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(text), "/etc/x/exeat.yaml", diags);
    (void)state;
    assert_non_null(settings);
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        if (!names_path(settings, text_from(wanted[i])))
            fail_msg("%s is not known", wanted[i]);
    assert_int_equal(settings->path_count, COUNT_OF(wanted)); /* none of a default that is not written */
    settings_free(settings);
    diags_free(diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_section),
        cmocka_unit_test(reports_every_error_with_its_place_at_once),
        cmocka_unit_test(refuses_files_that_are_no_plain_configuration),
        cmocka_unit_test(a_key_that_stands_there_twice_is_read_once),
        cmocka_unit_test(knows_every_path_that_is_written_wherever_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
