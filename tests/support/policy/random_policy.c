/* SPDX-License-Identifier: Apache-2.0 */
/* The small world: a dozen hosts of every kind, few ports, methods, paths, clients and addresses. */
#include "random_policy.h"

#include <stdio.h>

#include "exeat/base/check.h"

uint64_t random_number(struct random *random, uint64_t below)
{
    random->state += 0x9e3779b97f4a7c15u; /* splitmix64 */
    uint64_t mixed = random->state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return (mixed ^ mixed >> 31) % below;
}

bool random_chance(struct random *random, unsigned percent)
{
    return random_number(random, 100) < percent;
}

#define PICK(random, words) ((words)[random_number(random, COUNT_OF(words))])

static const char *const hosts[] = {
    "a.example",   "b.example",          "x.a.example",        "y.x.a.example",
    "example",     "shop.test",          "api.openai.com",     "api.mistral.ai",
    "chatgpt.com", "api.cloudflare.com", "r.openai.azure.com", "x.cognitiveservices.azure.com",
    "10.1.2.3",    "93.184.216.34",      "2606:2800::1",
};
static const char *const patterns[] = {
    "a.example",
    "b.example",
    "x.a.example",
    "y.x.a.example",
    "\"*.a.example\"",
    "\"*.x.a.example\"",
    "\"*.example\"",
    "example",
    "\"*.test\"",
    "\"@llm\"",
    "\"@llm-web\"",
    "api.openai.com",
    "\"*.openai.com\"",
    "chatgpt.com",
    "api.cloudflare.com",
    "\"*.azure.com\"",
    "x.cognitiveservices.azure.com",
    "\"@yaml\"",
    "\"@list\"",
    "\"*\"",
};
static const char *const path_patterns[] = {
    "/",
    "/v1/**",
    "/v1/*",
    "/**/b",
    "/v1/a",
    "/v1/**/b",
    "\"~/v1/[a-c]+\"",
    "\"~^/(v1|v2)/.*$\"",
    "/x*",
    "/v1/files",
    "/client/v4/**",
    "/**",
    "\"~/v1/a|/x\"",
    "\"/v1/**/*\"",
};
static const char *const paths[] = {
    "/",
    "/v1",
    "/v1/",
    "/v1/a",
    "/v1/a/b",
    "/x",
    "/xy",
    "/v2/b",
    "/v1/files",
    "/v1/chat/completions",
    "/v1/embeddings",
    "/client/v4/accounts/1/ai/run/m",
    "/openai/deployments/d/chat/completions",
    "/v1/b",
};
static const char *const methods[] = {"GET", "POST", "PUT", "BREW"};
static const char *const clients[] = {"php", "queue", ""};
static const char *const ports[] = {"443", "80", "8443", "\"1-65535\"", "\"8000-9000\""};
static const uint16_t port_numbers[] = {443, 443, 443, 80, 8443, 5432};
static const char *const ranges[] = {"10.0.0.0/8",     "10.1.2.3",           "93.184.216.0/24", "169.254.169.254",
                                     "169.254.0.0/16", "\"2606:2800::/32\"", "0.0.0.0/0"};
static const char *const addresses[] = {"93.184.216.34",   "93.184.216.34", "10.1.2.3", "10.9.9.9",
                                        "169.254.169.254", "2606:2800::1",  "192.0.2.1"};

/* Two ends, and moments around them. */
static const char *const ends[] = {"2026-01-01T00:00:00Z", "2027-06-01T12:00:00+02:00"};
static const int64_t moments[] = {ASKED_AT_FIRST,   ASKED_UNKNOWN,    1767225599999999, 1767225600000000,
                                  1780000000000000, 1811843999999999, 1811844000000000, 1900000000000000};

static char *new_line(struct random_rule *rule)
{
    ASSERT(rule->count < RANDOM_LINES);
    return rule->lines[rule->count++];
}

/* "key: [word, word]", one to three of them. */
static void
add_list(struct random *random, struct random_rule *rule, const char *key, const char *const *words, size_t count)
{
    char *line = new_line(rule);
    int used = snprintf(line, RANDOM_LINE, "%s: [", key);
    size_t items = 1 + random_number(random, 3);
    for (size_t i = 0; i < items; i++)
        used += snprintf(
            line + used, (size_t)(RANDOM_LINE - used), "%s%s", i == 0 ? "" : ", ", words[random_number(random, count)]);
    (void)snprintf(line + used, (size_t)(RANDOM_LINE - used), "]");
}

static void add_conditions(struct random *random, struct random_rule *rule, unsigned percent, bool may_look)
{
    if (random_chance(random, percent))
        add_list(random, rule, "from", clients, 2);
    if (may_look && random_chance(random, percent))
        add_list(random, rule, "methods", methods, COUNT_OF(methods));
    if (may_look && random_chance(random, percent))
        add_list(random, rule, "paths", path_patterns, COUNT_OF(path_patterns));
    if (random_chance(random, percent))
        add_list(random, rule, "addresses", ranges, COUNT_OF(ranges));
}

static void add_unless(struct random *random, struct random_rule *rule, bool may_look)
{
    struct random_rule inner = {0};
    if (random_chance(random, 50))
        add_list(random, &inner, "hosts", patterns, COUNT_OF(patterns));
    if (random_chance(random, 20))
        add_list(random, &inner, "ports", ports, COUNT_OF(ports));
    add_conditions(random, &inner, 35, may_look);
    char *line = new_line(rule);
    int used = snprintf(line, RANDOM_LINE, "unless: { ");
    for (size_t i = 0; i < inner.count && used < RANDOM_LINE; i++) {
        int more = snprintf(line + used, (size_t)(RANDOM_LINE - used), "%s%s", i == 0 ? "" : ", ", inner.lines[i]);
        if (used + more + 3 >= RANDOM_LINE)
            break;
        used += more;
    }
    (void)snprintf(line + used, (size_t)(RANDOM_LINE - used), " }");
    if (inner.count == 0)
        rule->count--;
}

void random_rule_make(struct random *random, const char *verdict, size_t number, struct random_rule *rule)
{
    *rule = (struct random_rule){0};
    bool is_tcp = random_chance(random, 8) && verdict[0] != 'r';
    (void)snprintf(new_line(rule), RANDOM_LINE, "id: r%zu", number);
    (void)snprintf(new_line(rule), RANDOM_LINE, "verdict: %s", verdict);
    if (random_chance(random, 88))
        add_list(random, rule, "hosts", patterns, COUNT_OF(patterns));
    if (is_tcp || random_chance(random, 40))
        add_list(random, rule, "ports", ports, COUNT_OF(ports));
    if (is_tcp)
        (void)snprintf(new_line(rule), RANDOM_LINE, "schemes: [tcp]");
    else if (random_chance(random, 25))
        (void)snprintf(
            new_line(rule), RANDOM_LINE, random_chance(random, 50) ? "schemes: [http]" : "schemes: [http, https]");
    add_conditions(random, rule, 25, !is_tcp);
    if (random_chance(random, 30))
        add_unless(random, rule, !is_tcp);
    if (random_chance(random, 12))
        (void)snprintf(new_line(rule), RANDOM_LINE, "mode: observe");
    if (random_chance(random, 20))
        (void)snprintf(new_line(rule), RANDOM_LINE, "until: %s", PICK(random, ends));
    if (verdict[0] == 'a' && random_chance(random, 10))
        (void)snprintf(new_line(rule), RANDOM_LINE, "llm: unseen");
    if (verdict[0] == 'a' && !is_tcp && random_chance(random, 10))
        (void)snprintf(
            new_line(rule), RANDOM_LINE,
            "pin: sha256/%cAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", random_chance(random, 50) ? 'A' : 'B');
    if (verdict[0] == 'r')
        (void)snprintf(
            new_line(rule), RANDOM_LINE,
            random_chance(random, 50) ? "inference: [local, canned]" : "inference: [canned]");
}

void random_policy_make(struct random *random, struct random_policy *policy)
{
    static const char *const verdicts[] = {"allow", "allow", "allow", "deny", "deny", "reroute"};
    static const char *const names[] = {
        "[\"*\", \"@llm\", \"@llm-web\"]", "[\"*\", \"@llm\", \"@llm-web\"]", "[\"*\", \"@llm\"]",
        "[\"@llm\", \"*.example\"]"};
    static const char *const nevers[] = {
        "[]", "[x.a.example]", "[\"*.a.example\", api.cloudflare.com]", "[\"@yaml\", api.openai.com]"};
    *policy = (struct random_policy){0};
    if (random_chance(random, 10))
        (void)snprintf(new_line(&policy->head), RANDOM_LINE, "mode: observe");
    if (random_chance(random, 90))
        (void)snprintf(
            new_line(&policy->head), RANDOM_LINE,
            "tls: { authority: { certificate: c, key: k, names: %s }, never: %s }", PICK(random, names),
            PICK(random, nevers));
    policy->count = 1 + random_number(random, RANDOM_RULES - 2);
    for (size_t i = 0; i < policy->count; i++)
        random_rule_make(random, PICK(random, verdicts), i, &policy->rules[i]);
}

void random_policy_write(const struct random_policy *policy, const char *list, struct buffer *out)
{
    buffer_printf(
        out,
        "version: 1\nlisten: { forward: [\"127.0.0.1:3128\"] }\n"
        "clients: { php: { address: 10.0.0.1 }, queue: { address: 10.0.0.2 } }\n"
        "groups: { yaml: [b.example, \"*.x.a.example\"], list: { file: %s } }\n"
        "inference: [{ name: local, endpoint: \"http://127.0.0.1:8000\" }, { name: canned, builtin: canned, text: x "
        "}]\n",
        list);
    for (size_t i = 0; i < policy->head.count; i++)
        buffer_printf(out, "%s\n", policy->head.lines[i]);
    buffer_append_string(out, policy->count == 0 ? "rules: []\n" : "rules:\n");
    for (size_t i = 0; i < policy->count; i++) {
        buffer_append_string(out, "  - { ");
        for (size_t j = 0; j < policy->rules[i].count; j++)
            buffer_printf(out, "%s%s", j == 0 ? "" : ", ", policy->rules[i].lines[j]);
        buffer_append_string(out, " }\n");
    }
}

size_t inside_count(void)
{
    return COUNT_OF(methods) * COUNT_OF(paths) * 2;
}

void inside_set(struct request *request, size_t index)
{
    request->inside_known = true;
    request->path_was_canonical = index % 2 == 0;
    request->method = text_from(methods[index / 2 % COUNT_OF(methods)]);
    request->path = text_from(paths[index / 2 / COUNT_OF(methods)]);
    request->path_otherwise = TEXT("");
}

void random_request_make(struct random *random, struct request *request)
{
    *request = (struct request){0};
    request->scheme = random_chance(random, 25) ? SCHEME_HTTP : SCHEME_HTTPS;
    request->port = PICK(random, port_numbers);
    request->client.name = text_from(PICK(random, clients));
    request->asked_us = PICK(random, moments);
    bool good = host_parse_written(text_from(PICK(random, hosts)), &request->host);
    ASSERT(good);
    size_t inside = random_number(random, inside_count());
    inside_set(request, random_chance(random, 90) ? inside / 2 * 2 : inside);
    if (!request->path_was_canonical && random_chance(random, 70))
        request->path_otherwise = text_from(PICK(random, paths));
}

void random_address_make(struct random *random, const struct request *request, struct address *address)
{
    bool good = address_parse(text_from(PICK(random, addresses)), address);
    ASSERT(good);
    if (request->host.kind == HOST_ADDRESS)
        *address = request->host.address;
}
