/* SPDX-License-Identifier: Apache-2.0 */
/* Through a proxy to a host: CONNECT (RFC 9110 9.3.6), and an answer that is read strictly and not a byte further. */
#include "exeat/base/memory.h"
#include "route_internal.h"

enum { ANSWER_FIELDS = 100, INTERIM_MAX = 4 };

static void write_question(const struct proxy *proxy, const struct host *host, uint16_t port, struct buffer *out)
{
    struct buffer authority = {0};
    struct message_head head;
    authority_append(&authority, host, port, 0); /* with its port, whatever it is */
    message_head_reset(&head);
    head.method = TEXT("CONNECT");
    head.target.path = buffer_text(&authority);
    const struct field credentials = {TEXT("Proxy-Authorization"), secret_show(&proxy->authorization)};
    const struct http_forward forward = {
        .keep_alive = true, .add = &credentials, .add_count = secret_is_empty(&proxy->authorization) ? 0 : 1};
    http_request_write(out, &head, buffer_text(&authority), &forward);
    buffer_clear(&authority);
}

/* What the operator of the gate can do something about. */
static void say_refusal(uint16_t status, struct detail *detail)
{
    if (status == 407)
        (void)detail_say(detail, "it answered 407: it wants (other) credentials");
    else
        (void)detail_say(detail, "it answered %u", (unsigned)status);
}

static enum proxy_answer judge_head(struct text bytes, struct detail *detail)
{
    const struct http_limits limits = {.head = PROXY_ANSWER_MAX, .fields = ANSWER_FIELDS};
    struct message_head head;
    struct http_head parsed = {.message = &head};
    struct fault fault;
    size_t used = 0;
    message_head_reset(&head);
    if (http_reply_parse(bytes, &limits, TEXT("CONNECT"), &parsed, &used, &fault) != PARSE_DONE) {
        (void)detail_say(detail, "its answer to CONNECT is no HTTP");
        return PROXY_BROKEN;
    }
    uint16_t status = head.status;
    if (status / 100 == 1 && status != 101)
        return PROXY_MORE;
    if (status / 100 == 2)
        return PROXY_CONNECTED;
    say_refusal(status, detail);
    return PROXY_REFUSED;
}

static bool is_whole(struct text head)
{
    return text_ends_with(head, TEXT("\n\r\n")) || text_ends_with(head, TEXT("\n\n"));
}

enum proxy_answer proxy_answer_take(struct proxy_reading *reading, char byte, struct detail *detail)
{
    if (reading->length == sizeof(reading->bytes)) {
        (void)detail_say(detail, "its answer to CONNECT does not end");
        return PROXY_BROKEN;
    }
    reading->bytes[reading->length++] = byte;
    struct text head = {reading->bytes, reading->length};
    if (byte != '\n' || !is_whole(head))
        return PROXY_MORE;
    enum proxy_answer answer = judge_head(head, detail);
    reading->length = 0;
    if (answer != PROXY_MORE || ++reading->interim <= INTERIM_MAX)
        return answer;
    (void)detail_say(detail, "it answers CONNECT again and again without saying yes or no");
    return PROXY_BROKEN;
}

/* --- the conversation ------------------------------------------------------------------------------------------------
 */

struct asking {
    struct buffer question; /* what has not left yet; a secret may be in it */
    struct proxy_reading answer;
};

struct asking *asking_new(const struct proxy *proxy, const struct host *host, uint16_t port)
{
    struct asking *asking = base_zalloc(sizeof(*asking));
    write_question(proxy, host, port, &asking->question);
    return asking;
}

void asking_free(struct asking *asking)
{
    if (asking == NULL)
        return;
    buffer_forget(&asking->question);
    base_free(asking);
}

static enum io send_question(struct asking *asking, struct channel *channel)
{
    struct buffer *question = &asking->question;
    while (question->length > 0) {
        size_t put = 0;
        struct iovec part = {question->data, question->length};
        enum io io = channel_write(channel, &part, 1, &put);
        if (io != IO_OK)
            return io;
        buffer_consume(question, put);
    }
    return IO_OK;
}

static enum proxy_answer read_answer(struct asking *asking, struct channel *channel, struct detail *detail)
{
    enum proxy_answer answer = PROXY_MORE;
    while (answer == PROXY_MORE) {
        char byte;
        size_t got = 0;
        enum io io = channel_read(channel, &byte, 1, &got);
        if (io == IO_AGAIN)
            return PROXY_MORE;
        if (io != IO_OK) {
            (void)detail_say(detail, "it closed the connection instead of answering CONNECT");
            return PROXY_BROKEN;
        }
        answer = proxy_answer_take(&asking->answer, byte, detail);
    }
    return answer;
}

enum proxy_answer asking_go_on(struct asking *asking, struct channel *channel, struct detail *detail)
{
    switch (send_question(asking, channel)) {
    case IO_OK:
        return read_answer(asking, channel, detail);
    case IO_AGAIN:
        return PROXY_MORE;
    case IO_FULL:
    case IO_END:
    case IO_BROKEN:
        break;
    }
    (void)detail_say(detail, "it closed the connection");
    return PROXY_BROKEN;
}
