/* SPDX-License-Identifier: Apache-2.0 */
/* First byte: where the rest is cut. In pieces as much is seen as in one; what was planted in the middle is always
 * seen; and a file of any bytes is read or refused. */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/canary.h"

#define VALUE "Rabogesuvitakonilepodu"

static struct canary_set *parse(struct text content)
{
    struct diags *diags = diags_new();
    struct canary_set *set = canary_set_parse(content, "canaries.txt", (struct mark){0}, diags);
    ASSERT((set == NULL) == (diags_errors(diags) > 0));
    diags_free(diags);
    return set;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    struct text text = {(const char *)data + 1, size - 1};
    size_t cut = data[0] < text.length ? data[0] : text.length;
    canary_set_free(parse(text));
    struct canary_set *set = parse(TEXT("a " VALUE));
    struct canary_watch *watch = canary_watch_new(set);
    const char *first = canary_watch_feed(watch, text_part(text, 0, cut));
    const char *second = canary_watch_feed(watch, text_after(text, cut));
    const char *whole = canary_in(set, text);
    ASSERT(text.length < CANARY_LEAST || (whole != NULL) == (first != NULL || second != NULL));
    ASSERT(canary_watch_feed(watch, TEXT(" " VALUE)) != NULL);
    canary_watch_free(watch);
    canary_set_free(set);
    return 0;
}
