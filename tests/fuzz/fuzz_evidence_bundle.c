/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a bundle come from whoever hands it over. What is taken is what would be written. */
#include "bundle.h"
#include "exeat/base/check.h"

static void read_line(struct text text)
{
    struct tlog_proof proof;
    struct bundle_line line;
    struct buffer scratch = {0};
    struct buffer whole = {0};
    struct buffer field = {0};
    bundle_line_difference(text, &field);
    buffer_clear(&field);
    if (bundle_line_parse(text, &scratch, &line))
        ASSERT(line.body.length >= RECORD_HEAD_SIZE);
    if (bundle_proof_take(&text, &proof, &whole))
        ASSERT(proof.count <= TLOG_TREE_LEVELS && text_ends_with(text, TEXT("}\n")));
    buffer_clear(&scratch);
    buffer_clear(&whole);
}

static void read_range(struct text text)
{
    struct bundle_range range;
    struct buffer again = {0};
    if (bundle_range_parse(text, &range)) {
        bundle_range_append(&range, &again);
        ASSERT(range.first < range.end && again.length <= text.length);
    }
    buffer_clear(&again);
}

static void read_manifest(struct text text)
{
    struct bundle_manifest manifest;
    struct buffer again = {0};
    json_t *tree = NULL;
    if (bundle_manifest_parse(text, &manifest, &tree)) {
        bundle_manifest_append(&manifest, &again);
        ASSERT(text_equal(text, buffer_text(&again)));
    }
    json_decref(tree);
    buffer_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = text_of_bytes((struct bytes){data, size});
    read_line(text);
    read_range(text);
    read_manifest(text);
    return 0;
}
