/* SPDX-License-Identifier: Apache-2.0 */
/* A record's fields under their names, their values as texts. */
#include "exeat/base/clock.h"
#include "exeat/base/json.h"
#include "export_internal.h"

static const char *private_name(uint8_t tag)
{
    static const char *const names[] = {NULL, "path", "query", "client_address"};
    return tag < COUNT_OF(names) ? names[tag] : NULL;
}

static void write_address(struct bytes value, struct buffer *out)
{
    struct address address = {.length = (uint8_t)value.length};
    if (value.length != 4 && value.length != 16)
        return;
    for (size_t i = 0; i < value.length; i++)
        address.bytes[i] = value.data[i];
    address_append(out, &address);
}

static const char *word_of(enum record_type type, uint64_t number)
{
    switch (type) {
    case RECORD_VERDICT:
        return verdict_name((enum verdict)number);
    case RECORD_PLAN:
        return plan_name((enum plan)number);
    case RECORD_SCHEME:
        return scheme_name(number < SCHEME_COUNT ? (enum scheme)number : 0);
    case RECORD_REASON:
        return number < REASON_COUNT ? reason_row((enum reason)number)->code : "unknown";
    case RECORD_LLM_OPERATION:
        return llm_operation_name((enum llm_operation)number);
    case RECORD_CLIENT_PROOF:
        return client_proof_name((enum client_proof)number);
    case RECORD_DOOR:
        return client_door_name((enum client_door)number);
    case RECORD_LLM_DIALECT:
        return llm_dialect_name((enum llm_dialect)number);
    case RECORD_TEXT:
    case RECORD_NUMBER:
    case RECORD_SIGNED:
    case RECORD_BYTES:
    case RECORD_ADDRESS:
        break;
    }
    return "";
}

static void write_value(enum record_type type, struct bytes value, struct buffer *out)
{
    switch (type) {
    case RECORD_TEXT:
        buffer_append(out, text_of_bytes(value));
        break;
    case RECORD_NUMBER:
        buffer_append_number(out, record_number_of(value));
        break;
    case RECORD_SIGNED:
        buffer_printf(out, "%lld", (long long)record_number_of(value));
        break;
    case RECORD_BYTES:
        buffer_append_hex(out, value);
        break;
    case RECORD_ADDRESS:
        write_address(value, out);
        break;
    case RECORD_VERDICT:
    case RECORD_PLAN:
    case RECORD_REASON:
    case RECORD_SCHEME:
    case RECORD_LLM_OPERATION:
    case RECORD_CLIENT_PROOF:
    case RECORD_DOOR:
    case RECORD_LLM_DIALECT:
        buffer_append_string(out, word_of(type, record_number_of(value)));
        break;
    }
}

static void
add(struct export_facts *facts, struct arena *arena, const char *name, enum record_type type, struct bytes value)
{
    struct buffer out = {0};
    bool is_number = type == RECORD_NUMBER || type == RECORD_SIGNED;
    if (facts->count == EXPORT_FACTS_MAX)
        return;
    write_value(type, value, &out);
    facts->items[facts->count++] =
        (struct export_fact){.name = name, .text = arena_text(arena, buffer_text(&out)), .is_number = is_number};
    buffer_clear(&out);
}

bool export_facts_read(struct bytes body, struct bytes private_part, struct arena *arena, struct export_facts *facts)
{
    struct record record;
    struct bytes value;
    uint8_t tag;
    *facts = (struct export_facts){0};
    if (!record_parse(body, &record))
        return false;
    facts->head = record.head;
    struct bytes rest = record.fields;
    while (record_field_next(&rest, &tag, &value)) {
        const struct record_tag *known = record_tag_find(record.head.kind, tag);
        if (known != NULL)
            add(facts, arena, known->name, known->type, value);
    }
    rest = private_part;
    while (record_field_next(&rest, &tag, &value))
        if (private_name(tag) != NULL)
            add(facts, arena, private_name(tag), RECORD_TEXT, value);
    return true;
}

struct text export_facts_find(const struct export_facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->count; i++)
        if (text_equal(text_from(facts->items[i].name), text_from(name)))
            return facts->items[i].text;
    return TEXT("");
}

void export_facts_append_json(const struct export_facts *facts, struct buffer *out)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(facts->head.wall_us, time);
    buffer_printf(
        out, "{\"sequence\":%llu,\"time\":\"%s\",\"kind\":\"%s\"", (unsigned long long)facts->head.sequence, time,
        record_kind_name(facts->head.kind));
    for (size_t i = 0; i < facts->count; i++) {
        buffer_printf(out, ",\"%s\":", facts->items[i].name);
        if (facts->items[i].is_number)
            buffer_append(out, facts->items[i].text);
        else
            json_append_string(out, facts->items[i].text);
    }
}
