/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes where a ClientHello is expected. */
#include "exeat/base/check.h"
#include "exeat/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buffer scratch = {0};
    struct client_hello hello;
    enum parse result = client_hello_parse(text_of_bytes((struct bytes){data, size}), &scratch, &hello);
    if (result == PARSE_DONE && hello.has_server_name && !hello.server_name_bad) {
        struct host host;
        ASSERT(host_parse_sni(hello.server_name, &host));
    }
    buffer_clear(&scratch);
    return 0;
}
