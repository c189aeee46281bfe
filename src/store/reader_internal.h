/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the reader share. reader.c: the folder and the records. reader_beside.c: what else segments hold.
 */
#ifndef EXEAT_STORE_READER_INTERNAL_H
#define EXEAT_STORE_READER_INTERNAL_H

#include "cursor.h"

struct segment_ref {
    uint64_t first;
    enum store_segment_layout layout;
};
struct store_reader {
    char *directory;              /* owned */
    struct segment_ref *segments; /* owned; ascending */
    size_t count;
    size_t current; /* segment of the cursor */
    struct cursor cursor;
    uint64_t next; /* sequence wanted */
    struct tlog_tree base;
    char *origin; /* owned */
    char *error;  /* owned */
};

/* Looks at the folder anew. False, with reader->error: it cannot be read. */
bool reader_list_segments(struct store_reader *reader);
/* The index of the one that has the sequence. */
size_t reader_segment_of(const struct store_reader *reader, uint64_t sequence);

#endif
