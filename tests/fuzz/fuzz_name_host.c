/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts and patterns as operators write them, names as clients send them: what is accepted is canonical, and means the
 * same when it is written again. IDNA, dots, brackets, NUL and numbers at the end are the corpus. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/name.h"

static void check_canonical(const struct host *host)
{
    struct host again;
    struct text text = host_text(host);
    ASSERT(text.length > 0 && strlen(host->text) == text.length);
    ASSERT(host_parse_written(text, &again) && host_equal(host, &again));
    if (host->kind != HOST_NAME)
        return;
    ASSERT(text.length <= 253 && text.data[text.length - 1] != '.');
    for (size_t i = 0; i < text.length; i++)
        ASSERT(
            (unsigned char)text.data[i] > ' ' && (unsigned char)text.data[i] < 0x7f &&
            (text.data[i] < 'A' || text.data[i] > 'Z'));
    ASSERT(host_parse_sni(text, &again) && host_equal(host, &again));
}

/* What clients may send, an operator may write, and it is the same host. */
static void check_wire(struct text input)
{
    struct host wire;
    struct host written;
    if (!host_parse(input, &wire))
        return;
    check_canonical(&wire);
    ASSERT(host_parse_written(input, &written) && host_equal(&wire, &written));
}

static void check_pattern(struct text input)
{
    struct host_pattern pattern;
    if (!host_pattern_parse(input, &pattern) || pattern.kind == HOST_PATTERN_ANY)
        return;
    check_canonical(&pattern.host);
    ASSERT(host_pattern_matches(&pattern, &pattern.host) == (pattern.kind == HOST_PATTERN_EXACT));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = text_of_bytes((struct bytes){data, size});
    struct host host;
    check_wire(input);
    check_pattern(input);
    if (host_parse_written(input, &host))
        check_canonical(&host);
    return 0;
}
