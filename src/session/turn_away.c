/* SPDX-License-Identifier: Apache-2.0 */
/* More connections than limits.connections: each is told so, for the price of a few system calls. Nothing was read, so
 * there is no request yet that could have an id and a record; the metrics count it. */
#include "session_internal.h"

enum { TURNED_AWAY_MAX = 256, TURNED_AWAY_MS = 1000 };

static void write_answer(enum reason reason, struct buffer *out)
{
    const struct reason_row *row = reason_row(reason);
    struct buffer status = {0};
    struct buffer body = {0};
    buffer_printf(&status, "exeat; error=%s; details=\"%s\"", proxy_error(reason, FLAW_NONE), row->code);
    buffer_printf(&body, "exeat could not serve this request: %s\nreason: %s\n", row->text, row->code);
    const struct field fields[] = {
        {TEXT("Content-Type"), TEXT("text/plain; charset=utf-8")},
        {TEXT("Retry-After"), TEXT("1")},
        {TEXT("Proxy-Status"), buffer_text(&status)},
    };
    http_answer_write(out, row->status, fields, COUNT_OF(fields), buffer_text(&body), false, false);
    buffer_clear(&status);
    buffer_clear(&body);
}

void turn_away_begin(struct session_worker *worker)
{
    write_answer(REASON_LIMIT, &worker->turned_away.too_many);
    write_answer(REASON_MEMORY, &worker->turned_away.no_memory);
    worker->turned_away.leaving = lingering_new(worker->options.loop, TURNED_AWAY_MAX, TURNED_AWAY_MS);
}

void turn_away_end(struct session_worker *worker)
{
    lingering_free(worker->turned_away.leaving);
    buffer_clear(&worker->turned_away.too_many);
    buffer_clear(&worker->turned_away.no_memory);
}

void session_count_over(struct session_worker *worker, enum reason reason)
{
    if (reason == REASON_MEMORY)
        worker->turned_away.over_memory++;
    else
        worker->turned_away.over_limit++;
}

/* Who speaks TLS reads nothing else before it has said hello; before its request SOCKS has no other no. */
void session_turn_away(
    struct session_worker *worker, int descriptor, const struct session_listener *listener, enum reason reason)
{
    uint8_t alert[TLS_ALERT_SIZE];
    uint8_t no_method[SOCKS_ANSWER_SIZE];
    struct text words =
        buffer_text(reason == REASON_MEMORY ? &worker->turned_away.no_memory : &worker->turned_away.too_many);
    session_count_over(worker, reason);
    tls_alert_write(TLS_ALERT_INTERNAL_ERROR, alert);
    socks_method_write(SOCKS_NO_METHOD, no_method);
    if (listener->tls != NULL)
        words = (struct text){(const char *)alert, sizeof(alert)};
    else if (listener->door == DOOR_SOCKS)
        words = (struct text){(const char *)no_method, sizeof(no_method)};
    lingering_close(worker->turned_away.leaving, descriptor, words);
}
