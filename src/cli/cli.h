/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share: errors, files, and how they end. stdout carries data only. */
#ifndef EXEAT_CLI_H
#define EXEAT_CLI_H

#include <stdio.h>

#include "exeat/base/text.h"
#include "exeat/daemon.h"

struct command_line;

#define DEFAULT_CONFIG "/etc/exeat/exeat.yaml"

/* "exeat: ..." on stderr; returns `code`. */
enum exit_code complain(enum exit_code code, const char *format, ...) PRINTF_LIKE(2, 3);
/* Says and frees an error that a module gave. */
enum exit_code complain_free(enum exit_code code, char *error);
/* Shows errors, warnings and notes about files on stderr: `check` alone does so. */
void show_diags(struct diags *diags);
/* The same without notes: every other command. */
void show_problems(struct diags *diags);
/* Loads a configuration, or says on stderr what is wrong with it. */
MUST_CHECK struct policy *load_policy(const char *path);
/* The same without compiling it. */
MUST_CHECK struct settings *load_settings(const char *path);
/* The time that an option has; NULL is none, and leaves `*wall_us`. False after saying what is wrong. */
MUST_CHECK bool read_time(const char *word, const char *option, int64_t *wall_us);
void put_text(struct text text); /* to stdout */
/* A terminal, and nobody said NO_COLOR (no-color.org). paint.c */
bool wants_colour(FILE *stream);
/* What follows on stdout, in colour where it wants that. */
enum colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_BAD, COLOUR_WARNING };
void paint(enum colour colour);
/* Lines for people, with colour where the stream wants it. */
void put_painted(FILE *stream, struct text text);
/* Which of the decisions in that store this policy would change; `since` as written, or NULL. cmd_hindsight.c */
enum exit_code replay_store(const struct policy *policy, const char *directory, const char *since);

enum exit_code cmd_run(const struct command_line *line);
enum exit_code cmd_check(const struct command_line *line);
enum exit_code cmd_explain(const struct command_line *line);
enum exit_code cmd_llm_hosts(const struct command_line *line);
enum exit_code cmd_schema(const struct command_line *line);
enum exit_code cmd_allow(const struct command_line *line);
enum exit_code cmd_suggest(const struct command_line *line);
enum exit_code cmd_ca_init(const struct command_line *line);
enum exit_code cmd_ca_renew(const struct command_line *line);
enum exit_code cmd_ca_bundle(const struct command_line *line);
enum exit_code cmd_ca_show(const struct command_line *line);
enum exit_code cmd_audit(const struct command_line *line);
enum exit_code cmd_health(const struct command_line *line);
enum exit_code cmd_show_config(const struct command_line *line);
enum exit_code cmd_reload(const struct command_line *line);
enum exit_code cmd_witness(const struct command_line *line);
enum exit_code cmd_key_create(const struct command_line *line);
enum exit_code cmd_key_show(const struct command_line *line);
enum exit_code cmd_bypass(const struct command_line *line);
enum exit_code cmd_version(const struct command_line *line);
enum exit_code cmd_help(const struct command_line *line);
enum exit_code cmd_manual(const struct command_line *line);
enum exit_code cmd_completion(const struct command_line *line);

#endif
