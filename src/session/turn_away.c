/* SPDX-License-Identifier: Apache-2.0 */
/* More connections than limits.connections: each is told so, for the price of a few system calls. Nothing was read, so
 * there is no request yet that could have an id and a record; the metrics count it. */
#include "session_internal.h"

enum { TURNED_AWAY_MAX = 256, TURNED_AWAY_MS = 1000 };

void turn_away_begin(struct session_worker *worker)
{
    const struct reason_row *row = reason_row(REASON_LIMIT);
    const struct field fields[] = {
        {TEXT("Content-Type"), TEXT("text/plain; charset=utf-8")},
        {TEXT("Retry-After"), TEXT("1")},
        {TEXT("Proxy-Status"), TEXT("exeat; error=proxy_internal_response; details=\"limit\"")},
    };
    struct buffer body = {0};
    buffer_printf(&body, "exeat could not serve this request: %s\nreason: %s\n", row->text, row->code);
    http_answer_write(&worker->too_many, row->status, fields, COUNT_OF(fields), buffer_text(&body), false, false);
    buffer_clear(&body);
    worker->turned_away = lingering_new(worker->options.loop, TURNED_AWAY_MAX, TURNED_AWAY_MS);
}

void turn_away_end(struct session_worker *worker)
{
    lingering_free(worker->turned_away);
    buffer_clear(&worker->too_many);
}

void session_turn_away(struct session_worker *worker, int descriptor, enum speech speech)
{
    worker->over_limit++;
    uint8_t no_method[SOCKS_ANSWER_SIZE]; /* before the request SOCKS has no other no */
    socks_method_write(SOCKS_NO_METHOD, no_method);
    struct text answer = speech == SPEECH_SOCKS ? (struct text){(const char *)no_method, sizeof(no_method)}
                                                : buffer_text(&worker->too_many);
    lingering_close(worker->turned_away, descriptor, answer);
}
