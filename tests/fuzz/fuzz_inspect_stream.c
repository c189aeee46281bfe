/* SPDX-License-Identifier: Apache-2.0 */
/* A text with a card in it, split in any way over the events of a vendor, or any bytes at all as a stream: what a
 * client puts together never has the card; and of a text in which values were replaced it has the values again. */
#include <stdlib.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/json.h"
#include "exeat/base/json_view.h"
#include "exeat/inspect/answer.h"

static const struct text card = TEXT_INIT(" card 4111 1111 1111 1111 now ");
static const struct text card_digits = TEXT_INIT("1111 1111 1111");

static struct settings *settings;
static struct inspection *keeps_out;
static struct inspection *restores;
static struct inspector *inspector;

static const struct vendor {
    enum body_kind kind;
    const char *before;
    const char *after;
    const char *member;
} vendors[] = {
    {BODY_EVENTS, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":", "}}]}\n\n", "content"},
    {BODY_EVENTS, "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"text\":", "}}\n\n", "text"},
    {BODY_EVENTS, "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"partial_json\":", "}}\n\n",
     "partial_json"},
    {BODY_LINES, "{\"message\":{\"content\":", "},\"done\":false}\n", "content"},
};

static void begin(void)
{
    static const struct text yaml = TEXT_INIT(
        "version: 1\nrules:\n"
        "  - { id: a, verdict: allow, hosts: [a.example], inspect: { answers: { redact: [card, email, secret] } } }\n"
        "  - { id: b, verdict: allow, hosts: [b.example], inspect: { redact: [card], restore: true } }\n");
    struct diags *diags = diags_new();
    settings = settings_parse(yaml, "fuzz.yaml", diags);
    ASSERT(settings != NULL);
    keeps_out = inspection_compile(&settings->lists.rules[0].inspect, &settings->lists, false, diags);
    restores = inspection_compile(&settings->lists.rules[1].inspect, &settings->lists, false, diags);
    inspector = inspector_new();
    diags_free(diags);
}

/* Bytes as a text without controls; the card stands somewhere in it. */
static void write_text(struct text bytes, struct text planted, struct buffer *text)
{
    size_t place = bytes.length == 0 ? 0 : (unsigned char)bytes.data[0] % (bytes.length + 1);
    for (size_t i = 0; i <= bytes.length; i++) {
        if (i == place)
            buffer_append(text, planted);
        if (i < bytes.length)
            buffer_append_byte(text, (char)(' ' + (unsigned char)bytes.data[i] % 95));
    }
}

static void write_events(const struct vendor *vendor, struct text splits, struct text text, struct buffer *stream)
{
    for (size_t i = 0; text.length > 0; i++) {
        size_t length = splits.length == 0 ? text.length : 1 + (unsigned char)splits.data[i % splits.length] % 24;
        buffer_append_string(stream, vendor->before);
        json_append_string(stream, text_part(text, 0, length));
        buffer_append_string(stream, vendor->after);
        text = text_after(text, length);
    }
}

static bool pass(struct inspected *inspected, enum body_kind kind, struct text bytes, struct buffer *out)
{
    struct inspect_stream *machine = inspect_stream_new(inspected, kind, 1 << 16);
    struct detail detail = {0};
    enum inspect_says says = INSPECT_PASSES;
    for (size_t at = 0; at < bytes.length && says == INSPECT_PASSES; at += 29)
        says = inspect_stream_feed(machine, text_part(bytes, at, 29), out, &detail);
    if (says == INSPECT_PASSES)
        says = inspect_stream_end(machine, out, &detail);
    inspect_stream_free(machine);
    return says == INSPECT_PASSES;
}

static void read_all(const struct vendor *vendor, struct text stream, struct buffer *out)
{
    struct json_view view = {0};
    struct text line;
    while (text_split(&stream, '\n', &line)) {
        line = text_after(line, text_index(line, '{', 0));
        if (line.length == 0)
            continue;
        ASSERT(json_view_read(&view, line, JSON_UTF8, NULL));
        for (uint32_t i = 0; i + 1 < view.count; i++)
            if (json_view_means(&view, i, text_from(vendor->member)))
                json_spelled_append(out, json_view_spelled(&view, i + 1));
    }
    json_view_clear(&view);
}

static void keep_out(const struct vendor *vendor, struct text splits, struct text bytes)
{
    struct inspected *inspected = inspected_new(inspector, keeps_out, TEXT("a.example"));
    struct buffer text = {0};
    struct buffer stream = {0};
    struct buffer out = {0};
    struct buffer read = {0};
    write_text(bytes, card, &text);
    write_events(vendor, splits, buffer_text(&text), &stream);
    if (pass(inspected, vendor->kind, buffer_text(&stream), &out)) {
        read_all(vendor, buffer_text(&out), &read);
        ASSERT(memmem(read.data, read.length, card_digits.data, card_digits.length) == NULL);
    }
    inspected_free(inspected);
    buffer_clear(&text);
    buffer_clear(&stream);
    buffer_clear(&out);
    buffer_clear(&read);
}

static void give_back(const struct vendor *vendor, struct text splits, struct text bytes)
{
    struct inspected *inspected = inspected_new(inspector, restores, TEXT("b.example"));
    const struct body_label label = body_label_of(BODY_TEXT);
    struct detail detail = {0};
    struct buffer text = {0};
    struct buffer body = {0};
    struct buffer stream = {0};
    struct buffer out = {0};
    struct buffer read = {0};
    write_text(bytes, card, &text);
    buffer_append(&body, buffer_text(&text));
    bool is_other = text_starts_with(text_trim(buffer_text(&text), " "), TEXT("{")); /* it would be read as JSON */
    if (!is_other && inspect_body(inspected, &label, &body, &detail) == INSPECT_CHANGED) {
        write_events(vendor, splits, buffer_text(&body), &stream);
        if (pass(inspected, vendor->kind, buffer_text(&stream), &out)) {
            read_all(vendor, buffer_text(&out), &read);
            ASSERT(memmem(read.data, read.length, "[CARD_1]", 8) == NULL);
        }
    }
    inspected_free(inspected);
    buffer_clear(&text);
    buffer_clear(&body);
    buffer_clear(&stream);
    buffer_clear(&out);
    buffer_clear(&read);
}

static void any(struct text bytes)
{
    static const enum body_kind kinds[] = {BODY_EVENTS, BODY_LINES, BODY_SEQUENCE};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct inspected *inspected = inspected_new(inspector, keeps_out, TEXT("a.example"));
        struct buffer out = {0};
        (void)pass(inspected, kinds[i], bytes, &out);
        inspected_free(inspected);
        buffer_clear(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (inspector == NULL)
        begin();
    if (size < 2 || size > 4096)
        return 0;
    const struct vendor *vendor = &vendors[data[0] % COUNT_OF(vendors)];
    size_t count = data[1] % 16 < size - 2 ? data[1] % 16 : size - 2;
    const struct text splits = {(const char *)data + 2, count};
    const struct text bytes = {(const char *)data + 2 + count, size - 2 - count};
    keep_out(vendor, splits, bytes);
    give_back(vendor, splits, bytes);
    any(bytes);
    return 0;
}
