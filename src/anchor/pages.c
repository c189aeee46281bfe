/* SPDX-License-Identifier: Apache-2.0 */
/* The witness's pages: what is asked for where, and by which method. */
#include "anchor_internal.h"
#include "exeat/base/memory.h"

enum { VISITORS_MAX = 4096, VISIT_MS = 30000 };

struct witness_server {
    struct witness_server_options options;
    struct web_server *web; /* owned */
};

/* A token is compared by its digest, with every one that is known. */
static bool has_token(const struct witness_server_options *options, const struct message_head *head)
{
    const struct field *field = http_field_find(head, TEXT("Authorization"));
    struct text scheme = TEXT("Bearer ");
    struct digest given;
    bool good = false;
    if (field == NULL || field->value.length <= scheme.length ||
        !text_equal_nocase(text_part(field->value, 0, scheme.length), scheme))
        return false;
    digest_sha256(bytes_of_text(text_after(field->value, scheme.length)), &given);
    for (size_t i = 0; i < options->token_count; i++)
        good = digest_equal(&given, &options->tokens[i]) || good;
    return good;
}

static void answer_add_checkpoint(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    const struct witness_server *server = context;
    witness_add_checkpoint(server->options.witness, visit->body, answer);
}

static void answer_enrol(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    const struct witness_server *server = context;
    if (has_token(&server->options, visit->head)) {
        witness_enrol(server->options.witness, visit->body, answer);
        return;
    }
    witness_note_bad_token(server->options.witness);
    web_answer_text(answer, 401, "enrolment wants 'Authorization: Bearer TOKEN' with one of this witness's tokens\n");
    answer->also = (struct field){TEXT("WWW-Authenticate"), TEXT("Bearer")}; /* RFC 9110 15.5.2 */
}

static void answer_checkpoint(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    const struct witness_server *server = context;
    struct buffer origin = {0};
    if (anchor_origin_of_path(visit->rest, &origin))
        witness_last(server->options.witness, buffer_text(&origin), answer);
    else
        web_answer_text(
            answer, 404,
            "behind /checkpoint/ stands an origin; what a path may not have is "
            "percent-encoded\n");
    buffer_clear(&origin);
}

static void answer_live(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    (void)context, (void)visit;
    web_answer_text(answer, 200, "live\n");
}

static void answer_metrics(void *context, const struct web_visit *visit, struct web_answer *answer)
{
    const struct witness_server *server = context;
    (void)visit;
    *answer = (struct web_answer){.status = 200, .type = "text/plain; version=0.0.4; charset=utf-8"};
    witness_metrics_write(server->options.witness, &answer->body);
}

static const struct web_page pages[] = {
    {TEXT_INIT("/add-checkpoint"), false, WEB_POST, answer_add_checkpoint},
    {TEXT_INIT("/enrol"), false, WEB_POST, answer_enrol},
    {TEXT_INIT("/checkpoint/"), true, WEB_GET, answer_checkpoint},
    {TEXT_INIT("/metrics"), false, WEB_GET, answer_metrics},
    {TEXT_INIT("/livez"), false, WEB_GET, answer_live},
};

struct witness_server *witness_server_new(const struct witness_server_options *options)
{
    struct witness_server *server = base_zalloc(sizeof(*server));
    server->options = *options;
    struct web_server_options web = {
        .loop = options->loop,
        .descriptor = options->descriptor,
        .tls = options->tls,
        .pages = pages,
        .page_count = COUNT_OF(pages),
        .context = server,
        .overview = "a witness has /add-checkpoint, /enrol, /checkpoint/ORIGIN, /metrics and /livez\n",
        .visitors = VISITORS_MAX,
        .body = TLOG_NOTE_MAX + 8192, /* and the proof before it */
        .visit_ms = VISIT_MS,
        .keeps_alive = true,
    };
    server->web = web_server_new(&web);
    return server;
}

void witness_server_free(struct witness_server *server)
{
    if (server == NULL)
        return;
    web_server_free(server->web);
    base_free(server);
}
