/* SPDX-License-Identifier: Apache-2.0 */
/* What a client asks (RFC 1035 section 4.1, RFC 6891 section 6.1). */
#include "exeat/base/check.h"
#include "exeat/wire/dns.h"

enum {
    FLAG_REPLY = 0x8000,
    FLAG_CUT = 0x0200,
    FLAG_RECURSION = 0x0100,
    OPCODE_SHIFT = 11,
    OPCODE_MASK = 0xF,
    OPT_SIZE = 11, /* without options: root, type, size, extended code and version, flags, length */
};

const char *dns_code_name(enum dns_code code)
{
    switch (code) {
    case DNS_NOERROR:
        return "NOERROR";
    case DNS_FORMERR:
        return "FORMERR";
    case DNS_SERVFAIL:
        return "SERVFAIL";
    case DNS_NXDOMAIN:
        return "NXDOMAIN";
    case DNS_NOTIMP:
        return "NOTIMP";
    case DNS_REFUSED:
        return "REFUSED";
    case DNS_BADVERS:
        return "BADVERS";
    }
    return "unknown";
}

static enum dns_read refuse(enum dns_code *code, enum dns_code why)
{
    *code = why;
    return DNS_READ_ERROR;
}

/* Options (RFC 6891 6.1.2) are codes and lengths that fill their room. */
static bool options_fit(struct bytes options)
{
    size_t at = 0;
    while (options.length - at >= 4)
        if (options.length - at - 4 < bytes_get_u16(options.data + at + 2))
            return false;
        else
            at += 4 + (size_t)bytes_get_u16(options.data + at + 2);
    return at == options.length;
}

/* The only record that may stand behind a question. */
static enum dns_read
read_opt(struct bytes opt, struct dns_question *question, enum dns_code *code, struct detail *detail)
{
    *code = DNS_FORMERR;
    if (opt.length < OPT_SIZE || opt.data[0] != 0 || bytes_get_u16(opt.data + 1) != DNS_OPT) {
        (void)detail_say(detail, "behind the question is another record than OPT");
        return DNS_READ_ERROR;
    }
    uint16_t size = bytes_get_u16(opt.data + 3);
    question->has_edns = true;
    question->udp_size = size < DNS_UDP_OLD ? DNS_UDP_OLD : size;
    if (opt.data[6] != 0) {
        (void)detail_say(detail, "EDNS version %u", opt.data[6]);
        return refuse(code, DNS_BADVERS);
    }
    struct bytes options = {opt.data + OPT_SIZE, opt.length - OPT_SIZE};
    if (options.length == bytes_get_u16(opt.data + 9) && options_fit(options))
        return DNS_READ_DONE;
    (void)detail_say(detail, "the OPT record does not end where the message does");
    return DNS_READ_ERROR;
}

static bool counts_fit(struct bytes message)
{
    return bytes_get_u16(message.data + 4) == 1 && bytes_get_u16(message.data + 6) == 0 &&
           bytes_get_u16(message.data + 8) == 0 && bytes_get_u16(message.data + 10) <= 1;
}

static enum dns_read
read_body(struct bytes message, struct dns_question *question, enum dns_code *code, struct detail *detail)
{
    size_t at = DNS_HEADER;
    *code = DNS_FORMERR;
    if (!counts_fit(message)) {
        (void)detail_say(detail, "not one question and at most one OPT record");
        return DNS_READ_ERROR;
    }
    if (!dns_name_read(message, &at, &question->name) || message.length - at < 4) {
        question->name.length = 0;
        (void)detail_say(detail, "the question has no name that can be read");
        return DNS_READ_ERROR;
    }
    question->type = bytes_get_u16(message.data + at);
    question->class = bytes_get_u16(message.data + at + 2);
    at += 4;
    if (bytes_get_u16(message.data + 10) == 1)
        return read_opt((struct bytes){message.data + at, message.length - at}, question, code, detail);
    if (at == message.length)
        return DNS_READ_DONE;
    (void)detail_say(detail, "bytes behind the question");
    return DNS_READ_ERROR;
}

enum dns_read
dns_question_read(struct bytes message, struct dns_question *question, enum dns_code *code, struct detail *detail)
{
    question->name.length = 0;
    question->type = question->class = 0;
    question->has_edns = false;
    question->udp_size = DNS_UDP_OLD;
    if (message.length < DNS_HEADER)
        return DNS_READ_SILENT;
    uint16_t flags = bytes_get_u16(message.data + 2);
    if ((flags & FLAG_REPLY) != 0)
        return DNS_READ_SILENT; /* answers to answers would go on for ever */
    question->id = bytes_get_u16(message.data);
    question->opcode = (uint8_t)(flags >> OPCODE_SHIFT & OPCODE_MASK);
    question->wants_recursion = (flags & FLAG_RECURSION) != 0;
    if (question->opcode != 0) {
        (void)detail_say(detail, "opcode %u, not a standard query", question->opcode);
        return refuse(code, DNS_NOTIMP);
    }
    if ((flags & FLAG_CUT) != 0) {
        (void)detail_say(detail, "the question says that it is cut");
        return refuse(code, DNS_FORMERR);
    }
    return read_body(message, question, code, detail);
}
