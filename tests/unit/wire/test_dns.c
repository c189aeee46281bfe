/* SPDX-License-Identifier: Apache-2.0 */
/* DNS messages as they are sent, cut short, and made to harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/check.h"
#include "exeat/wire/dns.h"

/* --- messages ---
 */

static struct bytes bytes_of(struct buffer *buffer)
{
    return bytes_of_text(buffer_text(buffer));
}

static void put(struct buffer *out, unsigned number, size_t size)
{
    while (size-- > 0)
        buffer_append_byte(out, (char)(number >> (8 * size) & 0xff));
}

/* "a.example" */
static void put_name(struct buffer *out, const char *name)
{
    struct text rest = text_from(name);
    struct text label;
    while (text_split(&rest, '.', &label)) {
        put(out, (unsigned)label.length, 1);
        buffer_append(out, label);
    }
    put(out, 0, 1);
}

static void put_head(struct buffer *out, unsigned flags, unsigned answers, unsigned authorities, unsigned more)
{
    put(out, 0x1234, 2);
    put(out, flags, 2);
    put(out, 1, 2);
    put(out, answers, 2);
    put(out, authorities, 2);
    put(out, more, 2);
}

static void put_question(struct buffer *out, const char *name, unsigned type)
{
    put_name(out, name);
    put(out, type, 2);
    put(out, DNS_CLASS_IN, 2);
}

/* Owner: a pointer. */
static void put_record(struct buffer *out, unsigned owner, unsigned type, unsigned ttl, struct text data)
{
    put(out, 0xC000 | owner, 2);
    put(out, type, 2);
    put(out, DNS_CLASS_IN, 2);
    put(out, ttl, 4);
    put(out, (unsigned)data.length, 2);
    buffer_append(out, data);
}

static void put_opt(struct buffer *out, unsigned size, unsigned version, struct text options)
{
    put(out, 0, 1);
    put(out, DNS_OPT, 2);
    put(out, size, 2);
    put(out, version << 16, 4);
    put(out, (unsigned)options.length, 2);
    buffer_append(out, options);
}

static void make_question(struct buffer *out, const char *name, unsigned type)
{
    put_head(out, 0x0100, 0, 0, 0);
    put_question(out, name, type);
}

static enum dns_read read_question(struct buffer *message, struct dns_question *question, enum dns_code *code)
{
    return dns_question_read(bytes_of(message), question, code, NULL);
}

/* --- questions ---
 */

static void a_question_is_read_and_names_its_host_in_one_spelling(void **state)
{
    (void)state;
    struct buffer message = {0};
    struct dns_question question;
    struct host host;
    enum dns_code code;
    make_question(&message, "wWw.ExAmPlE", DNS_AAAA);
    assert_int_equal(read_question(&message, &question, &code), DNS_READ_DONE);
    assert_int_equal(question.id, 0x1234);
    assert_int_equal(question.type, DNS_AAAA);
    assert_int_equal(question.udp_size, DNS_UDP_OLD);
    assert_false(question.has_edns);
    assert_memory_equal(question.name.bytes, "\3wWw\7ExAmPlE", 13);
    assert_true(dns_name_host(&question.name, &host));
    assert_string_equal(host.text, "www.example");
    buffer_clear(&message);
}

static void edns_says_how_much_fits_and_its_options_are_not_followed(void **state)
{
    (void)state;
    static const struct {
        unsigned size;
        struct text options;
        uint16_t expected;
    } cases[] = {
        {1232, TEXT_INIT(""), 1232},
        {4096,
         TEXT_INIT("\0\x0a\0\x08"
                   "cookiesX"),
         4096},
        {0, TEXT_INIT("\0\x0c\0\0"), DNS_UDP_OLD},
        {511, TEXT_INIT("\0\x0c\0\2\0\0\0\x08\0\4\0\1\0\0"), DNS_UDP_OLD},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buffer message = {0};
        struct dns_question question;
        enum dns_code code;
        put_head(&message, 0x0120, 0, 0, 1);
        put_question(&message, "a.example", DNS_A);
        put_opt(&message, cases[i].size, 0, cases[i].options);
        assert_int_equal(read_question(&message, &question, &code), DNS_READ_DONE);
        assert_true(question.has_edns);
        assert_int_equal(question.udp_size, cases[i].expected);
        buffer_clear(&message);
    }
}

static void what_is_no_question_is_told_so_or_nothing(void **state)
{
    (void)state;
#define NAME "\1a\0\0\1\0\1"
#define HEAD(flags, counts) "\0\1" flags counts
#define ONE "\0\1\0\0\0\0\0\0"
    static const struct {
        struct text message;
        enum dns_read read;
        enum dns_code code;
    } cases[] = {
        {TEXT_INIT(""), DNS_READ_SILENT, 0},
        {TEXT_INIT("\0\1\1\0\0\1\0\0\0\0\0"), DNS_READ_SILENT, 0},                  /* a byte short of a header */
        {TEXT_INIT(HEAD("\x81\0", ONE) NAME), DNS_READ_SILENT, 0},                  /* a reply */
        {TEXT_INIT(HEAD("\x28\0", ONE) NAME), DNS_READ_ERROR, DNS_NOTIMP},          /* UPDATE */
        {TEXT_INIT(HEAD("\x20\0", ONE) NAME), DNS_READ_ERROR, DNS_NOTIMP},          /* NOTIFY */
        {TEXT_INIT(HEAD("\x03\0", ONE) NAME), DNS_READ_ERROR, DNS_FORMERR},         /* cut */
        {TEXT_INIT(HEAD("\1\0", "\0\0\0\0\0\0\0\0")), DNS_READ_ERROR, DNS_FORMERR}, /* no question */
        {TEXT_INIT(HEAD("\1\0", "\0\2\0\0\0\0\0\0") NAME NAME), DNS_READ_ERROR, DNS_FORMERR},
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\1\0\0\0\0") NAME), DNS_READ_ERROR, DNS_FORMERR}, /* with an answer */
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\0\0\1\0\0") NAME), DNS_READ_ERROR, DNS_FORMERR}, /* with an authority */
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\0\0\0\0\2") NAME), DNS_READ_ERROR, DNS_FORMERR}, /* OPT and a signature */
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\0\0\0\0\1") NAME), DNS_READ_ERROR, DNS_FORMERR}, /* OPT missing */
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\0\0\0\0\1") NAME "\0\0\1\0\1\0\0\0\0\0\0"), DNS_READ_ERROR, DNS_FORMERR},
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\0\0\0\0\1") NAME "\0\0\x29\x04\0\0\1\0\0\0\0"), DNS_READ_ERROR, DNS_BADVERS},
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\0\0\0\0\1") NAME "\0\0\x29\x04\0\0\0\0\0\0\1"), DNS_READ_ERROR, DNS_FORMERR},
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\0\0\0\0\1") NAME "\0\0\x29\x04\0\0\0\0\0\0\0x"), DNS_READ_ERROR, DNS_FORMERR},
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\0\0\0\0\1") NAME "\0\0\x29\x04\0\0\0\0\0\0\3\0\x0a\0"), DNS_READ_ERROR,
         DNS_FORMERR},
        {TEXT_INIT(HEAD("\1\0", "\0\1\0\0\0\0\0\1") NAME "\0\0\x29\x04\0\0\0\0\0\0\4\0\x0a\0\1"), DNS_READ_ERROR,
         DNS_FORMERR},
        {TEXT_INIT(HEAD("\1\0", ONE) NAME "x"), DNS_READ_ERROR, DNS_FORMERR}, /* bytes behind it */
        {TEXT_INIT(HEAD("\1\0", ONE) "\1a\0\0\1\0"), DNS_READ_ERROR, DNS_FORMERR},
        {TEXT_INIT(HEAD("\1\0", ONE) "\1a"), DNS_READ_ERROR, DNS_FORMERR},
        {TEXT_INIT(HEAD("\1\0", ONE) "\x40"
                                     "a\0\0\1\0\1"),
         DNS_READ_ERROR, DNS_FORMERR},                                                  /* neither label nor pointer */
        {TEXT_INIT(HEAD("\1\0", ONE) "\xc0\x0c\0\1\0\1"), DNS_READ_ERROR, DNS_FORMERR}, /* points to itself */
        {TEXT_INIT(HEAD("\1\0", ONE) "\xc0\0\0\1\0\1"), DNS_READ_ERROR, DNS_FORMERR},   /* into the header */
        {TEXT_INIT(HEAD("\1\0", ONE) "\xc0\xff\0\1\0\1"), DNS_READ_ERROR, DNS_FORMERR}, /* ahead */
        {TEXT_INIT(HEAD("\1\0", ONE) "\1a\xc0\x0c\0\1\0\1"), DNS_READ_ERROR, DNS_FORMERR}, /* round and round */
        {TEXT_INIT(HEAD("\1\0", ONE) "\1a\xc0"), DNS_READ_ERROR, DNS_FORMERR},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dns_question question;
        enum dns_code code = DNS_NOERROR;
        enum dns_read read = dns_question_read(bytes_of_text(cases[i].message), &question, &code, NULL);
        if (read != cases[i].read || (read == DNS_READ_ERROR && code != cases[i].code))
            fail_msg("case %zu: %d, code %d", i, (int)read, (int)code);
    }
}

static void a_name_has_255_bytes_and_no_more(void **state)
{
    (void)state;
    for (size_t labels = 126; labels <= 128; labels++) {
        struct buffer message = {0};
        struct dns_question question;
        enum dns_code code;
        put_head(&message, 0x0100, 0, 0, 0);
        for (size_t i = 0; i < labels; i++)
            buffer_append(&message, TEXT("\1a"));
        buffer_append(&message, TEXT("\0\0\1\0\1"));
        assert_int_equal(read_question(&message, &question, &code), labels <= 127 ? DNS_READ_DONE : DNS_READ_ERROR);
        buffer_clear(&message);
    }
}

static void a_name_that_no_host_has_is_none(void **state)
{
    (void)state;
    static const struct text names[] = {
        TEXT_INIT("\0"),
        TEXT_INIT("\3a.b\7example\0"),
        TEXT_INIT("\3a\0b\7example\0"),
        TEXT_INIT("\2\xc3\xa9\7example\0"),
        TEXT_INIT("\1*\7example\0"),
        TEXT_INIT("\1 \7example\0"),
        TEXT_INIT("\3127\1\60\1\60\1\61\0"),
        TEXT_INIT("\5a/../\7example\0"),
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct dns_name name = {.length = (uint8_t)names[i].length};
        struct host host;
        memcpy(name.bytes, names[i].data, names[i].length);
        if (dns_name_host(&name, &host))
            fail_msg("name %zu", i);
    }
}

static void a_host_makes_the_name_that_names_it(void **state)
{
    (void)state;
    struct host host;
    struct host again;
    struct dns_name name;
    assert_true(host_parse(TEXT("_sip._tcp.shop.example"), &host));
    dns_name_of_host(&host, &name);
    assert_memory_equal(name.bytes, "\4_sip\4_tcp\4shop\7example", 24);
    assert_int_equal(name.length, 24);
    assert_true(dns_name_host(&name, &again) && host_equal(&host, &again));
}

static void an_address_is_read_the_other_way_round(void **state)
{
    (void)state;
#define V6 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"
    static const struct {
        const char *name;
        const char *expected; /* NULL: none */
    } cases[] = {
        {"1.0.0.127.in-addr.arpa", "127.0.0.1"},
        {V6, "::1"},
        {"0.0.127.in-addr.arpa", NULL},
        {"5.1.0.0.127.in-addr.arpa", NULL},
        {"01.0.0.127.in-addr.arpa", NULL},
        {"256.0.0.127.in-addr.arpa", NULL},
        {"a." V6, NULL},
        {"1.0.0.127.example", NULL},
        {"in-addr.arpa", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct host host;
        struct address address;
        struct buffer text = {0};
        assert_true(host_parse(text_from(cases[i].name), &host));
        bool is_one = dns_name_address(&host, &address);
        if (is_one)
            address_append(&text, &address);
        if (is_one != (cases[i].expected != NULL) ||
            (is_one && !text_equal(buffer_text(&text), text_from(cases[i].expected))))
            fail_msg("%s", cases[i].name);
        buffer_clear(&text);
    }
}

/* --- answers ---
 */

static struct dns_asked asked_for(const char *name, uint16_t type)
{
    struct dns_asked asked = {.type = type};
    struct host host;
    assert_true(host_parse(text_from(name), &host));
    dns_name_of_host(&host, &asked.name);
    return asked;
}

enum { QUESTION_END = 12 + 11 + 4 }; /* of "a.example" */

static void an_answer_is_taken_along_its_aliases(void **state)
{
    (void)state;
    struct dns_asked asked = asked_for("a.example", DNS_A);
    struct dns_answer answer;
    struct buffer message = {0};
    put_head(&message, 0x8180, 5, 0, 0);
    put_question(&message, "A.Example", DNS_A);
    put_record(&message, 12, DNS_CNAME, 60, TEXT("\1b\xc0\x0e"));
    put_record(&message, QUESTION_END + 12, DNS_A, 30, TEXT("\xc0\0\2\1")); /* of b.example */
    put_record(&message, QUESTION_END + 12, DNS_A, 40, TEXT("\xc0\0\2\2"));
    put_record(&message, 14, DNS_A, 5, TEXT("\x0a\0\0\1"));            /* of example: nobody asked */
    put_record(&message, QUESTION_END + 12, DNS_TXT, 5, TEXT("\2hi")); /* another type */
    assert_true(dns_answer_read(bytes_of(&message), &asked, &answer));
    assert_int_equal(answer.count, 3);
    assert_int_equal(answer.records[0].type, DNS_CNAME);
    assert_int_equal(answer.records[1].owner, 0);
    assert_int_equal(answer.seconds, 30);
    struct address address;
    assert_true(dns_record_address(&answer, 2, &address));
    assert_memory_equal(address.bytes, "\xc0\0\2\2", 4);
    dns_answer_clear(&answer);
    buffer_clear(&message);
}

static void that_there_is_nothing_is_good_as_long_as_the_zone_says(void **state)
{
    (void)state;
#define SOA_OF(minimum)                                                                                                \
    "\2ns\0\0"                                                                                                         \
    "\0\0\0\1"                                                                                                         \
    "\0\0\0\2"                                                                                                         \
    "\0\0\0\3"                                                                                                         \
    "\0\0\0\4" minimum
    static const struct {
        unsigned flags;
        unsigned owner;
        unsigned ttl;
        struct text soa;
        uint32_t seconds;
    } cases[] = {
        {0x8183, 14, 600, TEXT_INIT(SOA_OF("\0\0\0\x3c")), 60},
        {0x8180, 14, 30, TEXT_INIT(SOA_OF("\0\0\0\x3c")), 30},
        {0x8183, 14, 0x80000000, TEXT_INIT(SOA_OF("\0\0\0\x3c")), 0}, /* RFC 2181 section 8 */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dns_asked asked = asked_for("a.example", DNS_A);
        struct dns_answer answer;
        struct buffer message = {0};
        put_head(&message, cases[i].flags, 0, 1, 0);
        put_question(&message, "a.example", DNS_A);
        put_record(&message, cases[i].owner, DNS_SOA, cases[i].ttl, cases[i].soa);
        assert_true(dns_answer_read(bytes_of(&message), &asked, &answer));
        assert_int_equal(answer.code, cases[i].flags & 0xF);
        assert_int_equal(answer.count, 1);
        assert_int_equal(answer.soa, 0);
        assert_int_equal(answer.seconds, cases[i].seconds);
        dns_answer_clear(&answer);
        buffer_clear(&message);
    }
}

static void what_does_not_answer_the_question_is_no_answer(void **state)
{
    (void)state;
    struct dns_asked asked = asked_for("a.example", DNS_A);
    struct dns_answer answer;
    for (int i = 0; i < 12; i++) {
        struct buffer message = {0};
        unsigned flags = i == 0 ? 0x0100 : i == 1 ? 0x8380 : i == 2 ? 0x8182 : i == 3 ? 0x8185 : 0x8180;
        put_head(&message, flags, i == 4 ? 2 : 1, i == 5 ? 1 : 0, 0);
        put_question(&message, i == 6 ? "b.example" : "a.example", i == 7 ? DNS_AAAA : DNS_A);
        if (i == 8)
            put_record(&message, 12, DNS_A, 60, TEXT("\xc0\0\2"));
        else if (i == 9)
            put_record(&message, 12, DNS_A, 60, TEXT("\xc0\0\2\1\1"));
        else if (i == 10)
            put_record(&message, 12, DNS_CNAME, 60, TEXT("\xc0\x0c")); /* an alias of itself */
        else if (i == 11)
            put_record(&message, 12, DNS_CNAME, 60, TEXT("\xc0\xff"));
        else if (i == 5)
            put_record(&message, 12, DNS_TXT, 60, TEXT("\1a"));
        else
            put_record(&message, 12, DNS_A, 60, TEXT("\xc0\0\2\1"));
        if (dns_answer_read(bytes_of(&message), &asked, &answer))
            fail_msg("case %d", i);
        buffer_clear(&message);
    }
}

static void an_answer_that_is_cut_short_anywhere_is_none(void **state)
{
    (void)state;
    struct dns_asked asked = asked_for("a.example", DNS_MX);
    struct dns_answer answer;
    struct buffer message = {0};
    put_head(&message, 0x8180, 2, 0, 0);
    put_question(&message, "a.example", DNS_MX);
    put_record(&message, 12, DNS_CNAME, 60, TEXT("\1b\xc0\x0e"));
    put_record(&message, QUESTION_END + 12, DNS_MX, 60, TEXT("\0\x0a\4mail\xc0\x0e"));
    for (size_t length = 0; length < message.length; length++)
        if (dns_answer_read((struct bytes){(const uint8_t *)message.data, length}, &asked, &answer))
            fail_msg("%zu bytes", length);
    assert_true(dns_answer_read(bytes_of(&message), &asked, &answer));
    struct bytes data = dns_record_data(&answer, 1);
    assert_int_equal(data.length, 16);
    assert_memory_equal(data.data, "\0\x0a\4mail\7example", 16); /* without compression */
    dns_answer_clear(&answer);
    buffer_clear(&message);
}

static void ten_thousand_records_become_as_many_as_there_is_room_for(void **state)
{
    (void)state;
    struct dns_asked asked = asked_for("a.example", DNS_A);
    struct dns_answer answer;
    struct buffer message = {0};
    put_head(&message, 0x8180, 4000, 0, 0);
    put_question(&message, "a.example", DNS_A);
    for (int i = 0; i < 4000; i++)
        put_record(&message, 12, DNS_A, 60, TEXT("\xc0\0\2\1"));
    assert_true(dns_answer_read(bytes_of(&message), &asked, &answer));
    assert_int_equal(answer.count, DNS_RECORDS_MAX);
    dns_answer_clear(&answer);
    buffer_clear(&message);
}

static void aliases_are_followed_sixteen_times(void **state)
{
    (void)state;
    for (unsigned aliases = 15; aliases <= 18; aliases++) {
        struct dns_asked asked = asked_for("a.example", DNS_A);
        struct dns_answer answer;
        struct buffer message = {0};
        unsigned owner = 12;
        put_head(&message, 0x8180, aliases + 1, 0, 0);
        put_question(&message, "a.example", DNS_A);
        for (unsigned i = 0; i < aliases; i++) {
            char name[] = {3, 'x', (char)('a' + i / 26), (char)('a' + i % 26), 0};
            put_record(&message, owner, DNS_CNAME, 60, (struct text){name, 5});
            owner = (unsigned)message.length - 5;
        }
        put_record(&message, owner, DNS_A, 60, TEXT("\xc0\0\2\1"));
        assert_int_equal(dns_answer_read(bytes_of(&message), &asked, &answer), aliases <= DNS_ALIASES_MAX);
        if (aliases <= DNS_ALIASES_MAX) {
            assert_int_equal(answer.count, aliases + 1);
            dns_answer_clear(&answer);
        }
        buffer_clear(&message);
    }
}

/* Of one HTTPS record: its data, or "dropped". */
static void check_service(size_t number, struct text data, struct text expected, bool takes_ech)
{
    struct dns_asked asked = asked_for("a.example", DNS_HTTPS);
    struct dns_answer answer;
    struct buffer message = {0};
    asked.takes_ech = takes_ech;
    put_head(&message, 0x8180, 1, 0, 0);
    put_question(&message, "a.example", DNS_HTTPS);
    put_record(&message, 12, DNS_HTTPS, 60, data);
    assert_true(dns_answer_read(bytes_of(&message), &asked, &answer));
    struct text got = answer.count == 0 ? TEXT("dropped") : text_of_bytes(dns_record_data(&answer, 0));
    if (!text_equal(got, expected))
        fail_msg("case %zu: %zu bytes, not %zu", number, got.length, expected.length);
    dns_answer_clear(&answer);
    buffer_clear(&message);
}

static void a_service_keeps_what_is_known_and_keys_only_where_they_may_be(void **state)
{
    (void)state;
#define ONE_DOT "\0\1\0"
#define ALPN "\0\1\0\3\2h2"
#define PORT "\0\3\0\2\1\xbb"
#define HINT "\0\4\0\4\xc0\0\2\1"
#define ECH "\0\5\0\3abc"
#define HINT6                                                                                                          \
    "\0\6\0\x10"                                                                                                       \
    "0123456789abcdef"
#define OTHER "\1\0\0\1x"
    static const struct {
        struct text data;
        struct text with;
        struct text without;
    } cases[] = {
        {TEXT_INIT(ONE_DOT ALPN PORT HINT ECH HINT6 OTHER), TEXT_INIT(ONE_DOT ALPN PORT ECH),
         TEXT_INIT(ONE_DOT ALPN PORT)},
        {TEXT_INIT(ONE_DOT "\0\0\0\2\0\1" ALPN), TEXT_INIT(ONE_DOT "\0\0\0\2\0\1" ALPN),
         TEXT_INIT(ONE_DOT "\0\0\0\2\0\1" ALPN)},
        {TEXT_INIT(ONE_DOT "\0\0\0\2\0\5" ECH), TEXT_INIT(ONE_DOT "\0\0\0\2\0\5" ECH), TEXT_INIT("dropped")},
        {TEXT_INIT(ONE_DOT "\0\0\0\2\0\4" HINT), TEXT_INIT("dropped"), TEXT_INIT("dropped")},
        {TEXT_INIT(ONE_DOT "\0\0\0\2\1\0" OTHER), TEXT_INIT("dropped"), TEXT_INIT("dropped")},
        {TEXT_INIT(ONE_DOT "\0\0\0\2\0\3"), TEXT_INIT("dropped"), TEXT_INIT("dropped")},
        {TEXT_INIT(ONE_DOT PORT ALPN), TEXT_INIT("dropped"), TEXT_INIT("dropped")}, /* not ascending */
        {TEXT_INIT(ONE_DOT PORT PORT), TEXT_INIT("dropped"), TEXT_INIT("dropped")}, /* twice */
        {TEXT_INIT(ONE_DOT "\0\1\0\4\2h2\0"), TEXT_INIT("dropped"), TEXT_INIT("dropped")},
        {TEXT_INIT(ONE_DOT "\0\3\0\3abc"), TEXT_INIT("dropped"), TEXT_INIT("dropped")},
        {TEXT_INIT(ONE_DOT "\0\5\0\4abc"), TEXT_INIT("dropped"), TEXT_INIT("dropped")}, /* longer than it is */
        {TEXT_INIT(ONE_DOT "\0"), TEXT_INIT("dropped"), TEXT_INIT("dropped")},
        {TEXT_INIT("\0\0\1b\0" ECH), TEXT_INIT("\0\0\1b\0"), TEXT_INIT("\0\0\1b\0")}, /* an alias has no parameters */
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        check_service(i, cases[i].data, cases[i].with, true);
        check_service(i, cases[i].data, cases[i].without, false);
    }
}

static void data_has_the_shape_of_its_type_or_the_answer_is_broken(void **state)
{
    (void)state;
    static const struct {
        uint16_t type;
        struct text data;
        bool good;
    } cases[] = {
        {DNS_TXT, TEXT_INIT("\2hi\0\1x"), true},
        {DNS_TXT, TEXT_INIT(""), false},
        {DNS_TXT, TEXT_INIT("\3hi"), false},
        {DNS_SRV, TEXT_INIT("\0\1\0\2\1\xbb\1b\xc0\x0e"), true},
        {DNS_SRV, TEXT_INIT("\0\1\0\2\1\xbb\1b\xc0\x0ex"), false},
        {DNS_CAA, TEXT_INIT("\0\5issueca.example"), true},
        {DNS_CAA, TEXT_INIT("\0\5issu"), false},
        {DNS_NAPTR, TEXT_INIT("\0\1\0\2\1u\3abc\0\0"), true},
        {DNS_NAPTR, TEXT_INIT("\0\1\0\2\1u\3abc\0"), false},
        {DNS_TLSA, TEXT_INIT("\3\1\1hash"), true},
        {DNS_SSHFP, TEXT_INIT("\1"), false},
        {DNS_SOA,
         TEXT_INIT("\0\0"
                   "12345678901234567890"),
         true},
        {DNS_SOA,
         TEXT_INIT("\0\0"
                   "1234567890123456789"),
         false},
        {255, TEXT_INIT("x"), false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct dns_asked asked = asked_for("a.example", cases[i].type);
        struct dns_answer answer;
        struct buffer message = {0};
        put_head(&message, 0x8180, 1, 0, 0);
        put_question(&message, "a.example", cases[i].type);
        put_record(&message, 12, cases[i].type, 60, cases[i].data);
        if (dns_answer_read(bytes_of(&message), &asked, &answer) != cases[i].good)
            fail_msg("case %zu", i);
        if (cases[i].good)
            dns_answer_clear(&answer);
        buffer_clear(&message);
    }
}

/* --- replies ---
 */

static void a_reply_repeats_the_question_letter_by_letter_and_ages(void **state)
{
    (void)state;
    struct buffer message = {0};
    struct dns_question question;
    enum dns_code code;
    struct dns_answer answer = {.count = 0};
    uint8_t out[DNS_UDP_OLD];
    make_question(&message, "wWw.eXample", DNS_A);
    assert_int_equal(read_question(&message, &question, &code), DNS_READ_DONE);
    dns_answer_add_address(&answer, &(struct address){{192, 0, 2, 1}, 4}, 60);
    dns_answer_add_address(&answer, &(struct address){{192, 0, 2, 2}, 4}, 60);
    struct dns_reply reply = {
        .question = &question, .answer = &answer, .dropped = 1, .age = 50, .extra = DNS_EXTRA_NONE};
    size_t length = dns_reply_write(&reply, out, sizeof(out));
    static const char expected[] = "\x12\x34\x81\x80\0\1\0\1\0\0\0\0\3wWw\7eXample\0\0\1\0\1"
                                   "\xc0\x0c\0\1\0\1\0\0\0\x0a\0\4\xc0\0\2\2";
    assert_int_equal(length, sizeof(expected) - 1);
    assert_memory_equal(out, expected, length);
    dns_answer_clear(&answer);
    buffer_clear(&message);
}

static void what_does_not_fit_is_left_out_and_said_so(void **state)
{
    (void)state;
    struct buffer message = {0};
    struct dns_question question;
    enum dns_code code;
    struct dns_answer answer = {.count = 0};
    uint8_t out[DNS_MESSAGE_MAX];
    put_head(&message, 0x0100, 0, 0, 1);
    put_question(&message, "a.example", DNS_AAAA);
    put_opt(&message, 1232, 0, TEXT(""));
    assert_int_equal(read_question(&message, &question, &code), DNS_READ_DONE);
    for (int i = 0; i < 60; i++)
        dns_answer_add_address(&answer, &(struct address){{0x20, 1}, 16}, 60);
    struct dns_reply reply = {.question = &question, .answer = &answer, .extra = DNS_EXTRA_NONE};
    size_t length = dns_reply_write(&reply, out, DNS_UDP_SAFE);
    assert_int_equal(length, QUESTION_END + 11);
    assert_int_equal(out[2], 0x83); /* TC */
    assert_int_equal(out[7], 0);
    length = dns_reply_write(&reply, out, sizeof(out));
    assert_int_equal(length, QUESTION_END + 60 * 28 + 11);
    assert_int_equal(out[2], 0x81);
    dns_answer_clear(&answer);
    buffer_clear(&message);
}

static void a_refusal_says_why_to_who_can_read_it(void **state)
{
    (void)state;
    struct dns_question question = {.id = 7, .has_edns = true, .type = DNS_A, .class = DNS_CLASS_IN};
    struct dns_reply reply = {
        .question = &question, .code = DNS_REFUSED, .extra = DNS_EXTRA_BLOCKED, .why = TEXT_INIT("no rule")};
    uint8_t out[DNS_UDP_OLD];
    size_t length = dns_reply_write(&reply, out, sizeof(out));
    static const char expected[] =
        "\0\7\x80\x85\0\0\0\0\0\0\0\1\0\0\x29\x04\xd0\0\0\0\0\0\x0d\0\x0f\0\x09\0\x0fno rule";
    assert_int_equal(length, sizeof(expected) - 1);
    assert_memory_equal(out, expected, length);
    question.has_edns = false;
    assert_int_equal(dns_reply_write(&reply, out, sizeof(out)), DNS_HEADER);
    question.has_edns = true;
    reply.code = DNS_BADVERS;
    reply.extra = DNS_EXTRA_NONE;
    assert_int_equal(dns_reply_write(&reply, out, sizeof(out)), DNS_HEADER + 11);
    assert_int_equal(out[3] & 0xF, 0);
    assert_int_equal(out[DNS_HEADER + 5], 1); /* the upper bits of the code */
}

static void the_longest_question_and_reason_fit_into_the_smallest_room(void **state)
{
    (void)state;
    struct dns_question question = {.has_edns = true, .name = {.length = DNS_NAME_MAX}};
    char why[400];
    uint8_t out[DNS_UDP_OLD];
    memset(why, 'w', sizeof(why));
    struct dns_reply reply = {
        .question = &question, .code = DNS_REFUSED, .extra = DNS_EXTRA_BLOCKED, .why = {why, sizeof(why)}};
    assert_true(dns_reply_write(&reply, out, sizeof(out)) <= sizeof(out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_read_and_names_its_host_in_one_spelling),
        cmocka_unit_test(edns_says_how_much_fits_and_its_options_are_not_followed),
        cmocka_unit_test(what_is_no_question_is_told_so_or_nothing),
        cmocka_unit_test(a_name_has_255_bytes_and_no_more),
        cmocka_unit_test(a_name_that_no_host_has_is_none),
        cmocka_unit_test(a_host_makes_the_name_that_names_it),
        cmocka_unit_test(an_address_is_read_the_other_way_round),
        cmocka_unit_test(an_answer_is_taken_along_its_aliases),
        cmocka_unit_test(that_there_is_nothing_is_good_as_long_as_the_zone_says),
        cmocka_unit_test(what_does_not_answer_the_question_is_no_answer),
        cmocka_unit_test(an_answer_that_is_cut_short_anywhere_is_none),
        cmocka_unit_test(ten_thousand_records_become_as_many_as_there_is_room_for),
        cmocka_unit_test(aliases_are_followed_sixteen_times),
        cmocka_unit_test(a_service_keeps_what_is_known_and_keys_only_where_they_may_be),
        cmocka_unit_test(data_has_the_shape_of_its_type_or_the_answer_is_broken),
        cmocka_unit_test(a_reply_repeats_the_question_letter_by_letter_and_ages),
        cmocka_unit_test(what_does_not_fit_is_left_out_and_said_so),
        cmocka_unit_test(a_refusal_says_why_to_who_can_read_it),
        cmocka_unit_test(the_longest_question_and_reason_fit_into_the_smallest_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
