/* SPDX-License-Identifier: Apache-2.0 */
/* Where a server of the operator's is, as he writes it. */
#ifndef EXEAT_MODEL_URL_H
#define EXEAT_MODEL_URL_H

#include "exeat/model/scheme.h"
#include "exeat/name.h"

struct url {
    enum scheme scheme;
    struct host host;
    uint16_t port;    /* 0: of a Unix socket */
    struct text path; /* of RFC 3986 3.3, without its last slash; may be empty. Borrowed from what was read */
};
/* "http://host:port/path", or https (RFC 9110 4.2); no user, no query. */
MUST_CHECK bool url_parse(struct text text, struct url *url);
/* Does it say that it is a Unix socket? */
bool url_is_socket(struct text text);
/* "unix:/run/llama.sock", or unix:///run/llama.sock; a path of requests comes after a further colon, as nginx has it:
 * "unix:/run/llama.sock:/v2". Plain HTTP is spoken there. False: `detail` says what is wrong. */
MUST_CHECK bool url_parse_socket(struct text text, struct url *url, struct detail *detail);

#endif
