/* SPDX-License-Identifier: Apache-2.0 */
/* What a resolver answers: only what follows from the question is taken, one alias after the other. */
#include <string.h>

#include "dns_data.h"
#include "exeat/base/check.h"

enum {
    FLAG_REPLY = 0x8000,
    FLAG_CUT = 0x0200,
    FIXED = 10, /* of a record, behind its name: type, class, TTL, length */
    SOA_NUMBERS = 20,
    TTL_MAX = 0x7FFFFFFF, /* RFC 2181 section 8: more means 0 */
};

/* A record as it stands in the message. */
struct raw {
    struct dns_name owner;
    uint16_t type;
    uint16_t class;
    uint32_t seconds;
    size_t at;
    size_t length;
};
struct reading {
    struct bytes message;
    const struct dns_asked *asked;
    struct dns_answer *answer;
    size_t answers_at; /* where the section begins */
    uint16_t answers;
    uint16_t authorities;
};

static bool read_raw(struct bytes message, size_t *at, struct raw *raw)
{
    if (!dns_name_read(message, at, &raw->owner) || message.length - *at < FIXED)
        return false;
    const uint8_t *fixed = message.data + *at;
    raw->type = bytes_get_u16(fixed);
    raw->class = bytes_get_u16(fixed + 2);
    raw->seconds = bytes_get_u32(fixed + 4) > TTL_MAX ? 0 : bytes_get_u32(fixed + 4);
    raw->length = bytes_get_u16(fixed + 8);
    raw->at = *at + FIXED;
    if (message.length - raw->at < raw->length)
        return false;
    *at = raw->at + raw->length;
    return true;
}

/* --- adding ---
 */

static void note_seconds(struct dns_answer *answer, uint32_t seconds)
{
    answer->seconds = seconds < answer->seconds ? seconds : answer->seconds;
}

/* False: there is no room for it. Its data is what was appended since `at`. */
static bool add(struct dns_answer *answer, uint16_t type, uint16_t owner, uint32_t seconds, size_t at)
{
    size_t length = answer->data.length - at;
    if (answer->count >= DNS_RECORDS_MAX || answer->data.length > DNS_DATA_MAX) {
        answer->data.length = at;
        return false;
    }
    answer->records[answer->count++] = (struct dns_record){
        .type = type, .owner = owner, .seconds = seconds, .at = (uint32_t)at, .length = (uint16_t)length};
    note_seconds(answer, seconds);
    return true;
}

struct bytes dns_record_data(const struct dns_answer *answer, size_t record)
{
    const struct dns_record *found = &answer->records[record];
    return (struct bytes){(const uint8_t *)answer->data.data + found->at, found->length};
}

bool dns_record_address(const struct dns_answer *answer, size_t record, struct address *address)
{
    uint16_t type = answer->records[record].type;
    struct bytes data = dns_record_data(answer, record);
    if (type != DNS_A && type != DNS_AAAA)
        return false;
    *address = (struct address){.length = (uint8_t)data.length};
    memcpy(address->bytes, data.data, data.length);
    return true;
}

static void begin(struct dns_answer *answer, enum dns_code code)
{
    answer->code = code;
    answer->seconds = UINT32_MAX;
    answer->count = 0;
    answer->soa = DNS_RECORDS_MAX;
    answer->soa_owner.length = 0;
    answer->data = (struct buffer){0};
}

static void add_own(struct dns_answer *answer, uint16_t type, struct bytes data, uint32_t seconds)
{
    if (answer->count == 0)
        begin(answer, DNS_NOERROR);
    size_t at = answer->data.length;
    buffer_append(&answer->data, text_of_bytes(data));
    (void)add(answer, type, DNS_OF_QUESTION, seconds, at);
}

void dns_answer_add_address(struct dns_answer *answer, const struct address *address, uint32_t seconds)
{
    uint16_t type = address->length == 16 ? DNS_AAAA : DNS_A;
    add_own(answer, type, (struct bytes){address->bytes, address->length}, seconds);
}

void dns_answer_add_name(struct dns_answer *answer, uint16_t type, const struct dns_name *name, uint32_t seconds)
{
    add_own(answer, type, (struct bytes){name->bytes, name->length}, seconds);
}

void dns_answer_clear(struct dns_answer *answer)
{
    buffer_clear(&answer->data);
    answer->count = 0;
}

/* --- reading ---
 */

/* The question has to come back as it was asked. */
static bool read_question(struct reading *reading)
{
    struct bytes message = reading->message;
    struct dns_name name;
    size_t at = DNS_HEADER;
    if (message.length < DNS_HEADER)
        return false;
    uint16_t flags = bytes_get_u16(message.data + 2);
    uint8_t code = flags & 0xF;
    bool is_answer = (flags & FLAG_REPLY) != 0 && (flags & FLAG_CUT) == 0 && bytes_get_u16(message.data + 4) == 1;
    if (!is_answer || (code != DNS_NOERROR && code != DNS_NXDOMAIN) || !dns_name_read(message, &at, &name) ||
        message.length - at < 4 || !dns_name_equal(&name, &reading->asked->name) ||
        bytes_get_u16(message.data + at) != reading->asked->type ||
        bytes_get_u16(message.data + at + 2) != DNS_CLASS_IN)
        return false;
    begin(reading->answer, (enum dns_code)code);
    reading->answers_at = at + 4;
    reading->answers = bytes_get_u16(message.data + 6);
    reading->authorities = bytes_get_u16(message.data + 8);
    return true;
}

static bool is_of(const struct raw *raw, uint16_t type, const struct dns_name *owner)
{
    return raw->type == type && raw->class == DNS_CLASS_IN && dns_name_equal(&raw->owner, owner);
}

enum found { FOUND, FOUND_NONE, FOUND_BROKEN };
/* The first CNAME of `*owner`, which becomes its target. */
static enum found follow_alias(struct reading *reading, struct dns_name *owner, uint16_t *owner_index)
{
    struct dns_answer *answer = reading->answer;
    size_t at = reading->answers_at;
    struct raw raw;
    for (size_t i = 0; i < reading->answers; i++) {
        if (!read_raw(reading->message, &at, &raw))
            return FOUND_BROKEN;
        if (!is_of(&raw, DNS_CNAME, owner))
            continue;
        size_t start = answer->data.length;
        if (!dns_data_read_plain(reading->message, raw.at, raw.length, DNS_CNAME, &answer->data) ||
            !add(answer, DNS_CNAME, *owner_index, raw.seconds, start))
            return FOUND_BROKEN;
        struct bytes target = dns_record_data(answer, answer->count - 1);
        memcpy(owner->bytes, target.data, target.length);
        owner->length = (uint8_t)target.length;
        *owner_index = (uint16_t)(answer->count - 1);
        return FOUND;
    }
    return FOUND_NONE;
}

/* A chain that is longer is one that leads round. */
static bool follow_aliases(struct reading *reading, struct dns_name *owner, uint16_t *owner_index)
{
    enum found found = FOUND;
    if (reading->asked->type == DNS_CNAME)
        return true;
    for (size_t i = 0; i <= DNS_ALIASES_MAX && found == FOUND; i++)
        found = follow_alias(reading, owner, owner_index);
    return found == FOUND_NONE;
}

/* A record of a service that is of no use here is as if it were not there. */
static bool take_record(struct reading *reading, const struct raw *raw, uint16_t owner_index)
{
    struct dns_answer *answer = reading->answer;
    bool is_service = raw->type == DNS_SVCB || raw->type == DNS_HTTPS;
    size_t start = answer->data.length;
    if (!dns_data_read(reading->message, raw->at, raw->length, reading->asked, &answer->data)) {
        answer->data.length = start;
        return is_service;
    }
    (void)add(answer, raw->type, owner_index, raw->seconds, start);
    return true;
}

/* `*at` moves behind the section. */
static bool take_records(struct reading *reading, const struct dns_name *owner, uint16_t owner_index, size_t *at)
{
    struct raw raw;
    *at = reading->answers_at;
    for (size_t i = 0; i < reading->answers; i++) {
        if (!read_raw(reading->message, at, &raw))
            return false;
        if (is_of(&raw, reading->asked->type, owner) && !take_record(reading, &raw, owner_index))
            return false;
    }
    return true;
}

static bool is_within(const struct dns_name *name, const struct dns_name *zone)
{
    for (size_t at = 0; at < name->length; at += 1 + (size_t)name->bytes[at]) {
        struct dns_name end = {.length = (uint8_t)(name->length - at)};
        memcpy(end.bytes, name->bytes + at, end.length);
        if (dns_name_equal(&end, zone))
            return true;
    }
    return false;
}

static bool take_soa(struct reading *reading, const struct raw *raw)
{
    struct dns_answer *answer = reading->answer;
    size_t start = answer->data.length;
    if (!dns_data_read_plain(reading->message, raw->at, raw->length, DNS_SOA, &answer->data))
        return false;
    uint32_t minimum = bytes_get_u32((const uint8_t *)answer->data.data + answer->data.length - 4);
    uint32_t seconds = minimum < raw->seconds ? minimum : raw->seconds;
    if (!add(answer, DNS_SOA, DNS_OF_QUESTION, seconds, start))
        return false;
    answer->soa = answer->count - 1;
    answer->soa_owner = raw->owner;
    return true;
}

/* How long it is good that there is nothing (RFC 2308 section 5): without a SOA of the zone, not at all. */
static bool read_nothing(struct reading *reading, const struct dns_name *owner, size_t at)
{
    struct raw raw;
    for (size_t i = 0; i < reading->authorities; i++) {
        if (!read_raw(reading->message, &at, &raw))
            return false;
        if (raw.type == DNS_SOA && raw.class == DNS_CLASS_IN && is_within(owner, &raw.owner))
            return take_soa(reading, &raw);
    }
    reading->answer->seconds = 0;
    return true;
}

bool dns_answer_read(struct bytes reply, const struct dns_asked *asked, struct dns_answer *answer)
{
    struct reading reading = {.message = reply, .asked = asked, .answer = answer};
    struct dns_name owner = asked->name;
    uint16_t owner_index = DNS_OF_QUESTION;
    size_t at;
    if (!read_question(&reading))
        return false;
    bool good = follow_aliases(&reading, &owner, &owner_index);
    size_t aliases = answer->count;
    good = good && take_records(&reading, &owner, owner_index, &at);
    if (good && answer->count == aliases)
        good = read_nothing(&reading, &owner, at);
    if (!good)
        dns_answer_clear(answer);
    return good;
}
