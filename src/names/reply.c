/* SPDX-License-Identifier: Apache-2.0 */
/* What the client is told, and what of it the outcome will say. */
#include <string.h>

#include "exeat/base/memory.h"
#include "names_internal.h"

enum { SECOND_US = 1000000, FALLBACK_SECONDS = 30 };

/* --- sending ---
 */

static size_t send_by_udp(struct asker *asker, const struct dns_reply *reply)
{
    size_t room = asker->question.udp_size < DNS_UDP_SAFE ? asker->question.udp_size : DNS_UDP_SAFE;
    uint8_t *out = datagrams_room(asker->datagrams, room);
    size_t length = dns_reply_write(reply, out, room);
    datagrams_send(asker->datagrams, &asker->peer, length);
    return length;
}

static size_t send_by_tcp(struct names_worker *worker, struct asker *asker, const struct dns_reply *reply)
{
    size_t length = dns_reply_write(reply, worker->scratch + 2, DNS_MESSAGE_MAX);
    bytes_put_u16(worker->scratch, (uint16_t)length);
    dns_connection_put(asker->connection, (struct bytes){worker->scratch, length + 2});
    return length;
}

static size_t put(struct names_worker *worker, struct asker *asker, struct dns_reply *reply)
{
    reply->question = &asker->question;
    if (asker->datagrams != NULL)
        return send_by_udp(asker, reply);
    return asker->connection == NULL ? 0 : send_by_tcp(worker, asker, reply);
}

static void say(struct names_worker *worker, struct asker *asker, struct dns_reply *reply)
{
    struct account *account = &asker->standing->account;
    account->bytes_up += asker->size;
    account->bytes_down += put(worker, asker, reply);
    account->names.answer = text_from(dns_code_name(reply->code));
    account->names.questions++;
}

/* --- without an answer ---
 */

/* "a rule of the policy says so (rule no-mollie)" */
void reply_refusal(struct names_worker *worker, struct asker *asker)
{
    const struct standing *standing = asker->standing;
    const struct decision *decision = &standing->verdict.decision;
    struct detail why = {0};
    const char *sentence = reason_row(decision->reason)->text;
    if (standing->account.detail != NULL)
        (void)detail_say(&why, "%s: %s", sentence, standing->account.detail);
    else if (decision->rule.length > 0)
        (void)detail_say(&why, "%s (rule %.*s)", sentence, TEXT_ARG(decision->rule));
    else
        (void)detail_say(&why, "%s", sentence);
    struct dns_reply reply = {
        .code = standing->code,
        .extra = standing->code == DNS_REFUSED ? DNS_EXTRA_BLOCKED : DNS_EXTRA_OTHER,
        .why = text_from(why.text),
    };
    say(worker, asker, &reply);
}

void reply_undecided(struct names_worker *worker, struct asker *asker, enum reason why)
{
    struct dns_reply reply = {
        .code = DNS_SERVFAIL,
        .extra = DNS_EXTRA_OTHER,
        .why = text_from(reason_row(why)->text),
    };
    (void)put(worker, asker, &reply);
}

/* --- rerouted names ---
 */

/* Its calls are answered here: whoever connects needs an address, and any will do that leads to the gate. */
static void reply_gate(struct names_worker *worker, struct asker *asker, const struct address *address)
{
    struct dns_answer answer = {.soa = DNS_RECORDS_MAX};
    uint16_t type = address->length == 16 ? DNS_AAAA : DNS_A;
    if (asker->question.type == type) {
        dns_answer_add_address(&answer, address, FALLBACK_SECONDS);
        asker->standing->account.address = *address;
    }
    struct dns_reply reply = {.code = DNS_NOERROR, .answer = &answer, .extra = DNS_EXTRA_NONE};
    say(worker, asker, &reply);
    dns_answer_clear(&answer);
}

static const struct address *gate_of(const struct names_worker *worker)
{
    static const struct address loopback = {{127, 0, 0, 1}, 4};
    const struct address *gate = &worker->limits.gate;
    return gate->length == 0 || address_class(gate) == ADDRESS_UNSPECIFIED ? &loopback : gate;
}

static bool needs_gate(const struct asker *asker)
{
    uint16_t type = asker->question.type;
    return asker->standing->verdict.is_rerouted && (type == DNS_A || type == DNS_AAAA);
}

void reply_failure(struct names_worker *worker, struct asker *asker, enum reason why, const char *detail)
{
    struct standing *standing = asker->standing;
    standing->account.reason = why;
    account_say(&standing->account, FLAW_NONE, detail);
    worker->stats.failed++;
    if (needs_gate(asker)) {
        reply_gate(worker, asker, gate_of(worker));
        return;
    }
    struct dns_reply reply = {.code = DNS_SERVFAIL, .extra = DNS_EXTRA_NO_REACHABLE, .why = text_from(detail)};
    say(worker, asker, &reply);
}

/* --- with an answer ---
 */

static void note_filtered(struct standing *standing, const struct address *address, enum reason why)
{
    struct buffer text = {0};
    struct detail detail;
    address_append(&text, address);
    (void)detail_say(
        &detail, "%.*s is %s, and no rule opens it", TEXT_ARG(buffer_text(&text)),
        address_class_name(address_class(address)));
    standing->account.reason = why;
    account_say(&standing->account, FLAW_NONE, detail.text);
    buffer_clear(&text);
}

/* Each address is judged; what is judged holds for the answer as long as the decision stands. */
static void judge_addresses(struct standing *standing, const struct dns_answer *answer)
{
    struct address address;
    enum reason why;
    standing->dropped = 0;
    standing->account.reason = REASON_NONE;
    standing->account.address.length = 0;
    for (size_t i = 0; i < answer->count; i++) {
        if (!dns_record_address(answer, i, &address))
            continue;
        bool may = policy_lets_tell(standing->policy, &standing->question, &standing->verdict, &address, &why);
        if (may && standing->account.address.length == 0)
            standing->account.address = address;
        if (may)
            continue;
        standing->dropped |= (uint64_t)1 << i;
        note_filtered(standing, &address, why);
    }
}

/* Is there an address that may be told? */
static bool has_address(const struct dns_answer *answer, uint64_t dropped)
{
    struct address address;
    for (size_t i = 0; i < answer->count; i++)
        if ((dropped & (uint64_t)1 << i) == 0 && dns_record_address(answer, i, &address))
            return true;
    return false;
}

/* An address that is left out leaves the others, of this type and the other one: a client that asks for both would take
 * an error of one for an error of all. */
static void say_answer(struct names_worker *worker, struct asker *asker, const struct dns_answer *answer, uint32_t age)
{
    struct standing *standing = asker->standing;
    bool is_told = has_address(answer, standing->dropped);
    if (needs_gate(asker) && !is_told) {
        reply_gate(worker, asker, gate_of(worker));
        return;
    }
    bool says = standing->dropped != 0 && !is_told;
    struct dns_reply reply = {
        .code = answer->code,
        .answer = answer,
        .dropped = standing->dropped,
        .age = age,
        .extra = says ? DNS_EXTRA_FILTERED : DNS_EXTRA_NONE,
        .why = says ? text_from(standing->account.detail) : TEXT(""),
    };
    worker->stats.filtered += standing->dropped != 0 ? 1 : 0;
    say(worker, asker, &reply);
}

void reply_answer(struct names_worker *worker, struct asker *asker, const struct kept *kept)
{
    struct standing *standing = asker->standing;
    uint64_t age_us = loop_now_us(worker->options.loop) - kept->came_us;
    if (standing->serial != kept->serial) {
        judge_addresses(standing, &kept->answer);
        standing->serial = kept->serial;
    }
    say_answer(worker, asker, &kept->answer, (uint32_t)(age_us / SECOND_US));
}

static void reply_fixed(struct names_worker *worker, struct asker *asker, const struct dns_answer *answer)
{
    asker->standing->serial = 0;
    judge_addresses(asker->standing, answer);
    say_answer(worker, asker, answer, 0);
}

/* From the configuration or the hosts file: judged as what a resolver says. */
void reply_own(struct names_worker *worker, struct asker *asker, const struct address *addresses, size_t count)
{
    struct dns_answer answer = {.soa = DNS_RECORDS_MAX};
    size_t wanted = asker->question.type == DNS_AAAA ? 16 : 4;
    for (size_t i = 0; i < count; i++)
        if (addresses[i].length == wanted)
            dns_answer_add_address(&answer, &addresses[i], FALLBACK_SECONDS);
    reply_fixed(worker, asker, &answer);
    dns_answer_clear(&answer);
}

/* Nobody but this machine has it: there is nothing to judge. */
void reply_here(struct names_worker *worker, struct asker *asker)
{
    struct dns_answer answer;
    if (!answer_here(&asker->standing->question, &answer)) {
        reply_gate(worker, asker, &worker->limits.rerouted);
        return;
    }
    struct dns_reply reply = {.code = DNS_NOERROR, .answer = &answer, .extra = DNS_EXTRA_NONE};
    say(worker, asker, &reply);
    dns_answer_clear(&answer);
}
