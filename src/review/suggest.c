/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts of rules for what was seen, by whose the hosts are. */
#include <stdlib.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "exeat/review.h"
#include "fate.h"
#include "recorded.h"

enum { WILDCARD_FROM = 10 };
#define MARK "\x1f" /* between the parts of a key; no host, scheme or client has it */
#define UNKNOWN TEXT("private")

struct review_suggest {
    const struct policy *policy;
    int64_t at_us;
    struct tally_rows seen;      /* domain, scheme, port, client, private address, host */
    struct tally_rows llm;       /* hosts */
    struct tally_rows addresses; /* hosts */
    uint64_t allowed;
    uint64_t refused;        /* by a rule, or before a policy was asked */
    struct dialled *dialled; /* owned; by id */
    size_t dialled_count;
    bool is_sorted;
};

/* A request that went to an address which no rule without `addresses` reaches. */
struct dialled {
    struct request_id id;
    struct address address;
};

struct review_suggest *review_suggest_new(const struct policy *policy, int64_t at_us)
{
    struct review_suggest *suggest = base_zalloc(sizeof(*suggest));
    suggest->policy = policy;
    suggest->at_us = at_us;
    return suggest;
}

void review_suggest_note(struct review_suggest *suggest, const struct outcome_record *outcome)
{
    size_t count = suggest->dialled_count;
    bool is_private = outcome->address.length > 0 && address_class(&outcome->address) != ADDRESS_PUBLIC;
    if (!is_private && outcome->reason != REASON_ADDRESS)
        return;
    if ((count & (count - 1)) == 0)
        suggest->dialled = base_resize(suggest->dialled, count == 0 ? 1 : count * 2, sizeof(*suggest->dialled));
    suggest->dialled[suggest->dialled_count++] = (struct dialled){outcome->id, outcome->address};
    suggest->is_sorted = false;
}

static int compare_ids(const void *left, const void *right)
{
    return memcmp(&((const struct dialled *)left)->id, &((const struct dialled *)right)->id, REQUEST_ID_SIZE);
}

/* The private address that the request went to, UNKNOWN where it was refused for it; nothing: a public one. */
static void append_private(struct review_suggest *suggest, const struct request_id *id, struct buffer *out)
{
    const struct dialled wanted = {.id = *id};
    if (!suggest->is_sorted && suggest->dialled_count > 0)
        qsort(suggest->dialled, suggest->dialled_count, sizeof(*suggest->dialled), compare_ids);
    suggest->is_sorted = true;
    const struct dialled *found =
        suggest->dialled_count == 0
            ? NULL
            : bsearch(&wanted, suggest->dialled, suggest->dialled_count, sizeof(*suggest->dialled), compare_ids);
    if (found != NULL && found->address.length > 0)
        address_append(out, &found->address);
    else if (found != NULL)
        buffer_append(out, UNKNOWN);
}

static void add_seen(struct review_suggest *suggest, const struct request *request, const struct request_id *id)
{
    struct buffer key = {0};
    buffer_printf(
        &key, "%s" MARK "%s" MARK "%u" MARK "%.*s" MARK, name_registrable_domain(request->host.text),
        scheme_name(request->scheme), request->port, TEXT_ARG(request->client.name));
    append_private(suggest, id, &key);
    buffer_printf(&key, MARK "%s", request->host.text);
    tally_rows_add(&suggest->seen, buffer_text(&key));
    buffer_clear(&key);
}

void review_suggest_add(struct review_suggest *suggest, const struct decision_record *decision)
{
    struct arena arena = {0};
    struct request request;
    bool good = recorded_request(decision, suggest->at_us, &arena, &request);
    struct decision now = {.verdict = VERDICT_ERROR};
    if (good)
        policy_judge(suggest->policy, &request, &now);
    bool is_llm = good && llm_catalogue_find(policy_catalogue(suggest->policy), &request.host) != NULL;
    if (good && (is_llm || decision->llm.provider.length > 0))
        tally_rows_add(&suggest->llm, host_text(&request.host));
    else if (now.verdict == VERDICT_ALLOW || now.verdict == VERDICT_REROUTE)
        suggest->allowed++;
    else if ((now.reason != REASON_NO_RULE && now.reason != REASON_OBSERVED) || now.rule.length > 0)
        suggest->refused++;
    else if (request.host.kind == HOST_ADDRESS)
        tally_rows_add(&suggest->addresses, host_text(&request.host));
    else
        add_seen(suggest, &request, &decision->id);
    arena_clear(&arena);
}

/* --- writing ---------------------------------------------------------------------------------------------------------
 */

struct seen {
    struct text domain;
    struct text scheme;
    struct text port;
    struct text client;
    struct text address; /* private; empty: a public one, or none */
    struct text host;
    uint64_t count;
};

static struct seen seen_at(const struct review_suggest *suggest, size_t index)
{
    struct seen seen = {.count = suggest->seen.rows[index].count};
    struct text rest = text_from(suggest->seen.rows[index].key);
    bool good = text_split(&rest, MARK[0], &seen.domain) && text_split(&rest, MARK[0], &seen.scheme) &&
                text_split(&rest, MARK[0], &seen.port) && text_split(&rest, MARK[0], &seen.client) &&
                text_split(&rest, MARK[0], &seen.address) && text_split(&rest, MARK[0], &seen.host);
    return good ? seen : (struct seen){0};
}

static bool is_one_rule(const struct seen *left, const struct seen *right)
{
    return text_equal(left->domain, right->domain) && text_equal(left->scheme, right->scheme) &&
           text_equal(left->port, right->port) && text_equal(left->client, right->client) &&
           text_equal(left->address, right->address);
}

/* A domain that many share, be it as customers of a cloud, is not one owner's: its LLM hosts tell. */
static bool has_llm_below(const struct review_suggest *suggest, struct text domain)
{
    const struct llm_catalogue *catalogue = policy_catalogue(suggest->policy);
    for (size_t i = 0; i < llm_catalogue_count(catalogue); i++)
        if (text_ends_with(host_text(&llm_catalogue_at(catalogue, i)->pattern.host), domain))
            return true;
    return false;
}

static void append_id(struct buffer *out, const struct seen *seen)
{
    buffer_append(out, TEXT("seen-"));
    for (size_t i = 0; i < seen->domain.length; i++)
        buffer_append_byte(out, seen->domain.data[i] == '.' ? '-' : seen->domain.data[i]);
    if (text_equal(seen->scheme, TEXT("http")))
        buffer_append(out, TEXT("-http"));
    if (!text_equal(seen->port, TEXT("443")) && !text_equal(seen->port, TEXT("80")))
        buffer_printf(out, "-%.*s", TEXT_ARG(seen->port));
    if (seen->client.length > 0)
        buffer_printf(out, "-%.*s", TEXT_ARG(seen->client));
    if (seen->address.length > 0)
        buffer_printf(out, "-%.*s", TEXT_ARG(seen->address));
}

static void append_conditions(struct buffer *out, const struct seen *seen)
{
    bool is_http = text_equal(seen->scheme, TEXT("http"));
    if (is_http)
        buffer_append(out, TEXT("    schemes: [http]\n"));
    if (!text_equal(seen->port, is_http ? TEXT("80") : TEXT("443")))
        buffer_printf(out, "    ports: [%.*s]\n", TEXT_ARG(seen->port));
    if (seen->client.length > 0)
        buffer_printf(out, "    from: [%.*s]\n", TEXT_ARG(seen->client));
    if (text_equal(seen->address, UNKNOWN))
        buffer_append(out, TEXT("    # addresses: it led to a network that is not public; write that here\n"));
    else if (seen->address.length > 0)
        buffer_printf(
            out, "    addresses: [\"%.*s/%s\"] # where it led to; write its network\n", TEXT_ARG(seen->address),
            text_has(seen->address, ':') ? "128" : "32");
}

static void append_hosts(const struct review_suggest *suggest, size_t first, size_t after, struct buffer *out)
{
    struct seen seen = seen_at(suggest, first);
    bool is_wide = after - first > WILDCARD_FROM && !has_llm_below(suggest, seen.domain);
    if (is_wide)
        buffer_printf(
            out, "      - \"*.%.*s\" # stands for %zu hosts; write those out that are meant\n", TEXT_ARG(seen.domain),
            after - first);
    for (size_t i = first; i < after; i++) {
        seen = seen_at(suggest, i);
        bool is_apex = text_equal(seen.host, seen.domain);
        buffer_printf(
            out, "      %s- %.*s # %llu\n", is_wide && !is_apex ? "# " : "", TEXT_ARG(seen.host),
            (unsigned long long)seen.count);
    }
}

static void append_rule(const struct review_suggest *suggest, size_t first, size_t after, struct buffer *out)
{
    struct seen seen = seen_at(suggest, first);
    uint64_t total = 0;
    for (size_t i = first; i < after; i++)
        total += suggest->seen.rows[i].count;
    buffer_printf(out, "  # %llu request%s\n  - id: ", (unsigned long long)total, total == 1 ? "" : "s");
    append_id(out, &seen);
    buffer_append(out, TEXT("\n    verdict: allow\n"));
    append_conditions(out, &seen);
    buffer_append(out, TEXT("    hosts:\n"));
    append_hosts(suggest, first, after, out);
}

static void append_not_drafted(struct buffer *out, const char *what, const struct tally_rows *tally)
{
    enum { SHOWN = 20 };
    if (tally->count == 0)
        return;
    buffer_printf(out, "# Not drafted, %s:\n", what);
    for (size_t i = 0; i < tally->count && i < SHOWN; i++)
        buffer_printf(out, "#   %s %llu\n", tally->rows[i].key, (unsigned long long)tally->rows[i].count);
    if (tally->count > SHOWN)
        buffer_printf(out, "#   and %zu more\n", tally->count - SHOWN);
}

void review_suggest_write(const struct review_suggest *suggest, struct buffer *out)
{
    buffer_append(
        out,
        TEXT("# A draft from recorded requests, with their counts. Read each line before you include this file.\n"));
    buffer_printf(
        out, "# The policy in force allows or reroutes %llu more, and refuses %llu by its rules.\n",
        (unsigned long long)suggest->allowed, (unsigned long long)suggest->refused);
    append_not_drafted(out, "LLM hosts; reroute them, or allow one by its name", &suggest->llm);
    append_not_drafted(out, "addresses; they need a rule with `addresses` and no `hosts`", &suggest->addresses);
    buffer_append_string(out, suggest->seen.count == 0 ? "version: 1\nrules: []\n" : "version: 1\nrules:\n");
    for (size_t first = 0, after = 0; first < suggest->seen.count; first = after) {
        struct seen seen = seen_at(suggest, first);
        struct seen next = seen;
        while (is_one_rule(&seen, &next) && ++after < suggest->seen.count)
            next = seen_at(suggest, after);
        append_rule(suggest, first, after, out);
    }
}

void review_suggest_free(struct review_suggest *suggest)
{
    if (suggest == NULL)
        return;
    tally_rows_clear(&suggest->seen);
    tally_rows_clear(&suggest->llm);
    tally_rows_clear(&suggest->addresses);
    base_free(suggest->dialled);
    base_free(suggest);
}
