/* SPDX-License-Identifier: Apache-2.0 */
/* What we reply, written anew from what was understood. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/wire/dns.h"

enum {
    FLAGS_REPLY = 0x8000 | 0x0080, /* a reply, of somebody who would ask others (RA) */
    FLAG_CUT = 0x0200,
    FLAG_RECURSION = 0x0100,
    POINTER = 0xC000,
    POINTER_MAX = 0x3FFF,
    OPT_SIZE = 11,
    OPTION_EXTRA = 15, /* RFC 8914 section 2 */
    EXTRA_TEXT_MAX = 255,
};

struct writing {
    const struct dns_reply *reply;
    uint8_t *out;
    size_t room;
    size_t at;
    bool is_full;
    uint16_t
        places[DNS_RECORDS_MAX]; /* where the data of a record begins; 0: it was left out, or no pointer reaches it */
};

static uint8_t *take(struct writing *writing, size_t size)
{
    if (writing->is_full || writing->room - writing->at < size) {
        writing->is_full = true;
        return NULL;
    }
    uint8_t *place = writing->out + writing->at;
    writing->at += size;
    return place;
}

static void put(struct writing *writing, const void *bytes, size_t size)
{
    uint8_t *place = take(writing, size);
    if (place != NULL && size > 0)
        memcpy(place, bytes, size);
}

static void put_u16(struct writing *writing, uint16_t value)
{
    uint8_t *place = take(writing, 2);
    if (place != NULL)
        bytes_put_u16(place, value);
}

static void put_u32(struct writing *writing, uint32_t value)
{
    uint8_t *place = take(writing, 4);
    if (place != NULL)
        bytes_put_u32(place, value);
}

/* The end of the question's name where it is one, so that a zone need not be said again. */
static void put_name(struct writing *writing, const struct dns_name *name)
{
    const struct dns_name *asked = &writing->reply->question->name;
    for (size_t at = 0; at < asked->length && asked->bytes[at] > 0; at += 1 + (size_t)asked->bytes[at]) {
        struct dns_name end = {.length = (uint8_t)(asked->length - at)};
        memcpy(end.bytes, asked->bytes + at, end.length);
        if (dns_name_equal(&end, name)) {
            put_u16(writing, (uint16_t)(POINTER | (DNS_HEADER + at)));
            return;
        }
    }
    put(writing, name->bytes, name->length);
}

static void put_owner(struct writing *writing, size_t index)
{
    const struct dns_answer *answer = writing->reply->answer;
    uint16_t owner = answer->records[index].owner;
    if (index == answer->soa) {
        put_name(writing, &answer->soa_owner);
    } else if (owner == DNS_OF_QUESTION) {
        put_u16(writing, POINTER | DNS_HEADER);
    } else if (writing->places[owner] > 0) {
        put_u16(writing, (uint16_t)(POINTER | writing->places[owner]));
    } else {
        struct bytes name = dns_record_data(answer, owner);
        put(writing, name.data, name.length);
    }
}

static void put_record(struct writing *writing, size_t index)
{
    const struct dns_record *record = &writing->reply->answer->records[index];
    uint32_t age = writing->reply->age;
    struct bytes data = dns_record_data(writing->reply->answer, index);
    put_owner(writing, index);
    put_u16(writing, record->type);
    put_u16(writing, DNS_CLASS_IN);
    put_u32(writing, record->seconds > age ? record->seconds - age : 0);
    put_u16(writing, record->length);
    writing->places[index] = writing->at <= POINTER_MAX ? (uint16_t)writing->at : 0;
    put(writing, data.data, data.length);
}

/* Returns how many were written; the SOA stands in a section of its own. */
static uint16_t put_answers(struct writing *writing)
{
    const struct dns_answer *answer = writing->reply->answer;
    uint16_t count = 0;
    for (size_t i = 0; i < answer->count; i++) {
        if (i == answer->soa || (writing->reply->dropped & (uint64_t)1 << i) != 0)
            continue;
        put_record(writing, i);
        count++;
    }
    return count;
}

static bool has_soa(const struct dns_reply *reply)
{
    return reply->answer != NULL && reply->answer->soa < reply->answer->count;
}

/* The upper bits of the code stand here (RFC 6891 6.1.3). */
static void put_opt(struct writing *writing, struct text why)
{
    const struct dns_reply *reply = writing->reply;
    bool says = reply->extra != DNS_EXTRA_NONE;
    put(writing, "", 1);
    put_u16(writing, DNS_OPT);
    put_u16(writing, DNS_UDP_SAFE);
    put_u32(writing, (uint32_t)reply->code >> 4 << 24);
    put_u16(writing, says ? (uint16_t)(6 + why.length) : 0);
    if (!says)
        return;
    put_u16(writing, OPTION_EXTRA);
    put_u16(writing, (uint16_t)(2 + why.length));
    put_u16(writing, (uint16_t)reply->extra);
    put(writing, why.data, why.length);
}

static void put_question(struct writing *writing)
{
    const struct dns_question *question = writing->reply->question;
    if (question->name.length == 0)
        return;
    put(writing, question->name.bytes, question->name.length);
    put_u16(writing, question->type);
    put_u16(writing, question->class);
}

static void put_header(const struct writing *writing, uint16_t answers, uint16_t authorities)
{
    const struct dns_question *question = writing->reply->question;
    uint16_t flags =
        (uint16_t)(FLAGS_REPLY | (unsigned)question->opcode << 11 | ((unsigned)writing->reply->code & 0xF));
    flags |= question->wants_recursion ? FLAG_RECURSION : 0;
    flags |= writing->is_full ? FLAG_CUT : 0;
    bytes_put_u16(writing->out, question->id);
    bytes_put_u16(writing->out + 2, flags);
    bytes_put_u16(writing->out + 4, question->name.length > 0);
    bytes_put_u16(writing->out + 6, answers);
    bytes_put_u16(writing->out + 8, authorities);
    bytes_put_u16(writing->out + 10, question->has_edns);
}

/* Room for the OPT record is kept, so that who has it is always told. */
size_t dns_reply_write(const struct dns_reply *reply, uint8_t *out, size_t room)
{
    struct text why = text_part(reply->why, 0, EXTRA_TEXT_MAX);
    size_t opt = reply->question->has_edns ? OPT_SIZE + (reply->extra != DNS_EXTRA_NONE ? 6 + why.length : 0) : 0;
    size_t question = DNS_HEADER + (size_t)reply->question->name.length + 4;
    if (question + opt > room) {
        why = TEXT("");
        opt = OPT_SIZE + 6;
    }
    struct writing writing = {.reply = reply, .room = room - opt, .at = DNS_HEADER};
    writing.out = out;
    put_question(&writing);
    size_t start = writing.at;
    uint16_t answers = reply->answer == NULL ? 0 : put_answers(&writing);
    uint16_t authorities = has_soa(reply) ? 1 : 0;
    if (authorities > 0)
        put_record(&writing, reply->answer->soa);
    if (writing.is_full) {
        writing.at = start;
        answers = authorities = 0;
    }
    put_header(&writing, answers, authorities);
    writing.is_full = false;
    writing.room = room;
    if (reply->question->has_edns)
        put_opt(&writing, why);
    ASSERT(!writing.is_full);
    return writing.at;
}
