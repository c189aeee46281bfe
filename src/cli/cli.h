/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators' commands share, and their table. */
#ifndef EXEAT_CLI_H
#define EXEAT_CLI_H

#include "exeat/daemon.h"
#include "exeat/option.h"

/* Loads a configuration, or says on stderr what is wrong with it. */
MUST_CHECK struct policy *load_policy(const char *path);
/* The same without compiling it. */
MUST_CHECK struct settings *load_settings(const char *path);
/* Which of the decisions in that store this policy would change; `since` as written, or NULL. `at_us`: all as asked
 * then; ASKED_UNKNOWN: each as at its own time. cmd_hindsight.c */
enum exit_code replay_store(const struct policy *policy, const char *directory, const char *since, int64_t at_us);

/* Has the policy a client of that name? NULL is nobody in particular. cmd_check.c */
bool has_client(const struct policy *policy, const char *name);
/* Asks the gate that runs with that configuration, and appends its answer. Not EXIT_DONE: there is none, and it was
 * said why. cmd_run.c */
enum exit_code gate_answer(const char *config, struct text command, struct buffer *answer);

/* commands.c */
extern const struct command_table commands;

/* cmd_help.c: exeat help [COMMAND], exeat COMMAND --help */
enum exit_code print_help(const struct command_table *table, int argc, char **argv);
enum exit_code print_command(const struct command *command);
/* No command is called so; EXIT_USAGE. */
enum exit_code complain_of_no_command(const struct command_table *table, int argc, char **argv);
/* Says what is wrong with a command line, and clears it; EXIT_USAGE. */
enum exit_code complain_about(struct buffer *sentence);

enum exit_code cmd_run(const struct command_line *line);
enum exit_code cmd_check(const struct command_line *line);
enum exit_code cmd_explain(const struct command_line *line);
/* explain_name.c: `asked` is a question for a name (policy_is_question) */
enum exit_code
explain_name(const struct policy *policy, struct text asked, const char *from, int64_t at_us, bool as_json);
/* explain_body.c: what the rule of this decision would find in the target, and in a body that lies in `file` (NULL:
 * there is none to look at), and what would be sent */
enum exit_code explain_body(
    const struct policy *policy, const struct request *request, const struct decision *decision, const char *file,
    const char *type);
enum exit_code cmd_llm_hosts(const struct command_line *line);
enum exit_code cmd_llm_try(const struct command_line *line);
enum exit_code cmd_scan(const struct command_line *line);
enum exit_code cmd_schema(const struct command_line *line);
enum exit_code cmd_token(const struct command_line *line);
enum exit_code cmd_canary_new(const struct command_line *line);
enum exit_code cmd_allow(const struct command_line *line);
enum exit_code cmd_suggest(const struct command_line *line);
enum exit_code cmd_setup(const struct command_line *line);
enum exit_code cmd_ca_init(const struct command_line *line);
enum exit_code cmd_ca_renew(const struct command_line *line);
enum exit_code cmd_ca_bundle(const struct command_line *line);
enum exit_code cmd_ca_show(const struct command_line *line);
enum exit_code cmd_redirect_print(const struct command_line *line);
enum exit_code cmd_redirect_check(const struct command_line *line);
enum exit_code cmd_redirect_apply(const struct command_line *line);
enum exit_code cmd_doctor(const struct command_line *line);
enum exit_code cmd_health(const struct command_line *line);
enum exit_code cmd_show_config(const struct command_line *line);
enum exit_code cmd_reload(const struct command_line *line);
enum exit_code cmd_witness(const struct command_line *line);
enum exit_code cmd_key_create(const struct command_line *line);
enum exit_code cmd_key_show(const struct command_line *line);
enum exit_code cmd_control_status(const struct command_line *line);
enum exit_code cmd_control_drain(const struct command_line *line);
enum exit_code cmd_control_undrain(const struct command_line *line);
enum exit_code cmd_control_swap(const struct command_line *line);
enum exit_code cmd_bypass(const struct command_line *line);
enum exit_code cmd_version(const struct command_line *line);
enum exit_code cmd_help(const struct command_line *line);
enum exit_code cmd_manual(const struct command_line *line);
enum exit_code cmd_completion(const struct command_line *line);

#endif
