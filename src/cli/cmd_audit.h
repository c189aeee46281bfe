/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit commands share: the store they are about, and how it is read. */
#ifndef EXEAT_CMD_AUDIT_H
#define EXEAT_CMD_AUDIT_H

#include "cli.h"
#include "command.h"
#include "exeat/evidence.h"
#include "exeat/report.h"

/* An audit command as it was called. */
struct audit_call {
    const struct command_line *line; /* borrowed */
    const char *const *words;        /* of its options; NULL: not given */
    char **operands;
    char *directory; /* owned: of the store */
    char *control;   /* owned: the gate's socket; empty: none */
    char *origin;    /* owned: as configured; NULL with --store */
    uint8_t key[VERIFY_KEY_SIZE];
    bool has_key;         /* of the log */
    struct text key_name; /* as --vkey has it; empty: not so given, or chosen by it */
    bool is_one_of_many;  /* stores below a folder */
};
typedef enum exit_code (*audit_run)(const struct audit_call *call);
/* What a command does with a folder of many stores: nothing; each under a title; lines that name their log. */
enum audit_scope { AUDIT_ONE, AUDIT_EACH_TITLED, AUDIT_EACH_LINES };
enum exit_code audit_over_stores(struct audit_call *call, enum audit_scope scope, audit_run run);

/* The store's reader, or NULL after saying why. */
MUST_CHECK struct store_reader *audit_call_open(const struct audit_call *call);
/* Who reads the records is on record too, where a gate runs to write it. False, and said so: unrecorded. */
bool audit_call_announce(const struct audit_call *call, const char *what);
/* What was asked for, as options. */
void audit_call_query(const struct audit_call *call, struct buffer *out);
/* The log's verification key as a line; nothing when it is not known. */
void audit_call_vkey(const struct audit_call *call, const struct store_reader *reader, struct buffer *out);
/* How a verdict ends a command. */
enum exit_code audit_code_of(enum evidence_verdict verdict);
/* Both say on stderr what is wrong. */
MUST_CHECK bool audit_call_filter(const struct audit_call *call, struct export_filter *filter);
MUST_CHECK bool audit_call_format(const struct audit_call *call, enum export_format *format);

/* A bar on stderr, when that is a terminal and it takes more than a second. */
struct progress {
    struct export_progress watch;
    uint64_t first;
    uint64_t end;
    uint64_t start_us;
    uint64_t shown_us;
    bool is_terminal;
    bool is_shown;
};
const struct export_progress *progress_start(struct progress *progress, uint64_t first, uint64_t end);
void progress_end(struct progress *progress);

/* --vkey is a file: which of its keys is meant is known by the log's name. */
bool audit_vkey_is_file(const char *word);
MUST_CHECK bool audit_vkeys_read(const char *word, struct buffer *keys); /* a line too; false, and said so */
/* The one that is named like the log; its name borrows from `keys`. */
MUST_CHECK bool audit_vkeys_choose(struct text keys, struct text origin, struct tlog_vkey *vkey);
/* The key of the call's store or (not NULL) of a bundle, out of the file --vkey. Not EXIT_DONE, and said so: none. */
MUST_CHECK enum exit_code audit_call_choose(struct audit_call *call, const char *bundle);
/* The one request of an id, or of its first digits; else how the command ends, and said so. */
MUST_CHECK enum exit_code
audit_call_request(struct store_reader *reader, const char *word, struct request_id *id, uint64_t *sequence);

enum exit_code audit_export(const struct audit_call *call);
enum exit_code audit_sql(const struct audit_call *call);
enum exit_code audit_bundle(const struct audit_call *call);
enum exit_code audit_bundle_verify(const struct audit_call *call);
/* Verifies with the checkpoints and witnesses that were given. Not EXIT_DONE, and said so: a file cannot be read. */
MUST_CHECK enum exit_code
audit_call_verify(const struct audit_call *call, struct store_reader *reader, struct evidence_report *report);
const struct evidence_told *audit_call_told(const struct audit_call *call); /* NULL without --all */
/* Prints it; how the command ends. */
enum exit_code audit_print_report(const struct evidence_report *report, bool has_key);
enum exit_code audit_follow(const struct audit_call *call);
enum exit_code audit_show(const struct audit_call *call);
enum exit_code audit_report(const struct audit_call *call);
enum exit_code audit_stats(const struct audit_call *call);
enum exit_code audit_verify(const struct audit_call *call);
enum exit_code audit_checkpoint(const struct audit_call *call);
enum exit_code audit_keys(const struct audit_call *call);
enum exit_code audit_prove(const struct audit_call *call);
enum exit_code audit_consistency(const struct audit_call *call);
enum exit_code audit_check_proof(const struct audit_call *call);
enum exit_code audit_new_origin(const struct audit_call *call);
enum exit_code audit_erase_command(const struct audit_call *call);

#endif
