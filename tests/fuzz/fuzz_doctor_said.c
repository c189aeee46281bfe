/* SPDX-License-Identifier: Apache-2.0 */
/* What whoever answers at listen.admin says, and what stands in no_proxy: any bytes. What is found of them is a number
 * or a part of them, and no control byte gets into a line for people. */
#include "doctor_internal.h"
#include "exeat/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lines(const struct buffer *lines)
{
    for (size_t i = 0; i < lines->length; i++)
        ASSERT((unsigned char)lines->data[i] >= ' ' || lines->data[i] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct llm_catalogue *catalogue;
    struct text said = {(const char *)data, size};
    struct text rest = said;
    struct text entry;
    struct finding finding = {.state = DOCTOR_NOTHING};
    double value = 7;
    if (catalogue == NULL)
        catalogue = llm_catalogue_new();
    bool found = metric_find(said, TEXT("exeat_witness_age_seconds"), &value);
    ASSERT(found || value == 7);
    struct text state = metric_state(said, TEXT("exeat_witness_state"));
    ASSERT(state.length == 0 || (state.data >= said.data && state.data + state.length <= said.data + size));
    while (text_split(&rest, ',', &entry))
        judge_no_proxy(entry, catalogue, &finding);
    check_lines(&finding.found);
    check_lines(&finding.advice);
    finding_clear(&finding);
    return 0;
}
