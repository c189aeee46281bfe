/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a bundle: how each is written, and read back so strictly that what is read is what would be written. */
#include "bundle.h"

#include <string.h>

#include "exeat/base/memory.h"

/* --- records
 * ------------------------------------------------------------------------------------------------------------- */

static void append_hex_member(struct buffer *out, const char *name, struct bytes bytes)
{
    buffer_printf(out, ",\"%s\":\"", name);
    buffer_append_hex(out, bytes);
    buffer_append_byte(out, '"');
}

static void append_line(struct bytes body, struct bytes salt, struct bytes private_part, struct buffer *out)
{
    struct arena arena = {0};
    struct export_facts facts;
    if (export_facts_read(body, private_part, &arena, &facts)) {
        export_facts_append_json(&facts, out);
        append_hex_member(out, "record", body);
        if (salt.length > 0) {
            append_hex_member(out, "salt", salt);
            append_hex_member(out, "private", private_part);
        }
        buffer_append(out, TEXT("}\n"));
    }
    arena_clear(&arena);
}

void bundle_line_append(const struct store_row *row, bool redact, struct buffer *out)
{
    struct bytes none = {0};
    append_line(row->body, redact ? none : row->salt, redact ? none : row->private_part, out);
}

/* Takes `,"name":"hex"` off the front. */
static bool take_hex(struct text *rest, const char *name, struct buffer *scratch, size_t *from)
{
    char member[32];
    int length = snprintf(member, sizeof(member), ",\"%s\":\"", name);
    if (!text_starts_with(*rest, text_from(member)))
        return false;
    *rest = text_after(*rest, (size_t)length);
    size_t end = text_index(*rest, '"', 0);
    struct text hex = text_part(*rest, 0, end);
    if (end == rest->length || hex.length % 2 != 0)
        return false;
    *rest = text_after(*rest, end + 1);
    buffer_reserve(scratch, hex.length / 2 + 1);
    *from = scratch->length;
    scratch->length += hex.length / 2;
    return hex.length == 0 || hex_decode(hex, (uint8_t *)scratch->data + *from, hex.length / 2);
}

/* No value can hold these bytes: quotes in texts are escaped. */
static size_t find_record(struct text line)
{
    const char *found = memmem(line.data, line.length, ",\"record\":\"", strlen(",\"record\":\""));
    return found == NULL ? line.length : (size_t)(found - line.data);
}

/* The bytes that a line has in hex, whatever its fields say. */
static bool read_bytes(struct text line, struct buffer *scratch, struct bundle_line *out)
{
    size_t body = 0;
    size_t salt = 0;
    size_t private_part = 0;
    struct text rest = text_after(line, find_record(line));
    buffer_empty(scratch);
    if (!take_hex(&rest, "record", scratch, &body))
        return false;
    size_t body_end = scratch->length;
    if (text_starts_with(rest, TEXT(",\"salt\":")) &&
        (!take_hex(&rest, "salt", scratch, &salt) || !take_hex(&rest, "private", scratch, &private_part)))
        return false;
    const uint8_t *bytes = (const uint8_t *)scratch->data;
    *out = (struct bundle_line){.body = {bytes + body, body_end - body}};
    if (salt > 0) {
        out->salt = (struct bytes){bytes + salt, private_part - salt};
        out->private_part = (struct bytes){bytes + private_part, scratch->length - private_part};
    }
    return true;
}

bool bundle_line_parse(struct text line, struct buffer *scratch, struct bundle_line *out)
{
    struct buffer again = {0};
    if (!read_bytes(line, scratch, out))
        return false;
    append_line(out->body, out->salt, out->private_part, &again);
    bool same = text_equal(line, buffer_text(&again));
    buffer_clear(&again);
    return same && record_parse(out->body, &out->record);
}

/* The member that the line has at this place: its name is the last that begins before it. */
static void name_at(struct text line, size_t at, struct buffer *field)
{
    size_t begin = at < line.length ? at : line.length;
    while (begin > 1 && !(line.data[begin - 1] == '"' && (line.data[begin - 2] == ',' || line.data[begin - 2] == '{')))
        begin--;
    export_append_visible(field, export_text_limit(text_part(line, begin, text_index(line, '"', begin) - begin), 40));
}

void bundle_line_difference(struct text line, struct buffer *field)
{
    struct buffer scratch = {0};
    struct buffer again = {0};
    struct bundle_line read;
    size_t at = 0;
    if (!bundle_line_parse(line, &scratch, &read) && read_bytes(line, &scratch, &read)) {
        append_line(read.body, read.salt, read.private_part, &again);
        while (at < line.length && at < again.length && line.data[at] == again.data[at])
            at++;
        if (again.length > 0)
            name_at(line, at, field);
    }
    buffer_clear(&scratch);
    buffer_clear(&again);
}

/* --- proofs
 * -------------------------------------------------------------------------------------------------------------- */

void bundle_proof_append(const struct tlog_proof *proof, struct buffer *out)
{
    out->length -= 2; /* "}\n" */
    buffer_append(out, TEXT(",\"proof\":["));
    for (size_t i = 0; i < proof->count; i++) {
        buffer_append(out, i == 0 ? TEXT("\"") : TEXT(",\""));
        buffer_append_hex(out, (struct bytes){proof->hashes[i].bytes, sizeof(proof->hashes[i].bytes)});
        buffer_append_byte(out, '"');
    }
    buffer_append(out, TEXT("]}\n"));
}

bool bundle_proof_take(struct text *line, struct tlog_proof *proof, struct buffer *whole)
{
    static const char head[] = ",\"proof\":[";
    const char *found = memmem(line->data, line->length, head, sizeof(head) - 1);
    if (found == NULL || !text_ends_with(*line, TEXT("]}\n")))
        return false;
    size_t at = (size_t)(found - line->data);
    struct text list = text_part(*line, at + sizeof(head) - 1, line->length - at - sizeof(head) + 1 - 3);
    struct text piece;
    *proof = (struct tlog_proof){0};
    while (list.length > 0 && text_split(&list, ',', &piece)) {
        if (proof->count == TLOG_TREE_LEVELS || piece.length != 66 || piece.data[0] != '"' || piece.data[65] != '"' ||
            !hex_decode(text_part(piece, 1, 64), proof->hashes[proof->count++].bytes, sizeof(struct digest)))
            return false;
    }
    buffer_empty(whole);
    buffer_append(whole, text_part(*line, 0, at));
    buffer_append(whole, TEXT("}\n"));
    size_t length = whole->length;
    bundle_proof_append(proof, whole);
    bool same = text_equal(*line, buffer_text(whole)); /* one proof has one text */
    whole->length = length - 2;
    buffer_append(whole, TEXT("}\n"));
    *line = buffer_text(whole);
    return same;
}

/* --- range
 * --------------------------------------------------------------------------------------------------------------- */

void bundle_range_append(const struct bundle_range *range, struct buffer *out)
{
    buffer_printf(
        out, BUNDLE_RANGE_HEAD "first %llu\nend %llu\n", (unsigned long long)range->first,
        (unsigned long long)range->end);
    for (size_t i = 0; i < range->before.count; i++) {
        buffer_append_base64(out, (struct bytes){range->before.nodes[i].bytes, sizeof(range->before.nodes[i].bytes)});
        buffer_append_byte(out, '\n');
    }
}

static bool take_number(struct text *text, const char *name, uint64_t *number)
{
    struct text line;
    struct text word;
    return text_split(text, '\n', &line) && text_split(&line, ' ', &word) && text_equal(word, text_from(name)) &&
           text_to_number(line, INT64_MAX, number);
}

static bool take_hash(struct text line, struct digest *digest)
{
    struct buffer bytes = {0};
    bool good = base64_decode(line, &bytes) && bytes.length == sizeof(digest->bytes);
    if (good)
        memcpy(digest->bytes, bytes.data, sizeof(digest->bytes));
    buffer_clear(&bytes);
    return good;
}

bool bundle_range_parse(struct text text, struct bundle_range *range)
{
    struct text line;
    *range = (struct bundle_range){0};
    if (!text_starts_with(text, TEXT(BUNDLE_RANGE_HEAD)) || !text_ends_with(text, TEXT("\n")))
        return false;
    text = text_after(text_part(text, 0, text.length - 1), sizeof(BUNDLE_RANGE_HEAD) - 1);
    if (!take_number(&text, "first", &range->first) || !take_number(&text, "end", &range->end) ||
        range->first >= range->end)
        return false;
    while (text_split(&text, '\n', &line))
        if (range->before.count == TLOG_TREE_LEVELS || !take_hash(line, &range->before.nodes[range->before.count++]))
            return false;
    range->before.size = range->first;
    return range->before.count == (size_t)__builtin_popcountll(range->first);
}

/* --- counts
 * -------------------------------------------------------------------------------------------------------------- */

void bundle_counts_add(struct bundle_counts *counts, const struct record *record)
{
    struct decision_record decision;
    counts->shown++;
    if (record->head.kind != RECORD_DECISION)
        return;
    counts->requests++;
    record_decision_read(record, (struct bytes){0}, &decision);
    if (decision.verdict < COUNT_OF(counts->verdicts))
        counts->verdicts[decision.verdict]++;
}
