/* SPDX-License-Identifier: Apache-2.0 */
/* Where the parts of a multipart body are (RFC 2046 section 5.1). */
#ifndef EXEAT_BODY_MULTIPART_H
#define EXEAT_BODY_MULTIPART_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"
#include "exeat/body/label.h"

enum multipart {
    MULTIPART_PREAMBLE, /* before the first part; may be empty */
    MULTIPART_PART,
    MULTIPART_EPILOGUE, /* behind the last; may be empty */
    MULTIPART_NO_END,
    MULTIPART_AMBIGUOUS /* a line that some take for a boundary and others do not */
};
struct multipart_reader {
    struct text rest;
    struct text boundary; /* without its two hyphens */
    enum multipart next;  /* of what is left */
};
/* The next piece, from the front; after MULTIPART_EPILOGUE nothing comes. */
enum multipart multipart_next(struct multipart_reader *reader, struct text *piece);

struct part_field {
    struct text name;
    struct text value; /* without the blanks around it */
};
/* Takes the next field off the front of a part. False: the head is over, and `part` is its content; or, with `is_bad`,
 * it is no head. */
MUST_CHECK bool part_field_next(struct text *part, struct part_field *field, bool *is_bad);

#endif
