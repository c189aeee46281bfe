/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of messages. */
#include "exeat/model/message.h"

#include <string.h>

void message_head_reset(struct message_head *head)
{
    memset(head, 0, offsetof(struct message_head, fields));
}
