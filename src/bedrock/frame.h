/* SPDX-License-Identifier: Apache-2.0 */
/* Binary events (application/vnd.amazon.eventstream): lengths, a checksum of them, headers, a payload, and a checksum
 * of all of it; numbers are big-endian, checksums are CRC-32 of IEEE 802.3, as zlib has it. */
#ifndef EXEAT_BEDROCK_FRAME_H
#define EXEAT_BEDROCK_FRAME_H

#include "exeat/base/bytes.h"

/* An event of a type, up to its payload of JSON, which is appended then; and its end. `start` is what begin gave. */
size_t frame_begin(struct text type, struct buffer *out);
void frame_end(size_t start, struct buffer *out);
/* The same of an exception, which ends a stream. */
size_t frame_begin_exception(struct text type, struct buffer *out);
/* An event `chunk`: JSON of a model's own, in base64. */
void frame_chunk(struct text json, struct buffer *out);

#endif
