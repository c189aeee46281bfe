/* SPDX-License-Identifier: Apache-2.0 */
/* A key is looked for inside runs of token characters, at each place that no letter or digit stands before: an edge of
 * words would part keys at their `-`, and find `sk-` in "risk-". */
#include "exeat/vendor_key.h"

#include <string.h>

#include "exeat/base/attributes.h"
#include "form.h"
#include "proof.h"
#include "table.h"

enum { BARE_LEAST = 20, UUID_FIRST = 8, ATLAS_FIRST = 14, AWS_SECRET = 40, BASE64_32 = 44, BASE64_MOST = 88 };

/* An escape of JSON or of a shell stands before, where the text was not decoded. */
static bool is_edge(struct text text, size_t at)
{
    return at == 0 || !is_ascii_alnum(text.data[at - 1]) || (at > 1 && text.data[at - 2] == '\\');
}

static enum vendor_key_certainty certainty_of(const struct vendor_key *key, struct text changing)
{
    if (key->proof == VENDOR_KEY_BY_CHECKSUM && proof_checksum_holds(changing))
        return VENDOR_KEY_PROVED;
    return table_literal(key) == 0 || key->context[0] != '\0' ? VENDOR_KEY_LIKELY : VENDOR_KEY_SURE;
}

/* A place in a text, and what is known of it once somebody asked. */
struct place {
    struct text text;
    size_t at;
    struct text field;
    bool has_context;
    struct proof_context context;
};

static bool has_context(struct place *place, const char *words)
{
    if (words[0] == '\0')
        return true;
    if (!place->has_context)
        proof_context_init(&place->context, place->text, place->at, place->field);
    place->has_context = true;
    return proof_has_context(&place->context, words);
}

static bool row_fits(const struct vendor_key *key, struct place *place, struct vendor_key_match *match)
{
    struct form_fit fit;
    if (!form_fits(key->form, text_after(place->text, place->at), &fit) || !has_context(place, key->context))
        return false;
    size_t from = fit.secret > fit.changing ? fit.secret : fit.changing;
    struct text varies = text_part(place->text, place->at + from, fit.length - from);
    if (proof_is_placeholder(varies) || (key->entropy != 0 && proof_entropy(varies) < key->entropy))
        return false;
    *match = (struct vendor_key_match){
        .key = key,
        .start = place->at + fit.secret,
        .length = fit.length - fit.secret,
        .certainty = certainty_of(key, varies)};
    return true;
}

/* Base64 of a length that a form has: it may have a slash after few letters. */
static bool may_be_base64(struct text text, size_t at, size_t alnums)
{
    size_t end = at + alnums;
    bool inside = at > 0 && (text.data[at - 1] == '/' || text.data[at - 1] == '+');
    if (inside || end >= text.length || (text.data[end] != '/' && text.data[end] != '+'))
        return false;
    while (end < text.length && end - at <= BASE64_MOST && form_alphabet_has('b', text.data[end]))
        end++;
    return end - at == AWS_SECRET || end - at == BASE64_32 || end - at == BASE64_MOST;
}

/* A form that begins with a hole could fit here: so many letters and digits stand together, or the marks of one. */
static bool may_be_bare(struct text text, size_t at, size_t alnums)
{
    char next = at + alnums < text.length ? text.data[at + alnums] : '\0';
    char before = at > 0 ? text.data[at - 1] : ' ';
    if (before == '_' || before == '-' || before == '/')
        return false; /* a part of a name or path: "image_0f3a…" */
    if (alnums == UUID_FIRST)
        return next == '-' && at + 13 < text.length && text.data[at + 13] == '-';
    if (alnums == ATLAS_FIRST)
        return next == '.' && text_starts_with(text_after(text, at + alnums), TEXT(".atlasv1."));
    if (alnums >= BARE_LEAST)
        return alnums % 8 == 0 || alnums == 84 || strchr("-_.~", next) != NULL || may_be_base64(text, at, alnums);
    bool azure = at + 5 < text.length && text.data[at + 4] == 'Q' && text.data[at + 5] == '~';
    return azure || may_be_base64(text, at, alnums);
}

/* The first hole of a form that begins with one has room for what stands there: at least so many of its alphabet, and
 * where that has letters and digits alone and the form ends, no more. */
static bool has_length(const char *form, size_t alnums, char next)
{
    size_t least = 0;
    if (form[0] != '%' || form[2] != '{')
        return true;
    const char *at = form + 3;
    while (*at >= '0' && *at <= '9')
        least = least * 10 + (size_t)(*at++ - '0');
    if (alnums < least)
        return form_alphabet_has(form[1], next);
    return alnums == least || strchr("hlaH", form[1]) == NULL || *at != '}' || at[1] != '\0';
}

static bool bare_fits(struct place *place, size_t alnums, struct vendor_key_match *match)
{
    size_t count = 0;
    size_t behind = place->at + alnums;
    char next = behind < place->text.length ? place->text.data[behind] : '\0';
    if (!may_be_bare(place->text, place->at, alnums))
        return false;
    const struct vendor_key *rows = table_without_lead(&count);
    for (size_t i = 0; i < count; i++)
        if (has_length(rows[i].form, alnums, next) && row_fits(&rows[i], place, match))
            return true;
    return false;
}

void vendor_key_index_init(struct vendor_key_index *index)
{
    size_t count = 0;
    const struct vendor_key *rows = vendor_key_rows(&count);
    memset(index, 0, sizeof(*index));
    for (unsigned i = 0; i < COUNT_OF(index->alnum); i++)
        index->alnum[i] = is_ascii_alnum((char)i);
    for (size_t i = 0; i < count; i++) {
        unsigned second = (unsigned char)rows[i].form[1];
        if (table_literal(&rows[i]) > 0)
            index->pairs[(unsigned char)rows[i].form[0]][second / 64] |= UINT64_C(1) << (second % 64);
    }
}

static bool has_pair(const struct vendor_key_index *index, const char *at)
{
    unsigned first = (unsigned char)at[0];
    unsigned second = (unsigned char)at[1];
    return first < 128 && second < 128 && (index->pairs[first][second / 64] >> (second % 64) & 1) != 0;
}

static bool led_fits(struct place *place, struct vendor_key_match *match)
{
    const char *lead = place->text.data + place->at;
    for (const struct vendor_key *row = table_from(lead); table_goes_on(row, lead); row++) {
        char next = row->form[TABLE_LEAD];
        if ((next == lead[TABLE_LEAD] || next == '%' || next == '^') && row_fits(row, place, match))
            return true;
    }
    return false;
}

/* The letter of an escape, where the text was not decoded: behind it is an edge. */
static bool is_escaped(struct text text, size_t at)
{
    return at > 0 && text.data[at - 1] == '\\' && strchr("bfnrt", text.data[at]) != NULL;
}

static size_t alnums_at(const struct vendor_key_index *index, struct text text, size_t at)
{
    size_t end = at;
    while (end < text.length && index->alnum[(unsigned char)text.data[end]] != 0)
        end++;
    return end - at;
}

/* Letters and digits are taken in one step: only before the first of them an edge can be. */
bool vendor_key_find_between(
    const struct vendor_key_index *index, struct text text, size_t from, size_t end, struct text field,
    struct vendor_key_match *match)
{
    size_t alnums = 0;
    for (size_t at = from; at < end && at + VENDOR_KEY_RUN <= text.length; at += alnums == 0 ? 1 : alnums) {
        alnums = alnums_at(index, text, at);
        if (alnums == 0 || !is_edge(text, at))
            continue;
        struct place place;
        place.text = text;
        place.at = at;
        place.field = field;
        place.has_context = false;
        if ((has_pair(index, text.data + at) && led_fits(&place, match)) || bare_fits(&place, alnums, match))
            return true;
        if (is_escaped(text, at))
            alnums = 1;
    }
    return false;
}

bool vendor_key_find(
    const struct vendor_key_index *index, struct text text, size_t from, struct text field,
    struct vendor_key_match *match)
{
    return vendor_key_find_between(index, text, from, text.length, field, match);
}

static bool is_under(struct text host, struct text pattern)
{
    if (!text_starts_with(pattern, TEXT("*.")))
        return text_equal(host, pattern);
    struct text apex = text_after(pattern, 2);
    return text_equal(host, apex) || text_ends_with(host, text_after(pattern, 1));
}

static bool is_one_of(struct text host, struct text patterns)
{
    struct text pattern;
    while (text_split(&patterns, ' ', &pattern))
        if (is_under(host, pattern))
            return true;
    return false;
}

static bool is_somebodys(struct text host)
{
    size_t count = 0;
    const struct vendor_key *rows = vendor_key_rows(&count);
    for (size_t i = 0; i < count; i++)
        if (is_one_of(host, text_from(rows[i].hosts)))
            return true;
    return false;
}

enum vendor_key_home vendor_key_at(const struct vendor_key *key, struct text host)
{
    struct text hosts = text_from(key->hosts);
    if (host.length > 0 && is_one_of(host, hosts))
        return VENDOR_KEY_AT_HOME;
    bool anybodys = host.length > 0 && text_ends_with(hosts, TEXT("*"));
    return anybodys && !is_somebodys(host) ? VENDOR_KEY_PERHAPS_HOME : VENDOR_KEY_AWAY;
}

bool vendor_key_is_certain(const struct vendor_key *key)
{
    return key->proof != VENDOR_KEY_NO_PROOF && table_literal(key) > 0 && key->context[0] == '\0';
}
