/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the judge as the gate would, with a trace, and draws the conclusions that people ask for. */
#include "why.h"
#include "exeat/base/clock.h"
#include "exeat/policy/lapse.h"

static bool depends_on_inside(const struct trace_rule *entry)
{
    return entry->when.known == KNOWN_INSIDE || (entry->has_unless && entry->unless.known == KNOWN_INSIDE);
}

static bool any_depends_on_inside(const struct policy_trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        if (depends_on_inside(&trace->rules[i]))
            return true;
    return false;
}

static bool any_looks_inside(const struct policy *policy, const struct policy_trace *trace)
{
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_rule *entry = &trace->rules[i];
        bool by_inside = entry->when.decisive == CONDITION_METHODS || entry->when.decisive == CONDITION_PATHS ||
                         entry->when.decisive == CONDITION_TRUST;
        if (policy_rule_needs_inside(policy, entry->rule) && (entry->when.known != KNOWN_NO || by_inside))
            return true;
    }
    return false;
}

static enum why_tls tls_of(const struct why *why)
{
    const struct why_step *connect = &why->steps[0];
    const struct decision *decision = &connect->decision;
    if (!connect->is_connect)
        return WHY_TLS_PLAIN;
    if (decision->scheme == SCHEME_TCP)
        return WHY_TLS_TCP;
    if (decision->plan != PLAN_OPEN)
        return any_looks_inside(why->policy, &connect->trace) ? WHY_TLS_MAY_NOT : WHY_TLS_UNSEEN;
    if (any_depends_on_inside(&connect->trace))
        return WHY_TLS_MUST_LOOK;
    if (decision->verdict == VERDICT_ALLOW)
        return WHY_TLS_TRUST;
    return decision->verdict == VERDICT_REROUTE ? WHY_TLS_ANSWER : WHY_TLS_SAY_NO;
}

static void ask(struct why *why, const struct request *request)
{
    struct why_step *step = &why->steps[why->count++];
    step->is_connect = !request->inside_known;
    policy_judge_traced(why->policy, request, &step->decision, &step->trace);
    why->last = step;
}

void why_ask(const struct policy *policy, const struct request *request, struct why *why)
{
    *why = (struct why){.policy = policy, .request = request};
    struct request outside = *request;
    outside.inside_known = false;
    if (request->scheme == SCHEME_HTTPS)
        ask(why, &outside);
    bool goes_on = why->count == 0 || why->last->decision.plan == PLAN_OPEN;
    if (goes_on && request->inside_known)
        ask(why, request);
    why->tls = tls_of(why);
}

void why_clear(struct why *why)
{
    for (size_t i = 0; i < why->count; i++)
        policy_trace_clear(&why->steps[i].trace);
}

static bool is_other_scheme(const struct trace_rule *entry)
{
    return entry->when.known == KNOWN_NO && entry->when.decisive == CONDITION_SCHEMES;
}

bool why_is_told(const struct policy_trace *trace, size_t index)
{
    const struct trace_rule *entry = &trace->rules[index];
    for (size_t i = 0; is_other_scheme(entry) && i < trace->count; i++)
        if (i != index && trace->rules[i].rule == entry->rule && (i < index || !is_other_scheme(&trace->rules[i])))
            return false;
    return true;
}

/* --- words
 * ------------------------------------------------------------------------------------------------------------ */

static const struct tls_row {
    const char *text;
    bool is_opened;
} tls_rows[] = {
    [WHY_TLS_PLAIN] = {"none: plain HTTP", false},
    [WHY_TLS_TCP] = {"none is waited for: a rule for tcp lets any bytes out", false},
    [WHY_TLS_UNSEEN] = {"not opened: the decision holds whatever is inside", false},
    [WHY_TLS_MUST_LOOK] = {"opened: rules depend on what is inside", true},
    [WHY_TLS_ANSWER] = {"opened: the gate answers in the host's name", true},
    [WHY_TLS_TRUST] = {"opened: a rule says whom to trust upstream, so the gate makes that connection itself", true},
    [WHY_TLS_SAY_NO] = {"opened only to say no in words that the caller reads; nothing is dialled", true},
    [WHY_TLS_MAY_NOT] =
        {"may not be opened (tls.never, or a name that tls.authority does not speak for), so what is inside "
         "counts as matching in a deny or reroute, and as not matching in an allow",
         false},
};
_Static_assert(COUNT_OF(tls_rows) == WHY_TLS_COUNT, "every reason has a row");

const char *why_tls_text(enum why_tls tls)
{
    return tls_rows[tls].text;
}

bool why_tls_is_opened(enum why_tls tls)
{
    return tls_rows[tls].is_opened;
}

const char *why_known_name(enum known known)
{
    static const char *const names[] = {
        [KNOWN_NO] = "no", [KNOWN_INSIDE] = "inside", [KNOWN_ADDRESS] = "address", [KNOWN_YES] = "yes"};
    return names[known];
}

const char *condition_name(enum policy_condition condition)
{
    static const char *const names[] = {
        [CONDITION_NONE] = "",
        [CONDITION_UNTIL] = "until",
        [CONDITION_FROM] = "from",
        [CONDITION_HOSTS] = "hosts",
        [CONDITION_PORTS] = "ports",
        [CONDITION_SCHEMES] = "schemes",
        [CONDITION_ADDRESSES] = "addresses",
        [CONDITION_METHODS] = "methods",
        [CONDITION_PATHS] = "paths",
        [CONDITION_TRUST] = "trust upstream",
    };
    _Static_assert(COUNT_OF(names) == CONDITION_COUNT, "every condition has a name");
    return names[condition];
}

struct text why_file_name(const struct policy *policy, const struct mark *mark)
{
    const struct settings_lists *lists = &policy_settings(policy)->lists;
    bool known = mark->file >= 0 && (size_t)mark->file < lists->file_count;
    return lists->files[known ? mark->file : 0].path;
}

/* --- a condition as it was written
 * ------------------------------------------------------------------------------------ */

static const struct settings_conditions *conditions_of(const struct settings_rule *rule, enum host_role role)
{
    return role == ROLE_WHEN ? &rule->when : &rule->unless;
}

struct mark condition_mark(const struct settings_rule *rule, enum host_role role, enum policy_condition condition)
{
    const struct settings_conditions *when = conditions_of(rule, role);
    switch (condition) {
    case CONDITION_FROM:
        return when->from.count > 0 ? when->from.items[0].mark : rule->id.mark;
    case CONDITION_HOSTS:
        return when->hosts.count > 0 ? when->hosts.items[0].mark : rule->id.mark;
    case CONDITION_ADDRESSES:
        return when->addresses.count > 0 ? when->addresses.items[0].mark : rule->id.mark;
    case CONDITION_METHODS:
        return when->methods.count > 0 ? when->methods.items[0].mark : rule->id.mark;
    case CONDITION_PATHS:
        return when->paths.count > 0 ? when->paths.items[0].mark : rule->id.mark;
    case CONDITION_UNTIL:
        return rule->until.mark;
    case CONDITION_NONE:
    case CONDITION_PORTS:
    case CONDITION_SCHEMES:
    case CONDITION_TRUST:
    case CONDITION_COUNT:
        break;
    }
    return rule->id.mark;
}

enum { ITEMS_SHOWN = 8 };

static bool append_separator(struct buffer *out, size_t index, size_t count)
{
    if (index == ITEMS_SHOWN)
        buffer_printf(out, " and %zu more", count - index);
    else if (index > 0)
        buffer_append(out, TEXT(", "));
    return index < ITEMS_SHOWN;
}

static void append_texts(struct buffer *out, const struct setting_texts *texts)
{
    for (size_t i = 0; i < texts->count && append_separator(out, i, texts->count); i++)
        buffer_append(out, texts->items[i].text);
}

static void append_ports(struct buffer *out, const struct setting_ports *ports)
{
    for (size_t i = 0; i < ports->count && append_separator(out, i, ports->count); i++) {
        buffer_append_number(out, ports->items[i].first);
        if (ports->items[i].last != ports->items[i].first)
            buffer_printf(out, "-%u", ports->items[i].last);
    }
    if (!ports->present)
        buffer_append(out, TEXT("those of the schemes"));
}

static void append_schemes(struct buffer *out, uint8_t schemes)
{
    size_t shown = 0;
    for (enum scheme scheme = SCHEME_HTTP; scheme < SCHEME_COUNT; scheme++)
        if ((schemes & scheme_bit(scheme)) != 0 && append_separator(out, shown++, SCHEME_COUNT))
            buffer_append_string(out, scheme_name(scheme));
    if (schemes == 0)
        buffer_append_string(out, scheme_name(SCHEME_HTTPS));
}

static void append_hosts(struct buffer *out, const struct setting_patterns *hosts)
{
    for (size_t i = 0; i < hosts->count && append_separator(out, i, hosts->count); i++) {
        const struct setting_pattern *item = &hosts->items[i];
        if (item->group.length > 0)
            buffer_printf(out, "@%.*s", TEXT_ARG(item->group));
        else if (item->pattern.kind == HOST_PATTERN_ANY)
            buffer_append(out, TEXT("*"));
        else
            buffer_printf(out, "%s%s", item->pattern.kind == HOST_PATTERN_SUFFIX ? "*." : "", item->pattern.host.text);
    }
}

void why_range_append(struct buffer *out, const struct address_range *range)
{
    address_append(out, &range->base);
    if (range->prefix != range->base.length * 8)
        buffer_printf(out, "/%u", range->prefix);
}

static void append_ranges(struct buffer *out, const struct setting_ranges *ranges)
{
    for (size_t i = 0; i < ranges->count && append_separator(out, i, ranges->count); i++)
        why_range_append(out, &ranges->items[i].range);
    if (!ranges->present)
        buffer_append(out, TEXT("public ones"));
}

static void append_trust(struct buffer *out, const struct settings_trust *trust)
{
    const struct {
        const char *name;
        bool is_set;
    } keys[] = {
        {"roots", trust->roots.text.length > 0},
        {"pin", trust->pins.count > 0},
        {"crl", trust->crls.count > 0},
        {"certificate", trust->certificate.text.length > 0},
    };
    const char *comma = "";
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (keys[i].is_set)
            buffer_printf(out, "%s%s", comma, keys[i].name);
        comma = keys[i].is_set ? ", " : comma;
    }
}

static void append_until(struct buffer *out, const struct settings_rule *rule)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(rule->until.us, time);
    buffer_printf(out, "%.19sZ", time);
}

void condition_append(
    struct buffer *out, const struct settings_rule *rule, enum host_role role, enum policy_condition condition)
{
    const struct settings_conditions *when = conditions_of(rule, role);
    buffer_append_byte(out, '[');
    switch (condition) {
    case CONDITION_UNTIL:
        append_until(out, rule);
        break;
    case CONDITION_FROM:
        append_texts(out, &when->from);
        break;
    case CONDITION_HOSTS:
        append_hosts(out, &when->hosts);
        break;
    case CONDITION_PORTS:
        append_ports(out, &when->ports);
        break;
    case CONDITION_SCHEMES:
        append_schemes(out, when->schemes);
        break;
    case CONDITION_ADDRESSES:
        append_ranges(out, &when->addresses);
        break;
    case CONDITION_METHODS:
        append_texts(out, &when->methods);
        break;
    case CONDITION_PATHS:
        append_texts(out, &when->paths);
        break;
    case CONDITION_TRUST:
        append_trust(out, &rule->trust);
        break;
    case CONDITION_NONE:
    case CONDITION_COUNT:
        break;
    }
    buffer_append_byte(out, ']');
}

void why_pattern_append(struct buffer *out, const struct host *host, uint16_t specific)
{
    struct text name = host_text(host);
    if (specific == SPECIFIC_EXACT)
        buffer_append(out, name);
    else if (specific > SPECIFIC_ANY)
        buffer_printf(out, "*.%.*s", TEXT_ARG(text_after(name, name.length - (size_t)(specific - SPECIFIC_ANY))));
    else
        buffer_append_string(out, specific == SPECIFIC_ANY ? "*" : "its address");
}

/* --- addresses
 * -------------------------------------------------------------------------------------------------------- */

void why_addresses(const struct why *why, why_addresses_taker take, void *context)
{
    const struct settings_lists *lists = &policy_settings(why->policy)->lists;
    const struct policy_trace *trace = &why->last->trace;
    enum plan plan = why->last->decision.plan;
    if (plan != PLAN_TUNNEL && plan != PLAN_FORWARD)
        return;
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_rule *entry = &trace->rules[i];
        const struct settings_rule *rule = &lists->rules[entry->rule];
        bool holds = entry->when.known != KNOWN_NO && !(entry->has_unless && entry->unless.known == KNOWN_YES);
        bool counts = !entry->guarded && entry->scheme == why->last->decision.scheme;
        bool drops = rule->verdict == VERDICT_DENY;
        if (holds && (drops || (rule->verdict == VERDICT_ALLOW && counts)))
            take(context, rule, drops);
    }
    for (size_t i = 0; why->request->host.kind == HOST_NAME && i < lists->rule_count; i++)
        if (lists->rules[i].verdict == VERDICT_DENY && !lists->rules[i].when.hosts.present &&
            policy_rule_is_in_force(&lists->rules[i], why->request->asked_us))
            take(context, &lists->rules[i], true);
}
