/* SPDX-License-Identifier: Apache-2.0 */
/* What a body is of which nobody says it. */
#ifndef EXEAT_BODY_SNIFF_H
#define EXEAT_BODY_SNIFF_H

#include "exeat/base/text.h"
#include "exeat/body/label.h"

/* By what it begins with: to be held to that, all of it. `text` is UTF-8 without a byte-order mark. */
enum body_kind sniff_kind(struct text text);
bool sniff_is_text(struct text text);      /* no control characters but blanks and line ends */
bool sniff_is_multipart(struct text text); /* whose boundary nobody says */
/* What the first line of an XML document says of its charset; CHARSET_UNSAID: nothing. False: one that is not
 * read. */
bool sniff_xml_charset(struct text text, enum charset *charset);

#endif
