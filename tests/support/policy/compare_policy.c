/* SPDX-License-Identifier: Apache-2.0 */
/* The judge against the naive evaluator, on random policies and requests, and the algebra of policies.
 *     compare_policy PAIRS SEED FOLDER
 * A difference is made as small as it goes and saved in FOLDER as a policy with its request; then the program ends
 * with 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/check.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/policy/lapse.h"
#include "random_policy.h"
#include "reference_policy.h"

enum { REQUESTS = 1000, EVERY_INSIDE = 50, ALGEBRA = 200 };

struct run {
    struct random random;
    char list[64];
    const char *folder;
    uint64_t policies;
    uint64_t refused; /* policies that are load errors */
    uint64_t pairs;
    uint64_t definite; /* connections decided without looking inside */
    uint64_t opened;
    uint64_t said_inside; /* opened to tell an LLM's caller no in its own words */
    uint64_t needless;    /* opened, though nothing inside could have changed anything */
    uint64_t algebra;
};

/* One question: a request and where its host leads. */
struct question {
    struct request request;
    struct address address;
};

/* What the gate would do, step by step. */
struct answer {
    struct decision decision; /* the last */
    enum reference_outcome outcome;
    bool was_opened;
};

static void ask_gate(const struct policy *policy, const struct question *question, struct answer *answer)
{
    struct request outside = question->request;
    struct judged_address judged;
    enum reason why;
    *answer = (struct answer){.outcome = OUTCOME_REFUSED};
    bool inside = question->request.scheme == SCHEME_HTTP;
    if (!inside) {
        outside.inside_known = false;
        policy_judge(policy, &outside, &answer->decision);
        inside = answer->decision.plan == PLAN_OPEN;
        answer->was_opened = inside;
    }
    const struct request *judgedrequest = inside ? &question->request : &outside;
    if (inside)
        policy_judge(policy, &question->request, &answer->decision);
    enum plan plan = answer->decision.plan;
    if (plan == PLAN_REROUTE || plan == PLAN_ANSWER)
        answer->outcome = OUTCOME_ANSWERED_HERE;
    if ((plan == PLAN_TUNNEL || plan == PLAN_FORWARD) &&
        policy_judge_address(policy, judgedrequest, &answer->decision, &question->address, &judged, &why))
        answer->outcome = OUTCOME_LET_OUT;
}

/* While a file observes, what is refused for certain is tunnelled unseen: rules that depend on what is inside give it
 * no more addresses. */
static bool is_particular(const struct policy *policy, const struct question *question)
{
    return policy_settings(policy)->observe && address_class(&question->address) != ADDRESS_PUBLIC;
}

/* The rule is compared where all was seen: a tunnel is named by a rule that holds for certain. */
static bool agree(const struct policy *policy, const struct question *question)
{
    struct answer answer;
    struct reference reference;
    ask_gate(policy, question, &answer);
    reference_judge(
        policy_settings(policy), policy_catalogue(policy), &question->request, &question->address, &reference);
    if (answer.outcome != reference.outcome && !(is_particular(policy, question) && answer.outcome < reference.outcome))
        return false;
    bool all_seen = question->request.scheme == SCHEME_HTTP || answer.was_opened;
    bool named = all_seen && !answer.decision.observed && answer.decision.reason != REASON_BAD_PATH;
    return !named || text_equal(answer.decision.rule, reference.rule);
}

/* --- policies --------------------------------------------------------------------------------------------------------
 */

static struct policy *compile(const struct run *run, const struct random_policy *source)
{
    struct diags *diags = diags_new();
    struct buffer text = {0};
    random_policy_write(source, run->list, &text);
    struct settings *settings = settings_parse(buffer_text(&text), "random.yaml", diags);
    if (settings == NULL) {
        struct buffer out = {0};
        diags_write(diags, &out);
        (void)fprintf(stderr, "%.*s\n%.*s\n", TEXT_ARG(buffer_text(&text)), TEXT_ARG(buffer_text(&out)));
        exit(2); /* the generator writes well-formed files */
    }
    struct policy *policy = policy_compile(settings, diags);
    if (policy == NULL)
        settings_free(settings);
    buffer_clear(&text);
    diags_free(diags);
    return policy;
}

static void remove_rule(struct random_policy *policy, size_t index)
{
    memmove(&policy->rules[index], &policy->rules[index + 1], (policy->count - index - 1) * sizeof(policy->rules[0]));
    policy->count--;
}

static void remove_line(struct random_rule *rule, size_t index)
{
    memmove(rule->lines[index], rule->lines[index + 1], (rule->count - index - 1) * sizeof(rule->lines[0]));
    rule->count--;
}

/* --- a difference, made small ----------------------------------------------------------------------------------------
 */

static bool differs(const struct run *run, const struct random_policy *source, const struct question *question)
{
    struct policy *policy = compile(run, source);
    bool differs = policy != NULL && !agree(policy, question);
    policy_unref(policy);
    return differs;
}

static bool is_wanted(const char *line)
{
    return strncmp(line, "id:", 3) == 0 || strncmp(line, "verdict:", 8) == 0 || strncmp(line, "inference:", 10) == 0;
}

static bool make_smaller(const struct run *run, struct random_policy *policy, const struct question *question)
{
    for (size_t i = 0; i < policy->count; i++) {
        struct random_policy smaller = *policy;
        remove_rule(&smaller, i);
        if (differs(run, &smaller, question)) {
            *policy = smaller;
            return true;
        }
        for (size_t j = 0; j < policy->rules[i].count; j++) {
            smaller = *policy;
            if (is_wanted(policy->rules[i].lines[j]))
                continue;
            remove_line(&smaller.rules[i], j);
            if (differs(run, &smaller, question)) {
                *policy = smaller;
                return true;
            }
        }
    }
    return false;
}

static void write_question(const struct question *question, struct buffer *out)
{
    const struct request *request = &question->request;
    buffer_printf(out, "%.*s %s://", TEXT_ARG(request->method), scheme_name(request->scheme));
    authority_append(out, &request->host, request->port, scheme_port(request->scheme));
    buffer_append(out, request->path);
}

static void save(const struct run *run, const struct random_policy *policy, const struct question *question)
{
    static const char *const outcomes[] = {"refused", "answered here", "let out"};
    struct policy *compiled = compile(run, policy);
    struct buffer out = {0};
    struct answer answer;
    struct reference reference;
    ask_gate(compiled, question, &answer);
    reference_judge(
        policy_settings(compiled), policy_catalogue(compiled), &question->request, &question->address, &reference);
    random_policy_write(policy, "lists/names.txt", &out);
    buffer_append(&out, TEXT("# "));
    write_question(question, &out);
    buffer_printf(&out, " from '%.*s' to ", TEXT_ARG(question->request.client.name));
    address_append(&out, &question->address);
    buffer_printf(
        &out, "%s\n# reference: %s by '%.*s'; judge: %s by '%.*s' (%s)\n",
        question->request.path_was_canonical ? "" : ", path not canonical", outcomes[reference.outcome],
        TEXT_ARG(reference.rule), outcomes[answer.outcome], TEXT_ARG(answer.decision.rule),
        reason_row(answer.decision.reason)->code);
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/difference-%llu.yaml", run->folder, (unsigned long long)run->pairs);
    FILE *file = fopen(path, "w");
    if (file != NULL) {
        (void)fwrite(out.data, 1, out.length, file);
        (void)fclose(file);
    }
    (void)printf("DIFFERENCE, saved as %s:\n%.*s", path, TEXT_ARG(buffer_text(&out)));
    buffer_clear(&out);
    policy_unref(compiled);
}

static bool report(const struct run *run, const struct random_policy *source, const struct question *question)
{
    struct random_policy small = *source;
    while (make_smaller(run, &small, question))
        continue;
    save(run, &small, question);
    return false;
}

/* --- the proofs ------------------------------------------------------------------------------------------------------
 */

static void ask_something(struct run *run, struct question *question)
{
    random_request_make(&run->random, &question->request);
    random_address_make(&run->random, &question->request, &question->address);
}

/* What was decided without looking holds for every inside; what was opened, was it worth it? */
static bool check_insides(
    struct run *run, const struct policy *policy, const struct random_policy *source, const struct question *question)
{
    struct question other = *question;
    struct answer first;
    struct answer answer;
    bool all_same = true;
    ask_gate(policy, question, &first);
    for (size_t i = 0; i < inside_count(); i++) {
        inside_set(&other.request, i);
        if (!agree(policy, &other))
            return report(run, source, &other);
        ask_gate(policy, &other, &answer);
        all_same = all_same && answer.decision.plan == first.decision.plan;
    }
    run->definite += first.was_opened ? 0 : 1;
    run->opened += first.was_opened ? 1 : 0;
    bool says_no = all_same && first.decision.plan == PLAN_REFUSE && first.decision.llm.operation != LLM_NONE;
    run->said_inside += first.was_opened && says_no ? 1 : 0;
    run->needless += first.was_opened && all_same && !says_no ? 1 : 0;
    return true;
}

static bool compare(struct run *run, const struct policy *policy, const struct random_policy *source)
{
    for (size_t i = 0; i < REQUESTS; i++) {
        struct question question;
        ask_something(run, &question);
        run->pairs++;
        if (!agree(policy, &question))
            return report(run, source, &question);
        if (i % EVERY_INSIDE == 0 && question.request.scheme == SCHEME_HTTPS &&
            !check_insides(run, policy, source, &question))
            return false;
    }
    return true;
}

static bool same_decision(const struct decision *left, const struct decision *right)
{
    return left->verdict == right->verdict && left->plan == right->plan && left->reason == right->reason &&
           left->scheme == right->scheme && left->observed == right->observed && text_equal(left->rule, right->rule);
}

/* The changed policy opens nothing that the first does not; if it is only in another order, it is the same. */
static bool opens_no_more(
    struct run *run, const struct policy *policy, const struct random_policy *changed, bool only_order,
    const char *what)
{
    struct policy *other = compile(run, changed);
    bool good = true;
    for (size_t i = 0; other != NULL && good && i < ALGEBRA; i++) {
        struct question question;
        struct answer before;
        struct answer after;
        ask_something(run, &question);
        ask_gate(policy, &question, &before);
        ask_gate(other, &question, &after);
        /* What a rule for tcp carries goes to the addresses of such rules alone: without it, others are asked. */
        if (before.decision.scheme == SCHEME_TCP && after.decision.scheme != SCHEME_TCP && !only_order)
            continue;
        good = only_order ? same_decision(&before.decision, &after.decision) && before.outcome == after.outcome
                          : after.outcome <= before.outcome;
        run->algebra++;
        if (!good) {
            (void)printf("BROKEN: %s, for this policy and request:\n", what);
            save(run, changed, &question);
        }
    }
    policy_unref(other);
    return good;
}

/* Asked when a rule has lapsed, a policy is the one without that rule. */
static bool is_without_the_lapsed(struct run *run, const struct policy *policy, const struct random_policy *source)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    struct random_policy rest = *source;
    struct question moment;
    ask_something(run, &moment);
    for (size_t i = source->count; i-- > 0;)
        if (!policy_rule_is_in_force(&lists->rules[i], moment.request.asked_us))
            remove_rule(&rest, i);
    struct policy *other = compile(run, &rest);
    bool good = true;
    for (size_t i = 0; other != NULL && good && i < ALGEBRA; i++) {
        struct question question;
        struct answer before;
        struct answer after;
        ask_something(run, &question);
        question.request.asked_us = moment.request.asked_us;
        ask_gate(policy, &question, &before);
        ask_gate(other, &question, &after);
        good = same_decision(&before.decision, &after.decision) && before.outcome == after.outcome;
        run->algebra++;
        if (!good) {
            (void)printf(
                "BROKEN: a rule that has lapsed says something, asked at %lld:\n", (long long)moment.request.asked_us);
            save(run, source, &question);
        }
    }
    policy_unref(other);
    return good;
}

static bool is_allow(const struct random_rule *rule)
{
    return strcmp(rule->lines[1], "verdict: allow") == 0;
}

static bool check_algebra(struct run *run, const struct policy *policy, const struct random_policy *source)
{
    struct random_policy changed = *source;
    for (size_t i = 0; i < changed.count; i++) {
        size_t j = random_number(&run->random, changed.count);
        struct random_rule rule = changed.rules[i];
        changed.rules[i] = changed.rules[j];
        changed.rules[j] = rule;
    }
    if (!opens_no_more(run, policy, &changed, true, "the order of rules matters") ||
        !is_without_the_lapsed(run, policy, source))
        return false;
    changed = *source;
    random_rule_make(&run->random, "deny", changed.count, &changed.rules[changed.count]);
    changed.count++;
    if (!opens_no_more(run, policy, &changed, false, "adding a deny opens"))
        return false;
    changed = *source;
    size_t gone = random_number(&run->random, changed.count);
    if (!is_allow(&changed.rules[gone]))
        return true;
    remove_rule(&changed, gone);
    return opens_no_more(run, policy, &changed, false, "removing an allow opens");
}

static void write_list(struct run *run)
{
    static const char names[] = "# a list\nshop.test\n*.a.example\napi.openai.com\nx.a.example\n";
    (void)snprintf(run->list, sizeof(run->list), "/tmp/exeat-compare-XXXXXX");
    int file = mkstemp(run->list);
    bool good = file >= 0 && write(file, names, sizeof(names) - 1) == (ssize_t)(sizeof(names) - 1);
    ASSERT(good);
    (void)close(file);
}

static bool run_all(struct run *run, uint64_t pairs)
{
    bool good = true;
    while (good && run->pairs < pairs) {
        struct random_policy source;
        random_policy_make(&run->random, &source);
        struct policy *policy = compile(run, &source);
        run->policies++;
        if (policy == NULL) {
            run->refused++;
            continue;
        }
        good = compare(run, policy, &source) && (run->policies % 4 != 0 || check_algebra(run, policy, &source));
        policy_unref(policy);
    }
    return good;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        (void)fprintf(stderr, "usage: compare_policy PAIRS SEED FOLDER\n");
        return 2;
    }
    struct run run = {.random.state = strtoull(argv[2], NULL, 10), .folder = argv[3]};
    write_list(&run);
    bool good = run_all(&run, strtoull(argv[1], NULL, 10));
    (void)unlink(run.list);
    (void)printf(
        "%llu requests under %llu policies (%llu more are load errors) agree with the reference\n",
        (unsigned long long)run.pairs, (unsigned long long)(run.policies - run.refused),
        (unsigned long long)run.refused);
    (void)printf("%llu comparisons of the algebra hold\n", (unsigned long long)run.algebra);
    uint64_t looked = run.opened - run.said_inside;
    (void)printf(
        "%llu connections decided unseen hold for each of %zu insides; %llu were opened to say no to an LLM's caller, "
        "%llu "
        "to look inside, %llu of these needlessly (%.1f%%)\n",
        (unsigned long long)run.definite, inside_count(), (unsigned long long)run.said_inside,
        (unsigned long long)looked, (unsigned long long)run.needless,
        looked == 0 ? 0.0 : 100.0 * (double)run.needless / (double)looked);
    return good ? 0 : 1;
}
