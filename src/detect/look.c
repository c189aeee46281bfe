/* SPDX-License-Identifier: Apache-2.0 */
/* Matches are added as they are found; words beside a place are looked for in a short window before it. */
#include "look.h"

#include <string.h>

#include "exeat/base/memory.h"
#include "set.h"

enum { LABEL_WINDOW = 48 };

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

/* Behind the last quote in [from, at) that has no backslash before it; `from`: there is none. */
static size_t behind_quote(struct text text, size_t from, size_t at)
{
    while (at > from) {
        const char *quote = memrchr(text.data + from, '"', at - from);
        if (quote == NULL)
            return from;
        at = (size_t)(quote - text.data);
        if (at == 0 || text.data[at - 1] != '\\')
            return at + 1;
    }
    return from;
}

/* Where the words before `at` begin that count: of JSON as it is written, behind the quote that the value begins with;
 * and escapes are up to three times as long as what they stand for. */
static size_t window_start(const struct look *look, size_t at)
{
    size_t most = look->spelling == DETECT_JSON ? 3 * LABEL_WINDOW : LABEL_WINDOW;
    size_t from = at > most ? at - most : 0;
    if (look->spelling == DETECT_JSON) {
        size_t quote = behind_quote(look->value, from, at);
        if (quote > from)
            return quote;
    }
    while (from > 0 && from < at && point_is_word(point_before(look->value, from).code))
        from++; /* not from the middle of a word */
    return from;
}

/* Behind the last address of mail or the web in [from, at), which is what the words before it speak of. */
static size_t behind_addresses(struct text text, size_t from, size_t at)
{
    if (memchr(text.data + from, '@', at - from) == NULL && memchr(text.data + from, ':', at - from) == NULL)
        return from;
    for (size_t mark = at; mark > from; mark--) {
        bool mail = text.data[mark - 1] == '@' && mark > 1 && is_ascii_alnum(text.data[mark - 2]) && mark < at &&
                    is_ascii_alnum(text.data[mark]);
        bool web = text.data[mark - 1] == ':' && text_starts_with(text_after(text, mark), TEXT("//"));
        size_t end = mark;
        while ((mail || web) && end < at && !text_has(TEXT(" \t\r\n\\"), text.data[end]))
            end++;
        if (mail || (web && end < at)) /* in an address its own words count: "tel://" */
            return end;
    }
    return from;
}

/* Where the word begins that ends before `at`; `from` at least. */
static size_t word_start(struct text text, size_t from, size_t at)
{
    while (at > from && point_is_word(point_before(text, at).code))
        at -= point_before(text, at).length;
    return at > from ? at : from;
}

/* Of each value only what stands behind the number before is read: what was said before goes on, or was nothing. A
 * window that begins inside of a character, and escapes, which hide where words end, are read as a whole. */
static uint32_t labels_between(struct look *look, size_t from, size_t at)
{
    const struct label_index *index = &look->set->labels;
    struct text text = look->value;
    struct heard heard = look->heard;
    bool same = heard.start == from && heard.end <= at;
    bool quiet = heard.said.labels == 0 && from >= heard.start && from < heard.end && heard.end <= at;
    if (from >= at)
        return 0;
    if (((unsigned char)text.data[from] & 0xc0) == 0x80 || (!same && !quiet))
        heard = (struct heard){.start = from, .end = from};
    if (look->spelling == DETECT_JSON && memchr(text.data + heard.end, '\\', at - heard.end) != NULL)
        return labels_in(index, text_part(text, from, at - from), look->spelling);
    size_t word = word_start(text, heard.end, at);
    labels_hear(index, text_part(text, heard.end, word - heard.end), look->spelling, &heard.said);
    heard.end = word;
    struct label_said said = heard.said;
    labels_hear(index, text_part(text, word, at - word), look->spelling, &said);
    if (said.labels != 0 && heard.start != from)
        return labels_in(index, text_part(text, from, at - from), look->spelling);
    look->heard = heard;
    return said.labels;
}

uint32_t look_labels(struct look *look, size_t at)
{
    if (look->labels_at != at) {
        look->labels = labels_between(look, behind_addresses(look->value, window_start(look, at), at), at);
        look->labels_at = at;
    }
    return look->labels | look->field_labels;
}

bool look_behind_escape(const struct look *look, size_t at)
{
    if (look->spelling != DETECT_JSON)
        return false;
    return (at >= 2 && look->value.data[at - 2] == '\\') ||
           (at >= 6 && look->value.data[at - 6] == '\\' && look->value.data[at - 5] == 'u');
}

static bool touches(uint32_t code)
{
    return code == '_' || point_is_word(code);
}

bool look_begins(const struct look *look, size_t at)
{
    if (at == 0)
        return true;
    if (look_behind_escape(look, at))
        return true;
    return !touches(point_before(look->value, at).code);
}

bool look_ends(const struct look *look, size_t at)
{
    return at >= look->value.length || !touches(point_at(look->value, at, look->spelling).code);
}
