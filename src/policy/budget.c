/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of rules and clients become rows that are counted by their index. */
#include "exeat/base/memory.h"
#include "policy_internal.h"

static bool has_limit(const struct settings_limit *limit)
{
    return limit->requests.amount > 0 || limit->concurrent > 0 || limit->bytes.amount > 0 || limit->tokens.amount > 0;
}

static struct budget_limit limit_of(const struct setting_rate *rate)
{
    return (struct budget_limit){rate->amount, rate->window_us};
}

static uint32_t add_row(struct policy *policy, const char *what, struct text name, const struct settings_limit *limit)
{
    struct buffer owner = {0};
    if (!has_limit(limit))
        return BUDGET_NONE;
    buffer_printf(&owner, "%s %.*s", what, TEXT_ARG(name));
    policy->budgets.rows[policy->budgets.count] = (struct budget_row){
        .owner = arena_text(&policy->arena, buffer_text(&owner)),
        .limits =
            {
                [BUDGET_REQUESTS] = limit_of(&limit->requests),
                [BUDGET_CONCURRENT] = {limit->concurrent, 0},
                [BUDGET_BYTES] = limit_of(&limit->bytes),
                [BUDGET_TOKENS] = limit_of(&limit->tokens),
            },
    };
    buffer_clear(&owner);
    return (uint32_t)policy->budgets.count++;
}

static size_t count_rows(const struct settings_lists *lists)
{
    size_t count = 0;
    for (size_t i = 0; i < lists->rule_count; i++)
        count += has_limit(&lists->rules[i].limit) ? 1 : 0;
    for (size_t i = 0; i < lists->client_count; i++)
        count += has_limit(&lists->clients[i].limit) ? 1 : 0;
    return count;
}

/* What is refused is not counted, so that a deny has nothing to limit. */
static void check_limit(const struct settings_rule *rule, struct diags *diags)
{
    if (rule->verdict == VERDICT_DENY && has_limit(&rule->limit))
        diag_error(diags, rule->mark, "a deny lets nothing through that a `limit` could count");
    if (rule->verdict == VERDICT_ALLOW && rule->limit.tokens.amount > 0)
        diag_error(
            diags, rule->mark, "tokens are counted where a call is answered here: `tokens` belongs to a reroute");
}

void budgets_compile(struct policy *policy, struct diags *diags)
{
    const struct settings_lists *lists = &policy->settings->lists;
    struct policy_budgets *budgets = &policy->budgets;
    budgets->rows = arena_array(&policy->arena, count_rows(lists), sizeof(*budgets->rows));
    budgets->of_clients = arena_array(&policy->arena, lists->client_count, sizeof(*budgets->of_clients));
    for (size_t i = 0; i < policy->rule_count; i++) {
        check_limit(policy->rules[i].source, diags);
        policy->rules[i].budget =
            add_row(policy, "rule", policy->rules[i].source->id.text, &policy->rules[i].source->limit);
    }
    for (size_t i = 0; i < lists->client_count; i++)
        budgets->of_clients[i] = add_row(policy, "client", lists->clients[i].name.text, &lists->clients[i].limit);
}

void budgets_name(const struct judging *judging, struct decision *decision)
{
    const struct policy_budgets *budgets = &judging->policy->budgets;
    struct decision_budgets *named = &decision->budgets;
    if (decision->winner != NULL && decision->winner->budget != BUDGET_NONE)
        named->rows[named->count++] = decision->winner->budget;
    if (judging->client < judging->policy->settings->lists.client_count &&
        budgets->of_clients[judging->client] != BUDGET_NONE)
        named->rows[named->count++] = budgets->of_clients[judging->client];
}

const struct budget_row *policy_budget_rows(const struct policy *policy, size_t *count)
{
    *count = policy->budgets.count;
    return policy->budgets.rows;
}

bool policy_budget_of_rule(const struct policy *policy, struct text rule, size_t *row)
{
    for (size_t i = 0; i < policy->rule_count; i++)
        if (policy->rules[i].budget != BUDGET_NONE && text_equal(policy->rules[i].source->id.text, rule)) {
            *row = policy->rules[i].budget;
            return true;
        }
    return false;
}

bool policy_budget_of_client(const struct policy *policy, struct text client, size_t *row)
{
    size_t index = client_index(policy, client);
    if (index == policy->settings->lists.client_count || policy->budgets.of_clients[index] == BUDGET_NONE)
        return false;
    *row = policy->budgets.of_clients[index];
    return true;
}
