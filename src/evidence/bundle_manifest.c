/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json of a bundle: how it is written, and read back so strictly that what is read is what would be written.
 */
#include "bundle.h"
#include "exeat/base/memory.h"

/* --- writing --- */

static void append_text(struct buffer *out, const char *name, struct text text)
{
    buffer_printf(out, "  \"%s\": ", name);
    json_append_string(out, text);
    buffer_append_string(out, ",\n");
}

static void append_optional(struct buffer *out, const char *name, struct text text)
{
    if (text.length > 0)
        append_text(out, name, text);
}

static void append_counts(const struct bundle_counts *counts, struct buffer *out)
{
    uint64_t range = counts->end - counts->first;
    buffer_printf(
        out, "  \"range\": {\"first\": %llu, \"end\": %llu, \"records\": %llu},\n", (unsigned long long)counts->first,
        (unsigned long long)counts->end, (unsigned long long)range);
    buffer_printf(
        out, "  \"records\": {\"shown\": %llu, \"left_out\": %llu},\n", (unsigned long long)counts->shown,
        (unsigned long long)(range - counts->shown));
    buffer_printf(out, "  \"requests\": {\"shown\": %llu", (unsigned long long)counts->requests);
    for (size_t i = VERDICT_ALLOW; i <= VERDICT_ERROR; i++)
        buffer_printf(out, ", \"%s\": %llu", verdict_name((enum verdict)i), (unsigned long long)counts->verdicts[i]);
    buffer_append_string(out, "},\n");
}

void bundle_manifest_append(const struct bundle_manifest *manifest, struct buffer *out)
{
    buffer_append_string(out, "{\n");
    append_text(out, "format", TEXT("exeat-bundle 1"));
    append_text(out, "tool", manifest->tool);
    append_text(out, "origin", manifest->origin);
    append_text(out, "created", manifest->created);
    append_text(out, "times", TEXT("UTC"));
    append_text(out, "operator", manifest->operator_name);
    append_text(out, "purpose", manifest->purpose);
    append_text(out, "query", manifest->query);
    append_optional(out, "since", manifest->since);
    append_optional(out, "until", manifest->until);
    append_text(out, "custody", manifest->custody);
    buffer_printf(
        out, "  \"redacted\": %s,\n  \"erased\": %llu,\n", manifest->is_redacted ? "true" : "false",
        (unsigned long long)manifest->erased);
    append_counts(&manifest->counts, out);
    buffer_printf(
        out, "  \"unsigned_left_out\": %llu,\n  \"policies\": %llu,\n  \"policies_left_out\": %llu\n}\n",
        (unsigned long long)manifest->unsigned_left_out, (unsigned long long)manifest->policies,
        (unsigned long long)manifest->policies_left_out);
}

/* --- reading --- */

static uint64_t number_of(const json_t *object, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(object, name));
    return value > 0 ? (uint64_t)value : 0;
}

static void read_counts(const json_t *tree, struct bundle_counts *counts)
{
    const json_t *range = json_object_get(tree, "range");
    const json_t *requests = json_object_get(tree, "requests");
    counts->first = number_of(range, "first");
    counts->end = number_of(range, "end");
    counts->shown = number_of(json_object_get(tree, "records"), "shown");
    counts->requests = number_of(requests, "shown");
    for (size_t i = VERDICT_ALLOW; i <= VERDICT_ERROR; i++)
        counts->verdicts[i] = number_of(requests, verdict_name((enum verdict)i));
}

/* What is absent or of another type is read as nothing, and then the text is not what would be written. */
bool bundle_manifest_parse(struct text text, struct bundle_manifest *manifest, json_t **tree)
{
    char error[160];
    struct buffer again = {0};
    json_t *read = json_read(text, error);
    *manifest = (struct bundle_manifest){
        .tool = json_text(read, "tool"),
        .origin = json_text(read, "origin"),
        .created = json_text(read, "created"),
        .operator_name = json_text(read, "operator"),
        .purpose = json_text(read, "purpose"),
        .query = json_text(read, "query"),
        .since = json_text(read, "since"),
        .until = json_text(read, "until"),
        .custody = json_text(read, "custody"),
        .is_redacted = json_is_true(json_object_get(read, "redacted")),
        .erased = number_of(read, "erased"),
        .unsigned_left_out = number_of(read, "unsigned_left_out"),
        .policies = number_of(read, "policies"),
        .policies_left_out = number_of(read, "policies_left_out"),
    };
    read_counts(read, &manifest->counts);
    bundle_manifest_append(manifest, &again);
    bool same = text_equal(text, buffer_text(&again)) &&
                (text_equal(manifest->custody, TEXT("recorded")) || text_equal(manifest->custody, TEXT("unrecorded")));
    buffer_clear(&again);
    *tree = same ? read : NULL;
    if (!same)
        json_decref(read);
    return same;
}
