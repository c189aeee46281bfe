/* SPDX-License-Identifier: Apache-2.0 */
/* The options of all commands. Two rows may have one name where two commands mean two things by it. */
#include "exeat/option.h"

#include "exeat/base/check.h"

#define A_TIME "2026-11-23T10:00:00Z, 2026-11-23 10:00 (UTC), 2026-11-23, today or -7d"

static const struct option_row rows[OPTION_COUNT] = {
    [OPTION_CONFIG] = {"--config", "-c", "FILE", "the configuration; else $EXEAT_CONFIG, else /etc/exeat/exeat.yaml"},
    [OPTION_STRICT] = {"--strict", NULL, NULL, "a warning, or a request that --diff finds newly let out, ends with 1"},
    [OPTION_ONLINE] =
        {"--online", NULL, NULL,
         "ask each inference endpoint whether it is there, what it speaks and what models it has"},
    [OPTION_DIFF] = {"--diff", NULL, "OLD-FILE", "say what would be decided otherwise than by that configuration"},
    [OPTION_REPLAY] = {"--replay", NULL, "STORE", "say which decisions in that audit store this policy would change"},
    [OPTION_FROM] = {"--from", NULL, "CLIENT", "as asked by that entry of `clients`"},
    [OPTION_AT] = {"--at", NULL, "TIME", "as asked then, when rules with `until` may have lapsed; else now"},
    [OPTION_BODY] =
        {"--body", NULL, "FILE", "a body: what `inspect` of the rule would find in it, and what would be sent"},
    [OPTION_TYPE] = {"--type", NULL, "TYPE", "the Content-Type of --body; else application/json"},
    [OPTION_ALL] = {"--all", NULL, NULL, "leave nothing out"},
    [OPTION_NAMES] = {"--names", NULL, NULL, "with each name that it may speak for"},
    [OPTION_STORE] =
        {"--store", NULL, "DIR", "an audit store, or a folder with many below it, in place of the configured one"},
    [OPTION_VKEY] =
        {"--vkey", NULL, "KEY",
         "the log's public key: the line of `exeat audit keys`; a file of such "
         "lines for many stores"},
    [OPTION_FORMAT] = {"--output", "-o", "FORMAT", "how it is written"},
    [OPTION_SINCE] = {"--since", NULL, "TIME", "from then on: " A_TIME},
    [OPTION_UNTIL] = {"--until", NULL, "TIME", "until then"},
    [OPTION_HOST] = {"--host", NULL, "GLOB", "requests to hosts such as *.vendor.example"},
    [OPTION_RULE] = {"--rule", NULL, "ID", "requests that this rule decided"},
    [OPTION_CLIENT] = {"--client", NULL, "NAME", "requests of this entry of `clients`"},
    [OPTION_PROVIDER] = {"--provider", NULL, "NAME", "calls to this LLM vendor"},
    [OPTION_DONE] = {"--done", NULL, "PLAN", "what was done: tunnel, forward, open, reroute, answer or refuse"},
    [OPTION_REQUEST] = {"--request", NULL, "ID", "one request, by its id or a beginning of it"},
    [OPTION_VERDICT] = {"--verdict", NULL, "VERDICT", "allow, deny, reroute or error; several with commas"},
    [OPTION_REASON] = {"--reason", NULL, "REASON", "a code of the table of reasons, such as no_rule"},
    [OPTION_LLM] = {"--llm", NULL, NULL, "LLM calls alone"},
    [OPTION_REDACT] = {"--redact", NULL, NULL, "without personal data: paths and client addresses are left out"},
    [OPTION_LIMIT] = {"--limit", NULL, "N", "at most so many"},
    [OPTION_CURSOR] = {"--cursor", NULL, "FILE", "go on where the last export with that file ended"},
    [OPTION_BUNDLE] = {"--bundle", NULL, "DIR", "a folder of records with all that proves them"},
    [OPTION_PURPOSE] = {"--purpose", NULL, "TEXT", "why the bundle is made; it stands in the bundle"},
    [OPTION_SQL] = {"--sql", NULL, "SELECT", "one read-only query; docs/for-auditors.md has the columns"},
    [OPTION_SECONDS] = {"--seconds", NULL, "N", "how long --sql may take"},
    [OPTION_CHECKPOINT] =
        {"--checkpoint", NULL, "FILE", "a checkpoint that was kept elsewhere; the log must contain it"},
    [OPTION_WITNESS] = {"--witness", NULL, "KEY", "the public key of the witness that cosigns"},
    [OPTION_BEFORE] = {"--before", NULL, "TIME", "what is older: " A_TIME},
    [OPTION_DRY_RUN] = {"--dry-run", NULL, NULL, "say what would be done, and do nothing"},
    [OPTION_YES] = {"--yes", NULL, NULL, "though it is younger than a day"},
    [OPTION_WHY] = {"--reason", NULL, "TEXT", "why, in one line; it goes on record"},
    [OPTION_FOR] = {"--for", NULL, "TIME", "for so long: 30s, 30m, at most 24h"},
    [OPTION_END] = {"--end", NULL, NULL, "end it now"},
    [OPTION_IF_ABSENT] = {"--if-absent", NULL, NULL, "do nothing where there is one already"},
    [OPTION_LISTEN] = {"--listen", NULL, "ADDR:PORT", "where to listen, such as 0.0.0.0:9902"},
    [OPTION_NAME] = {"--name", NULL, "NAME", "a URL without its scheme, such as witness.example/w1"},
    [OPTION_KEY] = {"--key", NULL, "FILE", "its signing key; `exeat key create` makes one"},
    [OPTION_STATE] = {"--state", NULL, "DIR", "the folder with what it knows of each log"},
    [OPTION_ENROL_TOKENS] = {"--enrol-tokens", NULL, "FILE", "tokens, one a line, that may add a log"},
    [OPTION_TLS_CERTIFICATE] = {"--tls-certificate", NULL, "FILE", "its certificate; without, it speaks plain HTTP"},
    [OPTION_TLS_KEY] = {"--tls-key", NULL, "FILE", "the key of that certificate"},
    [OPTION_LOG_JSON] = {"--log-json", NULL, NULL, "log lines are JSON"},
    [OPTION_SECCOMP] = {"--seccomp", NULL, "MODE", "enforce (without it), log, or none: as the gate's confine.seccomp"},
    [OPTION_AS_WITNESS] = {"--witness", NULL, NULL, "it is the key of a witness, not of a log"},
    [OPTION_FAIL_ON] =
        {"--fail-on", NULL, "SEVERITY", "end with 1 from then on: note, warning (without it), error, or never"},
    [OPTION_GITIGNORE] = {"--gitignore", NULL, NULL, "leave out what .gitignore files leave out"},
    [OPTION_HELP] = {"--help", "-h", NULL, "what is printed here"},
};

const struct option_row *option_row(enum option option)
{
    ASSERT(option < OPTION_COUNT);
    return &rows[option];
}
