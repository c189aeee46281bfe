/* SPDX-License-Identifier: Apache-2.0 */
/* Health and metrics: one request, one answer, closed. Few connections, no keep-alive: this port is for probes. */
#include <unistd.h>

#include "exeat/admin.h"
#include "exeat/base/memory.h"
#include "exeat/wire.h"

enum { VISITORS_MAX = 64, HEAD_MAX = 8192, VISIT_MS = 5000 };

struct admin {
    struct loop *loop;         /* borrowed */
    struct listener *listener; /* owned */
    admin_ready is_ready;
    admin_look look;
    void *context;
    struct list visitors; /* struct visitor */
    size_t visitor_count;
};
struct visitor {
    struct list_node node;
    struct admin *admin;
    struct stream *stream;  /* owned */
    struct timer *deadline; /* owned */
    struct window in;
    struct window out;
};

static void visitor_free(struct visitor *visitor)
{
    struct admin *admin = visitor->admin;
    list_remove(&visitor->node);
    admin->visitor_count--;
    stream_free(visitor->stream);
    timer_free(visitor->deadline);
    window_clear(admin->loop, &visitor->in);
    window_clear(admin->loop, &visitor->out);
    base_free(visitor);
}

static void on_deadline(void *context)
{
    visitor_free(context);
}

static uint16_t answer_metrics(struct admin *admin, struct buffer *body)
{
    struct admin_view *view = base_zalloc(sizeof(*view));
    admin->look(admin->context, view);
    admin_metrics_write(view, body);
    base_free(view);
    return 200;
}

static uint16_t answer_ready(struct admin *admin, struct buffer *body)
{
    bool ready = admin->is_ready(admin->context);
    buffer_append_string(body, ready ? "ready\n" : "not ready\n");
    return ready ? 200 : 503;
}

static uint16_t answer_live(struct admin *admin, struct buffer *body)
{
    (void)admin;
    buffer_append(body, TEXT("live\n"));
    return 200;
}

static const struct page {
    struct text path;
    uint16_t (*answer)(struct admin *admin, struct buffer *body);
} pages[] = {
    {TEXT_INIT("/livez"), answer_live},
    {TEXT_INIT("/readyz"), answer_ready},
    {TEXT_INIT("/metrics"), answer_metrics},
};

static uint16_t answer_page(struct admin *admin, const struct http_head *head, struct buffer *body)
{
    bool reads = text_equal(head->method, TEXT("GET")) || text_equal(head->method, TEXT("HEAD"));
    for (size_t i = 0; reads && i < COUNT_OF(pages); i++)
        if (text_equal(head->target.path, pages[i].path))
            return pages[i].answer(admin, body);
    buffer_append(body, TEXT("this port has GET /livez, /readyz and /metrics\n"));
    return reads ? 404 : 405;
}

static void write_answer(struct visitor *visitor, const struct http_head *head)
{
    static const struct http_field type = {
        TEXT_INIT("Content-Type"), TEXT_INIT("text/plain; version=0.0.4; charset=utf-8")};
    struct buffer body = {0};
    struct buffer out = {0};
    uint16_t status = head == NULL ? 400 : answer_page(visitor->admin, head, &body);
    bool head_only = head != NULL && text_equal(head->method, TEXT("HEAD"));
    http_answer_write(&out, status, &type, 1, buffer_text(&body), false, head_only);
    window_append(visitor->admin->loop, &visitor->out, buffer_text(&out));
    buffer_clear(&body);
    buffer_clear(&out);
}

/* True when there is an answer to send. */
static bool read_request(struct visitor *visitor)
{
    struct http_limits limits = {.head = HEAD_MAX, .fields = 100};
    struct http_head head;
    size_t used;
    struct fault fault;
    for (;;) {
        switch (http_request_parse(window_text(&visitor->in), &limits, &head, &used, &fault)) {
        case PARSE_DONE:
            write_answer(visitor, &head);
            return true;
        case PARSE_BAD:
            write_answer(visitor, NULL);
            return true;
        case PARSE_NEED_MORE:
            break;
        }
        if (window_read(visitor->admin->loop, &visitor->in, visitor->stream, HEAD_MAX + 1, NULL) != IO_OK)
            return false;
    }
}

static void on_ready(void *context)
{
    struct visitor *visitor = context;
    uint64_t put = 0;
    bool has_answer = window_length(&visitor->out) > 0 || read_request(visitor);
    if (!has_answer)
        return; /* the deadline ends who says nothing */
    if (window_write(visitor->admin->loop, &visitor->out, visitor->stream, &put) == IO_AGAIN)
        return;
    (void)stream_finish(visitor->stream);
    visitor_free(visitor);
}

static bool on_accept(void *context, int descriptor, const struct address *peer, uint16_t port)
{
    (void)peer, (void)port;
    struct admin *admin = context;
    if (admin->visitor_count >= VISITORS_MAX) {
        close(descriptor);
        return false;
    }
    struct visitor *visitor = base_zalloc(sizeof(*visitor));
    visitor->admin = admin;
    visitor->stream = stream_new(admin->loop, descriptor, on_ready, visitor);
    visitor->deadline = timer_new(admin->loop, on_deadline, visitor);
    timer_start(visitor->deadline, VISIT_MS);
    list_append(&admin->visitors, &visitor->node);
    admin->visitor_count++;
    return true;
}

struct admin *admin_new(struct loop *loop, int descriptor, admin_ready is_ready, admin_look look, void *context)
{
    struct admin *admin = base_zalloc(sizeof(*admin));
    admin->loop = loop;
    admin->is_ready = is_ready;
    admin->look = look;
    admin->context = context;
    list_init(&admin->visitors);
    admin->listener = listener_new(loop, descriptor, on_accept, admin);
    return admin;
}

void admin_free(struct admin *admin)
{
    if (admin == NULL)
        return;
    struct list_node *node;
    while ((node = list_first(&admin->visitors)) != NULL)
        visitor_free(list_owner(node, struct visitor, node));
    listener_free(admin->listener);
    base_free(admin);
}
