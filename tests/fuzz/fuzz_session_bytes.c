/* SPDX-License-Identifier: Apache-2.0 */
/* A whole session, and all that can happen to it, in a world without sockets: pairs of an event and its argument.
 * Clients and hosts speak TLS where the gate opens it. Whatever comes: each byte that leaves has its own decision on
 * disk, for the host that it goes to; a connection knows one name; a request has one decision, one outcome and one head
 * upstream; a rule for one client lets no other out; what was planted gets to nobody by a rule that replaces it. */
#define OPENSSL_SUPPRESS_DEPRECATED /* RAND_set_rand_method */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "exeat/base/check.h"
#include "exeat/budget.h"
#include "exeat/session.h"
#include "fake.h"
#include "fake_tls.h"
#include "session_words.h"

/* --- what is the same for all: keys and policies ---------------------------------------------------------------------
 */

static struct {
    struct policy *policies[COUNT_OF(rules)];
    struct tls_issuer *issuer;
    struct tls_client *client;
    struct tls_server *server;
    SSL_CTX *visitor;
    SSL_CTX *host; /* open.example */
    uint64_t drawn;
} world;

static int draw(unsigned char *out, int count)
{
    for (int i = 0; i < count; i++) {
        world.drawn = world.drawn * 6364136223846793005u + 1442695040888963407u;
        out[i] = (unsigned char)(world.drawn >> 56);
    }
    return 1;
}

static int is_seeded(void)
{
    return 1;
}

/* The same input plays the same. */
static void draw_the_same(void)
{
    static const RAND_METHOD method = {.bytes = draw, .pseudorand = draw, .status = is_seeded};
    ASSERT(RAND_set_rand_method(&method) == 1);
    world.drawn = 1;
}

static void make_keys(void)
{
    char folder[] = "/tmp/exeat-fuzz-XXXXXX";
    char certificate[64];
    char key[64];
    char *error = NULL;
    struct host_pattern names[2];
    ASSERT(mkdtemp(folder) != NULL);
    (void)snprintf(certificate, sizeof(certificate), "%s/ca.pem", folder);
    (void)snprintf(key, sizeof(key), "%s/ca.key", folder);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        ASSERT(host_pattern_parse(text_from(meant[i]), &names[i]));
    ASSERT(tls_issuer_create(names, COUNT_OF(names), certificate, key, &error));
    world.issuer = tls_issuer_load(certificate, key, &error);
    const struct tls_client_options options = {.upstream = {.roots = certificate}};
    world.client = tls_client_new(&options, &error);
    ASSERT(world.issuer != NULL && world.client != NULL);
    world.server = tls_server_new(world.issuer);
    world.visitor = SSL_CTX_new(TLS_client_method());
    world.host = tls_host(certificate, key, meant[0]);
    (void)unlink(certificate);
    (void)unlink(key);
    (void)rmdir(folder);
}

static struct policy *compile(const char *text)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(text), "fuzz.yaml", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    ASSERT(policy != NULL);
    diags_free(diags);
    return policy;
}

static void make_world(void)
{
    draw_the_same();
    if (world.issuer != NULL)
        return;
    make_keys();
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        world.policies[i] = compile(rules[i]);
}

/* --- the scene -------------------------------------------------------------------------------------------------------
 */

struct scene {
    struct budgets *budgets;
    struct route *route;
    struct engines *engines;
    struct session_worker *worker;
    struct fake_peer *client;
    struct tls_peer tls[FAKE_PEERS]; /* by peer */
};

static void use_policy(struct scene *scene, size_t which, bool cuts)
{
    const struct session_limits limits = {
        .exchange =
            {.http = {.head = 4096, .fields = 50},
             .body_held = 1024,
             .answer_held = 1024,
             .head_ms = 1000,
             .connect_ms = 2000,
             .idle_ms = 60000,
             .stream_ms = 30000,
             .longest_ms = 3600000,
             .memory = 1},
        .connections = 32,
        .cut_denied = cuts,
    };
    struct policy *policy = world.policies[which % COUNT_OF(rules)];
    size_t count = 0;
    const struct budget_row *rows = policy_budget_rows(policy, &count);
    struct budget_table *table = budget_table_new(scene->budgets, rows, count, 1);
    session_worker_set_policy(scene->worker, policy_ref(policy), table, 1, &limits);
    budget_table_unref(table);
}

/* By the listener for HTTP, by that for SOCKS, or turned by the pod's rules, which ports tell. */
static void come(struct scene *scene, uint8_t way)
{
    static const uint16_t ports[] = {443, 80, 25, 8080};
    static const struct session_listener listeners[] = {{.door = DOOR_FORWARD}, {.door = DOOR_SOCKS}};
    struct address peer;
    if (fake.peer_count + 8 > FAKE_PEERS || !address_parse(TEXT("127.0.0.1"), &peer))
        return;
    int descriptor = fake_client();
    struct turned turned = {.port = ports[way / 4 % COUNT_OF(ports)]};
    bool is_turned = (way & 2) != 0 && address_parse(TEXT("192.0.2.9"), &turned.address);
    bool stays = is_turned ? session_start_turned(scene->worker, descriptor, &peer, &turned)
                           : session_start(scene->worker, descriptor, &peer, &listeners[way & 1]);
    if (stays)
        scene->client = fake_of(descriptor);
}

/* A rule for one client lets nobody else out. */
static void look_at_decision(const struct decision_record *decision)
{
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (text_equal(decision->rule, text_from(known[i])) && !text_equal(decision->client, decision->rule))
            fake_fault("a rule for one client let another out");
}

static void begin(struct scene *scene)
{
    fake_begin();
    fake.ledger.on_decision = look_at_decision;
    fake.ledger.planted = PLANTED;
    scene->budgets = budgets_new();
    const struct route_options route = {.tls = world.client, .idle_timeout_ms = 60000, .idle_maximum = 4};
    scene->route = route_new(fake.loop, &route);
    scene->engines = engines_new();
    const struct session_options options = {
        .loop = fake.loop, .route = scene->route, .engines = scene->engines, .tls = world.server, .via = "exeat-fuzz"};
    scene->worker = session_worker_new(&options);
    use_policy(scene, 0, false);
    come(scene, 0);
}

static void end(struct scene *scene)
{
    session_worker_free(scene->worker);
    engines_free(scene->engines);
    route_free(scene->route);
    budgets_free(scene->budgets);
    fake_end_records();
    for (size_t i = 0; i < fake.peer_count; i++) {
        if (fake.peers[i].is_upstream)
            fake_far_end(&fake.peers[i]);
        tls_end(&scene->tls[i]);
    }
    if (fake.fault != NULL) {
        (void)fprintf(stderr, "%s\n", fake.fault);
        abort();
    }
    fake_end();
}

/* --- TLS -------------------------------------------------------------------------------------------------------------
 */

static struct tls_peer *tls_of(struct scene *scene, const struct fake_peer *peer)
{
    return &scene->tls[peer - fake.peers];
}

static void read_clear(struct tls_peer *tls)
{
    char bytes[4096];
    int count;
    while ((count = SSL_read(tls->ssl, bytes, sizeof(bytes))) > 0)
        if (tls->peer->is_upstream)
            fake_far_hear(tls->peer, (struct text){bytes, (size_t)count});
    ERR_clear_error();
    const char *name = SSL_get_servername(tls->ssl, TLSEXT_NAMETYPE_host_name);
    if (tls->peer->is_upstream && name != NULL && strcmp(name, tls->peer->far.name) != 0)
        fake_fault("the gate's handshake names another host than the connection is to");
}

static bool move_tls(struct scene *scene)
{
    bool moved = false;
    for (size_t i = 0; i < fake.peer_count; i++) {
        struct fake_peer *peer = &fake.peers[i];
        struct tls_peer *tls = &scene->tls[i];
        if (tls->ssl == NULL && peer->is_upstream && peer->far.kind == FAR_TLS)
            tls_begin_host(tls, peer, world.host);
        if (tls->ssl == NULL || !tls_move(tls))
            continue;
        read_clear(tls);
        moved = true;
    }
    return moved;
}

static void run(struct scene *scene)
{
    do
        fake_run();
    while (move_tls(scene));
}

static void say(struct scene *scene, struct fake_peer *peer, struct text bytes)
{
    SSL *ssl = tls_of(scene, peer)->ssl;
    if (ssl == NULL)
        fake_send_bytes(peer, bytes);
    else if (bytes.length > 0)
        (void)SSL_write(ssl, bytes.data, (int)bytes.length); /* nothing, before the handshake is done */
    ERR_clear_error();
}

static void greet(struct scene *scene, uint8_t whom)
{
    struct tls_peer *tls = tls_of(scene, scene->client);
    if (tls->ssl == NULL)
        tls_begin_client(tls, scene->client, world.visitor, meant[whom % COUNT_OF(meant)]);
}

/* --- what happens ----------------------------------------------------------------------------------------------------
 */

enum happening {
    CLIENT_BYTES,
    CLIENT_ASKS,
    UPSTREAM_BYTES,
    UPSTREAM_ANSWERS,
    CLIENT_FIN,
    CLIENT_RST,
    SETTLE,
    UPSTREAM_FIN,
    TIME,
    MANNERS,
    UPSTREAM_RST,
    ANOTHER_CLIENT,
    ROOM,
    RELOAD,
    NAME,
    CONNECT,
    HELLO,        /* the client begins TLS, and what it says is within it from then on */
    OTHER_CLIENT, /* what clients do is done by another of those who came */
    HAPPENING_COUNT
};

/* Raw bytes follow the argument, which says how many. */
static size_t send_raw(struct scene *scene, struct fake_peer *peer, const uint8_t *data, size_t size, uint8_t count)
{
    size_t length = count < size ? count : size;
    if (peer != NULL)
        say(scene, peer, (struct text){(const char *)data, length});
    return length;
}

static void set_manners(uint8_t bits)
{
    static const enum audit_answer answers[] = {AUDIT_RECORDED, AUDIT_WAITS, AUDIT_RECORDED, AUDIT_REFUSED};
    fake.manners = (struct fake_manners){(bits & 4) == 0, (bits & 8) == 0, answers[bits & 3]};
    fake.has_no_descriptors = (bits & 16) != 0;
    fake.has_no_memory = (bits & 32) != 0;
}

/* It goes by, or somebody sets the clock, or the machine sleeps. */
static void pass_time(uint8_t argument)
{
    static const int64_t steps_s[] = {3600, -3600, 86400, -86400};
    if (argument < 250)
        fake_pass((uint64_t)argument * 300);
    else if (argument - 250u < COUNT_OF(steps_s))
        fake.wall_step_us += steps_s[argument - 250] * 1000000;
    else
        fake.slept_us += UINT64_C(86400000000);
}

static void change_client(struct scene *scene, uint8_t which)
{
    struct fake_peer *peer = &fake.peers[which % fake.peer_count];
    if (!peer->is_upstream)
        scene->client = peer;
}

static void happen_upstream(struct scene *scene, enum happening event, uint8_t argument)
{
    struct fake_peer *upstream = fake_upstream();
    if (upstream == NULL)
        return;
    if (event == UPSTREAM_ANSWERS)
        say(scene, upstream, text_from(answered[argument % COUNT_OF(answered)]));
    else if (event == UPSTREAM_FIN)
        fake_fin(upstream);
    else
        fake_rst(upstream);
}

/* Returns how many further bytes were used. */
static size_t happen(struct scene *scene, enum happening event, uint8_t argument, const uint8_t *data, size_t size)
{
    switch (event) {
    case CLIENT_BYTES:
        return send_raw(scene, scene->client, data, size, argument);
    case UPSTREAM_BYTES:
        return send_raw(scene, fake_upstream(), data, size, argument);
    case CLIENT_ASKS:
        say(scene, scene->client, text_from(asked[argument % COUNT_OF(asked)]));
        break;
    case UPSTREAM_ANSWERS:
    case UPSTREAM_FIN:
    case UPSTREAM_RST:
        happen_upstream(scene, event, argument);
        break;
    case CLIENT_FIN:
        fake_fin(scene->client);
        break;
    case CLIENT_RST:
        fake_rst(scene->client);
        break;
    case SETTLE:
        fake_settle((argument & 1) != 0);
        break;
    case TIME:
        pass_time(argument);
        break;
    case MANNERS:
        set_manners(argument);
        break;
    case ANOTHER_CLIENT:
        come(scene, argument);
        break;
    case ROOM:
        fake_make_room(scene->client, (size_t)argument * 16);
        break;
    case RELOAD:
        use_policy(scene, argument / 2, (argument & 1) != 0);
        break;
    case NAME:
        fake_answer_name((argument & 1) == 0);
        break;
    case CONNECT:
        fake_connect((argument & 1) == 0);
        break;
    case HELLO:
        greet(scene, argument);
        break;
    case OTHER_CLIENT:
        change_client(scene, argument);
        break;
    case HAPPENING_COUNT:
        break;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_world();
    struct scene scene = {.client = NULL};
    begin(&scene);
    run(&scene);
    while (size >= 2 && fake.peer_count + 8 < FAKE_PEERS) {
        enum happening event = (enum happening)(data[0] % HAPPENING_COUNT);
        uint8_t argument = data[1];
        size_t used = 2 + happen(&scene, event, argument, data + 2, size - 2);
        run(&scene);
        data += used;
        size -= used;
    }
    end(&scene);
    return 0;
}
