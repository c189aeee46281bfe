/* SPDX-License-Identifier: Apache-2.0 */
/* The data of one DNS record, checked by its type's shape. */
#ifndef EXEAT_WIRE_DNS_DATA_H
#define EXEAT_WIRE_DNS_DATA_H

#include "exeat/wire/dns.h"

/* The data at `at`, `length` bytes of `message`, appended to `out` with its names written out. False: it is not of that
 * shape, or of a type that is not understood. */
MUST_CHECK bool
dns_data_read(struct bytes message, size_t at, size_t length, const struct dns_asked *asked, struct buffer *out);
/* The same of a type that is no SVCB or HTTPS. */
MUST_CHECK bool dns_data_read_plain(struct bytes message, size_t at, size_t length, uint16_t type, struct buffer *out);

#endif
