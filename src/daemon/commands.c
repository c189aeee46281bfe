/* SPDX-License-Identifier: Apache-2.0 */
/* What the control socket knows: a word, and what follows it. */
#include <signal.h>
#include <unistd.h>

#include "daemon_internal.h"
#include "exeat/base/log.h"
#include "exeat/in_force.h"

enum { LOG_PATIENCE_MS = 100 };

static void do_reload(struct gate *gate, struct text rest, struct buffer *answer)
{
    (void)rest;
    gate_reload(gate, RELOAD_ASKED, answer);
}

static void do_show_config(struct gate *gate, struct text rest, struct buffer *answer)
{
    (void)rest;
    buffer_printf(
        answer, "# in force in process %ld, by policy record %llu\n", (long)getpid(),
        (unsigned long long)gate->in_force.sequence);
    in_force_show(policy_settings(gate->in_force.policy), buffer_text(&gate->in_force.start_values), answer);
}

static void do_access(struct gate *gate, struct text rest, struct buffer *answer)
{
    bool done = audit_event_text(gate->ledger.audit, RECORD_ADMIN, TEXT("access"), rest);
    buffer_append_string(answer, done ? "ok\n" : "failed: not recorded\n");
}

static void do_erase(struct gate *gate, struct text rest, struct buffer *answer)
{
    erase_begin(gate->ledger.audit, rest, answer);
}

static void do_erasing(struct gate *gate, struct text rest, struct buffer *answer)
{
    (void)rest;
    erase_look(gate->ledger.audit, answer);
}

static void do_new_origin(struct gate *gate, struct text rest, struct buffer *answer)
{
    if (gate_announce_succession(gate, rest, answer))
        kill(getpid(), SIGTERM); /* as an operator would; the desk takes it */
}

/* "ok: holds: all others are held to the gate" */
static void do_containment(struct gate *gate, struct text rest, struct buffer *answer)
{
    (void)rest;
    if (gate->containment == NULL) {
        buffer_append(answer, TEXT("refused: the configuration that runs has no `redirect`\n"));
        return;
    }
    enum redirect_finding finding = containment_ask(gate->containment);
    buffer_printf(
        answer, "%s: %s: %s\n", finding == REDIRECT_HOLDS ? "ok" : "no", redirect_finding_name(finding),
        redirect_finding_text(finding));
}

static const struct order {
    struct text word;
    void (*run)(struct gate *gate, struct text rest, struct buffer *answer);
} orders[] = {
    {TEXT_INIT("reload"), do_reload},         {TEXT_INIT("show-config"), do_show_config},
    {TEXT_INIT("bypass"), gate_bypass},       {TEXT_INIT("access"), do_access},
    {TEXT_INIT("erase"), do_erase},           {TEXT_INIT("erasing"), do_erasing},
    {TEXT_INIT("new-origin"), do_new_origin}, {TEXT_INIT("containment"), do_containment},
    {TEXT_INIT("inference"), gate_inference},
};

/* Whoever asked may look into the log at once. */
void gate_command(void *context, struct text line, struct buffer *answer)
{
    struct text rest = line;
    struct text word;
    (void)text_split(&rest, ' ', &word);
    for (size_t i = 0; i < COUNT_OF(orders); i++)
        if (text_equal(word, orders[i].word)) {
            orders[i].run(context, rest, answer);
            log_flush(LOG_PATIENCE_MS);
            return;
        }
    buffer_append(answer, TEXT("unknown command: this socket knows"));
    for (size_t i = 0; i < COUNT_OF(orders); i++)
        buffer_printf(answer, " %.*s", TEXT_ARG(orders[i].word));
    buffer_append_byte(answer, '\n');
}
