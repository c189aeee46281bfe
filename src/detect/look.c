/* SPDX-License-Identifier: Apache-2.0 */
/* Matches are added as they are found; words beside a place are looked for in a short window before it. */
#include "look.h"

#include <string.h>

#include "exeat/base/memory.h"
#include "set.h"

enum { WORD_WINDOW = 48, FIELD_WINDOW = 96 };

bool look_wants(const struct look *look, enum detector detector)
{
    return (look->set->detectors & DETECTOR_BIT(detector)) != 0;
}

struct detect_match *
look_match(struct look *look, enum detector detector, size_t start, size_t end, enum certainty certainty)
{
    struct detect_matches *matches = look->matches;
    if (detector < DETECTOR_CUSTOM && !look_wants(look, detector))
        return NULL;
    if (matches->count == matches->capacity) {
        matches->capacity = matches->capacity == 0 ? 8 : matches->capacity * 2;
        matches->items = base_resize(matches->items, matches->capacity, sizeof(*matches->items));
    }
    matches->items[matches->count] = (struct detect_match){
        .detector = detector, .certainty = (uint8_t)certainty, .start = start, .length = end - start};
    return &matches->items[matches->count++];
}

void look_add(struct look *look, enum detector detector, size_t start, size_t end, enum certainty certainty)
{
    (void)look_match(look, detector, start, end, certainty);
}

/* `words` holds one that begins at a word of `text`, which is in lower case. */
static bool has_word(struct text text, const char *words)
{
    while (*words != '\0') {
        size_t length = strcspn(words, "|");
        const char *at = text.data;
        const char *end = text.data + text.length;
        while (at != NULL && at < end && (at = memmem(at, (size_t)(end - at), words, length)) != NULL) {
            if (at == text.data || !is_ascii_alnum(at[-1]))
                return true;
            at++;
        }
        words += length + (words[length] == '|');
    }
    return false;
}

/* The last bytes of `text` in lower case; what is not ASCII is folded too. Words of a name in camelCase are parted. */
static struct text lowered(struct text text, bool is_name, char *out, size_t size)
{
    size_t length = 0;
    size_t from = text.length > size / 2 ? text.length - size / 2 : 0;
    for (size_t i = from; i < text.length && length + 2 < size; i++) {
        char byte = text.data[i];
        bool hump = is_name && i > from && byte >= 'A' && byte <= 'Z' && text.data[i - 1] >= 'a';
        if (hump || (is_name && (byte == '_' || byte == '-' || byte == '.')))
            out[length++] = ' ';
        if (!is_name || (byte != '_' && byte != '-' && byte != '.'))
            out[length++] = ascii_lower(byte);
    }
    return (struct text){out, length};
}

bool look_field_has(const struct look *look, const char *words)
{
    char lower[FIELD_WINDOW * 2];
    return look->field.length > 0 && has_word(lowered(look->field, true, lower, sizeof(lower)), words);
}

bool look_has_word(const struct look *look, size_t at, const char *words)
{
    char lower[WORD_WINDOW * 2];
    struct text before = text_part(look->value, 0, at);
    return has_word(lowered(before, false, lower, sizeof(lower)), words) || look_field_has(look, words);
}

static bool touches(uint32_t code)
{
    return code == '_' || point_is_word(code);
}

bool look_begins(const struct look *look, size_t at)
{
    if (at == 0)
        return true;
    /* behind a backslash stands the letter of an escape, where JSON is looked at as it is written */
    if (look->spelling == DETECT_JSON && at > 1 && look->value.data[at - 2] == '\\')
        return true;
    return !touches(point_before(look->value, at).code);
}

bool look_ends(const struct look *look, size_t at)
{
    return at >= look->value.length || !touches(point_at(look->value, at, look->spelling).code);
}
