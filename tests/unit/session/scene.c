/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's sessions in the fake world, for tests that walk them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "exeat/base/check.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "scene.h"

/* --- the scene ------------------------------------------------------------------------------------------------------
 */

static struct policy *compile(const char *rules)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(rules), "test.yaml", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    if (policy == NULL) {
        struct buffer out = {0};
        diags_write(diags, &out);
        fail_msg("%.*s", TEXT_ARG(buffer_text(&out)));
    }
    diags_free(diags);
    return policy;
}

static const struct session_limits limits = {
    .exchange =
        {
            .http = {.head = 16384, .fields = 100},
            .body_held = 4096,
            .answer_held = 4096,
            .head_ms = 1000,
            .connect_ms = 2000,
            .idle_ms = 60000,
            .stream_ms = 30000,
            .longest_ms = 3600000,
            .memory = 1,
        },
    .connections = 10,
};

static void make_issuer(struct scene *scene)
{
    static const char *const written[] = {"api.openai.com", "open.example"};
    struct host_pattern names[COUNT_OF(written)];
    char *error = NULL;
    strcpy(scene->folder, "/tmp/exeat-walk-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    snprintf(scene->certificate, sizeof(scene->certificate), "%s/ca.pem", scene->folder);
    snprintf(scene->key, sizeof(scene->key), "%s/ca.key", scene->folder);
    for (size_t i = 0; i < COUNT_OF(written); i++)
        assert_true(host_pattern_parse(text_from(written[i]), &names[i]));
    assert_true(tls_issuer_create(names, COUNT_OF(names), scene->certificate, scene->key, &error));
    scene->issuer = tls_issuer_load(scene->certificate, scene->key, &error);
    assert_non_null(scene->issuer);
    struct tls_client_options options = {.upstream = {.roots = scene->certificate}};
    scene->client = tls_client_new(&options, &error);
    assert_non_null(scene->client);
}

int set_up_once(void **state)
{
    struct scene *scene = base_zalloc(sizeof(*scene));
    make_issuer(scene);
    *state = scene;
    return 0;
}

int tear_down_once(void **state)
{
    struct scene *scene = *state;
    for (size_t i = 0; i < SCENE_POLICIES; i++) {
        policy_unref(scene->policies[i].policy);
        base_free(scene->policies[i].text);
    }
    tls_client_free(scene->client);
    tls_issuer_free(scene->issuer);
    unlink(scene->certificate);
    unlink(scene->key);
    rmdir(scene->folder);
    base_free(scene);
    return 0;
}

struct fake_peer *come_by(struct scene *scene, const struct session_listener *listener)
{
    struct address peer;
    int descriptor = fake_client();
    assert_true(address_parse(TEXT("127.0.0.1"), &peer));
    assert_true(session_start(scene->worker, descriptor, &peer, listener));
    fake_run();
    return fake_of(descriptor);
}

struct fake_peer *come(struct scene *scene)
{
    static const struct session_listener plain = {.is_open = false};
    return come_by(scene, &plain);
}

static struct policy *policy_of(struct scene *scene, const char *text)
{
    size_t i = 0;
    while (i + 1 < SCENE_POLICIES && scene->policies[i].policy != NULL && strcmp(scene->policies[i].text, text) != 0)
        i++;
    assert_true(scene->policies[i].policy == NULL || strcmp(scene->policies[i].text, text) == 0);
    if (scene->policies[i].policy == NULL) {
        scene->policies[i].text = text_copy(text_from(text));
        scene->policies[i].policy = compile(text);
    }
    return policy_ref(scene->policies[i].policy);
}

void use_policy(struct scene *scene, const char *text, bool cuts)
{
    struct session_limits now = limits;
    now.cut_denied = cuts;
    struct policy *policy = policy_of(scene, text);
    size_t count = 0;
    const struct budget_row *rows = policy_budget_rows(policy, &count);
    struct budget_table *table = budget_table_new(scene->budgets, rows, count, 1);
    session_worker_set_policy(scene->worker, policy, table, 1, &now);
    budget_table_unref(table);
    fake_run();
}

void plant(struct scene *scene)
{
    char path[96];
    char policy[256];
    char *error = NULL;
    (void)snprintf(path, sizeof(path), "%s/canaries", scene->folder);
    (void)snprintf(
        policy, sizeof(policy),
        "version: 1\ncanaries: %s\nrules: [{ id: plain, verdict: allow, hosts: [shop.example], " PLACE " }]\n", path);
    assert_true(file_replace(path, TEXT("word " PLANTED "\n"), 0600, &error));
    use_policy(scene, policy, false);
    assert_int_equal(unlink(path), 0);
    fake.ledger.planted = PLANTED;
}

int set_up(void **state)
{
    struct scene *scene = *state;
    fake_begin();
    scene->server = tls_server_new(scene->issuer);
    const struct route_options route = {.tls = scene->client, .idle_timeout_ms = 60000, .idle_maximum = 8};
    scene->route = route_new(fake.loop, &route);
    scene->engines = engines_new();
    const struct session_options options = {
        .loop = fake.loop,
        .route = scene->route,
        .engines = scene->engines,
        .tls = scene->server,
        .via = "exeat-walk",
    };
    scene->worker = session_worker_new(&options);
    scene->budgets = budgets_new();
    use_policy(scene, POLICY, false);
    scene->browser = come(scene);
    return 0;
}

/* Whatever happened: one outcome for each decision, and nothing left too early. */
int tear_down(void **state)
{
    struct scene *scene = *state;
    session_worker_free(scene->worker);
    engines_free(scene->engines);
    budgets_free(scene->budgets);
    route_free(scene->route);
    tls_server_free(scene->server);
    fake_end_records();
    for (size_t i = 0; i < fake.peer_count; i++)
        if (fake.peers[i].is_upstream)
            fake_far_end(&fake.peers[i]);
    assert_string_equal(fake.fault == NULL ? "nothing that must not be" : fake.fault, "nothing that must not be");
    assert_int_equal(fake_left(), 0);
    fake_end();
    return 0;
}

/* The client says it, and all that follows happens. */
void say(struct fake_peer *peer, const char *text)
{
    fake_send(peer, text);
    fake_run();
}

void expect(const struct fake_peer *peer, const char *text)
{
    if (!fake_heard(peer, text))
        fail_msg("no '%s' in: %.*s", text, TEXT_ARG(buffer_text(&peer->heard)));
}

/* --- TLS and turned connections
 * ----------------------------------------------------------------------------------------
 */

void hello(struct fake_peer *peer, const char *name)
{
    struct tls_peer tls;
    tls_begin(&tls, peer, name);
    tls_turn(&tls);
    tls_end(&tls);
}

struct fake_peer *come_turned(struct scene *scene, uint16_t port)
{
    struct address peer;
    struct turned turned = {.port = port};
    int descriptor = fake_client();
    assert_true(address_parse(TEXT("127.0.0.1"), &peer));
    assert_true(address_parse(TEXT("192.0.2.9"), &turned.address));
    assert_true(session_start_turned(scene->worker, descriptor, &peer, &turned));
    fake_run();
    return fake_of(descriptor);
}
