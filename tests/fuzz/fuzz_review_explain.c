/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a configuration, to the end: a policy that judges and explains, or errors. What an unopened connection
 * is let out for, is let out inside too. */
#include "exeat/base/check.h"
#include "exeat/review.h"

static const char *const hosts[] = {"a.example", "x.a.example", "api.openai.com", "api.cloudflare.com", "10.1.2.3"};

static void judge(const struct policy *policy, const char *name)
{
    struct request request = {.scheme = SCHEME_HTTPS, .port = 443, .path_was_canonical = true};
    struct decision outside;
    struct decision inside;
    struct buffer out = {0};
    ASSERT(host_parse(text_from(name), &request.host));
    policy_judge(policy, &request, &outside);
    request.inside_known = true;
    request.method = TEXT("GET");
    request.path = TEXT("/v1/a");
    policy_judge(policy, &request, &inside);
    if (outside.plan == PLAN_TUNNEL && outside.scheme == SCHEME_HTTPS && !outside.observed)
        ASSERT(inside.verdict != VERDICT_REROUTE || inside.observed);
    review_explain(policy, &request, true, &out);
    review_explain_json(policy, &request, &out);
    buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_of_bytes((struct bytes){data, size}), "fuzz.yaml", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    ASSERT((policy != NULL) == (diags_errors(diags) == 0));
    if (policy == NULL)
        settings_free(settings);
    for (size_t i = 0; policy != NULL && i < COUNT_OF(hosts); i++)
        judge(policy, hosts[i]);
    policy_unref(policy);
    diags_free(diags);
    return 0;
}
