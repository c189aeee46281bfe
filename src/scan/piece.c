/* SPDX-License-Identifier: Apache-2.0 */
/* What the searches share: the table of rules, what a file's name says, and a finding put down. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "scan_internal.h"

static const struct scan_rule_row rules[SCAN_RULE_COUNT] = {
    [SCAN_VENDOR_KEY] =
        {"vendor-key", "a vendor's key stands in a file",
         "take it back at the vendor, and keep the new one out of the tree", SCAN_ERROR},
    [SCAN_PRIVATE_KEY] =
        {"private-key", "a private key stands in a file", "make a new one, and keep it out of the tree", SCAN_ERROR},
    [SCAN_LLM_HOST] =
        {"llm-host", "a host of a vendor of models is named", "a rule for this host decides what becomes of its calls",
         SCAN_WARNING},
    [SCAN_LLM_BASE_URL] =
        {"llm-base-url", "a setting says where models are called",
         "a rule for this host decides what becomes of its calls", SCAN_WARNING},
    [SCAN_LLM_SDK] =
        {"llm-sdk", "an SDK of models is used", "a rule for its vendor's host decides what becomes of its calls",
         SCAN_WARNING},
    [SCAN_TLS_OFF] =
        {"tls-off", "certificates are not verified", "verify, and trust the gate's authority (exeat ca bundle)",
         SCAN_ERROR},
    [SCAN_PROXY_OVERRIDDEN] =
        {"proxy-overridden", "the proxy of the environment is not used", "leave the proxy to the environment",
         SCAN_WARNING},
};

const struct scan_rule_row *scan_rule_row(enum scan_rule rule)
{
    ASSERT(rule < SCAN_RULE_COUNT);
    return &rules[rule];
}

static const char *const severities[SCAN_SEVERITY_COUNT] = {"note", "warning", "error"};

const char *scan_severity_name(enum scan_severity severity)
{
    ASSERT(severity < SCAN_SEVERITY_COUNT);
    return severities[severity];
}

bool scan_severity_parse(const char *word, enum scan_severity *severity)
{
    for (*severity = SCAN_NOTE; *severity < SCAN_SEVERITY_COUNT; (*severity)++)
        if (strcmp(word, severities[*severity]) == 0)
            return true;
    return false;
}

/* --- by name ---------------------------------------------------------------------------------------------------------
 */

static bool ends_with_one_of(struct text name, const char *endings)
{
    struct text rest = text_from(endings);
    struct text ending;
    while (text_split(&rest, ' ', &ending))
        if (name.length >= ending.length && text_equal_nocase(text_after(name, name.length - ending.length), ending))
            return true;
    return false;
}

static struct text base_name(struct text name)
{
    for (size_t at = name.length; at > 0; at--)
        if (name.data[at - 1] == '/')
            return text_after(name, at);
    return name;
}

enum scan_kind scan_kind_of(struct text name)
{
    struct text base = base_name(name);
    if (ends_with_one_of(base, "composer.lock package-lock.json yarn.lock pnpm-lock.yaml go.sum cargo.lock"))
        return SCAN_LOCK;
    if (ends_with_one_of(base, ".md .rst .txt .adoc .markdown") || text_starts_with(base, TEXT("CHANGELOG")))
        return SCAN_PROSE;
    if (text_starts_with(base, TEXT(".env")) || text_equal(base, TEXT("env.php")) ||
        ends_with_one_of(base, ".env .yaml .yml .xml .json .sql .ini .conf .cfg .toml .properties .neon .dist"))
        return SCAN_CONFIGURATION;
    return SCAN_CODE;
}

bool scan_is_text(struct text name)
{
    return scan_kind_of(name) != SCAN_CODE ||
           ends_with_one_of(
               base_name(name),
               ".php .phtml .inc .js .mjs .cjs .ts .tsx .jsx .vue .py .rb .sh .liquid .twig .html .htm .graphql .tf");
}

/* --- findings --------------------------------------------------------------------------------------------------------
 */

struct scan_finding *piece_add(struct piece *piece, enum scan_rule rule, size_t at)
{
    struct scan_report *report = piece->report;
    if (report->finding_count == report->finding_capacity) {
        report->finding_capacity = report->finding_capacity == 0 ? 64 : report->finding_capacity * 2;
        report->findings = base_resize(report->findings, report->finding_capacity, sizeof(*report->findings));
    }
    struct scan_finding *finding = &report->findings[report->finding_count++];
    *finding = (struct scan_finding){
        .rule = rule, .severity = rules[rule].severity, .line = at, .file = piece->name, .what = TEXT("")};
    finding->host = finding->path = finding->covered = TEXT("");
    return finding;
}

struct text piece_line_before(const struct piece *piece, size_t at)
{
    enum { LOOKED_BACK = 256 };
    size_t first = at > LOOKED_BACK ? at - LOOKED_BACK : 0;
    size_t start = at;
    while (start > first && piece->text.data[start - 1] != '\n')
        start--;
    return text_part(piece->text, start, at - start);
}

bool piece_is_comment(const struct piece *piece, size_t at)
{
    static const char *const marks[] = {"//", "#", "*", "/*", "-- ", ";", "<!--", "{#", "{% comment"};
    struct text line = text_trim(piece_line_before(piece, at), " \t");
    for (size_t i = 0; i < COUNT_OF(marks); i++)
        if (text_starts_with(line, text_from(marks[i])))
            return true;
    return false;
}
