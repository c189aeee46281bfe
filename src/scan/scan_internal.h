/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of scan share. */
#ifndef EXEAT_SCAN_INTERNAL_H
#define EXEAT_SCAN_INTERNAL_H

#include "exeat/scan.h"
#include "exeat/vendor_key.h"
#include "gitignore.h"

enum { SIGN_BITS = 65536, HOST_BITS = 65536 };
struct scanner {
    const struct llm_catalogue *catalogue;
    struct vendor_key_index keys;
    uint64_t signs[SIGN_BITS / 64]; /* the first four bytes of each sign */
    uint64_t hosts[HOST_BITS / 64]; /* the last two labels of each host of the catalogue */
};

/* What a file is by its name. */
enum scan_kind { SCAN_CODE, SCAN_CONFIGURATION, SCAN_LOCK, SCAN_PROSE };
enum scan_kind scan_kind_of(struct text name);
bool scan_is_text(struct text name); /* whatever bytes are in it */

/* One piece under work. Findings have the offset in `line` until they are placed. */
struct piece {
    const struct scanner *scanner;
    enum scan_kind kind;
    struct text name;
    struct text text;
    size_t from;
    size_t end;
    struct scan_report *report;
};
/* The finding, whose place is given as an offset; to be filled. */
struct scan_finding *piece_add(struct piece *piece, enum scan_rule rule, size_t at);
/* What stands before it on its line. */
struct text piece_line_before(const struct piece *piece, size_t at);
/* A comment's mark begins its line. */
bool piece_is_comment(const struct piece *piece, size_t at);

void find_keys(struct piece *piece);
void find_hosts(struct piece *piece);
void find_signs(struct piece *piece);
void signs_index(struct scanner *scanner);
void hosts_index(struct scanner *scanner);

/* Takes a skip down. */
void report_skip(struct scan_report *report, enum scan_skip why, struct text file);
#endif
