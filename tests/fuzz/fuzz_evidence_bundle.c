/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a bundle come from whoever hands it over. What is taken is what would be written. */
#include "bundle.h"
#include "exeat/base/check.h"

static void read_line(struct text text)
{
    struct audit_proof proof;
    struct bundle_line line;
    struct buffer scratch = {0};
    struct buffer whole = {0};
    if (bundle_line_parse(text, &scratch, &line))
        ASSERT(line.body.length >= AUDIT_HEAD_SIZE);
    if (bundle_proof_take(&text, &proof, &whole))
        ASSERT(proof.count <= TREE_LEVELS && text_ends_with(text, TEXT("}\n")));
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = text_of_bytes((struct bytes){data, size});
    struct digest digest;
    struct text name;
    read_line(text);
    read_range(text);
    if (bundle_sums_parse_line(text, &digest, &name))
        ASSERT(
            name.length > 0 && !text_equal(name, TEXT("..")) && !text_starts_with(name, TEXT("/")) &&
            !text_starts_with(name, TEXT("../")));
    return 0;
}
