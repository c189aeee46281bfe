/* SPDX-License-Identifier: Apache-2.0 */
/* Health and metrics: one request, one answer, closed. Few connections, no keep-alive: this port is for probes. */
#include "exeat/admin.h"
#include "exeat/base/memory.h"
#include "exeat/web.h"

enum { VISITORS_MAX = 64, BODY_MAX = 8192, VISIT_MS = 5000 };
#define TYPE "text/plain; version=0.0.4; charset=utf-8"

struct admin {
    struct web_server *server; /* owned */
    admin_objection objection;
    admin_look look;
    void *context;
};

static void answer_metrics(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    struct admin *admin = context;
    struct admin_view *view = base_zalloc(sizeof(*view));
    (void)visit;
    admin->look(admin->context, view);
    *answer = (struct web_answer){.status = 200, .type = TYPE};
    admin_metrics_write(view, &answer->body);
    base_free(view);
}

static void answer_ready(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    const struct admin *admin = context;
    const char *against = admin->objection(admin->context);
    (void)visit;
    web_answer_text(answer, against == NULL ? 200 : 503, against == NULL ? "ready\n" : "not ready: ");
    if (against != NULL)
        BUFFER_APPEND_ALL(&answer->body, text_from(against), TEXT("\n"));
}

static void answer_live(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    (void)context, (void)visit;
    web_answer_text(answer, 200, "live\n");
}

static const struct web_page pages[] = {
    {TEXT_INIT("/livez"), false, WEB_GET, answer_live},
    {TEXT_INIT("/readyz"), false, WEB_GET, answer_ready},
    {TEXT_INIT("/metrics"), false, WEB_GET, answer_metrics},
};

struct admin *admin_new(struct loop *loop, int descriptor, admin_objection objection, admin_look look, void *context)
{
    struct admin *admin = base_zalloc(sizeof(*admin));
    admin->objection = objection;
    admin->look = look;
    admin->context = context;
    struct web_server_options options = {
        .loop = loop,
        .descriptor = descriptor,
        .pages = pages,
        .page_count = COUNT_OF(pages),
        .context = admin,
        .overview = "this port has GET /livez, /readyz and /metrics\n",
        .visitors = VISITORS_MAX,
        .body = BODY_MAX,
        .visit_ms = VISIT_MS,
    };
    admin->server = web_server_new(&options);
    return admin;
}

void admin_free(struct admin *admin)
{
    if (admin == NULL)
        return;
    web_server_free(admin->server);
    base_free(admin);
}
