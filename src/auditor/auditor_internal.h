/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit commands share: the store they are about, and how it is read. */
#ifndef EXEAT_AUDITOR_INTERNAL_H
#define EXEAT_AUDITOR_INTERNAL_H

#include "exeat/auditor.h"
#include "exeat/evidence.h"
#include "exeat/report.h"

/* An audit command as it was called. */
struct auditor_call {
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
typedef enum exit_code (*auditor_command_run)(const struct auditor_call *call);
/* What a command does with a folder of many stores: nothing; each under a title; lines that name their log. */
enum auditor_scope { AUDITOR_ONE, AUDITOR_EACH_TITLED, AUDITOR_EACH_LINES };
enum exit_code auditor_over_stores(struct auditor_call *call, enum auditor_scope scope, auditor_command_run run);

/* The store's reader, or NULL after saying why. */
MUST_CHECK struct store_reader *auditor_call_open(const struct auditor_call *call);
/* Who reads the records is on record too, where a gate runs to write it. False, and said so: unrecorded. */
bool auditor_call_announce(const struct auditor_call *call, const char *what);
/* What was asked for, as options. */
void auditor_call_query(const struct auditor_call *call, struct buffer *out);
/* The log's verification key as a line; nothing when it is not known. */
void auditor_call_vkey(const struct auditor_call *call, const struct store_reader *reader, struct buffer *out);
/* How a verdict ends a command. */
enum exit_code auditor_code_of(enum evidence_verdict verdict);
/* Both say on stderr what is wrong. */
MUST_CHECK bool auditor_call_filter(const struct auditor_call *call, struct export_filter *filter);
MUST_CHECK bool auditor_call_format(const struct auditor_call *call, enum export_format *format);

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
bool auditor_vkey_is_file(const char *word);
MUST_CHECK bool auditor_vkeys_read(const char *word, struct buffer *keys); /* a line too; false, and said so */
/* The one that is named like the log; its name borrows from `keys`. */
MUST_CHECK bool auditor_vkeys_choose(struct text keys, struct text origin, struct tlog_vkey *vkey);
/* The key of the call's store or (not NULL) of a bundle, out of the file --vkey. Not EXIT_DONE, and said so: none. */
MUST_CHECK enum exit_code auditor_call_choose(struct auditor_call *call, const char *bundle);
/* The one request of an id, or of its first digits; else how the command ends, and said so. */
MUST_CHECK enum exit_code
auditor_call_request(struct store_reader *reader, const char *word, struct request_id *id, uint64_t *sequence);

enum exit_code auditor_export(const struct auditor_call *call);
enum exit_code auditor_sql(const struct auditor_call *call);
enum exit_code auditor_bundle(const struct auditor_call *call);
enum exit_code auditor_bundle_verify(const struct auditor_call *call);
/* Verifies with the checkpoints and witnesses that were given. Not EXIT_DONE, and said so: a file cannot be read. */
MUST_CHECK enum exit_code
auditor_call_verify(const struct auditor_call *call, struct store_reader *reader, struct evidence_report *report);
const struct evidence_told *auditor_call_told(const struct auditor_call *call); /* NULL without --all */
/* Prints it; how the command ends. */
enum exit_code auditor_print_report(const struct evidence_report *report, bool has_key);
enum exit_code auditor_follow(const struct auditor_call *call);
enum exit_code auditor_show(const struct auditor_call *call);
enum exit_code auditor_report(const struct auditor_call *call);
enum exit_code auditor_stats(const struct auditor_call *call);
enum exit_code auditor_verify(const struct auditor_call *call);
enum exit_code auditor_checkpoint(const struct auditor_call *call);
enum exit_code auditor_keys(const struct auditor_call *call);
enum exit_code auditor_prove(const struct auditor_call *call);
enum exit_code auditor_consistency(const struct auditor_call *call);
enum exit_code auditor_check_proof(const struct auditor_call *call);
enum exit_code auditor_new_origin(const struct auditor_call *call);
enum exit_code auditor_erase(const struct auditor_call *call);

#endif
