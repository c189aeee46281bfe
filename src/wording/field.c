/* SPDX-License-Identifier: Apache-2.0 */
/* A name is parted into words at `_`, `-`, blanks, brackets and humps; the longest row that its last words are, written
 * together, is its kind: "customer_firstName" is "firstname". */
#include "exeat/wording/field.h"

#include "exeat/wording/letters.h"
#include "exeat/wording/points.h"

enum { WORDS_MOST = 12, JOINED_MOST = 96 };

struct words {
    char joined[JOINED_MOST];
    size_t length;
    size_t begins[WORDS_MOST];
    size_t count;
};

/* False: it has more words than any row. */
static bool part_words(struct text name, struct words *words)
{
    bool inside = false;
    bool low = false; /* the letter before was a small one */
    words->length = 0;
    words->count = 0;
    for (size_t at = 0; at < name.length;) {
        struct point point = point_at(name, at, DETECT_PLAIN);
        bool capital = point.code < 0x80 && point.code >= 'A' && point.code <= 'Z';
        at += point.length;
        if (!point_is_word(point.code) || point_digit(point.code) >= 0) {
            inside = inside && point_is_word(point.code); /* "street1" */
            low = false;
            continue;
        }
        if (!inside || (capital && low)) {
            if (words->count == WORDS_MOST)
                return false;
            words->begins[words->count++] = words->length;
        }
        words->length += letters_plain(point.code, words->joined + words->length, JOINED_MOST - words->length);
        inside = true;
        low = !capital;
    }
    return words->length < JOINED_MOST;
}

/* The kind of the longest row at the end; `rest` is how many words stand before it. */
static enum field_kind kind_of(const struct words *words, size_t count, size_t *rest)
{
    size_t end = count < words->count ? words->begins[count] : words->length;
    for (*rest = 0; *rest < count; ++*rest) {
        size_t begin = words->begins[*rest];
        enum field_kind kind = field_named((struct text){words->joined + begin, end - begin});
        if (kind != FIELD_UNKNOWN)
            return kind;
    }
    return FIELD_UNKNOWN;
}

static enum field_kind decide(enum field_kind kind, enum field_kind owner)
{
    bool fits = owner == FIELD_ADDRESS || (kind == FIELD_PERSONS_NAME && owner == FIELD_PERSON);
    return fits ? (kind == FIELD_PERSONS_NAME ? FIELD_NAME : FIELD_ADDRESS) : FIELD_NONE;
}

static bool is_open(enum field_kind kind)
{
    return kind == FIELD_PERSONS_NAME || kind == FIELD_ADDRESS_PART;
}

enum field_kind field_kind_open(struct text name)
{
    struct words words;
    size_t rest = 0;
    size_t above = 0;
    if (name.length == 0 || !part_words(name, &words))
        return FIELD_UNKNOWN;
    enum field_kind kind = kind_of(&words, words.count, &rest);
    return is_open(kind) && rest > 0 ? decide(kind, kind_of(&words, rest, &above)) : kind;
}

enum field_kind field_kind_under(enum field_kind open, enum field_kind owner)
{
    return is_open(open) ? decide(open, owner) : open;
}

enum field_kind field_kind(enum field_kind open, struct text parent)
{
    return is_open(open) ? decide(open, field_kind_open(parent)) : open;
}

/* Takes the last name off a path, with the numbers behind it. */
static struct text take_last(struct text *path)
{
    size_t end = path->length;
    size_t start = 0;
    for (size_t i = end; i > 0 && start == 0; i--)
        if (path->data[i - 1] == '.')
            start = i;
    struct text name = text_part(*path, start, end - start);
    *path = text_part(*path, 0, start == 0 ? 0 : start - 1);
    return text_part(name, 0, text_index(name, '[', 0));
}

struct text field_parent(struct text path)
{
    (void)take_last(&path);
    return take_last(&path);
}

bool field_is_in_tiers(struct text path)
{
    for (unsigned depth = 0; depth < 3 && path.length > 0; depth++)
        if (field_kind_open(take_last(&path)) == FIELD_TIERS)
            return true;
    return false;
}
