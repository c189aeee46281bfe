/* SPDX-License-Identifier: Apache-2.0 */
/* What the subcommands share: options, errors, and how they end. stdout carries data only. */
#ifndef EXEAT_CLI_H
#define EXEAT_CLI_H

#include "exeat/base/text.h"
#include "exeat/daemon.h"

#define DEFAULT_CONFIG "/etc/exeat/exeat.yaml"

/* One option: "--name VALUE", "--name=VALUE" or, when it is a flag, "--name". */
struct option_row {
    const char *name;   /* with its dashes; "-c" too */
    const char **value; /* where the value goes; for flags: the name itself */
    bool is_flag;
};
/* Takes the options out of `argv`; what is left are the operands, and their count is returned. -1 after a usage error,
 * which has been said. */
int options_take(int argc, char **argv, const struct option_row *rows, size_t count);
/* Where there are no operands. False after a usage error, which has been said. */
MUST_CHECK bool options_take_all(int argc, char **argv, const struct option_row *rows, size_t count);

/* "exeat: ..." on stderr; returns `code`. */
enum exit_code complain(enum exit_code code, const char *format, ...) PRINTF_LIKE(2, 3);
/* Says and frees an error that a module gave. */
enum exit_code complain_free(enum exit_code code, char *error);
/* Shows errors and warnings about files on stderr. */
void show_diags(struct diags *diags);
/* Loads a configuration, or says on stderr what is wrong with it. */
MUST_CHECK struct policy *load_policy(const char *path);
void put_text(struct text text); /* to stdout */
/* Which of the decisions in that store this policy would change; `since` as written, or NULL. cmd_hindsight.c */
enum exit_code replay_store(const struct policy *policy, const char *directory, const char *since);

enum exit_code cmd_run(int argc, char **argv);
enum exit_code cmd_check(int argc, char **argv);
enum exit_code cmd_explain(int argc, char **argv);
enum exit_code cmd_llm_hosts(int argc, char **argv);
enum exit_code cmd_schema(int argc, char **argv);
enum exit_code cmd_suggest(int argc, char **argv);
enum exit_code cmd_ca(int argc, char **argv);
enum exit_code cmd_audit(int argc, char **argv);
void audit_help(const char *name); /* of one of its commands; NULL: of all */
enum exit_code cmd_health(int argc, char **argv);
enum exit_code cmd_reload(int argc, char **argv);
enum exit_code cmd_witness(int argc, char **argv);
enum exit_code cmd_key(int argc, char **argv);
enum exit_code cmd_bypass(int argc, char **argv);
enum exit_code cmd_version(int argc, char **argv);

#endif
