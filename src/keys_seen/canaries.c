/* SPDX-License-Identifier: Apache-2.0 */
/* Canaries in a request: its name, path, query and head before anything else is done with it, a body that is held
 * before it is decided on, and one that is not while it passes: what one ends in goes no further. */
#include "exeat/keys_seen.h"

#include "exeat/body.h"

static bool note(const struct canary_way *way, const char *label, struct text before, struct text name)
{
    if (label != NULL)
        keys_seen_add_canary(way->keys, label, before, name);
    return label != NULL;
}

static bool is_in_head(const struct canary_way *way, struct text host, const struct message_head *head)
{
    const struct policy *policy = way->policy;
    bool is_in = note(way, policy_canary_in(policy, host), TEXT("host"), TEXT(""));
    if (is_in)
        canary_show_name(policy_canaries(policy), host, keys_seen_host(way->keys));
    is_in = note(way, policy_canary_in(policy, head->method), TEXT("method"), TEXT("")) || is_in;
    is_in = note(way, policy_canary_in(policy, head->target.path), TEXT("path"), TEXT("")) || is_in;
    is_in = note(way, policy_canary_in(policy, head->target.query), TEXT("query"), TEXT("")) || is_in;
    for (size_t i = 0; i < head->field_count; i++) {
        const struct field *field = &head->fields[i];
        is_in = note(way, policy_canary_in(policy, field->name), TEXT("head"), TEXT("")) || is_in;
        is_in = note(way, policy_canary_in(policy, field->value), TEXT("head."), field->name) || is_in;
    }
    return is_in;
}

static void say(const struct canary_way *way)
{
    struct detail detail = {0};
    (void)detail_say(&detail, "the canary '%s' is in it: data of the shop leaves", keys_seen_canary(*way->keys));
    account_say(way->account, FLAW_NONE, detail.text);
}

bool canary_refuses_head(const struct canary_way *way, struct text host, const struct message_head *head)
{
    if (policy_canaries(way->policy) == NULL || !is_in_head(way, host, head))
        return false;
    if (!policy_refuses_canary(way->policy, way->decision))
        return false;
    say(way);
    return true;
}

bool canary_ends_in(const struct canary_way *way, struct text piece)
{
    const struct canary_set *set = policy_canaries(way->policy);
    if (set == NULL || piece.length == 0)
        return false;
    const char *label = canary_watch_feed(keys_seen_watch(way->keys, set), piece);
    if (!note(way, label, TEXT("body"), TEXT("")) || policy_settings(way->policy)->observe)
        return false;
    say(way);
    return true;
}

/* What a coding hides, undone; what cannot be is looked at as it is alone. */
static bool is_in_coded(const struct canary_way *way, const struct message_head *head, struct text held)
{
    const struct body_label label = body_label_of_head(head);
    if (label.fault != BODY_FINE || label.coding_count == 0)
        return false;
    struct body *body = body_new();
    bool is_read = body_read(body, &label, bytes_of_text(held), &body_limits_usual, NULL) == BODY_FINE;
    bool is_in = is_read && canary_ends_in(way, body_text(body));
    body_free(body);
    return is_in;
}

enum reason canary_in_held(const struct canary_way *way, const struct message_head *head, struct text held)
{
    bool is_refused = canary_ends_in(way, held);
    if (policy_canaries(way->policy) != NULL && message_head_is_encoded(head))
        is_refused = is_in_coded(way, head, held) || is_refused;
    if (keys_seen_canary(*way->keys) != NULL)
        is_refused = policy_refuses_canary(way->policy, way->decision) && is_refused;
    return is_refused ? REASON_CANARY_SEEN : REASON_NONE;
}

/* A key is worth nothing to a host that is not its vendor's, but to a thief: no rule that lets requests out means it,
 * and no bypass. A file that observes has the decision say what would be. */
static bool refuses_key(const struct policy *policy, struct decision *decision)
{
    const struct settings *settings = policy_settings(policy);
    bool goes = decision->plan == PLAN_FORWARD || decision->plan == PLAN_REROUTE;
    if (!goes || settings->keys_pass || decision->keys_pass)
        return false;
    decision->verdict = VERDICT_DENY;
    decision->reason = REASON_KEY_ELSEWHERE;
    decision->observed = settings->observe;
    if (!settings->observe)
        decision->plan = PLAN_REFUSE;
    return !settings->observe;
}

bool keys_seen_refuse(const struct canary_way *way)
{
    struct detail detail = {0};
    if (!keys_seen_go_astray(*way->keys, &detail) || !refuses_key(way->policy, way->decision))
        return false;
    account_say(way->account, FLAW_NONE, detail.text);
    return true;
}
