/* SPDX-License-Identifier: Apache-2.0 */
/* What reading a body costs: JSON of a catalogue, of orders and of a prompt, in MB a second; the best of several runs.
 */
#include <stdio.h>

#include "bench.h"
#include "exeat/base/json_view.h"
#include "exeat/base/memory.h"
#include "exeat/body.h"

enum { RUNS = 9, SIZE = 4 << 20 };

static void add_product(struct buffer *out, unsigned number)
{
    buffer_printf(
        out,
        "{\"id\":%u,\"sku\":\"WS-%05u-XL\",\"name\":\"Trail shirt no. %u\",\"attribute_set_id\":9,\"price\":%u.95,"
        "\"status\":1,\"visibility\":4,\"type_id\":\"simple\",\"created_at\":\"2026-01-%02u 08:15:00\","
        "\"weight\":0.%u,\"extension_attributes\":{\"category_links\":[{\"position\":%u,\"category_id\":\"%u\"}]},"
        "\"custom_attributes\":[{\"attribute_code\":\"description\",\"value\":\"<p>A light shirt for long ways, "
        "made of merino wool.<\\/p>\"},{\"attribute_code\":\"url_key\",\"value\":\"trail-shirt-%u\"}]},",
        number, number, number, number % 200, number % 28 + 1, number % 900 + 100, number % 9, number % 300, number);
}

static void add_order(struct buffer *out, unsigned number)
{
    buffer_printf(
        out,
        "{\"increment_id\":\"1000%05u\",\"customer_email\":\"jane.doe%u@mail.example\",\"grand_total\":%u.5,"
        "\"billing_address\":{\"firstname\":\"Jane\",\"lastname\":\"D\xc3\xb6rte\",\"street\":[\"Hauptstra\xc3\x9f"
        "e %u\"],"
        "\"city\":\"K\xc3\xb6ln\",\"postcode\":\"50667\",\"country_id\":\"DE\",\"telephone\":\"+49 221 1234%03u\"}},",
        number, number, number % 400, number % 90, number % 1000);
}

static void add_prompt(struct buffer *out, unsigned number)
{
    buffer_printf(
        out,
        "{\"role\":\"user\",\"content\":\"Please write a friendly answer to this customer. She says that the parcel of "
        "her last order did not come, and that she has waited for two weeks by now. Mention our return policy, "
        "and offer a voucher. Thanks!\\nTicket %u\"},",
        number);
}

static bool see(void *context, struct body *body, const struct body_place *place)
{
    (void)body;
    *(size_t *)context += place->value.length;
    return true;
}

enum way { WAY_VIEW, WAY_FORM, WAY_PLAIN, WAY_SEE, WAYS };

static void run(enum way way, struct body *body, struct text text, size_t *sum)
{
    struct body_label label = body_label_of(BODY_JSON);
    if (way == WAY_VIEW) {
        struct json_view view = {0};
        *sum += json_view_read(&view, text, JSON_UTF8, NULL);
        json_view_clear(&view);
        return;
    }
    if (body_read(body, &label, bytes_of_text(text), &body_limits_usual, NULL) != BODY_FINE)
        return;
    if (way == WAY_PLAIN)
        *sum += body_is_plain(body);
    else
        *sum += body_walk(body, way == WAY_SEE ? see : NULL, sum, NULL) == BODY_FINE;
}

static void measure(const char *name, void (*add)(struct buffer *out, unsigned number))
{
    static const char *const ways[] = {"json_view", "well formed?", "plain?", "each place"};
    struct buffer text = {0};
    struct body *body = body_new();
    buffer_append_string(&text, "[");
    for (unsigned i = 0; text.length < SIZE; i++)
        add(&text, i);
    text.data[text.length - 1] = ']';
    printf("%-10s", name);
    for (enum way way = 0; way < WAYS; way++) {
        double best = 1e9;
        size_t sum = 0;
        for (int i = 0; i < RUNS; i++) {
            double start = cpu_now();
            run(way, body, buffer_text(&text), &sum);
            double took = cpu_now() - start;
            best = took < best ? took : best;
        }
        printf("  %s %.0f MB/s%s", ways[way], (double)text.length / best / 1e6, sum == 0 ? " (refused)" : "");
    }
    printf("\n");
    body_free(body);
    buffer_clear(&text);
}

int main(void)
{
    measure("catalogue", add_product);
    measure("orders", add_order);
    measure("prompt", add_prompt);
    return 0;
}
