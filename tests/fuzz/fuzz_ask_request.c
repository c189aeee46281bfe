/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked for, by whole heads and by what is none, in each place. What is let on to be judged has one host, one
 * port and a path that is read once; what is glimpsed lies within the bytes and never says another host than is judged.
 */
#include "exeat/ask.h"
#include "exeat/base/check.h"

static const struct http_limits limits = {.head = 8192, .fields = 50};
static struct binding opened = {.scheme = SCHEME_HTTPS, .port = 443}; /* its host is set once */
static const struct ask_place places[] = {
    {.via = TEXT_INIT("exeat-1")},
    {.turned_port = 8080, .via = TEXT_INIT("exeat-1")},
    {.binding = &opened, .via = TEXT_INIT("exeat-1")},
};

static void set_opened_host(void)
{
    struct host host;
    ASSERT(host_parse(TEXT("shop.example"), &host));
    opened.host = host_shorten(&host);
}

static bool lies_within(struct text part, struct text whole)
{
    return part.length == 0 || (part.data >= whole.data && part.data + part.length <= whole.data + whole.length);
}

static bool is_opened_host(const struct request *request)
{
    return host_brief_is(opened.host, &request->host) && request->port == opened.port;
}

static void check_host(const struct host *host)
{
    ASSERT(host->length < HOST_TEXT_SIZE && host->text[host->length] == '\0');
    ASSERT((host->kind == HOST_NONE) == (host->length == 0));
}

/* True: it is to be judged. */
static bool check_read(const struct ask_place *place, struct message_head *head, struct request *judged)
{
    struct ask ask = {.head = head};
    struct detail detail;
    bool goes_on = ask_read(&ask, place, &detail) == REASON_NONE;
    ASSERT(goes_on || detail.text[0] != '\0');
    *judged = ask.request;
    if (goes_on) {
        check_host(&judged->host);
        ASSERT(judged->host.kind != HOST_NONE && judged->port != 0 && judged->scheme != 0);
        ASSERT(place->binding == NULL || (is_opened_host(judged) && !ask.is_connect));
        ASSERT(place->turned_port == 0 || (judged->port == place->turned_port && !ask.is_connect));
    }
    buffer_clear(&ask.kept);
    return goes_on;
}

static void check_glimpse(const struct ask_place *place, struct text input, const struct request *judged)
{
    static struct message_head head;
    message_head_reset(&head);
    struct ask ask = {.head = &head};
    ask_glimpse(&ask, place, input);
    const struct request *seen = &ask.request;
    check_host(&seen->host);
    ASSERT(lies_within(seen->method, input) && lies_within(seen->query, input));
    ASSERT(lies_within(head.target.path, input));
    ASSERT(place->binding == NULL || is_opened_host(seen));
    ASSERT(judged == NULL || text_equal(seen->method, judged->method) || judged->method.length == 0);
    ASSERT(judged == NULL || seen->host.kind == HOST_NONE || host_equal(&seen->host, &judged->host));
    buffer_clear(&ask.kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (opened.host == NULL)
        set_opened_host();
    struct text input = text_of_bytes((struct bytes){data, size});
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        static struct message_head head;
        struct http_head parsed = {.message = &head};
        struct request judged;
        struct fault fault = {0};
        size_t used = 0;
        bool is_judged = http_request_parse(input, &limits, &parsed, &used, &fault) == PARSE_DONE &&
                         check_read(&places[i], &head, &judged);
        check_glimpse(&places[i], input, is_judged ? &judged : NULL);
    }
    return 0;
}
