/* SPDX-License-Identifier: Apache-2.0 */
/* The naive evaluator. It shares no code with src/policy: only the settings, the catalogue and the canonical forms. */
#include "reference_policy.h"

#include "exeat/base/memory.h"
#include "exeat/base/pattern.h"

enum { EXACT = 1000, LITERAL = 1 << 20 };

struct world {
    const struct settings *settings;
    const struct llm_catalogue *catalogue;
    const struct request *request;
    const struct address *address; /* NULL: not looked up */
    struct llm_call call;
    enum scheme scheme;
    bool seen;       /* method and path can be looked at */
    bool any_inside; /* is there any inside with which it would hold? */
    bool any_address;
};

/* --- hosts: 0, or how specific the match is, plus LITERAL if it names the host as an LLM must be named ---------------
 */

static const struct settings_group *group_of(const struct world *world, struct text name)
{
    for (size_t i = 0; i < world->settings->lists.group_count; i++)
        if (text_equal(world->settings->lists.groups[i].name.text, name))
            return &world->settings->lists.groups[i];
    return NULL;
}

static int pattern_match_host(const struct host_pattern *pattern, const struct host *host, bool in_yaml)
{
    if (!host_pattern_matches(pattern, host))
        return 0;
    if (pattern->kind == HOST_PATTERN_EXACT)
        return in_yaml ? EXACT | LITERAL : EXACT;
    return pattern->kind == HOST_PATTERN_ANY ? 1 : pattern->host.length + 1;
}

static int catalogue_match(const struct world *world, bool web)
{
    const struct llm_entry *entry = llm_catalogue_find(world->catalogue, &world->request->host);
    if (entry == NULL || (entry->kind == LLM_KIND_WEB) != web || entry->kind == LLM_KIND_OTHER)
        return 0;
    int specific = entry->pattern.kind == HOST_PATTERN_EXACT ? EXACT : entry->pattern.host.length + 1;
    return web ? specific : specific | LITERAL;
}

static int better(int left, int right)
{
    int specific = (left & ~LITERAL) > (right & ~LITERAL) ? left & ~LITERAL : right & ~LITERAL;
    return specific | ((left | right) & LITERAL);
}

static int patterns_match(const struct world *world, const struct setting_patterns *patterns)
{
    const struct host *host = &world->request->host;
    int best = 0;
    for (size_t i = 0; i < patterns->count; i++) {
        struct text group = patterns->items[i].group;
        if (text_equal(group, TEXT("llm")) || text_equal(group, TEXT("llm-web")))
            best = better(best, catalogue_match(world, text_equal(group, TEXT("llm-web"))));
        else if (group.length > 0)
            best = better(best, patterns_match(world, &group_of(world, group)->patterns));
        else
            best = better(best, pattern_match_host(&patterns->items[i].pattern, host, true));
    }
    for (size_t i = 0; i < patterns->list_count; i++) {
        struct setting_pattern pattern = {0};
        struct setting_list_place place = setting_list_start(&patterns->lists[i]);
        while (setting_list_next(&place, &pattern))
            best = better(best, pattern_match_host(&pattern.pattern, host, false));
    }
    return best;
}

static bool is_openable(const struct world *world)
{
    const struct settings_tls *tls = &world->settings->tls;
    if (tls->certificate.length == 0 || patterns_match(world, &tls->never) != 0)
        return false;
    return tls->names.present ? patterns_match(world, &tls->names) != 0 : catalogue_match(world, false) != 0;
}

/* --- the other conditions --------------------------------------------------------------------------------------------
 */

static bool glob_match(struct text glob, struct text path)
{
    struct text want;
    struct text have;
    struct text glob_rest = glob;
    struct text path_rest = path;
    if (!text_split(&glob_rest, '/', &want))
        return path.data == NULL;
    if (text_equal(want, TEXT("**")))
        return glob_match(glob_rest, path) || (text_split(&path_rest, '/', &have) && glob_match(glob, path_rest));
    return text_split(&path_rest, '/', &have) && text_glob(want, have) && glob_match(glob_rest, path_rest);
}

static bool path_match(struct text written, struct text path)
{
    if (!text_starts_with(written, TEXT("~")))
        return glob_match(written, path);
    char *error = NULL;
    size_t offset;
    struct pattern *pattern = pattern_compile(text_after(written, 1), &error, &offset);
    bool found = pattern != NULL && pattern_match(pattern, path) == PATTERN_MATCH;
    pattern_free(pattern);
    base_free(error);
    return found;
}

static bool has_text(const struct setting_texts *texts, struct text text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (text.length > 0 && text_equal(texts->items[i].text, text))
            return true;
    return false;
}

static bool has_port(const struct settings_conditions *when, const struct world *world, bool is_unless)
{
    if (!when->ports.present)
        return is_unless || world->request->port == scheme_port(world->scheme);
    for (size_t i = 0; i < when->ports.count; i++)
        if (world->request->port >= when->ports.items[i].first && world->request->port <= when->ports.items[i].last)
            return true;
    return false;
}

/* Before a name is looked up, an allow may hold, and a deny that depends on the address does not count yet.
 * An allow without addresses means public ones. Metadata services open only to a rule that names that one address. A
 * name that is rerouted is not looked up. */
static bool
has_address(const struct settings_conditions *when, const struct world *world, enum verdict verdict, bool is_unless)
{
    bool allows = verdict == VERDICT_ALLOW && !is_unless;
    if (world->any_address && world->address == NULL)
        return !is_unless || !when->addresses.present;
    if (world->address == NULL)
        return when->addresses.present ? (verdict == VERDICT_DENY) == is_unless : true;
    if (!when->addresses.present)
        return !allows || (address_class(world->address) == ADDRESS_PUBLIC && !address_is_metadata(world->address));
    if (verdict == VERDICT_REROUTE && world->request->host.kind == HOST_NAME)
        return !is_unless;
    for (size_t i = 0; i < when->addresses.count; i++) {
        const struct address_range *range = &when->addresses.items[i].range;
        bool one = range->prefix == range->base.length * 8;
        if (address_range_has(range, world->address) && (one || !allows || !address_is_metadata(world->address)))
            return true;
    }
    return false;
}

/* What cannot be seen counts as matching in a deny or reroute, and as not matching in an allow; in an `unless` the
 * other way round. */
static bool
has_inside(const struct settings_conditions *when, const struct world *world, enum verdict verdict, bool is_unless)
{
    const struct request *request = world->request;
    if (!when->methods.present && !when->paths.present)
        return true;
    if (world->any_inside && world->seen)
        return !is_unless;
    if (!world->seen)
        return (verdict == VERDICT_ALLOW) == is_unless;
    if (when->methods.present && !has_text(&when->methods, request->method))
        return false;
    for (size_t i = 0; i < when->paths.count; i++)
        if (path_match(when->paths.items[i].text, request->path))
            return true;
    return !when->paths.present;
}

/* Client, scheme and port. */
static bool holds_outside(const struct settings_conditions *when, const struct world *world, bool is_unless)
{
    uint8_t schemes = when->schemes;
    if (schemes == 0)
        schemes = is_unless ? 0xff : scheme_bit(SCHEME_HTTPS);
    return (!when->from.present || has_text(&when->from, world->request->client.name)) &&
           (schemes & scheme_bit(world->scheme)) != 0 && has_port(when, world, is_unless);
}

/* A rule without hosts is about targets that are addresses; a deny, also about where names lead. */
static int hosts_of_rule(const struct world *world, const struct settings_rule *rule)
{
    if (rule->when.hosts.present)
        return patterns_match(world, &rule->when.hosts);
    return world->request->host.kind == HOST_ADDRESS || rule->verdict == VERDICT_DENY ? LITERAL : 0;
}

/* It says whom to trust upstream: here always by a pin. */
static bool has_trust(const struct settings_rule *rule)
{
    return rule->trust.pins.count > 0;
}

/* Where nobody said when it is, time counts against letting out. */
static bool is_over(const struct world *world, const struct settings_rule *rule)
{
    if (!rule->until.present)
        return false;
    if (world->request->asked_us == ASKED_UNKNOWN)
        return rule->verdict == VERDICT_ALLOW;
    return world->request->asked_us >= rule->until.us;
}

/* 0, or how specific. */
static int rule_match(const struct world *world, const struct settings_rule *rule)
{
    int hosts = hosts_of_rule(world, rule);
    if (has_trust(rule) && !world->seen)
        return 0; /* the gate could not make the connection itself */
    if (hosts == 0 || is_over(world, rule) || !holds_outside(&rule->when, world, false) ||
        !has_address(&rule->when, world, rule->verdict, false) || !has_inside(&rule->when, world, rule->verdict, false))
        return 0;
    bool excepted = rule->has_unless && holds_outside(&rule->unless, world, true) &&
                    has_address(&rule->unless, world, rule->verdict, true) &&
                    (!rule->unless.hosts.present || patterns_match(world, &rule->unless.hosts) != 0) &&
                    has_inside(&rule->unless, world, rule->verdict, true);
    return excepted ? 0 : hosts;
}

/* --- all rules -------------------------------------------------------------------------------------------------------
 */

/* As a host of the catalogue must be named by an allow. */
static bool names_llm(const struct world *world, const struct settings_rule *rule, int match)
{
    return (match & LITERAL) != 0 && (!world->call.shared || rule->when.paths.present || rule->llm_unseen);
}

static bool counts(const struct world *world, const struct settings_rule *rule, int match)
{
    return rule->verdict != VERDICT_ALLOW || world->call.operation == LLM_NONE || names_llm(world, rule, match);
}

static bool has_hosts(const struct world *world, const struct settings_conditions *when)
{
    return !when->hosts.present || patterns_match(world, &when->hosts) != 0;
}

static bool has_method(const struct world *world, const struct settings_conditions *when)
{
    return !when->methods.present || has_text(&when->methods, world->request->method);
}

/* All but what is inside holds. A name has no address yet. */
static bool
is_in_play(const struct world *world, const struct settings_conditions *when, enum verdict verdict, bool is_unless)
{
    bool is_unknown = world->address == NULL && world->request->host.kind == HOST_NAME && verdict != VERDICT_REROUTE;
    return has_hosts(world, when) && holds_outside(when, world, is_unless) && has_method(world, when) &&
           (is_unknown || has_address(when, world, verdict, is_unless));
}

static bool some_path_matches(const struct settings_conditions *when, struct text path)
{
    for (size_t i = 0; i < when->paths.count; i++)
        if (path_match(when->paths.items[i].text, path))
            return true;
    return false;
}

/* Does it matter how the path is read? Where its other reading is not known, it does. */
static bool reading_matters(const struct world *world, const struct settings_conditions *when)
{
    const struct request *request = world->request;
    if (!when->paths.present || request->path_otherwise.length == 0)
        return when->paths.present;
    return some_path_matches(when, request->path) != some_path_matches(when, request->path_otherwise);
}

/* Does `when` hold for the path, in one of its readings at least? */
static bool may_match_path(const struct world *world, const struct settings_conditions *when)
{
    return !when->paths.present || reading_matters(world, when) || some_path_matches(when, world->request->path);
}

/* Does the path decide whether the rule holds? Of a host with LLM and other uses, it also tells what is a call. */
static bool depends_on_path(const struct world *world, const struct settings_rule *rule)
{
    bool is_about_it = rule->when.hosts.present || world->request->host.kind == HOST_ADDRESS;
    bool may_except = rule->has_unless && is_in_play(world, &rule->unless, rule->verdict, true);
    bool needs_address = rule->unless.addresses.present && world->address == NULL;
    bool excepts_all = !reading_matters(world, &rule->unless) &&
                       (!rule->unless.paths.present || some_path_matches(&rule->unless, world->request->path));
    if (!is_about_it || is_over(world, rule) || !is_in_play(world, &rule->when, rule->verdict, false) ||
        (may_except && excepts_all && !needs_address))
        return false;
    int match = rule_match(world, rule);
    bool by_use = world->call.shared && rule->verdict == VERDICT_ALLOW && match != 0 && !names_llm(world, rule, match);
    return by_use || reading_matters(world, &rule->when) ||
           (may_except && may_match_path(world, &rule->when) && reading_matters(world, &rule->unless));
}

/* A path that servers may read in two ways makes no allow hold. */
static bool is_doubtful(const struct world *world, const struct settings_rule *rule)
{
    return rule->verdict == VERDICT_ALLOW && world->seen && world->scheme != SCHEME_TCP &&
           !world->request->path_was_canonical && depends_on_path(world, rule);
}

static const struct settings_rule *best_rule(const struct world *world, enum verdict verdict)
{
    const struct settings_lists *lists = &world->settings->lists;
    const struct settings_rule *best = NULL;
    int best_match = 0;
    for (size_t i = 0; i < lists->rule_count; i++) {
        const struct settings_rule *rule = &lists->rules[i];
        bool only_observes = rule->observe && verdict != VERDICT_ALLOW;
        int match = rule->verdict == verdict && !only_observes ? rule_match(world, rule) : 0;
        if (match == 0 || !counts(world, rule, match) || is_doubtful(world, rule))
            continue;
        match &= ~LITERAL;
        bool comes_first =
            best != NULL &&
            (has_trust(rule) == has_trust(best) ? text_compare(rule->id.text, best->id.text) < 0 : has_trust(rule));
        if (best == NULL || match > best_match || (match == best_match && comes_first)) {
            best = rule;
            best_match = match;
        }
    }
    return best;
}

/* Where the path decides on a deny or reroute, one that is not canonical is refused. */
static bool looks_at_path(const struct world *world)
{
    const struct settings_lists *lists = &world->settings->lists;
    for (size_t i = 0; i < lists->rule_count; i++) {
        const struct settings_rule *rule = &lists->rules[i];
        if (rule->verdict != VERDICT_ALLOW && !rule->observe && depends_on_path(world, rule))
            return true;
    }
    return false;
}

static bool can_answer(const struct world *world, const struct settings_rule *rule)
{
    const struct settings_lists *lists = &world->settings->lists;
    enum llm_operation operation = world->call.operation;
    size_t first = 0;
    while (!text_equal(lists->inference[first].name.text, rule->inference.items[0].text))
        first++;
    if (!world->seen || operation == LLM_NONE || operation == LLM_OTHER)
        return false;
    return (operation != LLM_EMBEDDINGS && operation != LLM_COUNT_TOKENS) || !lists->inference[first].is_canned;
}

static bool is_visible(const struct settings_conditions *when)
{
    return when->methods.present || when->paths.present;
}

/* A deny that has to look inside, wherever the name leads. */
static bool may_look_to_deny(struct world world)
{
    const struct settings_lists *lists = &world.settings->lists;
    world.any_address = true;
    for (size_t i = 0; i < lists->rule_count; i++) {
        const struct settings_rule *rule = &lists->rules[i];
        bool looks =
            is_visible(&rule->when) || (rule->has_unless && is_visible(&rule->unless) &&
                                        holds_outside(&rule->unless, &world, true) && has_hosts(&world, &rule->unless));
        if (world.seen && looks && rule->when.hosts.present && rule->verdict == VERDICT_DENY && !rule->observe &&
            rule_match(&world, rule) != 0)
            return true;
    }
    return false;
}

/* A rule for tcp lets any bytes out, so it is not asked where a deny or reroute may want to look at them, nor for an
 * LLM host. */
static bool is_let_out_as_tcp(struct world world, const struct settings_rule **allow)
{
    struct request outside = *world.request;
    outside.inside_known = false;
    llm_classify(world.catalogue, &outside, &world.call);
    world.any_inside = true;
    if (world.request->scheme != SCHEME_HTTPS || world.call.operation != LLM_NONE ||
        best_rule(&world, VERDICT_DENY) != NULL || best_rule(&world, VERDICT_REROUTE) != NULL ||
        may_look_to_deny(world))
        return false;
    world.scheme = SCHEME_TCP;
    *allow = best_rule(&world, VERDICT_ALLOW);
    return *allow != NULL && best_rule(&world, VERDICT_DENY) == NULL;
}

/* The verdict on the name. */
static void judge_name(const struct world *world, struct reference *result)
{
    const struct settings_rule *deny = best_rule(world, VERDICT_DENY);
    const struct settings_rule *reroute = best_rule(world, VERDICT_REROUTE);
    const struct settings_rule *allow = best_rule(world, VERDICT_ALLOW);
    const struct settings_rule *winner = deny != NULL ? deny : reroute != NULL ? reroute : allow;
    result->rule = winner == NULL ? TEXT("") : winner->id.text;
    result->outcome = deny == NULL && reroute == NULL && allow != NULL ? OUTCOME_LET_OUT : OUTCOME_REFUSED;
    if (deny == NULL && reroute != NULL && can_answer(world, reroute))
        result->outcome = OUTCOME_ANSWERED_HERE;
}

/* The verdict on one of its addresses. */
static bool lets_reach(struct world world, const struct address *address, bool is_tcp)
{
    bool observe = world.settings->observe;
    world.address = address;
    if (best_rule(&world, VERDICT_DENY) != NULL && !observe)
        return false;
    world.scheme = is_tcp ? SCHEME_TCP : world.scheme;
    if (is_tcp && best_rule(&world, VERDICT_DENY) != NULL && !observe)
        return false;
    if (best_rule(&world, VERDICT_ALLOW) != NULL)
        return true;
    return observe && address_class(address) == ADDRESS_PUBLIC && !address_is_metadata(address);
}

void reference_judge(
    const struct settings *settings, const struct llm_catalogue *catalogue, const struct request *request,
    const struct address *address, struct reference *result)
{
    struct world world = {settings, catalogue, request, NULL, {0}, request->scheme, true, false, false};
    const struct settings_rule *tcp = NULL;
    struct request told = *request;
    world.address = request->host.kind == HOST_ADDRESS ? &request->host.address : NULL;
    world.seen = request->scheme == SCHEME_HTTP || is_openable(&world);
    told.inside_known = world.seen;
    llm_classify(catalogue, &told, &world.call);
    *result = (struct reference){.is_tcp = is_let_out_as_tcp(world, &tcp)};
    if (result->is_tcp) {
        result->outcome = OUTCOME_LET_OUT;
        result->rule = tcp->id.text;
    } else {
        judge_name(&world, result);
    }
    bool sees_path = world.seen && !result->is_tcp;
    if (sees_path && !request->path_was_canonical && looks_at_path(&world))
        result->outcome = OUTCOME_REFUSED;
    if (settings->observe)
        result->outcome = OUTCOME_LET_OUT;
    if (result->outcome == OUTCOME_LET_OUT && !lets_reach(world, address, result->is_tcp))
        result->outcome = OUTCOME_REFUSED;
}
