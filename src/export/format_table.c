/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: requests as rows of cells, shared by CSV, SQL and the terminal. CSV is safe to open in a
 * spreadsheet (RFC 4180 and a defence against formulas). */
#include <stddef.h>

#include "exeat/base/clock.h"
#include "export_internal.h"

enum cell_type {
    CELL_TEXT,
    CELL_U64,
    CELL_U16,
    CELL_U8,
    CELL_VERDICT,
    CELL_PLAN,
    CELL_REASON,
    CELL_SCHEME,
    CELL_OPERATION,
    CELL_FLAG,
    CELL_ADDRESS,
    CELL_ID,
    CELL_DIGEST,
    CELL_PEER_KEY,
    CELL_PROOF,
    CELL_DOOR,
    CELL_UID,
    CELL_DIALECT,
    CELL_MODEL_DIGEST
};

static const struct column {
    const char *title;
    enum cell_type type;
    size_t offset; /* in struct export_item */
} columns[] = {
    {"verdict", CELL_VERDICT, offsetof(struct export_item, decision.verdict)},
    {"done", CELL_PLAN, offsetof(struct export_item, outcome.done)},
    {"status", CELL_U16, offsetof(struct export_item, outcome.status)},
    {"reason", CELL_REASON, offsetof(struct export_item, decision.reason)},
    {"rule", CELL_TEXT, offsetof(struct export_item, decision.rule)},
    {"method", CELL_TEXT, offsetof(struct export_item, decision.method)},
    {"host", CELL_TEXT, offsetof(struct export_item, decision.host)},
    {"port", CELL_U16, offsetof(struct export_item, decision.port)},
    {"path", CELL_TEXT, offsetof(struct export_item, decision.personal.path)},
    {"model", CELL_TEXT, offsetof(struct export_item, decision.llm.model)},
    {"served_model", CELL_TEXT, offsetof(struct export_item, outcome.served_model)},
    {"outcome_reason", CELL_REASON, offsetof(struct export_item, outcome.reason)},
    {"client", CELL_TEXT, offsetof(struct export_item, decision.client)},
    {"client_address", CELL_TEXT, offsetof(struct export_item, decision.personal.client_address)},
    {"scheme", CELL_SCHEME, offsetof(struct export_item, decision.scheme)},
    {"plan", CELL_PLAN, offsetof(struct export_item, decision.plan)},
    {"query", CELL_TEXT, offsetof(struct export_item, decision.personal.query)},
    {"sni", CELL_TEXT, offsetof(struct export_item, decision.sni)},
    {"llm_provider", CELL_TEXT, offsetof(struct export_item, decision.llm.provider)},
    {"llm_operation", CELL_OPERATION, offsetof(struct export_item, decision.llm.operation)},
    {"inference", CELL_TEXT, offsetof(struct export_item, outcome.inference)},
    {"tokens_in", CELL_U64, offsetof(struct export_item, outcome.tokens_in)},
    {"tokens_out", CELL_U64, offsetof(struct export_item, outcome.tokens_out)},
    {"bytes_up", CELL_U64, offsetof(struct export_item, outcome.bytes_up)},
    {"bytes_down", CELL_U64, offsetof(struct export_item, outcome.bytes_down)},
    {"duration_us", CELL_U64, offsetof(struct export_item, outcome.duration_us)},
    {"address", CELL_ADDRESS, offsetof(struct export_item, outcome.address)},
    {"peer_key", CELL_PEER_KEY, offsetof(struct export_item, outcome)},
    {"observed", CELL_FLAG, offsetof(struct export_item, decision.observed)},
    {"policy", CELL_U64, offsetof(struct export_item, decision.policy_sequence)},
    {"request", CELL_ID, offsetof(struct export_item, decision.id)},
    {"leaf", CELL_DIGEST, offsetof(struct export_item, leaf)},
    {"detail", CELL_TEXT, offsetof(struct export_item, decision.detail)},
    {"outcome_detail", CELL_TEXT, offsetof(struct export_item, outcome.detail)},
    {"client_proof", CELL_PROOF, offsetof(struct export_item, decision.known.by)},
    {"client_uid", CELL_UID, offsetof(struct export_item, decision.known.owner)},
    {"llm_dialect", CELL_DIALECT, offsetof(struct export_item, decision.llm.dialect)},
    {"step", CELL_U8, offsetof(struct export_item, outcome.service.step)},
    {"builtin", CELL_TEXT, offsetof(struct export_item, outcome.service.builtin)},
    {"finish", CELL_TEXT, offsetof(struct export_item, outcome.service.finish)},
    {"first_content_us", CELL_U64, offsetof(struct export_item, outcome.service.first_us)},
    {"endpoint_dialect", CELL_DIALECT, offsetof(struct export_item, outcome.service.dialect)},
    {"engine_version", CELL_TEXT, offsetof(struct export_item, outcome.service.version)},
    {"model_digest", CELL_MODEL_DIGEST, offsetof(struct export_item, outcome.service)},
    {"adapter", CELL_TEXT, offsetof(struct export_item, outcome.service.adapter)},
    {"region", CELL_TEXT, offsetof(struct export_item, outcome.service.region)},
    {"region_from", CELL_TEXT, offsetof(struct export_item, outcome.service.region_from)},
    {"found", CELL_TEXT, offsetof(struct export_item, decision.found)},
    {"answer_found", CELL_TEXT, offsetof(struct export_item, outcome.found)},
    {"door", CELL_DOOR, offsetof(struct export_item, decision.known.door)},
    {"credential", CELL_TEXT, offsetof(struct export_item, decision.credential)},
};

size_t export_table_width(void)
{
    return COUNT_OF(columns);
}

const char *export_table_title(size_t index)
{
    return columns[index].title;
}

bool export_table_is_number(size_t index)
{
    enum cell_type type = columns[index].type;
    return type == CELL_U64 || type == CELL_U16 || type == CELL_U8 || type == CELL_FLAG;
}

uint64_t export_table_number(const struct export_item *item, size_t index)
{
    const char *at = (const char *)item + columns[index].offset;
    if (columns[index].type == CELL_U64)
        return *(const uint64_t *)(const void *)at;
    if (columns[index].type == CELL_U16)
        return *(const uint16_t *)(const void *)at;
    if (columns[index].type == CELL_U8)
        return *(const uint8_t *)at;
    return *(const bool *)(const void *)at ? 1 : 0;
}

/* A word of a closed vocabulary; zero is "not known" and has none. */
static const char *word_cell(enum cell_type type, unsigned number)
{
    if (number == 0)
        return "";
    if (type == CELL_VERDICT)
        return verdict_name((enum verdict)number);
    if (type == CELL_PLAN)
        return plan_name((enum plan)number);
    if (type == CELL_REASON)
        return reason_code((enum reason)number);
    if (type == CELL_PROOF)
        return client_proof_name((enum client_proof)number);
    if (type == CELL_DOOR)
        return client_door_name((enum client_door)number);
    if (type == CELL_DIALECT)
        return llm_dialect_name((enum llm_dialect)number);
    if (type == CELL_SCHEME)
        return scheme_name((enum scheme)number);
    return llm_operation_name((enum llm_operation)number);
}

static struct text hex_cell(const uint8_t *bytes, size_t length, struct buffer *scratch)
{
    buffer_append_hex(scratch, (struct bytes){bytes, length});
    return buffer_text(scratch);
}

struct text export_table_cell(const struct export_item *item, size_t index, struct buffer *scratch)
{
    const struct column *column = &columns[index];
    const void *at = (const char *)item + column->offset;
    buffer_empty(scratch);
    switch (column->type) {
    case CELL_TEXT:
        return *(const struct text *)at;
    case CELL_U64:
    case CELL_U16:
    case CELL_U8:
    case CELL_FLAG:
        if (export_table_number(item, index) != 0)
            buffer_append_number(scratch, export_table_number(item, index));
        return buffer_text(scratch);
    case CELL_VERDICT:
    case CELL_PLAN:
    case CELL_REASON:
    case CELL_SCHEME:
    case CELL_OPERATION:
    case CELL_PROOF:
    case CELL_DOOR:
    case CELL_DIALECT:
        return text_from(word_cell(column->type, *(const unsigned *)at));
    case CELL_ADDRESS:
        if (item->outcome.address.length > 0)
            address_append(scratch, &item->outcome.address);
        return buffer_text(scratch);
    case CELL_ID:
        return hex_cell(item->decision.id.bytes, sizeof(item->decision.id.bytes), scratch);
    case CELL_DIGEST:
        return hex_cell(item->leaf.bytes, sizeof(item->leaf.bytes), scratch);
    case CELL_UID: /* no number: 0 is a user too */
        export_item_append_uid(item, scratch);
        return buffer_text(scratch);
    case CELL_PEER_KEY:
        return hex_cell(
            item->outcome.peer_key, item->outcome.has_peer_key ? sizeof(item->outcome.peer_key) : 0, scratch);
    case CELL_MODEL_DIGEST:
        return hex_cell(
            item->outcome.service.digest.bytes,
            item->outcome.service.has_digest ? sizeof(item->outcome.service.digest) : 0, scratch);
    }
    return TEXT("");
}

/* --- CSV
 * -------------------------------------------------------------------------------------------------------------- */

/* Also the full-width forms, which some spreadsheets take for the plain ones. */
static bool looks_like_a_formula(struct text text)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
    if (text.length == 0)
        return false;
    for (size_t i = 0; i < COUNT_OF(wide); i++)
        if (text_starts_with(text, text_from(wide[i])))
            return true;
    return (unsigned char)text.data[0] < ' ' || text_has(TEXT("=+-@"), text.data[0]);
}

/* Quoted always; a leading character that a spreadsheet takes for a formula is made a text by an apostrophe. */
void export_csv_cell(struct text text, struct buffer *out)
{
    buffer_append_byte(out, '"');
    if (looks_like_a_formula(text))
        buffer_append_byte(out, '\'');
    struct buffer clean = {0};
    export_append_clean(&clean, text, "");
    for (size_t i = 0; i < clean.length; i++) {
        if (clean.data[i] == '"')
            buffer_append_byte(out, '"');
        buffer_append_byte(out, clean.data[i]);
    }
    buffer_clear(&clean);
    buffer_append_byte(out, '"');
}

void csv_head(const struct format_source *source, struct buffer *out)
{
    (void)source;
    buffer_append_string(out, "sequence,time");
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        buffer_printf(out, ",%s", columns[i].title);
    buffer_append_string(out, "\r\n");
}

void csv_row(const struct format_source *source, const struct export_item *item, struct buffer *out)
{
    (void)source;
    char time[CLOCK_TEXT_SIZE];
    struct buffer scratch = {0};
    clock_write(item->head.wall_us, time);
    buffer_printf(out, "%llu,%s", (unsigned long long)item->head.sequence, time);
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        buffer_append_byte(out, ',');
        export_csv_cell(export_table_cell(item, i, &scratch), out);
    }
    buffer_append_string(out, "\r\n");
    buffer_clear(&scratch);
}
