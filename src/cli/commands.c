/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands: what main runs, help explains, and the manual and the shell's completion are written from. */
#include "cli.h"
#include "exeat/auditor.h"

#define OF_STORE (OF(CONFIG) | OF(STORE) | OF(VKEY))
#define OF_SPAN (OF(SINCE) | OF(UNTIL))
#define OF_FILTER                                                                                                      \
    (OF_SPAN | OF(HOST) | OF(RULE) | OF(CLIENT) | OF(PROVIDER) | OF(DONE) | OF(REQUEST) | OF(VERDICT) | OF(REASON) |   \
     OF(LLM))
#define OF_LINES (OF_FILTER | OF(FORMAT) | OF(REDACT) | OF(LIMIT) | OF(CURSOR))
#define FORMATS "-o is one of jsonl, csv, cef, leef, ocsf, syslog, text, records."

static const struct command rows[] = {
    {"setup", cmd_setup, "[FILE]", OPERANDS_CONFIG, OF(CONFIG),
     "make what a first start needs: configuration, keys, authority, bundle",
     "What is there stays as it is, and is named. As root, keys are made as the user `exeat`, where there is one. The "
     "bundle is bundle.pem beside the configuration."},
    {"run", cmd_run, "[FILE]", OPERANDS_CONFIG, OF(CONFIG), "start the gate", NULL},
    {"check", cmd_check, "[FILE]", OPERANDS_CONFIG,
     OF(CONFIG) | OF(STRICT) | OF(ONLINE) | OF(DIFF) | OF(REPLAY) | OF(SINCE) | OF(AT),
     "validate a configuration, run its tests, compare it",
     "--since belongs to --replay. Without --at the tests of the file are asked as if no rule had lapsed, and --replay "
     "asks "
     "of each decision as at its own time. --online ends with 1 where an endpoint is not as it must be; no call is "
     "made."},
    {"explain", cmd_explain, "METHOD URL", OPERANDS_TWO,
     OF(CONFIG) | OF(FROM) | OF(FORMAT) | OF(ALL) | OF(AT) | OF(BODY) | OF(TYPE), "what would be decided, and why",
     "-o is text or json. Rules that do not come near are left out; --all has them too. A question for a name is TYPE "
     "dns:NAME: A dns:shop.example. With --body what was found is told by kind and place, and a body that would be "
     "changed is "
     "printed as it would be sent: what is redacted is never printed."},
    {"allow", cmd_allow, "REQUEST-ID", OPERANDS_ONE, OF(CONFIG) | OF(STORE),
     "the narrowest rule for one refused request",
     "Put it among the `rules` of the file, run `exeat check`, reload. The request's id stands in its refusal and in "
     "the records; a beginning of it is enough."},
    {"suggest", cmd_suggest, "", OPERANDS_NONE, OF(CONFIG) | OF(STORE) | OF_SPAN,
     "draft rules for what the records have",
     "Rules for what was asked and no rule allowed or refused. Read each line before you include the file."},
    {"llm-hosts", cmd_llm_hosts, "[HOST]", OPERANDS_MAYBE_ONE, 0, "the catalogue of LLM hosts, or why a host is in it",
     NULL},
    {"llm try", cmd_llm_try, "[PROVIDER]", OPERANDS_MAYBE_ONE, OF(CONFIG) | OF(FROM) | OF(FORMAT),
     "a real call in each dialect, answered by the configured endpoints",
     "Whole and as a stream: what the application would get, how long it takes, and what is wrong. PROVIDER is a "
     "dialect (openai, anthropic, gemini, bedrock, cohere, mistral, ollama) or a host of the catalogue. No gate has to "
     "run, and nothing is sent to any vendor. Who stands by, or has another model than `expect_digest`, is not asked. "
     "-o "
     "is text or json. The code is 1 where an application would get no answer of an endpoint: canned text is none."},
    {"scan", cmd_scan, "DIR", OPERANDS_ONE, OF(CONFIG) | OF(FORMAT) | OF(FAIL_ON) | OF(GITIGNORE) | OF(ALL),
     "find keys, calls of models and ways round the gate in a shop's files",
     "-o is text, json, sarif (2.1.0) or draft: rules for `include:`. With -c each host is told with the rule that "
     "decides on it, and what a rule reroutes or denies is but a note. The code is 1 from --fail-on on, 2 where "
     "something could not be read. No symbolic link is followed; no key is shown whole; --all names each file that was "
     "not read."},
    {"schema", cmd_schema, "", OPERANDS_NONE, OF(FORMAT), "the configuration language, for editors or for people",
     "-o is json or markdown."},
    {"reload", cmd_reload, "[FILE]", OPERANDS_CONFIG, OF(CONFIG), "have a running gate read its configuration anew",
     "Says what waits for a restart. A bad file changes nothing: the errors are shown, and the code is 2."},
    {"show-config", cmd_show_config, "[FILE]", OPERANDS_CONFIG, OF(CONFIG), "every setting that is in force, as YAML",
     "Of the gate that runs with this file; if none does, what the file would give. Defaults are marked, and what "
     "waits "
     "for a restart. Secrets are never shown."},
    {"bypass", cmd_bypass, "", OPERANDS_NONE, OF(CONFIG) | OF(FOR) | OF(WHY) | OF(END),
     "have a running gate let through, for a while, what its policy refuses",
     "--for and --reason begin it, --end ends it; both are on record."},
    {"control status", cmd_control_status, "[FILE]", OPERANDS_CONFIG, OF(CONFIG) | OF(FORMAT),
     "how the inference endpoints of a running gate are", "-o is text or json."},
    {"control drain", cmd_control_drain, "ENDPOINT", OPERANDS_ONE, OF(CONFIG),
     "give an inference endpoint no more calls; what it has begun it finishes",
     "Until `control undrain`, a start, or a reload that changes the `standby` of the endpoint."},
    {"control undrain", cmd_control_undrain, "ENDPOINT", OPERANDS_ONE, OF(CONFIG),
     "give a drained or standing-by inference endpoint calls again", NULL},
    {"control swap", cmd_control_swap, "OLD NEW", OPERANDS_TWO, OF(CONFIG),
     "put an inference endpoint in the place of another, once it is warm",
     "Does not wait: OLD is drained once NEW is ready with the model that it shall have, and until then `control "
     "status` "
     "has NEW as comes_in. `control undrain OLD` takes it back. NEW needs `engine` or `health`, and to be in the "
     "`inference` of the same rules, best by one `pool`."},
    {"health", cmd_health, "[FILE]", OPERANDS_CONFIG, OF(CONFIG), "is a running gate ready? for exec probes", NULL},
    {"doctor", cmd_doctor, "[QUESTION,...]", OPERANDS_MAYBE_ONE, OF(CONFIG) | OF(FORMAT),
     "what is not as it must be around a gate, and what to do",
     "All questions, or those that are named: configuration, keys, authority, ports, redirect, curl, php, node, "
     "python, "
     "proxy, store, disk, clock, names, endpoints, llm, witness, ship, memory. curl, php, node and python are run, and "
     "connect to loopback alone; redirect, names and endpoints send something. Nothing is ever changed. -o is text or "
     "json. The code is 0 where all is well, 1 where there is something to do, 2 where something could not be seen."},
    {"redirect print", cmd_redirect_print, "[FILE]", OPERANDS_CONFIG, OF(CONFIG),
     "the rules that leave a network namespace one way out: the gate", "As `nft -f` reads them."},
    {"redirect apply", cmd_redirect_apply, "[FILE]", OPERANDS_CONFIG, OF(CONFIG),
     "put them in force here, for all but the gate's user",
     "The command of an init container with the capability NET_ADMIN. It replaces what it put in force before, in one "
     "step; where it fails, nothing has changed."},
    {"redirect check", cmd_redirect_check, "[FILE]", OPERANDS_CONFIG, OF(CONFIG),
     "is everybody else in the network namespace held to the gate?",
     "Asks the gate that runs to try, and tries from here where none does. With the capability NET_ADMIN it shows the "
     "counters, too."},
    {"ca init", cmd_ca_init, "[FILE]", OPERANDS_CONFIG, OF(CONFIG) | OF(IF_ABSENT), "make the local authority", NULL},
    {"ca renew", cmd_ca_renew, "[FILE]", OPERANDS_CONFIG, OF(CONFIG),
     "make the authority anew; clients need the new bundle then", NULL},
    {"ca bundle", cmd_ca_bundle, "[FILE]", OPERANDS_CONFIG, OF(CONFIG),
     "what clients trust: the public roots and the authority", NULL},
    {"ca show", cmd_ca_show, "[FILE]", OPERANDS_CONFIG, OF(CONFIG) | OF(NAMES),
     "whose the authority is, and how long it is good", NULL},
    {"audit export", auditor_run, "", OPERANDS_NONE,
     OF_STORE | OF_LINES | OF(BUNDLE) | OF(PURPOSE) | OF(SQL) | OF(SECONDS),
     "records as lines, tables, or a bundle with what proves them", FORMATS " With --sql it is csv, jsonl or text."},
    {"audit follow", auditor_run, "", OPERANDS_NONE, OF_STORE | OF_LINES, "records as they come",
     FORMATS " With --since, or with the --cursor of a former run, what is there from then on comes first."},
    {"audit show", auditor_run, "REQUEST-ID", OPERANDS_ONE, OF_STORE | OF(REDACT), "everything about one request",
     "A beginning of the id is enough."},
    {"audit stats", auditor_run, "", OPERANDS_NONE, OF_STORE | OF_FILTER, "what was decided, in a terminal", NULL},
    {"audit report", auditor_run, "", OPERANDS_NONE, OF_STORE | OF_FILTER | OF(FORMAT) | OF(CHECKPOINT) | OF(WITNESS),
     "a page to keep: verdict, plots, controls", "-o is html."},
    {"audit verify", auditor_run, "", OPERANDS_NONE, OF_STORE | OF(BUNDLE) | OF(CHECKPOINT) | OF(WITNESS) | OF(ALL),
     "can the records be believed?", "With --all every place is shown, not the first of each kind."},
    {"audit checkpoint", auditor_run, "", OPERANDS_NONE, OF_STORE, "the newest signed head of the log", NULL},
    {"audit keys", auditor_run, "", OPERANDS_NONE, OF_STORE, "the key that verifies the log", NULL},
    {"audit prove", auditor_run, "REQUEST-ID|SEQUENCE", OPERANDS_ONE, OF_STORE, "one record with its proof", NULL},
    {"audit consistency", auditor_run, "OLD NEW", OPERANDS_TWO, OF_STORE, "a proof that a checkpoint continues another",
     "OLD is a checkpoint's file or a size, NEW a file or `newest`."},
    {"audit check-proof", auditor_run, "FILE", OPERANDS_ONE, OF(VKEY) | OF(CHECKPOINT) | OF(WITNESS),
     "check such a proof with public keys alone", "FILE is what `audit prove` or `audit consistency` printed."},
    {"audit new-origin", auditor_run, "", OPERANDS_NONE, OF_STORE | OF(WHY), "end this log and begin another", NULL},
    {"audit erase", auditor_run, "", OPERANDS_NONE, OF(CONFIG) | OF(BEFORE) | OF(DRY_RUN) | OF(YES),
     "remove private parts: paths, queries, client addresses", NULL},
    {"key create", cmd_key_create, "FILE", OPERANDS_ONE, 0, "make a signing key", NULL},
    {"key show", cmd_key_show, "FILE", OPERANDS_ONE, OF(NAME) | OF(AS_WITNESS), "the public key of a signing key",
     "--name is the log's origin, or the witness's name."},
    {"token", cmd_token, "", OPERANDS_NONE, 0, "make a token for a client, and its hash for `clients`",
     "The first line is the token, for the client alone; the second is for the configuration."},
    {"canary new", cmd_canary_new, "KIND", OPERANDS_ONE, 0,
     "make a value to plant in a shop's data, which may not leave",
     "KIND is email, key, price, name or host. It prints a line, a label and the value, for the file that `canaries` "
     "names: append it there, and plant the value. The domain and the label may be changed, the random part not."},
    {"witness", cmd_witness, "", OPERANDS_NONE,
     OF(LISTEN) | OF(NAME) | OF(KEY) | OF(STATE) | OF(ENROL_TOKENS) | OF(TLS_CERTIFICATE) | OF(TLS_KEY) | OF(LOG_JSON) |
         OF(SECCOMP),
     "cosign the checkpoints of many gates' logs; run it where no gate runs", NULL},
    {"help", cmd_help, "[COMMAND]", OPERANDS_MAYBE_TWO, 0, "what a command does, and its options", NULL},
    {"manual", cmd_manual, "", OPERANDS_NONE, 0, "the manual page, for man: exeat manual | man -l -", NULL},
    {"completion", cmd_completion, "", OPERANDS_NONE, 0, "completion for bash: source <(exeat completion)", NULL},
    {"version", cmd_version, "", OPERANDS_NONE, 0, "the version of this program", NULL},
};
const struct command_table commands = {rows, COUNT_OF(rows)};
