/* SPDX-License-Identifier: Apache-2.0 */
/* Any head: first line the path, then the query, then fields. What is found has its bytes in the text it stood in, is
 * counted, and nothing that is shown of path and query holds a key that was found there. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/carried.h"

static struct vendor_key_index keys;
struct seen {
    size_t count;
    bool in_path, in_query;
};

static void note(void *context, const struct carried_key *key)
{
    struct seen *seen = context;
    ASSERT(key->value.length > 0 && key->key != NULL);
    seen->count++;
    seen->in_path = seen->in_path || key->in == CARRIED_IN_PATH;
    seen->in_query = seen->in_query || key->in == CARRIED_IN_QUERY;
}

static void check_shown(struct text text, char separator)
{
    struct message_head *head = base_zalloc(sizeof(*head));
    struct buffer out = {0};
    struct seen seen = {0};
    carried_show(&keys, text, separator, &out);
    head->target.query = buffer_text(&out);
    carried_look(&keys, head, note, &seen);
    ASSERT(seen.count == 0);
    buffer_clear(&out);
    base_free(head);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text rest = {(const char *)data, size};
    struct message_head *head = base_zalloc(sizeof(*head));
    struct text line;
    struct seen seen = {0};
    vendor_key_index_init(&keys);
    (void)text_split(&rest, '\n', &head->target.path);
    (void)text_split(&rest, '\n', &head->target.query);
    while (head->field_count < FIELDS_MAX && text_split(&rest, '\n', &line)) {
        size_t colon = text_index(line, ':', 0);
        head->fields[head->field_count++] = (struct field){text_part(line, 0, colon), text_after(line, colon + 1)};
    }
    carried_look(&keys, head, note, &seen);
    if (seen.in_path)
        check_shown(head->target.path, '/');
    if (seen.in_query)
        check_shown(head->target.query, '&');
    carried_look_at_body(&keys, (struct text){(const char *)data, size}, note, &seen);
    base_free(head);
    return 0;
}
