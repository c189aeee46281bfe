/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of messages. */
#include "exeat/model/message.h"

#include <string.h>

void message_head_reset(struct message_head *head)
{
    memset(head, 0, offsetof(struct message_head, fields));
}

bool message_head_is_encoded(const struct message_head *head)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (text_equal_nocase(head->fields[i].name, TEXT("Content-Encoding")) &&
            !text_equal_nocase(head->fields[i].value, TEXT("identity")))
            return true;
    return false;
}
