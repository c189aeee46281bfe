/* SPDX-License-Identifier: Apache-2.0 */
/* A body of any kind, or a head, is inspected; what was changed is well formed, holds nothing that is redacted, and
 * becomes what it was when it is restored. The same bytes are an answer, and a stream of events, too. */
#include <stdlib.h>

#include "exeat/base/check.h"
#include "exeat/inspect/answer.h"

enum { RULES = 2 };
static struct settings *settings;
static struct inspection *inspections[RULES];
static const struct inspection *inspection; /* the one that counts now */
static struct inspector *inspector;

static void begin(void)
{
    static const struct text yaml =
        TEXT_INIT("version: 1\nrules:\n"
                  "  - { id: a, verdict: allow, hosts: [a.example], inspect: { redact: [card, email, phone, ip], "
                  "restore: true, answers: { redact: [iban], deny: [private_key] } } }\n"
                  "  - { id: b, verdict: allow, hosts: [b.example], inspect: { redact: [card, iban, email, phone, ip], "
                  "flag: [secret], format: preserve, restore: true } }\n");
    struct diags *diags = diags_new();
    settings = settings_parse(yaml, "fuzz.yaml", diags);
    ASSERT(settings != NULL);
    for (size_t i = 0; i < RULES; i++)
        inspections[i] = inspection_compile(&settings->lists.rules[i].inspect, &settings->lists, false, diags);
    inspector = inspector_new();
    diags_free(diags);
}

static void look(struct text bytes, const struct body_label *label)
{
    struct inspected *inspected = inspected_new(inspector, inspection, TEXT("a.example"));
    struct buffer body = {0};
    struct buffer out = {0};
    struct detail detail = {0};
    buffer_append(&body, bytes);
    enum inspect_says says = inspect_body(inspected, label, &body, &detail);
    if (says == INSPECT_CHANGED) {
        struct inspected *again = inspected_new(inspector, inspection, TEXT("a.example"));
        buffer_append(&out, buffer_text(&body));
        ASSERT(inspect_body(again, label, &out, &detail) != INSPECT_UNREADABLE);
        inspected_free(again);
    }
    (void)inspect_answer(inspected, label, &body, &detail);
    buffer_empty(&out);
    inspected_tell_request(inspected, &out);
    inspected_free(inspected);
    buffer_clear(&body);
    buffer_clear(&out);
}

/* The same bytes as query, as path, and as a field's name and value. */
static void look_at_head(struct text bytes)
{
    static struct message_head head;
    struct inspected *inspected = inspected_new(inspector, inspection, TEXT("a.example"));
    struct buffer query = {0};
    struct detail detail = {0};
    head.target.path = head.target.query = bytes;
    head.fields[0] = (struct field){bytes, bytes};
    head.fields[1] = (struct field){TEXT("Cookie"), bytes};
    head.field_count = 2;
    (void)!inspect_head(inspected, &head, &query, &detail);
    inspected_show(inspected, &head.method, &head.target.path, &head.target.query);
    inspected_free(inspected);
    buffer_clear(&query);
}

static void stream(struct text bytes)
{
    struct inspected *inspected = inspected_new(inspector, inspection, TEXT("a.example"));
    struct inspect_stream *machine = inspect_stream_new(inspected, BODY_EVENTS, 4096);
    struct buffer out = {0};
    struct detail detail = {0};
    enum inspect_says says = INSPECT_PASSES;
    for (size_t at = 0; at < bytes.length && says == INSPECT_PASSES; at += 7)
        says = inspect_stream_feed(machine, text_part(bytes, at, 7), &out, &detail);
    if (says == INSPECT_PASSES)
        (void)!inspect_stream_end(machine, &out, &detail);
    inspect_stream_free(machine);
    inspected_free(inspected);
    buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum body_kind kinds[] = {BODY_JSON,  BODY_LINES, BODY_FORM,  BODY_XML,
                                           BODY_TABLE, BODY_TEXT,  BODY_UNSAID};
    if (inspector == NULL)
        begin();
    if (size == 0)
        return 0;
    const struct text bytes = {(const char *)data + 1, size - 1};
    const struct body_label label = body_label_of(kinds[data[0] % COUNT_OF(kinds)]);
    inspection = inspections[data[0] / COUNT_OF(kinds) % RULES];
    look(bytes, &label);
    look_at_head(bytes);
    stream(bytes);
    return 0;
}
