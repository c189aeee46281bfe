/* SPDX-License-Identifier: Apache-2.0 */
/* The one spelling of what was found, for who writes records and who reads them. */
#include "exeat/model/found.h"

void found_append(struct buffer *out, const struct found *found)
{
    if (out->length > 0)
        buffer_append(out, TEXT("; "));
    BUFFER_APPEND_ALL(out, found->kind, TEXT(" "), found->action, TEXT(" "));
    buffer_append_number(out, found->count);
    if (found->place.length > 0)
        BUFFER_APPEND_ALL(out, TEXT(" "), found->place);
    if (found->what.length > 0)
        BUFFER_APPEND_ALL(out, TEXT(" "), found->what);
}

const char *const found_actions[FOUND_ACTIONS] = {"restore",    "unseen", "flag", "would_redact",
                                                  "would_deny", "redact", "deny"};

const char *const found_key_words[FOUND_KEY_COUNT] = {
    [FOUND_KEY_SENT] = "sent",
    [FOUND_KEY_ASTRAY] = "astray",
    [FOUND_KEY_REFUSED] = "refused",
    [FOUND_KEY_HELD] = "held",
};

static bool read_one(struct text entry, struct found *found)
{
    struct text count;
    *found = (struct found){0};
    bool good = text_split(&entry, ' ', &found->kind) && text_split(&entry, ' ', &found->action) &&
                text_split(&entry, ' ', &count) && text_to_number(count, UINT32_MAX, &found->count);
    (void)text_split(&entry, ' ', &found->place);
    found->what = entry;
    return good && found->kind.length > 0 && found->action.length > 0;
}

bool found_next(struct text *rest, struct found *found)
{
    struct text entry;
    while (text_split(rest, ';', &entry))
        if (read_one(text_trim(entry, " "), found))
            return true;
    return false;
}
