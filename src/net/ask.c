/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that are passed on. c-ares may answer from within, and cannot be told to forget one: whoever cancels is
 * forgotten here. */
#include "exeat/net/ask.h"

#include <ares.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "names_internal.h"

enum dns_ask_state { ASK_WAITS, ASK_ANSWERED, ASK_CANCELLED };
struct dns_ask {
    struct list_node node; /* in the resolver's list */
    struct loop *loop;     /* borrowed */
    struct deferred deferred;
    dns_ask_done on_done;
    void *context;
    enum dns_ask_state state;
    bool is_overdue;
    const char *why;
    struct buffer reply;
};

static void dns_ask_free(struct dns_ask *ask)
{
    list_remove(&ask->node);
    deferred_cancel(&ask->deferred);
    buffer_clear(&ask->reply);
    base_free(ask);
}

static void tell(struct deferred *deferred)
{
    struct dns_ask *ask = list_owner(deferred, struct dns_ask, deferred);
    if (ask->state == ASK_ANSWERED)
        ask->on_done(ask->context, bytes_of_text(buffer_text(&ask->reply)), ask->is_overdue, ask->why);
    dns_ask_free(ask);
}

/* That there is nothing is an answer too; what a server refuses is none. */
static void on_answer(void *context, int status, struct bytes reply)
{
    struct dns_ask *ask = context;
    bool is_answer = status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND;
    ask->state = ask->state == ASK_CANCELLED ? ASK_CANCELLED : ASK_ANSWERED;
    ask->is_overdue = status == ARES_ETIMEOUT;
    ask->why = is_answer ? "" : ares_strerror(status);
    if (is_answer && ask->state == ASK_ANSWERED)
        buffer_append(&ask->reply, text_of_bytes(reply));
    loop_defer(ask->loop, &ask->deferred);
}

struct dns_ask *
dns_ask_start(struct resolver *resolver, const struct host *name, uint16_t type, dns_ask_done on_done, void *context)
{
    char absolute[HOST_TEXT_SIZE + 1];
    struct dns_ask *ask = base_zalloc(sizeof(*ask));
    memcpy(absolute, name->text, name->length);
    memcpy(absolute + name->length, ".", 2);
    ask->loop = resolver->loop;
    ask->deferred.run = tell;
    ask->on_done = on_done;
    ask->context = context;
    list_append(&resolver->asks, &ask->node);
    name_servers_ask(resolver->servers, absolute, type, on_answer, ask);
    return ask;
}

void dns_ask_cancel(struct dns_ask *ask)
{
    if (ask != NULL)
        ask->state = ASK_CANCELLED;
}

void asks_free(struct list *asks)
{
    struct list_node *node;
    while ((node = list_first(asks)) != NULL)
        dns_ask_free(list_owner(node, struct dns_ask, node));
}
