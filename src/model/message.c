/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of messages. */
#include "exeat/model/message.h"

#include <string.h>

void message_head_reset(struct message_head *head)
{
    memset(head, 0, offsetof(struct message_head, fields));
}

bool field_is_for_transfer(struct text name)
{
    static const struct text names[] = {
        TEXT_INIT("Host"),
        TEXT_INIT("Content-Length"),
        TEXT_INIT("Transfer-Encoding"),
        TEXT_INIT("Connection"),
        TEXT_INIT("Proxy-Authorization"),
        TEXT_INIT("Proxy-Connection"),
        TEXT_INIT("Keep-Alive"),
        TEXT_INIT("TE"),
        TEXT_INIT("Trailer"),
        TEXT_INIT("Upgrade"),
    };
    return text_is_among_nocase(name, names, COUNT_OF(names));
}

bool message_head_is_encoded(const struct message_head *head)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (text_equal_nocase(head->fields[i].name, TEXT("Content-Encoding")) &&
            !text_equal_nocase(head->fields[i].value, TEXT("identity")))
            return true;
    return false;
}
