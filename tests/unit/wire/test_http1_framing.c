/* SPDX-License-Identifier: Apache-2.0 */
/* What HTTP/1 heads and bodies are taken and refused: one row per case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exeat/wire.h"

static const struct http_limits limits = {.head = 1024, .fields = 8};

struct request_case {
    struct text input;
    enum parse result;
    enum reason reason;
};
#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define TAKEN(text)                                                                                                    \
    {                                                                                                                  \
        TEXT_INIT(text), PARSE_DONE, REASON_NONE                                                                       \
    }
#define REFUSED(text, why)                                                                                             \
    {                                                                                                                  \
        TEXT_INIT(text), PARSE_BAD, why                                                                                \
    }
#define BAD_HEAD(text) REFUSED(text, REASON_MALFORMED_HEAD)
#define BAD_BODY(text) REFUSED(text, REASON_MALFORMED_BODY)
#define BAD_TARGET(text) REFUSED(text, REASON_BAD_TARGET)

static const struct request_case request_cases[] = {
    TAKEN(GET "\r\n"),
    TAKEN("\r\n" GET "\r\n"),
    TAKEN("CONNECT h:443 HTTP/1.0\r\n\r\n"),
    TAKEN("CONNECT h:443 HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"),
    TAKEN("GET https://h/x?y HTTP/1.1\r\nHost: h\r\n\r\n"),
    TAKEN("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"),
    TAKEN(GET "cookie: \r\n\r\n"),
    TAKEN("GETTGETTGETTGETTGETTGETTGETTGETT / HTTP/1.1\r\nHost: a\r\n\r\n"),
    TAKEN(GET "Content-Length: 9223372036854775807\r\n\r\n"),
    TAKEN(GET "Transfer-Encoding: Chunked\r\n\r\n"),
    BAD_HEAD("GETTGETTGETTGETTGETTGETTGETTGETTX / HTTP/1.1\r\nHost: a\r\n\r\n"),
    BAD_HEAD("PRI * HTTP/2.0\r\n\r\n"),                                      /* 60 */
    BAD_BODY(GET "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), /* 64 */
    BAD_BODY(GET "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"),          /* 65 */
    BAD_BODY(GET "Content-Length: 5, 5\r\n\r\n"),
    BAD_BODY(GET "Content-Length: +5\r\n\r\n"), /* 66 */
    BAD_BODY(GET "Content-Length: -5\r\n\r\n"),
    BAD_BODY(GET "Content-Length: 0x5\r\n\r\n"),
    BAD_BODY(GET "Content-Length: 5 5\r\n\r\n"),
    BAD_BODY(GET "Content-Length: \r\n\r\n"),
    BAD_BODY(GET "Content-Length: 99999999999999999999\r\n\r\n"),
    BAD_BODY(GET "Content-Length: 9223372036854775808\r\n\r\n"),
    BAD_BODY(GET "Transfer-Encoding: chunked,\r\n\r\n"), /* 67 */
    BAD_BODY(GET "Transfer-Encoding: ,chunked\r\n\r\n"),
    BAD_BODY(GET "Transfer-Encoding: chunked, gzip\r\n\r\n"),
    BAD_BODY(GET "Transfer-Encoding: xchunked\r\n\r\n"),
    BAD_HEAD(GET "Transfer-Encoding: chunked\x0b\r\n\r\n"),
    BAD_BODY(GET "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
    BAD_BODY("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    BAD_HEAD(GET "Content-Length : 5\r\n\r\n"), /* 68 */
    BAD_HEAD("GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
    BAD_HEAD("GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    BAD_HEAD(GET "X: a\r\n b\r\n\r\n"),
    BAD_HEAD(GET "X\0: a\r\n\r\n"), /* 69 */
    BAD_HEAD(GET "X(: a\r\n\r\n"),
    BAD_HEAD(GET "X\xe9: a\r\n\r\n"),
    BAD_HEAD(GET "X\r\n\r\n"),
    BAD_HEAD(GET "X: a\rb\r\n\r\n"), /* 70 */
    BAD_HEAD(GET "X: a\nb\r\n\r\n"),
    BAD_HEAD(GET "X: a\0b\r\n\r\n"),
    BAD_HEAD("GET / HTTP/1.1\nHost: a\n\n"), /* 71 */
    BAD_HEAD(GET "X: a\n\n"),
    TAKEN("CONNECT h:443 HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
    BAD_BODY("CONNECT h:443 HTTP/1.1\r\nContent-Length: 1\r\n\r\n"),
    BAD_BODY("CONNECT h:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"),
    TAKEN("GET ws://h/ HTTP/1.1\r\nHost: h\r\n\r\n"),
    TAKEN("OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n"),
    BAD_HEAD("GET / HTTP/1.1\r\n\r\n"),
    BAD_HEAD(GET "Host: a\r\n\r\n"),
    BAD_TARGET("GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n"),
    BAD_TARGET("GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n"),
    BAD_TARGET("GET h:443 HTTP/1.1\r\nHost: h\r\n\r\n"),
    BAD_TARGET("GET * HTTP/1.1\r\nHost: h\r\n\r\n"),
    BAD_TARGET("GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n"),
    BAD_TARGET("GET /a\\b HTTP/1.1\r\nHost: h\r\n\r\n"),
    TAKEN("GET /\xc3\xa9?\xff HTTP/1.1\r\nHost: h\r\n\r\n"),
    BAD_TARGET("GET /\x7f HTTP/1.1\r\nHost: h\r\n\r\n"),
    BAD_TARGET("GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n"),
    BAD_TARGET("CONNECT http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"),
    REFUSED(GET "A: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\nA: 1\r\n\r\n", REASON_HEAD_TOO_LARGE), /* 81 */
    BAD_HEAD("\x16\x03"),
};

static void takes_and_refuses_request_heads(void **state)
{
    (void)state;
    struct message_head message;
    struct http_head head = {.message = &message};
    for (size_t i = 0; i < COUNT_OF(request_cases); i++) {
        size_t used = 0;
        struct fault fault = {0};
        enum parse result = http_request_parse(request_cases[i].input, &limits, &head, &used, &fault);
        if (result != request_cases[i].result || fault.reason != request_cases[i].reason)
            fail_msg("row %zu: result %d, reason %d", i, (int)result, (int)fault.reason);
        if (result == PARSE_DONE)
            assert_int_equal(used, request_cases[i].input.length);
    }
}

static void waits_for_every_prefix_of_a_good_head(void **state)
{
    (void)state;
    struct message_head message;
    struct http_head head = {.message = &message};
    for (size_t i = 0; i < COUNT_OF(request_cases); i++) {
        struct text input = request_cases[i].input;
        for (size_t cut = 0; request_cases[i].result == PARSE_DONE && cut < input.length; cut++) {
            size_t used;
            struct fault fault;
            enum parse result = http_request_parse(text_part(input, 0, cut), &limits, &head, &used, &fault);
            assert_int_equal(result, PARSE_NEED_MORE);
        }
    }
}

static void says_which_part_of_a_head_is_too_long(void **state)
{
    (void)state;
    char bytes[2000];
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault = {0};
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = i == 3 ? ' ' : 'a';
    struct text input = {bytes, sizeof(bytes)};
    assert_int_equal(http_request_parse(input, &limits, &head, &used, &fault), PARSE_BAD);
    assert_int_equal(fault.reason, REASON_TARGET_TOO_LONG);
    static const char start[] = GET "X: ";
    for (size_t i = 0; i < sizeof(start) - 1; i++)
        bytes[i] = start[i];
    assert_int_equal(http_request_parse(input, &limits, &head, &used, &fault), PARSE_BAD);
    assert_int_equal(fault.reason, REASON_HEAD_TOO_LARGE);
}

static const struct {
    const char *head, *method, *authority, *path, *query;
} glimpses[] = {
    {"GET http://h:8/a?b HTTP/1.1\r\nHost: x\r\n\r\n", "GET", "h:8", "/a", "b"},
    {"GET http://u:p@h/a#f HTTP/1.1\r\n", "GET", "h", "/a", ""},
    {"\r\nGET /a HTTP/1.1\r\nhOST:  h \r\n", "GET", "h", "/a", ""},
    {"CONNECT u@h:443 HTTP/9\r\n", "CONNECT", "h:443", "", ""},
    {"GET http://half.exam", "GET", "", "", ""}, /* a cut name is none */
    {"GET ftp://h/ HTTP/1.1\r\n", "GET", "", "", ""},
    {"G(T / HTTP/1.1\r\n", "", "", "", ""},
    {"\x16\x03\x01", "", "", "", ""},
    {"", "", "", "", ""},
};

static void knows_a_connection_that_speaks_http_by_its_first_line(void **state)
{
    (void)state;
    static const struct {
        const char *input;
        enum parse looks;
    } rows[] = {
        {"GET / HTTP/1.1\r\n", PARSE_DONE},
        {"POST /a HTTP/1.0\nX", PARSE_DONE},
        {"GET / HTTP/1.1", PARSE_NEED_MORE},
        {"G", PARSE_NEED_MORE},
        {"", PARSE_NEED_MORE},
        {"\x16\x03\x01", PARSE_BAD},
        {"SSH-2.0-x\r\n", PARSE_BAD},
        {"EHLO me\r\n", PARSE_BAD},
        {"get / HTTP/1.1\r\n", PARSE_BAD},
        {"PRI * HTTP/2.0\r\n", PARSE_BAD},
        {"GET /\r\n", PARSE_BAD},
        {"GET / HTTP/1.1 \r\n", PARSE_BAD},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHI", PARSE_BAD},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (http_looks_so(text_from(rows[i].input), &(struct opening_scan){0}) != rows[i].looks)
            fail_msg("row %zu", i);
}

static void reads_of_a_refused_head_what_can_be_read_and_never_the_user(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(glimpses); i++) {
        struct http_glimpse glimpse;
        http_request_glimpse(text_from(glimpses[i].head), &glimpse);
        bool good = text_equal(glimpse.method, text_from(glimpses[i].method)) &&
                    text_equal(glimpse.authority, text_from(glimpses[i].authority)) &&
                    text_equal(glimpse.path, text_from(glimpses[i].path)) &&
                    text_equal(glimpse.query, text_from(glimpses[i].query));
        if (!good)
            fail_msg(
                "row %zu: %.*s %.*s %.*s", i, TEXT_ARG(glimpse.method), TEXT_ARG(glimpse.authority),
                TEXT_ARG(glimpse.path));
    }
}

static const struct {
    const char *method;
    const char *input;
    enum parse result;
    enum http_framing framing;
} reply_cases[] = {
    {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", PARSE_DONE, FRAMING_LENGTH},
    {"GET", "HTTP/1.1 200\r\n\r\n", PARSE_DONE, FRAMING_UNTIL_CLOSE},
    {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", PARSE_DONE, FRAMING_NONE}, /* 74 */
    {"GET", "HTTP/1.1 204 x\r\nContent-Length: 3\r\n\r\n", PARSE_DONE, FRAMING_NONE},
    {"GET", "HTTP/1.1 304 x\r\nContent-Length: 3\r\n\r\n", PARSE_DONE, FRAMING_NONE},
    {"CONNECT", "HTTP/1.1 200 OK\r\n\r\n", PARSE_DONE, FRAMING_NONE},
    {"GET", "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: \r\nTransfer-Encoding: chunked\r\n\r\n", PARSE_DONE,
     FRAMING_CHUNKED},
    {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", PARSE_BAD, 0}, /* 76 */
    {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 099 OK\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 600 OK\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 2000 OK\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/2 200\r\n\r\n", PARSE_BAD, 0},
    {"GET", "SSH-2.0-x", PARSE_BAD, 0},
    {"GET", "HTT", PARSE_NEED_MORE, 0},
    /* white space before a colon (RFC 9112 5.1) */
    {"GET", "HTTP/1.1 200 OK\r\nSet-Cookie : a=b\r\nX\t :1\r\nContent-Length: 3\r\n\r\n", PARSE_DONE, FRAMING_LENGTH},
    {"GET", "HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\n", PARSE_DONE, FRAMING_LENGTH},
    {"GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding\t: chunked\r\n\r\n", PARSE_DONE, FRAMING_CHUNKED},
    {"GET", "HTTP/1.1 200 OK\r\nContent-Length : 3\r\nContent-Length: 4\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding : chunked\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\r\n : 3\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\r\nA: b\r\n Content-Length: 3\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\r\nA b : c\r\n\r\n", PARSE_BAD, 0},
    /* lines that all end in LF (RFC 9112 2.2), and such as mix */
    {"GET", "HTTP/1.1 200 OK\nContent-Length: 3\n\n", PARSE_DONE, FRAMING_LENGTH},
    {"GET", "HTTP/1.1 200 OK\n\n", PARSE_DONE, FRAMING_UNTIL_CLOSE},
    {"GET", "HTTP/1.0 200 OK\nTransfer-Encoding: chunked\n\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\nContent-Length: 3\n", PARSE_NEED_MORE, 0},
    {"GET", "HTTP/1.1 200 OK\nContent-Length: 3\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 3\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\r\n\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\r\nX: a\n\nHTTP/1.1 200 OK\r\n\r\n", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\rX", PARSE_BAD, 0},
    {"GET", "HTTP/1.1 200 OK\r", PARSE_NEED_MORE, 0},
    {"GET", "HTTP/1.1 200 OK\nX: a\rb\n\n", PARSE_BAD, 0},
};

static void takes_and_refuses_reply_heads(void **state)
{
    (void)state;
    struct message_head message;
    struct http_head head = {.message = &message};
    for (size_t i = 0; i < COUNT_OF(reply_cases); i++) {
        size_t used;
        struct fault fault;
        enum parse result = http_reply_parse(
            text_from(reply_cases[i].input), &limits, text_from(reply_cases[i].method), &head, &used, &fault);
        if (result != reply_cases[i].result || (result == PARSE_DONE && head.framing != reply_cases[i].framing))
            fail_msg("row %zu: result %d", i, (int)result);
    }
}

struct body_case {
    const char *input;
    enum parse result;
};
static const struct body_case chunk_cases[] = {
    {"3\r\nabc\r\n0\r\n\r\n", PARSE_DONE},
    {"3;a=b;c=\"d e\"\r\nabc\r\n0\r\nX: y\r\n\r\n", PARSE_DONE},
    {"3\r\nabc\r\n0\r\n", PARSE_NEED_MORE},
    {"0x5\r\n", PARSE_BAD}, /* 72 */
    {"+5\r\n", PARSE_BAD},
    {"-5\r\n", PARSE_BAD},
    {" 5\r\n", PARSE_BAD},
    {"5 ;a\r\n", PARSE_BAD},
    {"5; a\r\n", PARSE_BAD},
    {"5;a=\"b\r\n", PARSE_BAD},
    {"00000000000000005\r\n", PARSE_BAD},
    {"ffffffffffffffff\r\n", PARSE_BAD},
    {"\r\n", PARSE_BAD},
    {"3\nabc", PARSE_BAD},
    {"3\r\nabcX", PARSE_BAD}, /* 73 */
    {"0\r\nContent-Length: 5\r\n\r\n", PARSE_BAD},
    {"0\r\nTransfer-Encoding: chunked\r\n\r\n", PARSE_BAD},
    {"0\r\nhost: x\r\n\r\n", PARSE_BAD},
    {"0\r\n folded\r\n\r\n", PARSE_BAD},
    {"3 \r\nabc\r\n0\r\n\r\n", PARSE_BAD},
    {"3\r\nabc\r\n0\r\nX : y\r\n\r\n", PARSE_BAD},
};

/* What hosts send beside that (RFC 9112 7.1.1, RFC 9110 6.5.1). */
static const struct body_case reply_chunk_cases[] = {
    {"3\r\nabc\r\n0\r\n\r\n", PARSE_DONE},
    {"3  \r\nabc\r\n0 \r\n\r\n", PARSE_DONE},
    {"3\t\r\nabc\r\n0\r\n\r\n", PARSE_DONE},
    {"3 ; a = b ; c = \"d e\" \r\nabc\r\n0\r\n\r\n", PARSE_DONE},
    {"3\r\nabc\r\n0\r\nContent-Type: x\r\nContent-Length: 5\r\nhost : x\r\n\r\n", PARSE_DONE},
    {"3\r\nabc\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n", PARSE_DONE},
    {" 3\r\nabc\r\n0\r\n\r\n", PARSE_BAD},
    {"3 3\r\nabc\r\n", PARSE_BAD},
    {"3 a\r\n", PARSE_BAD},
    {"3;\r\n", PARSE_BAD},
    {"3\nabc\r\n", PARSE_BAD},
    {"3 \n", PARSE_BAD},
    {"0x3\r\n", PARSE_BAD},
    {"ffffffffffffffff\r\n", PARSE_BAD},
    {"3\r\nabcX", PARSE_BAD},
    {"0\r\nno colon\r\n\r\n", PARSE_BAD},
    {"0\r\n folded: x\r\n\r\n", PARSE_BAD},
    {"0\r\nX: \x01\r\n\r\n", PARSE_BAD},
};

/* Feeds `input` with at most `step` new bytes a call. */
static enum parse read_in_steps(struct text input, uint16_t status, size_t step)
{
    struct message_head message = {.status = status};
    struct http_head head = {.message = &message, .framing = FRAMING_CHUNKED};
    struct http_body body;
    size_t at = 0;
    http_body_begin(&body, &head, &limits);
    enum parse result = PARSE_NEED_MORE;
    for (size_t seen = step; result == PARSE_NEED_MORE; seen += step) {
        seen = seen < input.length ? seen : input.length;
        size_t used = 1;
        while (result == PARSE_NEED_MORE && used > 0) {
            struct text content;
            result = http_body_read(&body, text_part(input, at, seen - at), &content, &used);
            at += used;
        }
        if (seen == input.length)
            break;
    }
    return result;
}

static void read_cases_in_steps(const struct body_case *cases, size_t count, uint16_t status)
{
    for (size_t i = 0; i < count; i++)
        for (size_t step = 1; step < 60; step++)
            if (read_in_steps(text_from(cases[i].input), status, step) != cases[i].result)
                fail_msg("row %zu in steps of %zu", i, step);
}

static void reads_chunked_bodies_in_any_pieces(void **state)
{
    (void)state;
    read_cases_in_steps(chunk_cases, COUNT_OF(chunk_cases), 0);
}

static void reads_of_hosts_what_they_may_be_forgiven_and_no_more(void **state)
{
    (void)state;
    read_cases_in_steps(reply_chunk_cases, COUNT_OF(reply_chunk_cases), 200);
}

static void what_is_written_of_a_reply_has_no_white_space_before_a_colon_and_lines_that_end_in_crlf(void **state)
{
    (void)state;
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault;
    struct buffer out = {0};
    struct text input = TEXT("HTTP/1.1 200 OK\nSet-Cookie : a=b\nX-XSS-Protection\t: 1\nContent-Length : 3\n\nabc");
    assert_int_equal(http_reply_parse(input, &limits, TEXT("GET"), &head, &used, &fault), PARSE_DONE);
    assert_int_equal(used, input.length - 3);
    assert_false(head.keep_alive);
    struct http_forward forward = {.keep_alive = true, .framing = FRAMING_LENGTH, .content_length = 3};
    http_reply_write(&out, head.message, &forward);
    struct text expected =
        TEXT("HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nX-XSS-Protection: 1\r\nContent-Length: 3\r\n\r\n");
    assert_true(text_equal(buffer_text(&out), expected));
    buffer_clear(&out);
}

static void writes_chunk_heads_of_every_length(void **state)
{
    (void)state;
    char out[HTTP_CHUNK_HEAD_SIZE];
    static const struct {
        size_t length;
        struct text head;
    } cases[] = {
        {1, TEXT_INIT("1\r\n")},
        {15, TEXT_INIT("f\r\n")},
        {16, TEXT_INIT("10\r\n")},
        {26, TEXT_INIT("1a\r\n")},
        {255, TEXT_INIT("ff\r\n")},
        {256, TEXT_INIT("100\r\n")},
        {16384, TEXT_INIT("4000\r\n")},
        {0xabcdef, TEXT_INIT("abcdef\r\n")},
        {SIZE_MAX, TEXT_INIT("ffffffffffffffff\r\n")},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_true(text_equal((struct text){out, http_chunk_head(cases[i].length, out)}, cases[i].head));
}

/* Upgrade is of one hop: what is sent on is what is meant, and nothing that may lead elsewhere. */
static void only_a_websocket_and_nothing_beside_it_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        struct text input;
        bool asks;
    } cases[] = {
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), true},
        {TEXT_INIT(GET "Connection: keep-alive, upgrade\r\nUpgrade: WebSocket\r\n\r\n"), true},
        {TEXT_INIT(GET "Upgrade: websocket\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: websocket,\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: websocket/13\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: websocket\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade:\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n"), false},
        {TEXT_INIT(GET "Connection: Upgrade\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n\r\n"), false},
        {TEXT_INIT("GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), false},
        {TEXT_INIT("POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), false},
        {TEXT_INIT("get / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"), false},
    };
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(http_request_parse(cases[i].input, &limits, &head, &used, &fault), PARSE_DONE);
        if (http_asks_for_websocket(head.message) != cases[i].asks)
            fail_msg("row %zu", i);
    }
}

static void leaves_hop_by_hop_fields_behind_and_keeps_the_rest(void **state)
{
    (void)state;
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault;
    struct http_limits wide = {.head = 4096, .fields = 64};
    struct text input =
        TEXT("POST http://h/p%41?q HTTP/1.1\r\nHost: evil\r\nConnection: close, Host, Authorization, X-Hop\r\n"
             "Authorization: k\r\nX-Hop: 1\r\nProxy-Authorization: s\r\nX-Forwarded-For: 1\r\n"
             "Forwarded: x\r\nTE: trailers\r\nUpgrade: h2c\r\nExpect: 100-continue\r\ncookie: \r\n"
             "Via: 1.1 exeat-12\r\nContent-Length: 2\r\n\r\n"); /* 77, 79 */
    assert_int_equal(http_request_parse(input, &wide, &head, &used, &fault), PARSE_DONE);
    assert_true(head.message->expects_continue);
    assert_true(http_via_has(head.message, TEXT("exeat-12")));
    assert_false(http_via_has(head.message, TEXT("exeat-1")));
    struct http_forward forward = {
        .via = TEXT_INIT("exeat-1"), .keep_alive = true, .framing = FRAMING_LENGTH, .content_length = 2};
    struct buffer out = {0};
    http_request_write(&out, head.message, TEXT("h"), &forward);
    assert_true(text_equal(
        buffer_text(&out),
        TEXT("POST /p%41?q HTTP/1.1\r\nHost: h\r\nAuthorization: k\r\nExpect: 100-continue\r\ncookie: \r\n"
             "Via: 1.1 exeat-12\r\nVia: 1.1 exeat-1\r\nContent-Length: 2\r\n\r\n")));
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_and_refuses_request_heads),
        cmocka_unit_test(waits_for_every_prefix_of_a_good_head),
        cmocka_unit_test(says_which_part_of_a_head_is_too_long),
        cmocka_unit_test(knows_a_connection_that_speaks_http_by_its_first_line),
        cmocka_unit_test(reads_of_a_refused_head_what_can_be_read_and_never_the_user),
        cmocka_unit_test(takes_and_refuses_reply_heads),
        cmocka_unit_test(reads_chunked_bodies_in_any_pieces),
        cmocka_unit_test(reads_of_hosts_what_they_may_be_forgiven_and_no_more),
        cmocka_unit_test(what_is_written_of_a_reply_has_no_white_space_before_a_colon_and_lines_that_end_in_crlf),
        cmocka_unit_test(writes_chunk_heads_of_every_length),
        cmocka_unit_test(only_a_websocket_and_nothing_beside_it_is_asked_for),
        cmocka_unit_test(leaves_hop_by_hop_fields_behind_and_keeps_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
