/* SPDX-License-Identifier: Apache-2.0 */
/* Break-glass: begun by the owner over the control socket with a reason, on record before it counts, and over by
 * itself; also with a new policy and with the end of the process. */
#include "daemon_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/log.h"

enum { BYPASS_MOST_MS = 24 * 3600 * 1000, BYPASS_LEAST_MS = 1 };

static void order(struct gate *gate, uint64_t until_us)
{
    gate->bypass.us = until_us;
    atomic_store(&gate->told.has_bypass, until_us != 0);
    for (size_t i = 0; i < gate->crew.worker_count; i++)
        worker_set_bypass(gate->crew.workers[i], until_us);
}

void gate_end_bypass(struct gate *gate, struct text why)
{
    if (gate->bypass.us == 0)
        return;
    order(gate, 0);
    timer_stop(gate->bypass.timer);
    log_warn("bypass_ended", log_text("why", why));
    if (!audit_event_text(gate->ledger.audit, RECORD_ADMIN, TEXT("bypass_ended"), why))
        log_error("audit_write_failed", log_string("event", "bypass_ended"));
}

static void on_time_is_up(void *context)
{
    gate_end_bypass(context, TEXT("its time is over"));
}

static void begin(struct gate *gate, uint64_t for_ms, struct text reason, struct buffer *answer)
{
    struct buffer detail = {0};
    buffer_printf(&detail, "for %llu s: %.*s", (unsigned long long)(for_ms / 1000), TEXT_ARG(reason));
    bool recorded = audit_event_text(gate->ledger.audit, RECORD_ADMIN, TEXT("bypass"), buffer_text(&detail));
    buffer_clear(&detail);
    if (!recorded) {
        buffer_append(answer, TEXT("refused: it could not be recorded\n"));
        return;
    }
    if (gate->bypass.timer == NULL)
        gate->bypass.timer = timer_new(gate->loop, on_time_is_up, gate);
    timer_start(gate->bypass.timer, for_ms);
    order(gate, clock_steady_us() + for_ms * 1000);
    log_warn("bypass", log_number("for_ms", (int64_t)for_ms), log_text("reason", reason));
    buffer_append(answer, TEXT("ok\n"));
}

/* "MILLISECONDS REASON", or "end". */
void gate_bypass(struct gate *gate, struct text words, struct buffer *answer)
{
    struct text number;
    struct text rest = words;
    uint64_t for_ms;
    if (text_equal(words, TEXT("end"))) {
        bool is_on = gate->bypass.us != 0;
        gate_end_bypass(gate, TEXT("its owner ended it"));
        buffer_append_string(answer, is_on ? "ok\n" : "ok: there was no bypass to end\n");
    } else if (
        !text_split(&rest, ' ', &number) || !text_to_number(number, BYPASS_MOST_MS, &for_ms) ||
        for_ms < BYPASS_LEAST_MS) {
        buffer_append(answer, TEXT("refused: a bypass lasts at most 24h\n"));
    } else if (text_trim(rest, " ").length == 0) {
        buffer_append(answer, TEXT("refused: a bypass needs a reason\n"));
    } else {
        begin(gate, for_ms, text_trim(rest, " "), answer);
    }
}
