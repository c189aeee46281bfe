/* SPDX-License-Identifier: Apache-2.0 */
/* Makes an audit store as a gate would have written it, without waiting for the time to pass:
 *     make_store DIRECTORY KEY_FILE REQUESTS SECONDS
 * The requests are spread over the last SECONDS; which they are follows from their number alone. The key is made if
 * absent. */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "exeat/audit.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"

/* The clocks that the store sees: this program's own function, which the linker puts before libc's. All of them go on
 * at their own pace, and wall and boot time leap ahead together with the request at hand, so that nothing takes it for
 * a clock that was set. */
static _Atomic long long start_us; /* wall */
static _Atomic long long leap_us;  /* since the start */
int clock_gettime(clockid_t id, struct timespec *now)
{
    struct timespec real;
    syscall(SYS_clock_gettime, id == CLOCK_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_BOOTTIME, &real);
    long long us = (long long)real.tv_sec * 1000000 + real.tv_nsec / 1000;
    if (id != CLOCK_MONOTONIC)
        us += atomic_load(&leap_us);
    if (id == CLOCK_REALTIME)
        us += atomic_load(&start_us);
    *now = (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    return 0;
}

static long long boot_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A number that looks random and is always the same (splitmix64). */
static uint64_t mix(uint64_t number)
{
    number += 0x9e3779b97f4a7c15;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    return number ^ (number >> 31);
}

static const struct kind {
    unsigned share;   /* of 1000 */
    const char *host; /* with a leading dot: fifty of them */
    enum verdict verdict;
    enum plan plan;
    enum plan done;
    enum reason reason;
    enum reason outcome_reason;
    const char *provider;
    const char *model;
    const char *inference;
    const char *served;
} kinds[] = {
    {300, "api.stripe.example", VERDICT_ALLOW, PLAN_FORWARD, PLAN_FORWARD, REASON_RULE, 0, NULL, NULL, NULL, NULL},
    {200, "repo.magento.example", VERDICT_ALLOW, PLAN_TUNNEL, PLAN_TUNNEL, REASON_RULE, 0, NULL, NULL, NULL, NULL},
    {120, ".myshopify.example", VERDICT_ALLOW, PLAN_FORWARD, PLAN_FORWARD, REASON_RULE, 0, NULL, NULL, NULL, NULL},
    {150, "api.openai.com", VERDICT_REROUTE, PLAN_REROUTE, PLAN_REROUTE, REASON_RULE, 0, "openai", "gpt-4o", "gpu-a",
     "llama-3.1-8b"},
    {40, "api.anthropic.com", VERDICT_REROUTE, PLAN_REROUTE, PLAN_REROUTE, REASON_RULE, 0, "anthropic", "claude-sonnet",
     "gpu-b", "llama-3.1-8b"},
    {20, "api.openai.com", VERDICT_REROUTE, PLAN_REROUTE, PLAN_ANSWER, REASON_RULE, REASON_INFERENCE_DOWN, "openai",
     "gpt-4o", NULL, NULL},
    {30, "api.mistral.ai", VERDICT_DENY, PLAN_REFUSE, PLAN_REFUSE, REASON_LLM_GUARD, 0, "mistral", NULL, NULL, NULL},
    {100, ".evil.example", VERDICT_DENY, PLAN_REFUSE, PLAN_REFUSE, REASON_NO_RULE, 0, NULL, NULL, NULL, NULL},
    {20, "slow.partner.example", VERDICT_ALLOW, PLAN_FORWARD, PLAN_REFUSE, REASON_RULE, REASON_UPSTREAM_TIMEOUT, NULL,
     NULL, NULL, NULL},
    {20, "", VERDICT_ERROR, PLAN_REFUSE, PLAN_REFUSE, REASON_MALFORMED_HEAD, 0, NULL, NULL, NULL, NULL},
};

static const struct kind *kind_of(uint64_t number)
{
    unsigned at = (unsigned)(mix(number) % 1000);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (at < kinds[i].share)
            return &kinds[i];
        at -= kinds[i].share;
    }
    return &kinds[0];
}

static void decide(struct audit_port *port, uint64_t number, uint64_t policy)
{
    const struct kind *kind = kind_of(number);
    char host[64];
    char path[64];
    if (kind->host[0] == '.')
        snprintf(host, sizeof(host), "n%u%s", (unsigned)(mix(number + 1) % 50), kind->host);
    else
        snprintf(host, sizeof(host), "%s", kind->host);
    snprintf(path, sizeof(path), "/v1/items/%u", (unsigned)(mix(number + 2) % 100000));
    struct decision_record decision = {
        .policy_sequence = policy,
        .verdict = kind->verdict,
        .plan = kind->plan,
        .reason = kind->reason,
        .rule = kind->reason == REASON_RULE ? TEXT("allowed-hosts") : TEXT(""),
        .method = kind->provider != NULL ? TEXT("POST") : TEXT("GET"),
        .scheme = SCHEME_HTTPS,
        .host = text_from(host),
        .port = 443,
        .llm.provider = text_from(kind->provider),
        .llm.operation = kind->provider != NULL ? LLM_CHAT : LLM_NONE,
        .llm.model = text_from(kind->model),
        .client = mix(number + 3) % 3 == 0 ? TEXT("queue") : TEXT("web"),
        .personal.client_address = TEXT("10.0.0.17"),
        .personal.path = text_from(path),
    };
    bytes_put_u64(decision.id.bytes, mix(number + 4));
    bytes_put_u64(decision.id.bytes + 8, mix(number + 5));
    while (audit_port_decide(port, &decision, NULL) == AUDIT_REFUSED) {
        audit_port_collect(port);
        sched_yield();
    }
    struct outcome_record outcome = {
        .id = decision.id,
        .done = kind->done,
        .reason = kind->outcome_reason,
        .status = kind->done == PLAN_REFUSE ? 403 : 200,
        .bytes_up = 200 + mix(number + 6) % 1000,
        .bytes_down = 500 + mix(number + 7) % 20000,
        .duration_us = 800 + mix(number + 8) % 90000,
        .inference = text_from(kind->inference),
        .served_model = text_from(kind->served),
        .tokens_in = kind->served != NULL ? 40 : 0,
        .tokens_out = kind->served != NULL ? 300 : 0,
    };
    if (kind->done == PLAN_FORWARD || kind->done == PLAN_TUNNEL)
        outcome.address = (struct address){.bytes = {192, 0, 2, (uint8_t)(mix(number + 9) % 250)}, .length = 4};
    audit_port_complete(port, &outcome);
}

static uint64_t write_policy(struct audit *audit)
{
    enum { TAG_EVENT = 0x28, TAG_DETAIL = 0x29, TAG_FILE = 0x2a, TAG_DIGEST = 0x2b, TAG_COUNT = 0x2c };
    struct store_blob blob = {.body = TEXT("version: 1\nrules: []\n")};
    struct buffer fields = {0};
    struct buffer detail = {0};
    uint64_t sequence = 0;
    digest_sha256(bytes_of_text(blob.body), &blob.digest);
    struct bytes digest = {blob.digest.bytes, sizeof(blob.digest.bytes)};
    buffer_append_hex(&detail, digest);
    buffer_append(&detail, TEXT(" /etc/exeat/exeat.yaml"));
    record_field_append(&fields, TAG_EVENT, bytes_of_text(TEXT("policy")));
    record_field_append(&fields, TAG_DETAIL, bytes_of_text(buffer_text(&detail)));
    record_field_append(&fields, TAG_FILE, bytes_of_text(TEXT("/etc/exeat/exeat.yaml")));
    record_field_append(&fields, TAG_DIGEST, digest);
    record_number_append(&fields, TAG_COUNT, 1, 8);
    ASSERT(audit_event(audit, RECORD_POLICY, bytes_of_text(buffer_text(&fields)), &blob, 1, &sequence));
    buffer_clear(&fields);
    buffer_clear(&detail);
    return sequence;
}

static struct signing_key *open_key(const char *path)
{
    char *error = NULL;
    struct signing_key *key = access(path, F_OK) == 0 ? signing_key_read(path, &error) : signing_key_generate();
    if (key == NULL || (access(path, F_OK) != 0 && !signing_key_save(key, path, &error))) {
        fprintf(stderr, "make_store: %s\n", error);
        exit(1);
    }
    return key;
}

/* The writer reads the clock once a batch: let it come after us now and then, so that times are spread. */
static void wait_for_writer(struct audit *audit, struct audit_port *port)
{
    struct audit_stats stats;
    do {
        audit_port_collect(port);
        sched_yield();
        audit_stats_read(audit, &stats);
    } while (stats.queued > 0);
}

int main(int argc, char **argv)
{
    uint64_t requests = 0;
    uint64_t seconds = 0;
    if (argc != 5 || !text_to_number(text_from(argv[3]), 100000000, &requests) ||
        !text_to_number(text_from(argv[4]), 1000000000, &seconds)) {
        fputs("usage: make_store DIRECTORY KEY_FILE REQUESTS SECONDS\n", stderr);
        return 2;
    }
    long long start = ((long long)time(NULL) - (long long)seconds) * 1000000;
    atomic_store(&start_us, start - boot_us());
    struct signing_key *key = open_key(argv[2]);
    struct audit_options options = {
        .directory = argv[1],
        .origin = TEXT("audit.example/made"),
        .key = key,
        .batch_ms = 1,
        .heartbeat_ms = UINT32_MAX,
    };
    char *error = NULL;
    struct audit *audit = audit_open(&options, &error);
    if (audit == NULL) {
        fprintf(stderr, "make_store: %s\n", error);
        return 1;
    }
    uint64_t policy = write_policy(audit);
    struct audit_port *port = audit_port_new(audit);
    for (uint64_t i = 0; i < requests; i++) {
        atomic_store(&leap_us, (long long)(seconds * 1000000 / requests * i));
        decide(port, i, policy);
        audit_port_collect(port);
        if (i % (requests / 500 + 1) == 0)
            wait_for_writer(audit, port);
    }
    audit_port_free(port);
    audit_close(audit);
    signing_key_free(key);
    return 0;
}
