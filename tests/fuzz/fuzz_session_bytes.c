/* SPDX-License-Identifier: Apache-2.0 */
/* A whole session, and all that can happen to it, in a world without sockets: pairs of an event and its argument.
 * Whatever comes, nothing leaves before its decision is on disk, and each decision has one outcome. */
#include <stdlib.h>

#include "exeat/base/check.h"
#include "exeat/budget.h"
#include "exeat/session.h"
#include "fake.h"

/* The first is in force at the beginning. Under the second places are few, so that calls wait and limits are used up;
 * the third lets nothing out. */
static const char *const rules[] = {
    "version: 1\n"
    "inference: [{ name: local, endpoint: \"http://local.example:8000\" }, { name: canned, builtin: canned, text: x "
    "}]\n"
    "rules:\n"
    "  - { id: plain, verdict: allow, hosts: [shop.example], schemes: [http], ports: [80], addresses: [192.0.2.0/24] "
    "}\n"
    "  - { id: tunnel, verdict: allow, hosts: [shop.example], schemes: [https], addresses: [192.0.2.0/24] }\n"
    "  - { id: mail, verdict: allow, hosts: [mail.example], schemes: [tcp], ports: [25], addresses: [192.0.2.0/24] }\n"
    "  - { id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: [local, canned] }\n",
    "version: 1\n"
    "inference: [{ name: one, endpoint: \"http://one.example:8000\", pool: shop, slots: 1, queue: { length: 1, wait: "
    "2s } }, "
    "{ name: two, endpoint: \"http://two.example:8000\", pool: shop, slots: 1 }, { name: canned, builtin: canned, "
    "text: x "
    "}]\n"
    "rules:\n"
    "  - { id: plain, verdict: allow, hosts: [shop.example], schemes: [http, https], ports: [80, 443], addresses: "
    "[192.0.2.0/24], limit: { requests: 5/d, bytes: 1KiB/d, concurrent: 2 } }\n"
    "  - { id: raw, verdict: allow, schemes: [tcp], ports: [25], addresses: [192.0.2.0/24], limit: { concurrent: 1 } "
    "}\n"
    "  - { id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: [shop, canned], "
    "first_token: 1s, between_tokens: 1s, limit: { tokens: 3/d } }\n",
    "version: 1\nrules: []\n",
};

static const char *const asked[] = {
    "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n",
    "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n",
    "POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 60\r\n\r\n"
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}",
    "CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n",
    "GET http://shop.example/ws HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: "
    "Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\nExpect: "
    "100-continue\r\n\r\n",
    "5\r\nhello\r\n0\r\n\r\n",
    "GET http://other.example/ HTTP/1.0\r\n\r\n",
};
static const char *const answered[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "220 hello\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"model\":\"mm\"}",
    "HTTP/1.1 429 Slow\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {}\n\ndata: [DONE]\n\n",
};

struct scene {
    struct budgets *budgets;
    struct route *route;
    struct engines *engines;
    struct session_worker *worker;
    struct policy *const *policies; /* as `rules` */
    struct fake_peer *client;
};

static struct policy *compile(const char *text)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(text), "fuzz.yaml", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    ASSERT(policy != NULL);
    diags_free(diags);
    return policy;
}

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
    struct policy *policy = scene->policies[which % COUNT_OF(rules)];
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
    static const struct session_listener listeners[] = {{.speech = SPEECH_HTTP}, {.speech = SPEECH_SOCKS}};
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

static void begin(struct scene *scene)
{
    fake_begin();
    scene->budgets = budgets_new();
    const struct route_options route = {.idle_timeout_ms = 60000, .idle_maximum = 4};
    scene->route = route_new(fake.loop, &route);
    scene->engines = engines_new();
    const struct session_options options = {
        .loop = fake.loop, .route = scene->route, .engines = scene->engines, .via = "exeat-fuzz"};
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
    if (fake.too_early != 0 || fake.decisions != fake.outcomes || fake.owed != 0)
        abort();
    fake_end();
}

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
    HAPPENING_COUNT
};

/* Raw bytes follow the argument, which says how many. */
static size_t send_raw(struct fake_peer *peer, const uint8_t *data, size_t size, uint8_t count)
{
    size_t length = count < size ? count : size;
    if (peer != NULL)
        fake_send_bytes(peer, (struct text){(const char *)data, length});
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

static void happen_upstream(enum happening event, uint8_t argument)
{
    struct fake_peer *upstream = fake_upstream();
    if (upstream == NULL)
        return;
    if (event == UPSTREAM_ANSWERS)
        fake_send(upstream, answered[argument % COUNT_OF(answered)]);
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
        return send_raw(scene->client, data, size, argument);
    case UPSTREAM_BYTES:
        return send_raw(fake_upstream(), data, size, argument);
    case CLIENT_ASKS:
        fake_send(scene->client, asked[argument % COUNT_OF(asked)]);
        break;
    case UPSTREAM_ANSWERS:
    case UPSTREAM_FIN:
    case UPSTREAM_RST:
        happen_upstream(event, argument);
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
    case HAPPENING_COUNT:
        break;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct policy *policies[COUNT_OF(rules)]; /* compiled once: they are the same for all */
    for (size_t i = 0; i < COUNT_OF(rules) && policies[i] == NULL; i++)
        policies[i] = compile(rules[i]);
    struct scene scene = {.policies = policies};
    begin(&scene);
    fake_run();
    while (size >= 2 && fake.peer_count + 8 < FAKE_PEERS) {
        enum happening event = (enum happening)(data[0] % HAPPENING_COUNT);
        uint8_t argument = data[1];
        size_t used = 2 + happen(&scene, event, argument, data + 2, size - 2);
        fake_run();
        data += used;
        size -= used;
    }
    end(&scene);
    return 0;
}
