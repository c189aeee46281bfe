/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a shop's tree that its gate has to know of: keys of vendors, hosts and SDKs of models, TLS that is not
 * verified, proxies that are gone round. What each rule finds and misses: docs/scan.md. No finding has more of
 * a key than what its kind begins with and its last two characters. */
#ifndef EXEAT_SCAN_H
#define EXEAT_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "exeat/base/arena.h"
#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/text.h"
#include "exeat/llm.h"

enum scan_rule {
    SCAN_VENDOR_KEY,
    SCAN_PRIVATE_KEY,
    SCAN_LLM_HOST,
    SCAN_LLM_BASE_URL,
    SCAN_LLM_SDK,
    SCAN_TLS_OFF,
    SCAN_PROXY_OVERRIDDEN,
    SCAN_RULE_COUNT
};
enum scan_severity { SCAN_NOTE, SCAN_WARNING, SCAN_ERROR, SCAN_SEVERITY_COUNT };
struct scan_rule_row {
    const char *name;  /* "vendor-key" */
    const char *finds; /* one clause */
    const char *help;  /* what to do about it */
    enum scan_severity severity;
};
const struct scan_rule_row *scan_rule_row(enum scan_rule rule);                      /* static */
const char *scan_severity_name(enum scan_severity severity);                         /* static: as SARIF names levels */
MUST_CHECK bool scan_severity_parse(const char *word, enum scan_severity *severity); /* false: none is called so */

struct scan_finding {
    enum scan_rule rule;
    enum scan_severity severity;
    size_t line;   /* from 1 */
    size_t column; /* from 1, in characters */
    struct text file;
    struct text what;    /* for people; may have bytes of the file, but none of a secret */
    struct text host;    /* whose rule it would be; may be empty */
    struct text path;    /* that was called there; may be empty */
    bool is_foreign;     /* the catalogue does not have the host */
    struct text covered; /* by which rule; empty: nobody asked */
};

enum scan_skip {
    SCAN_UNREADABLE,
    SCAN_HUGE,
    SCAN_TOO_DEEP,
    SCAN_ZEROS, /* a file of settings with zero bytes: what can be read of it is */
    SCAN_LINK,
    SCAN_SPECIAL,
    SCAN_BINARY,
    SCAN_SKIP_COUNT
};
const char *scan_skip_name(enum scan_skip skip); /* for people; static */
bool scan_skip_fails(enum scan_skip skip);       /* it should have been read */
struct scan_skipped {
    enum scan_skip why;
    struct text file;
};

/* All texts live in its arena. Zeroed is empty and valid. */
struct scan_report {
    struct arena arena;
    struct scan_finding *findings; /* owned; in order of file and place */
    size_t finding_count;
    size_t finding_capacity;
    struct scan_skipped *skipped; /* owned */
    size_t skipped_count;
    size_t skipped_capacity;
    uint64_t files;
    uint64_t bytes;
};
void scan_report_clear(struct scan_report *report); /* frees */

/* --- one text --------------------------------------------------------------------------------------------------------
 */

/* Compiled once, immutable. */
struct scanner;
struct scanner *scanner_new(const struct llm_catalogue *catalogue); /* the caller's; borrows the catalogue */
void scanner_free(struct scanner *scanner);                         /* NULL is fine */
/* A file as it is read, piece by piece. */
struct scan_file {
    struct text name;
    size_t line;   /* of the next byte; from 1 */
    size_t column; /* of the next byte; from 1 */
};
/* What begins in [from, end) of `text`, whose other bytes are what stands before and behind. Pure; any bytes. */
void scan_piece(
    const struct scanner *scanner, struct scan_file *file, struct text text, size_t from, size_t end,
    struct scan_report *report);
/* The same of a whole text. */
void scan_text(const struct scanner *scanner, struct text name, struct text text, struct scan_report *report);

/* --- a tree ----------------------------------------------------------------------------------------------------------
 */

enum { SCAN_BEHIND = 8192, SCAN_BEFORE = 512, SCAN_DEPTH_MAX = 128 };
#define SCAN_FILE_MAX (UINT64_C(4) << 30)
struct scan_options {
    bool honours_gitignore;
    void (*progress)(void *context, const struct scan_report *report); /* after each file; NULL: nobody asks */
    void *context;
};
/* Reads every regular file below the folder, in the order of names, UTF-16 by its mark. No symbolic link is followed.
 * What is not read stands in `skipped`. False: the folder itself cannot be read; errno. */
MUST_CHECK bool scan_tree(
    const struct scanner *scanner, const char *folder, const struct scan_options *options, struct scan_report *report);
/* How many bytes scan_tree would read; for a bar. */
uint64_t scan_tree_size(const char *folder, const struct scan_options *options);

/* --- reports: appended to `out` --------------------------------------------------------------------------------------
 */

/* Lines for people; with names of all that was not read where it is whole. */
void scan_write_text(const struct scan_report *report, bool is_whole, struct buffer *out);
/* One object. */
void scan_write_json(const struct scan_report *report, struct buffer *out);
/* SARIF 2.1.0 (OASIS). */
void scan_write_sarif(const struct scan_report *report, struct buffer *out);
/* A file for `include:` with a rule for the LLM hosts that were found. */
void scan_write_draft(const struct scan_report *report, struct buffer *out);

#endif
