/* SPDX-License-Identifier: Apache-2.0 */
/* What a head says about its connection: whose it is, and how long it is kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "exeat/wire.h"

static const struct http_limits limits = {.head = 8192, .fields = 50};

static void parse_with(const char *field, char out[512], struct http_head *head)
{
    size_t used;
    struct fault fault;
    int length = snprintf(out, 512, "HTTP/1.1 401 No\r\nContent-Length: 0\r\n%s\r\n\r\n", field);
    struct text input = {out, (size_t)length};
    if (http_reply_parse(input, &limits, TEXT("GET"), head, &used, &fault) != PARSE_DONE)
        fail_msg("%s", field);
}

static void a_scheme_that_is_not_known_to_prove_itself_binds_the_connection(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        bool binds;
    } rows[] = {
        {"Server: any", false},
        {"Authorization: Basic YTpi", false},
        {"authorization: bearer e30.e30.", false},
        {"Authorization: Digest username=\"a, NTLM b\", realm=x, uri=\"/\"", false},
        {"Authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0f", false},
        {"Authorization: NTLM TlRMTVNTUAAB", true},
        {"Authorization: ntlm TlRMTVNTUAAB==", true},
        {"Authorization: Negotiate YII=", true},
        {"Authorization: Kerberos YII=", true},
        {"Authorization: Nego2 YII=", true},
        {"Authorization: sk_live_4711", true},
        {"Authorization: Basicx YTpi", true},
        {"Authorization: \"Basic\" YTpi", true},
        {"Authorization: Basic\tYTpi\r\nAuthorization: NTLM YTpi", true},
        {"WWW-Authenticate: Basic realm=\"shop\"", false},
        {"WWW-Authenticate: Basic realm = \"shop\" , charset=\"UTF-8\"", false},
        {"WWW-Authenticate: Bearer realm=\"x\", error=\"invalid_token\"", false},
        {"WWW-Authenticate: Basic realm=\"a, b\\\", Negotiate\"", false},
        {"WWW-Authenticate: ,, Basic realm=a,", false},
        {"WWW-Authenticate: NTLM", true},
        {"WWW-Authenticate: Basic realm=\"x\", NTLM", true},
        {"WWW-Authenticate: Basic realm=\"x, NTLM", true},
        {"WWW-Authenticate: Basic realm=x,Negotiate YII=", true},
        {"WWW-Authenticate: Basic realm=x\r\nWWW-Authenticate: Negotiate", true},
        {"Proxy-Authenticate: Negotiate", true},
        {"Proxy-Authenticate: Basic realm=x", false},
        {"Persistent-Auth: true", true},
        {"Persistent-Auth: ", true},
        {"Persistent-Auth: false", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bytes[512];
        struct message_head message;
        struct http_head head = {.message = &message};
        parse_with(rows[i].field, bytes, &head);
        if (http_binds_connection(head.message) != rows[i].binds)
            fail_msg("%s", rows[i].field);
    }
}

static void the_time_that_an_origin_keeps_a_connection_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        int64_t seconds; /* -1: it does not say */
    } rows[] = {
        {"Server: any", -1},
        {"Keep-Alive: timeout=5", 5},
        {"keep-alive: max=100, Timeout=15", 15},
        {"Keep-Alive: timeout=\"60\",max=3", 60},
        {"Keep-Alive: timeout=0", 0},
        {"Keep-Alive: 300", -1},
        {"Keep-Alive: timeout", -1},
        {"Keep-Alive: timeout=", -1},
        {"Keep-Alive: timeout=-1", -1},
        {"Keep-Alive: timeout=99999999999999999999999", -1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char bytes[512];
        struct message_head message;
        struct http_head head = {.message = &message};
        uint64_t seconds = 0;
        parse_with(rows[i].field, bytes, &head);
        bool said = http_keep_alive_seconds(head.message, &seconds);
        if (said != (rows[i].seconds >= 0) || (said && seconds != (uint64_t)rows[i].seconds))
            fail_msg("%s", rows[i].field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scheme_that_is_not_known_to_prove_itself_binds_the_connection),
        cmocka_unit_test(the_time_that_an_origin_keeps_a_connection_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
