/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1 heads and bodies: what real clients send is served, what is ambiguous is refused. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire_internal.h"

static const struct http_limits limits = {.head = 4096, .fields = 20};

static enum parse parse(const char *bytes, struct http_head *head)
{
    size_t used;
    struct fault fault = {0};
    return http_request_parse(text_from(bytes), &limits, head, &used, &fault);
}

static void serves_what_real_clients_send(void **state)
{
    (void)state;
    static const char *const good[] = {
        "CONNECT api.openai.com:443 HTTP/1.0\r\n\r\n",
        "CONNECT a.example:443 HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\nproxy-connection: "
        "keep-alive\r\n\r\n",
        "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nCookie: \r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\n",
        "GET http://a.example HTTP/1.0\r\n\r\n",
        "POST https://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\n\r\n",
        "\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: a.example\r\n\r\n",
    };
    struct message_head message;
    struct http_head head = {.message = &message};
    for (size_t i = 0; i < COUNT_OF(good); i++)
        if (parse(good[i], &head) != PARSE_DONE)
            fail_msg("refused: %s", good[i]);
}

static void refuses_what_two_servers_could_read_differently(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET http://a/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA(b: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET http://a/#x HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\n",
        "CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n",
        "G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n",
    };
    struct message_head message;
    struct http_head head = {.message = &message};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (parse(bad[i], &head) != PARSE_BAD)
            fail_msg("taken: %s", bad[i]);
}

static void waits_for_the_rest_at_every_byte(void **state)
{
    (void)state;
    struct text whole = TEXT("POST http://a.example/x?y HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\n");
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault;
    for (size_t i = 0; i < whole.length; i++)
        assert_int_equal(http_request_parse(text_part(whole, 0, i), &limits, &head, &used, &fault), PARSE_NEED_MORE);
    assert_int_equal(http_request_parse(whole, &limits, &head, &used, &fault), PARSE_DONE);
    assert_int_equal(used, whole.length);
    assert_true(text_equal(head.message->target.path, TEXT("/x")));
    assert_true(text_equal(head.message->target.query, TEXT("y")));
    assert_true(text_equal(head.message->target.authority, TEXT("a.example")));
    assert_int_equal(head.message->length, 3);
}

static void says_which_limit_was_passed(void **state)
{
    (void)state;
    char bytes[6000];
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault = {0};
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = 'a';
    struct text endless = {bytes, sizeof(bytes)};
    bytes[0] = 'G';
    bytes[3] = ' ';
    assert_int_equal(http_request_parse(endless, &limits, &head, &used, &fault), PARSE_BAD);
    assert_int_equal(fault.reason, REASON_TARGET_TOO_LONG);
    struct buffer many = {0};
    buffer_append_string(&many, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 30; i++)
        buffer_append_string(&many, "X: y\r\n");
    buffer_append_string(&many, "\r\n");
    assert_int_equal(http_request_parse(buffer_text(&many), &limits, &head, &used, &fault), PARSE_BAD);
    assert_int_equal(fault.reason, REASON_HEAD_TOO_LARGE);
    buffer_clear(&many);
}

static enum parse read_chunked(struct text input, size_t piece, struct buffer *content)
{
    struct message_head message = {.status = 0};
    struct http_head head = {.message = &message, .framing = FRAMING_CHUNKED};
    struct http_body body;
    http_body_begin(&body, &head, &limits);
    size_t start = 0;
    size_t end = piece;
    for (;;) {
        struct text slice;
        size_t used;
        enum parse result = http_body_read(&body, text_part(input, start, end - start), &slice, &used);
        buffer_append(content, slice);
        start += used;
        if (result != PARSE_NEED_MORE)
            return result;
        if (used == 0 && slice.length == 0 && end >= input.length)
            return PARSE_NEED_MORE;
        if (used == 0)
            end += piece;
    }
}

static void reads_chunks_however_they_are_cut(void **state)
{
    (void)state;
    struct text input = TEXT("5\r\nhello\r\n1;ext=1\r\n \r\n5\r\nworld\r\n0\r\nX-T: 1\r\n\r\n");
    for (size_t piece = 1; piece <= input.length; piece++) {
        struct buffer content = {0};
        assert_int_equal(read_chunked(input, piece, &content), PARSE_DONE);
        assert_true(text_equal(buffer_text(&content), TEXT("hello world")));
        buffer_clear(&content);
    }
}

static void refuses_malformed_chunks(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "0x5\r\nhello\r\n",
        "+5\r\nhello\r\n",
        "-5\r\n",
        " 5\r\nhello\r\n",
        "5 ;a\r\nhello\r\n",
        "5\nhello\r\n",
        "11111111111111111\r\n",
        "5\r\nhelloX\r\n",
        "5\r\nhello\n",
        "0\r\nContent-Length: 5\r\n\r\n",
        "\r\n",
        "ffffffffffffffff\r\n",
        "0\r\nHost: a\r\n\r\n",
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct buffer content = {0};
        if (read_chunked(text_from(bad[i]), 1, &content) != PARSE_BAD)
            fail_msg("taken: %s", bad[i]);
        buffer_clear(&content);
    }
}

/* A line is held until its end is there: no more of it than any window of a body has. */
static void a_trailer_line_has_a_length_of_its_own(void **state)
{
    (void)state;
    const struct http_limits wide = {.head = 65536, .fields = 20};
    for (unsigned status = 0; status <= 200; status += 200) {
        for (size_t length = 8000; length <= 8400; length += 400) {
            struct message_head message = {.status = (uint16_t)status};
            struct http_head head = {.message = &message, .framing = FRAMING_CHUNKED};
            struct http_body body;
            struct buffer input = {0};
            struct text content;
            size_t used;
            buffer_append_string(&input, "0\r\nX: ");
            for (size_t i = 0; i < length; i++)
                buffer_append_byte(&input, 'y');
            http_body_begin(&body, &head, &wide);
            enum parse expected = length < 8192 ? PARSE_NEED_MORE : PARSE_BAD;
            assert_int_equal(http_body_read(&body, buffer_text(&input), &content, &used), expected);
            buffer_clear(&input);
        }
    }
}

/* Each field is looked for among them: thousands would keep a worker busy. */
static void nobody_names_more_hop_by_hop_fields_than_there_are(void **state)
{
    (void)state;
    static const char *const rows[] = {"Connection: ", "Connection: close\r\nConnection: "};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (int commas = 120; commas <= 130; commas += 10) {
            struct message_head message;
            struct http_head head = {.message = &message};
            struct buffer request = {0};
            struct buffer reply = {0};
            size_t used;
            struct fault fault = {0};
            struct buffer list = {0};
            buffer_append_string(&list, rows[i]);
            for (int j = 0; j < commas; j++)
                buffer_append_byte(&list, ',');
            BUFFER_APPEND_ALL(&request, TEXT("GET / HTTP/1.1\r\nHost: a\r\n"), buffer_text(&list), TEXT("\r\n\r\n"));
            BUFFER_APPEND_ALL(&reply, TEXT("HTTP/1.1 200 OK\r\n"), buffer_text(&list), TEXT("\r\n\r\n"));
            enum parse expected = commas == 120 ? PARSE_DONE : PARSE_BAD;
            assert_int_equal(http_request_parse(buffer_text(&request), &limits, &head, &used, &fault), expected);
            assert_int_equal(
                http_reply_parse(buffer_text(&reply), &limits, TEXT("GET"), &head, &used, &fault), expected);
            if (expected == PARSE_BAD)
                assert_string_equal(fault.detail.text, "Connection names more than 128 fields");
            buffer_clear(&request);
            buffer_clear(&reply);
            buffer_clear(&list);
        }
    }
}

static void only_named_hop_by_hop_fields_stay_behind(void **state)
{
    (void)state;
    struct message_head message;
    struct http_head head = {.message = &message};
    assert_int_equal(
        parse(
            "GET http://a.example/p?q HTTP/1.1\r\nHost: a.example\r\nConnection: close, X-Hop, Authorization\r\nX-Hop: "
            "1\r\n"
            "Authorization: Bearer k\r\nProxy-Authorization: Basic eA==\r\nX-Forwarded-For: 1.2.3.4\r\nProxy: "
            "http://evil\r\n"
            "Keep-Alive: 5\r\nAccept: */*\r\n\r\n",
            &head),
        PARSE_DONE);
    struct http_forward forward = {.via = TEXT("exeat-1"), .keep_alive = true};
    struct buffer out = {0};
    http_request_write(&out, head.message, TEXT("a.example"), &forward);
    struct text expected = TEXT("GET /p?q HTTP/1.1\r\nHost: a.example\r\nAuthorization: Bearer k\r\nAccept: */*\r\n"
                                "Via: 1.1 exeat-1\r\n\r\n");
    if (!text_equal(buffer_text(&out), expected))
        fail_msg("wrote: %.*s", TEXT_ARG(buffer_text(&out)));
    buffer_clear(&out);
}

static void replies_without_a_body_have_none(void **state)
{
    (void)state;
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault;
    assert_int_equal(
        http_reply_parse(
            TEXT("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"), &limits, TEXT("GET"), &head, &used, &fault),
        PARSE_DONE);
    assert_int_equal(head.framing, FRAMING_NONE);
    assert_int_equal(
        http_reply_parse(
            TEXT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), &limits, TEXT("HEAD"), &head, &used, &fault),
        PARSE_DONE);
    assert_int_equal(head.framing, FRAMING_NONE);
    assert_int_equal(
        http_reply_parse(TEXT("HTTP/1.1 200 OK\r\n\r\n"), &limits, TEXT("GET"), &head, &used, &fault), PARSE_DONE);
    assert_int_equal(head.framing, FRAMING_UNTIL_CLOSE);
}

static void refuses_replies_that_could_poison_a_connection(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 99 Low\r\n\r\n",
        "HTTP/1.1 600 High\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
    };
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        if (http_reply_parse(text_from(bad[i]), &limits, TEXT("GET"), &head, &used, &fault) != PARSE_BAD)
            fail_msg("taken: %s", bad[i]);
}

static void every_known_name_is_found_in_any_case(void **state)
{
    (void)state;
    const struct known_field *table;
    size_t count = known_field_table(&table);
    for (size_t i = 0; i < count; i++) {
        char folded[32];
        assert_true(table[i].name.length < sizeof(folded));
        for (size_t at = 0; at < table[i].name.length; at++)
            folded[at] = (char)tolower(table[i].name.data[at]);
        if (known_field_find((struct text){folded, table[i].name.length}) != table[i].kind)
            fail_msg("%.*s", TEXT_ARG(table[i].name));
    }
    assert_int_equal(known_field_find(TEXT("Proxy-Authorization")), FIELD_HOP);
    assert_int_equal(known_field_find(TEXT("x-forwarded-for")), FIELD_REQUEST_HOP);
    assert_int_equal(known_field_find(TEXT("X-Forwarded-")), FIELD_OTHER);
    assert_int_equal(known_field_find(TEXT("A-Name-Longer-Than-Any-Known")), FIELD_OTHER);
}

static void each_byte_of_a_value_is_looked_at(void **state)
{
    (void)state;
    char value[24];
    for (size_t length = 1; length <= sizeof(value); length++)
        for (size_t at = 0; at < length; at++)
            for (unsigned byte = 0; byte < 256; byte++) {
                memset(value, 'v', length);
                value[at] = (char)byte;
                bool good = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
                assert_true(is_field_value((struct text){value, length}) == good);
            }
}

static bool is_taken_in_a_target(unsigned byte, size_t at)
{
    char bytes[] = "GET http://a.example/pppppppppppppppppppp HTTP/1.1\r\nHost: a.example\r\n\r\n";
    struct message_head message;
    struct http_head head = {.message = &message};
    size_t used;
    struct fault fault = {0};
    *(strchr(bytes, 'p') + strlen("p://a.example/") + at) = (char)byte; /* of "http", to behind the slash */
    return http_request_parse((struct text){bytes, sizeof(bytes) - 1}, &limits, &head, &used, &fault) == PARSE_DONE;
}

static void each_byte_of_a_target_is_looked_at(void **state)
{
    (void)state;
    for (size_t at = 0; at < 20; at++)
        for (unsigned byte = 0; byte < 256; byte++) {
            bool good = byte > 0x20 && byte != 0x7f && byte != '#' && byte != '\\';
            if (is_taken_in_a_target(byte, at) != good)
                fail_msg("0x%02X at %zu", byte, at);
        }
}

static void a_name_ends_where_its_colon_stands(void **state)
{
    (void)state;
    struct message_head message;
    struct http_head head = {.message = &message};
    for (unsigned byte = 1; byte < 256; byte++) {
        char bytes[] = "GET / HTTP/1.1\r\nHost: a\r\nX-N?me: b\r\n\r\n";
        *strchr(bytes, '?') = (char)byte;
        bool good = is_token_byte((char)byte) || byte == ':'; /* the name is then shorter */
        if ((parse(bytes, &head) == PARSE_DONE) != good)
            fail_msg("0x%02X", byte);
    }
    assert_int_equal(parse("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", &head), PARSE_BAD);
    assert_int_equal(parse("GET / HTTP/1.1\r\nHost: a\r\nName\t: b\r\n\r\n", &head), PARSE_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_known_name_is_found_in_any_case),
        cmocka_unit_test(each_byte_of_a_target_is_looked_at),
        cmocka_unit_test(a_name_ends_where_its_colon_stands),
        cmocka_unit_test(each_byte_of_a_value_is_looked_at),
        cmocka_unit_test(serves_what_real_clients_send),
        cmocka_unit_test(refuses_what_two_servers_could_read_differently),
        cmocka_unit_test(waits_for_the_rest_at_every_byte),
        cmocka_unit_test(says_which_limit_was_passed),
        cmocka_unit_test(reads_chunks_however_they_are_cut),
        cmocka_unit_test(refuses_malformed_chunks),
        cmocka_unit_test(a_trailer_line_has_a_length_of_its_own),
        cmocka_unit_test(nobody_names_more_hop_by_hop_fields_than_there_are),
        cmocka_unit_test(only_named_hop_by_hop_fields_stay_behind),
        cmocka_unit_test(replies_without_a_body_have_none),
        cmocka_unit_test(refuses_replies_that_could_poison_a_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
