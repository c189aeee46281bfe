/* SPDX-License-Identifier: Apache-2.0 */
/* Which page a request is for, what is said where there is none, and how an answer is put. No sockets here. */
#include "exeat/base/clock.h"
#include "exeat/base/memory.h"
#include "web_internal.h"

void web_answer_text(struct web_answer *answer, uint16_t status, const char *text)
{
    *answer = (struct web_answer){.status = status, .type = "text/plain; charset=utf-8"};
    buffer_append_string(&answer->body, text);
}

static bool is_get(struct text method)
{
    return text_equal(method, TEXT("GET")) || text_equal(method, TEXT("HEAD"));
}

static bool takes_method(const struct web_page *page, struct text method)
{
    switch (page->method) {
    case WEB_GET:
        return is_get(method);
    case WEB_POST:
        return text_equal(method, TEXT("POST"));
    }
    return false;
}

static bool is_at(const struct web_page *page, struct text path)
{
    return page->is_prefix ? text_starts_with(path, page->path) : text_equal(path, page->path);
}

/* `methods`: a bit for each that the path has (RFC 9110 15.5.6). */
static void refuse_method(struct web_answer *answer, unsigned methods)
{
    static const struct text allow[] = {
        [1U << WEB_GET] = TEXT_INIT("GET, HEAD"),
        [1U << WEB_POST] = TEXT_INIT("POST"),
        [1U << WEB_GET | 1U << WEB_POST] = TEXT_INIT("GET, HEAD, POST"),
    };
    web_answer_text(answer, 405, "");
    answer->also = (struct field){TEXT("Allow"), allow[methods]};
    BUFFER_APPEND_ALL(&answer->body, allow[methods], TEXT(" goes here\n"));
}

static const struct web_page *
find(const struct web_server_options *options, const struct message_head *head, unsigned *methods)
{
    for (size_t i = 0; i < options->page_count; i++) {
        const struct web_page *page = &options->pages[i];
        if (!is_at(page, head->target.path))
            continue;
        if (takes_method(page, head->method))
            return page;
        *methods |= 1U << page->method;
    }
    return NULL;
}

const struct web_page *
web_find_page(const struct web_server_options *options, const struct message_head *head, struct web_answer *answer)
{
    unsigned methods = 0;
    const struct web_page *page = find(options, head, &methods);
    bool is_long = head->content == CONTENT_OF_LENGTH && head->length > options->body;
    if (page != NULL && !is_long && (page->method != WEB_POST || head->content != CONTENT_NONE))
        return page;
    if (page != NULL && is_long)
        web_answer_text(answer, 413, "the request is larger than any that is sent here\n");
    else if (page != NULL)
        web_answer_text(answer, 411, "a POST says how long it is, or comes in chunks\n");
    else if (methods != 0)
        refuse_method(answer, methods);
    else
        web_answer_text(answer, 404, options->overview);
    return NULL;
}

void web_answer_put(struct http_side *side, const struct web_answer *answer, bool is_head)
{
    char date[CLOCK_HTTP_SIZE];
    struct field fields[3] = {{TEXT("Date"), TEXT("")}, {TEXT("Content-Type"), text_from(answer->type)}, answer->also};
    struct http_message message = {
        .status = answer->status,
        .content = CONTENT_OF_LENGTH,
        .length = answer->body.length,
        .add = fields,
        .add_count = answer->also.name.length > 0 ? 3 : 2};
    struct http_piece piece = {.content = buffer_text(&answer->body)};
    clock_write_http(clock_wall_us(), date);
    fields[0].value = text_from(date);
    side->role->put_head(side, &message);
    if (!is_head)
        side->role->put_content(side, &piece);
    side->role->end(side);
}
