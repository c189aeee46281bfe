/* SPDX-License-Identifier: Apache-2.0 */
/* A file's text, from its beginning on: its bytes as they are, or as UTF-8 where a byte-order mark says UTF-16. */
#ifndef EXEAT_SCAN_READER_H
#define EXEAT_SCAN_READER_H

#include <sys/types.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"

enum reader_form { READ_AS_IT_IS, READ_UTF16_LE, READ_UTF16_BE };
struct reader {
    int file; /* borrowed */
    enum reader_form form;
    uint64_t taken;     /* bytes of the file */
    struct buffer text; /* of UTF-16: what was read and not yet given */
    size_t given;       /* of that */
    uint32_t high;      /* the first half of a pair; 0: none */
};
void reader_begin(struct reader *reader, int file); /* a regular file, of which nothing was read */
void reader_end(struct reader *reader);
/* As much as is there, up to `room`. -1: errno. */
MUST_CHECK ssize_t reader_fill(struct reader *reader, char *at, size_t room);
/* The same of any file, as it is. */
MUST_CHECK ssize_t reader_fill_bytes(int file, char *at, size_t room);

#endif
