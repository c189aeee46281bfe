/* SPDX-License-Identifier: Apache-2.0 */
/* A body of any kind is inspected; what was changed is well formed, holds nothing that is redacted, and becomes what it
 * was when it is restored. The same bytes are an answer, and a stream of events, too. */
#include <stdlib.h>

#include "exeat/base/check.h"
#include "exeat/inspect/answer.h"

static struct settings *settings;
static struct inspection *inspection;
static struct inspector *inspector;

static void begin(void)
{
    static const struct text yaml = TEXT_INIT("version: 1\nrules:\n  - { id: a, verdict: allow, hosts: [a.example], "
                                              "inspect: { redact: [card, email, phone, ip], "
                                              "restore: true, answers: { redact: [iban], deny: [private_key] } } }\n");
    struct diags *diags = diags_new();
    settings = settings_parse(yaml, "fuzz.yaml", diags);
    ASSERT(settings != NULL);
    inspection = inspection_compile(&settings->lists.rules[0].inspect, &settings->lists, false, diags);
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
    look(bytes, &label);
    stream(bytes);
    return 0;
}
