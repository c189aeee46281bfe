/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and tests: their shape. What they mean is the policy's. */
#include "config_internal.h"
#include "exeat/model/dns.h"

/* struct setting_texts */
static bool read_list_of_texts(struct load *load, const struct yaml_node *node, void *field)
{
    return type_texts.read(load, node, field);
}

static const char *const scheme_words[] = {"http", "https", "tcp"};

static bool read_schemes(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_conditions *when = field;
    bool good = node->kind == YAML_LIST && node->count > 0;
    if (!good)
        diag_error(load->diags, node->mark, "schemes: [http], [https], [http, https] or [tcp]");
    for (size_t i = 0; good && i < node->count; i++) {
        size_t index = 0;
        good = schema_read_choice(load, node->items[i], scheme_words, COUNT_OF(scheme_words), &index);
        when->schemes |= good ? scheme_bit((enum scheme)(SCHEME_HTTP + (int)index)) : 0;
    }
    return good;
}

static const struct type type_scheme = ENUM_TYPE(scheme_words);
static const struct type type_schemes = LIST_TYPE("list of http, https, tcp", read_schemes, &type_scheme);
static bool read_method(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_setting_text(load, node, field))
        return false;
    if (method_is_token(node->text))
        return true;
    diag_error(load->diags, node->mark, "'%.*s' is not a method such as GET", TEXT_ARG(node->text));
    return false;
}

static bool read_methods(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_texts *methods = field;
    void *items = NULL;
    methods->present = true;
    bool good = schema_read_list(load, node, sizeof(struct setting_text), read_method, &items, &methods->count);
    methods->items = items;
    return good;
}

static const struct type type_method = SHAPED_TYPE("method", read_method, "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$");
static const struct type type_methods = LIST_TYPE("list of methods", read_methods, &type_method);
static const struct type type_glob = SHAPED_TYPE("path", read_setting_text, "^[/~]");
static const struct type type_paths = LIST_TYPE("list of globs or ~regex", read_list_of_texts, &type_glob);
static const struct type type_clients_named = LIST_TYPE("list of clients", read_list_of_texts, &type_text);

static bool read_dns_types(struct load *load, const struct yaml_node *node, void *field)
{
    uint32_t *types = field;
    bool good = node->kind == YAML_LIST && node->count > 0;
    if (!good)
        diag_error(load->diags, node->mark, "dns: a list of types such as [txt, mx]");
    for (size_t i = 0; good && i < node->count; i++) {
        size_t index = 0;
        good = schema_read_choice(load, node->items[i], dns_type_words, DNS_TYPE_WORDS, &index);
        *types |= good ? dns_type_bit_of_word(index) : 0;
    }
    return good;
}

static const struct type type_dns_type = ENUM_TYPE(dns_type_words);
static const struct type type_dns_types = LIST_TYPE("list of DNS types", read_dns_types, &type_dns_type);

#define CONDITION_KEY(base, member, yaml_name, type, initial, help)                                                    \
    {                                                                                                                  \
        yaml_name, type, (base) + offsetof(struct settings_conditions, member), false, initial, help, ON_RELOAD        \
    }
/* Without a condition on ports, schemes or addresses a rule has those of https and public addresses; an `unless` is
 * about any. */
#define CONDITION_KEYS(base, ports_without, schemes_without, addresses_without)                                        \
    CONDITION_KEY(base, from, "from", &type_clients_named, "(anybody)", "who asks"),                                   \
        CONDITION_KEY(                                                                                                 \
            base, hosts, "hosts", &type_patterns, "(see Rules)", "where to: names, `*.` patterns, `@groups`"),         \
        CONDITION_KEY(base, ports, "ports", &type_ports, ports_without, "443, or 8000-8010"),                          \
        CONDITION_KEY(base, methods, "methods", &type_methods, "(any)", "how; needs the connection to be opened"),     \
        CONDITION_KEY(base, paths, "paths", &type_paths, "(any)", "what; needs the connection to be opened"),          \
        {"schemes", &type_schemes, base, false, schemes_without, "http, https or both; or tcp alone", ON_RELOAD},      \
        CONDITION_KEY(                                                                                                 \
            base, addresses, "addresses", &type_ranges, addresses_without, "which addresses the host may have")

static const struct key unless_keys[] = {CONDITION_KEYS(0, "(any)", "(any)", "(any)")};
static const struct section section_unless = SECTION("unless", unless_keys);

static bool read_unless(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_rule *rule = field;
    rule->has_unless = true;
    return schema_read_map(load, node, &section_unless, &rule->unless);
}

static const char *const verdict_words[] = {"allow", "deny", "reroute"};
static const struct type type_verdict = {
    .shape = SHAPE_ENUM, .words = verdict_words, .word_count = COUNT_OF(verdict_words), .first = VERDICT_ALLOW};
static const struct type type_unless = {
    .called = "map of conditions", .shape = SHAPE_MAP, .read = read_unless, .section = &section_unless};
static const char *const llm_words[] = {"unseen"};
static const struct type type_unseen = FLAG_TYPE(llm_words);
static const char *const mode_words[] = {"enforce", "observe"};
static const struct type type_mode = FLAG_TYPE(mode_words);

/* It goes into records, log lines and messages, each of which is a line. */
static bool read_owner(struct load *load, const struct yaml_node *node, void *field)
{
    enum { OWNER_MAX = 256 };
    if (!read_text(load, node, field))
        return false;
    bool is_line = node->text.length > 0 && node->text.length <= OWNER_MAX;
    for (size_t i = 0; i < node->text.length; i++)
        is_line = is_line && (unsigned char)node->text.data[i] >= ' ' && node->text.data[i] != 0x7f;
    if (!is_line)
        diag_error(
            load->diags, node->mark, "owner is one line of at most %d bytes: a person, a team, a ticket", OWNER_MAX);
    return is_line;
}
static const struct type type_owner = TEXT_TYPE("text", read_owner);
static const char *const follow_words[] = {"false", "true"};
static const struct type type_follow = FLAG_TYPE(follow_words);

static const struct key rule_keys[] = {
    REQUIRED_KEY(settings_rule, id, "id", &type_setting_text, "its name in records"),
    REQUIRED_KEY(settings_rule, verdict, "verdict", &type_verdict, "what it says"),
    CONDITION_KEYS(offsetof(struct settings_rule, when), "(those of the schemes)", "([https])", "(public ones)"),
    WHOLE_KEY("unless", &type_unless, "(no exception)", "where the rule does not apply"),
    KEY(settings_rule, inspect, "inspect", &type_inspect, NULL, "what requests and answers may not hold"),
    KEY(settings_rule, use, "use", &type_setting_text, "(none)",
        "a credential: the gate puts the secret into its requests in the place of the placeholder"),
    KEY(settings_rule, inference, "inference", &type_texts, "(needed by reroute)", "who answers, in this order"),
    KEY(settings_rule, answerers.residency, "residency", &type_residency, "(anywhere)",
        "regions: an endpoint elsewhere, or nobody knows where, never answers"),
    KEY(settings_rule, answerers.first_ms, "first_token", &type_duration, "(timeouts.stream)",
        "how long the first piece of an answer may take before the next endpoint is asked"),
    KEY(settings_rule, answerers.between_ms, "between_tokens", &type_duration, "(timeouts.stream)",
        "how long a stream may pause between two pieces"),
    KEY(settings_rule, answerers.tells_who, "served_by", &type_served_by, "false",
        "true: answers say in `Exeat-Served-By` which endpoint served them, and as which step"),
    KEY(settings_rule, answerers.cache, "cache", &type_cache, NULL,
        "answers to chats at temperature 0, or with a seed, are kept for calls that say the same"),
    KEY(settings_rule, trust.roots, "roots", &type_placed_path, "(those of tls.upstream)",
        "who is trusted there: a PEM file of root certificates; needs the connection to be opened, as do the next "
        "four"),
    KEY(settings_rule, trust.pins, "pin", &type_pins, "(any key)",
        "the verified chain has a key with one of these SHA-256, the host's own or an issuer's"),
    KEY(settings_rule, trust.crls, "crl", &type_crls, "(not asked)",
        "revocation lists, PEM or DER, of every issuer of the chain; without a valid one nothing is let out"),
    KEY(settings_rule, trust.certificate, "certificate", &type_placed_path, "(none)",
        "the gate's own certificate there: PEM, its issuers after it"),
    KEY(settings_rule, trust.key, "key", &type_placed_path, "(none)", "its key, PEM, not encrypted"),
    KEY(settings_rule, follow_aia, "follow_aia", &type_follow, "false",
        "true: what the certificates of its hosts name (OCSP, CRLs, issuers) is let out too"),
    KEY(settings_rule, llm_unseen, "llm", &type_unseen, "(guarded)", "unseen: tunnel a shared LLM host knowingly"),
    KEY(settings_rule, upstream_proxy, "upstream_proxy", &type_setting_text, "(that for all)",
        "the proxy that what it allows goes through, or none"),
    KEY(settings_rule, limit, "limit", &type_limit, "(none)", "how much it lets through, or reroutes"),
    KEY(settings_rule, dns, "dns", &type_dns_types, "([a, aaaa, cname, https])",
        "further types that its names may be asked for by listen.dns"),
    KEY(settings_rule, keys_pass, "keys_elsewhere", &type_keys_elsewhere, "(that for all)",
        "record: its hosts may have any vendor's key, such as a relay, or a server of the shop's own"),
    KEY(settings_rule, observe, "mode", &type_mode, "enforce",
        "observe: a deny or reroute only records; of an allow its inspect does"),
    KEY(settings_rule, until, "until", &type_time, "(for good)",
        "when it lapses by itself, such as 2026-12-31T18:00:00Z"),
    KEY(settings_rule, owner, "owner", &type_owner, "(nobody)", "who answers for it; told when it lapses"),
};
static const struct section section_rule = SECTION("a rule", rule_keys);

static bool read_rule(struct load *load, const struct yaml_node *node, void *item)
{
    struct settings_rule *rule = item;
    rule->mark = node->mark;
    return schema_read_map(load, node, &section_rule, item) && trust_is_whole(load, &rule->trust, node->mark);
}

static bool read_rules(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = lists->rules;
    bool good = schema_append_list(load, node, sizeof(struct settings_rule), read_rule, &items, &lists->rule_count);
    lists->rules = items;
    return good;
}

static const struct type type_rule = MAP_TYPE(&section_rule);
const struct type type_rules = LIST_TYPE("list of rules", read_rules, &type_rule);

static const struct type type_request =
    SHAPED_TYPE("METHOD URL", read_setting_text, "^(CONNECT |[!#$%&'*+.^_`|~0-9A-Za-z-]+ +(https?://|[Dd][Nn][Ss]:))");
static const struct type type_expect = SHAPED_TYPE("verdict [rule]", read_setting_text, "^(allow|deny|reroute)( .+)?$");
static const struct key test_keys[] = {
    REQUIRED_KEY(settings_test, request, "request", &type_request, "what is asked; TYPE dns:NAME, for a name"),
    KEY(settings_test, from, "from", &type_setting_text, "(nobody in particular)", "which client asks"),
    KEY(settings_test, at, "at", &type_time, "(before any rule lapses)", "when it is asked"),
    REQUIRED_KEY(settings_test, expect, "expect", &type_expect, "what must come of it"),
};
static const struct section section_test = SECTION("a test", test_keys);

static bool read_test(struct load *load, const struct yaml_node *node, void *item)
{
    return schema_read_map(load, node, &section_test, item);
}

static bool read_tests(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = lists->tests;
    bool good = schema_append_list(load, node, sizeof(struct settings_test), read_test, &items, &lists->test_count);
    lists->tests = items;
    return good;
}

static const struct type type_test = MAP_TYPE(&section_test);
const struct type type_tests = LIST_TYPE("list of tests", read_tests, &type_test);
