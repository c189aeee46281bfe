/* SPDX-License-Identifier: Apache-2.0 */
/* Where the parts of a multipart body are (RFC 2046 section 5.1), and the fields of their heads. What two readers could
 * cut in two ways is said to be ambiguous. Pure: all texts are borrowed from what is read. */
#ifndef EXEAT_MULTIPART_H
#define EXEAT_MULTIPART_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

enum multipart {
    MULTIPART_PREAMBLE, /* before the first part; may be empty */
    MULTIPART_PART,
    MULTIPART_EPILOGUE, /* behind the last; may be empty */
    MULTIPART_NO_END,   /* its last boundary is missing */
    MULTIPART_AMBIGUOUS /* a line that some take for a boundary, and others not */
};
struct multipart_reader {
    struct text rest;
    struct text boundary; /* without its two hyphens */
    enum multipart next;  /* of what is left; zeroed it is the preamble */
};
/* The next piece, from the front; after MULTIPART_EPILOGUE nothing comes. */
enum multipart multipart_next(struct multipart_reader *reader, struct text *piece);

struct multipart_field {
    struct text name;
    struct text value; /* without the blanks around it */
};
/* Takes the next field off the front of a part. False: the head is over, and `part` is its content; or, with `is_bad`,
 * it is no head. */
MUST_CHECK bool multipart_field_next(struct text *part, struct multipart_field *field, bool *is_bad);

#endif
