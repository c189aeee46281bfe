/* SPDX-License-Identifier: Apache-2.0 */
/* What a SOCKS client says, and is told. */
#include "exeat/wire/socks.h"

#include <string.h>

enum { VERSION = 5, USER_VERSION = 1, REQUEST_HEAD = 4, PORT_SIZE = 2 };
enum { COMMAND_CONNECT = 1, COMMAND_BIND = 2, COMMAND_UDP = 3 };
enum { ADDRESS_V4 = 1, ADDRESS_NAME = 3, ADDRESS_V6 = 4 };

static uint8_t byte_at(struct text input, size_t at)
{
    return (uint8_t)input.data[at];
}

static struct fault *wrong(struct fault *fault, enum reason reason)
{
    *fault = (struct fault){.reason = reason};
    return fault;
}

static enum parse bad(struct fault *fault, enum reason reason, const char *what)
{
    (void)detail_say(&wrong(fault, reason)->detail, "%s", what);
    return PARSE_BAD;
}

static enum parse bad_version(uint8_t version, struct fault *fault)
{
    if (version == 4)
        return bad(fault, REASON_MALFORMED_HEAD, "SOCKS4, which names no host: use SOCKS5 (socks5h)");
    if (version == 22)
        return bad(fault, REASON_MALFORMED_HEAD, "TLS at a listener for SOCKS without a certificate");
    if ((version >= 'A' && version <= 'Z') || (version >= 'a' && version <= 'z'))
        return bad(fault, REASON_MALFORMED_HEAD, "HTTP at a listener for SOCKS: that is spoken at listen.forward");
    (void)detail_say(&wrong(fault, REASON_MALFORMED_HEAD)->detail, "SOCKS version %u is none", (unsigned)version);
    return PARSE_BAD;
}

/* A run of bytes with its length before it. */
static bool take_run(struct text input, size_t *at, struct text *run)
{
    if (*at >= input.length || input.length - *at - 1 < byte_at(input, *at))
        return false;
    *run = text_part(input, *at + 1, byte_at(input, *at));
    *at += 1 + run->length;
    return true;
}

enum parse socks_offer_parse(struct text input, struct socks_offer *offer, size_t *used, struct fault *fault)
{
    struct text methods;
    size_t at = 1;
    if (input.length == 0)
        return PARSE_NEED_MORE;
    if (byte_at(input, 0) != VERSION)
        return bad_version(byte_at(input, 0), fault);
    if (!take_run(input, &at, &methods))
        return PARSE_NEED_MORE;
    *offer = (struct socks_offer){
        .has_nobody = text_has(methods, (char)SOCKS_NOBODY),
        .has_user = text_has(methods, (char)SOCKS_USER),
    };
    *used = at;
    return PARSE_DONE;
}

enum parse socks_user_parse(struct text input, struct socks_user *user, size_t *used, struct fault *fault)
{
    size_t at = 1;
    if (input.length == 0)
        return PARSE_NEED_MORE;
    if (byte_at(input, 0) != USER_VERSION)
        return bad(fault, REASON_MALFORMED_HEAD, "no user and password where they were to come (RFC 1929)");
    if (!take_run(input, &at, &user->name) || !take_run(input, &at, &user->proof))
        return PARSE_NEED_MORE;
    *used = at;
    return PARSE_DONE;
}

/* --- a request -------------------------------------------------------------------------------------------------------
 */

static struct text method_of(uint8_t command)
{
    switch (command) {
    case COMMAND_CONNECT:
        return TEXT("CONNECT");
    case COMMAND_BIND:
        return TEXT("BIND");
    case COMMAND_UDP:
        return TEXT("UDP");
    default:
        return TEXT("");
    }
}

/* How long the address is that begins at REQUEST_HEAD; 0: that is not to be told yet. */
static size_t address_size(struct text input)
{
    switch (byte_at(input, REQUEST_HEAD - 1)) {
    case ADDRESS_V4:
        return 4;
    case ADDRESS_V6:
        return 16;
    default:
        return input.length > REQUEST_HEAD ? 1 + (size_t)byte_at(input, REQUEST_HEAD) : 0;
    }
}

static bool read_host(struct text written, uint8_t type, struct host *host, struct detail *detail)
{
    struct address address = {.length = (uint8_t)written.length};
    if (type == ADDRESS_NAME)
        return host_read(text_after(written, 1), host, detail);
    memcpy(address.bytes, written.data, written.length);
    *host = host_of_address(&address);
    return true;
}

/* What is fixed, and comes before the address. */
static enum parse check_head(struct text input, struct socks_request *request, struct fault *fault)
{
    if (input.length > 0 && byte_at(input, 0) != VERSION)
        return bad_version(byte_at(input, 0), fault);
    if (input.length < REQUEST_HEAD)
        return PARSE_NEED_MORE;
    uint8_t type = byte_at(input, 3);
    request->method = method_of(byte_at(input, 1));
    if (byte_at(input, 2) != 0)
        return bad(fault, REASON_MALFORMED_HEAD, "the reserved byte of the request is not zero");
    if (type == ADDRESS_V4 || type == ADDRESS_NAME || type == ADDRESS_V6)
        return PARSE_DONE;
    request->reply = SOCKS_ADDRESS_UNSUPPORTED;
    (void)detail_say(&wrong(fault, REASON_BAD_TARGET)->detail, "address type %u is none", (unsigned)type);
    return PARSE_BAD;
}

static enum parse check_wish(const struct socks_request *request, struct fault *fault)
{
    if (text_equal(request->method, TEXT("BIND")))
        return bad(fault, REASON_METHOD_UNSUPPORTED, "BIND: nobody connects to a client of the gate");
    if (text_equal(request->method, TEXT("UDP")))
        return bad(fault, REASON_METHOD_UNSUPPORTED, "UDP ASSOCIATE: no datagram leaves");
    return bad(fault, REASON_METHOD_UNSUPPORTED, "no command of RFC 1928");
}

enum parse socks_request_parse(struct text input, struct socks_request *request, size_t *used, struct fault *fault)
{
    *request = (struct socks_request){.method = TEXT(""), .reply = SOCKS_FAILED};
    enum parse head = check_head(input, request, fault);
    if (head != PARSE_DONE)
        return head;
    size_t size = address_size(input);
    if (size == 0 || input.length < REQUEST_HEAD + size + PORT_SIZE)
        return PARSE_NEED_MORE;
    struct detail detail = {0};
    bool is_host = read_host(text_part(input, REQUEST_HEAD, size), byte_at(input, 3), &request->host, &detail);
    request->port = (uint16_t)(byte_at(input, REQUEST_HEAD + size) << 8 | byte_at(input, REQUEST_HEAD + size + 1));
    *used = REQUEST_HEAD + size + PORT_SIZE;
    if (!text_equal(request->method, TEXT("CONNECT"))) {
        request->reply = SOCKS_COMMAND_UNSUPPORTED;
        return check_wish(request, fault);
    }
    if (!is_host)
        return bad(fault, REASON_BAD_TARGET, detail.text);
    if (request->port == 0)
        return bad(fault, REASON_BAD_TARGET, "port 0 is none");
    request->reply = SOCKS_SUCCEEDED;
    return PARSE_DONE;
}

/* --- what it is told -------------------------------------------------------------------------------------------------
 */

void socks_method_write(enum socks_method method, uint8_t out[SOCKS_ANSWER_SIZE])
{
    out[0] = VERSION;
    out[1] = (uint8_t)method;
}

void socks_user_write(bool is_known, uint8_t out[SOCKS_ANSWER_SIZE])
{
    out[0] = USER_VERSION;
    out[1] = is_known ? 0 : 1;
}

void socks_reply_write(enum socks_reply reply, uint8_t out[SOCKS_REPLY_SIZE])
{
    memset(out, 0, SOCKS_REPLY_SIZE);
    out[0] = VERSION;
    out[1] = (uint8_t)reply;
    out[3] = ADDRESS_V4;
}
