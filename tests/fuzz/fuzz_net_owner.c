/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the kernel's answer to who owns a socket. */
#include <stdlib.h>

#include "exeat/net/owner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct connection_ends ends = {.client_port = 40000, .server_port = 3128};
    if (!address_parse(TEXT("127.0.0.1"), &ends.client) || !address_parse(TEXT("127.0.0.1"), &ends.server))
        abort();
    for (ends.socket = CLIENT_CONNECTION; ends.socket <= CLIENT_DATAGRAM_TO_SERVER; ends.socket++) {
        struct owner owner;
        enum owner_finding finding = owner_answer_read((struct bytes){data, size}, 1, &ends, &owner);
        if ((owner.is_known && owner.uid == 65534) || (finding == OWNER_FOUND) > owner.is_known)
            abort();
    }
    return 0;
}
