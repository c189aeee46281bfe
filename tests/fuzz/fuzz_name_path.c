/* SPDX-License-Identifier: Apache-2.0 */
/* A canonical path is canonical, and hosts and addresses survive being written. */
#include "exeat/base/check.h"
#include "exeat/name.h"

static void check_path(struct text input)
{
    struct buffer once = {0};
    struct buffer twice = {0};
    struct detail detail = {0};
    enum path_result first = path_canonicalise(input, &once, &detail);
    ASSERT((first == PATH_CANONICAL) == (detail.text[0] == '\0'));
    ASSERT(!path_is_plain(input) || first == PATH_CANONICAL);
    struct buffer read = {0};
    struct path_readings readings;
    enum path_result how = path_read(input, &read, &readings, NULL);
    ASSERT((how == PATH_BAD) == (first == PATH_BAD) && (how == PATH_AMBIGUOUS) == (first == PATH_AMBIGUOUS));
    ASSERT(
        (how == PATH_DIFFERS) == (readings.otherwise.length > 0) && text_equal(readings.canonical, buffer_text(&once)));
    buffer_clear(&read);
    if (first != PATH_BAD) {
        enum path_result result = path_canonicalise(buffer_text(&once), &twice, NULL);
        ASSERT(result == PATH_CANONICAL || result == PATH_AMBIGUOUS);
        ASSERT(text_equal(buffer_text(&once), buffer_text(&twice)));
    }
    buffer_clear(&once);
    buffer_clear(&twice);
}

static void check_host(struct text input)
{
    struct host host;
    struct host again;
    uint16_t port;
    uint16_t port_again;
    if (!authority_parse(input, 443, &host, &port))
        return;
    struct buffer out = {0};
    authority_append(&out, &host, port, 0);
    ASSERT(authority_parse(buffer_text(&out), 0, &again, &port_again));
    ASSERT(host_equal(&host, &again) && port == port_again);
    buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text input = text_of_bytes((struct bytes){data, size});
    check_path(input);
    check_host(input);
    return 0;
}
