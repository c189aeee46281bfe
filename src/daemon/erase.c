/* SPDX-License-Identifier: Apache-2.0 */
/* Erasing, as it is asked for over the control socket: begun by one command, looked after by another, because it may
 * take longer than a command may. */
#include "daemon_internal.h"

void erase_begin(struct audit *audit, struct text order, struct buffer *answer)
{
    struct text rest = order;
    struct text word;
    uint64_t before_us;
    if (!text_split(&rest, ' ', &word) || !text_to_number(word, INT64_MAX, &before_us))
        buffer_append(answer, TEXT("failed: erase wants microseconds since 1970, and who asks\n"));
    else if (!audit_erase(audit, (int64_t)before_us, rest))
        buffer_append(answer, TEXT("failed: the gate is erasing already, or ends\n"));
    else
        buffer_append(answer, TEXT("ok\n"));
}

void erase_look(struct audit *audit, struct buffer *answer)
{
    struct audit_erasing erasing;
    audit_erase_look(audit, &erasing);
    switch (erasing.state) {
    case AUDIT_ERASE_NONE:
        buffer_append(answer, TEXT("none\n"));
        break;
    case AUDIT_ERASING:
        buffer_append(answer, TEXT("erasing\n"));
        break;
    case AUDIT_ERASED:
        buffer_printf(answer, "ok %llu\n", (unsigned long long)erasing.parts);
        break;
    case AUDIT_ERASE_FAILED:
        buffer_printf(answer, "failed: %s\n", erasing.error);
        break;
    }
}
