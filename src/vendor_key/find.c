/* SPDX-License-Identifier: Apache-2.0 */
/* A key is looked for inside runs of token characters, at each place that no letter or digit stands before: an edge of
 * words would part keys at their `-`, and find `sk-` in "risk-". */
#include "exeat/vendor_key.h"

#include <string.h>

#include "form.h"
#include "proof.h"
#include "table.h"

enum { BARE_LEAST = 20, UUID_FIRST = 8, ATLAS_FIRST = 14 };

static bool is_alnum(char byte)
{
    return form_alphabet_has('a', byte);
}

static bool is_run(char byte)
{
    return form_alphabet_has('t', byte) || byte == '+' || byte == '/' || byte == '=' || byte == '$';
}

/* An escape of JSON or of a shell stands before, where the text was not decoded. */
static bool is_edge(struct text text, size_t at)
{
    return at == 0 || !is_alnum(text.data[at - 1]) || (at > 1 && text.data[at - 2] == '\\');
}

static enum vendor_key_certainty certainty_of(const struct vendor_key *key, struct text changing)
{
    if (key->has_checksum && proof_checksum_holds(changing))
        return VENDOR_KEY_PROVED;
    return table_literal(key) == 0 || key->context[0] != '\0' ? VENDOR_KEY_LIKELY : VENDOR_KEY_SURE;
}

static bool
row_fits(const struct vendor_key *key, struct text text, size_t at, struct text field, struct vendor_key_match *match)
{
    struct form_fit fit;
    if (!form_fits(key->form, text_after(text, at), &fit))
        return false;
    size_t from = fit.secret > fit.changing ? fit.secret : fit.changing;
    struct text varies = text_part(text, at + from, fit.length - from);
    if (proof_is_placeholder(varies) || (key->entropy != 0 && proof_entropy(varies) < key->entropy))
        return false;
    if (key->context[0] != '\0' && !proof_has_context(key->context, text, at, field))
        return false;
    *match = (struct vendor_key_match){
        .key = key,
        .start = at + fit.secret,
        .length = fit.length - fit.secret,
        .certainty = certainty_of(key, varies)};
    return true;
}

/* Forms that begin with a hole: only where so many letters and digits stand that one could fit. */
static bool bare_fits(struct text text, size_t at, size_t alnums, struct text field, struct vendor_key_match *match)
{
    size_t count = 0;
    const struct vendor_key *rows = table_without_lead(&count);
    if (alnums < BARE_LEAST && alnums != UUID_FIRST && alnums != ATLAS_FIRST &&
        (at + 5 > text.length || memcmp(text.data + at + 4, "Q~", 2) != 0))
        return false;
    for (size_t i = 0; i < count; i++)
        if (row_fits(&rows[i], text, at, field, match))
            return true;
    return false;
}

static bool fits_at(struct text text, size_t at, struct text field, struct vendor_key_match *match)
{
    size_t alnums = 0;
    const char *lead = text.data + at;
    for (const struct vendor_key *row = table_from(lead); table_goes_on(row, lead); row++)
        if (row_fits(row, text, at, field, match))
            return true;
    while (at + alnums < text.length && is_alnum(text.data[at + alnums]))
        alnums++;
    return bare_fits(text, at, alnums, field, match);
}

static bool find_between(struct text text, size_t from, size_t end, struct text field, struct vendor_key_match *match)
{
    for (size_t at = from; at + VENDOR_KEY_RUN <= end; at++)
        if (is_alnum(text.data[at]) && is_edge(text, at) && fits_at(text, at, field, match))
            return true;
    return false;
}

bool vendor_key_in_run(struct text text, size_t at, struct text field, struct vendor_key_match *match)
{
    size_t from = at;
    size_t end = at;
    while (from > 0 && is_run(text.data[from - 1]))
        from--;
    while (end < text.length && is_run(text.data[end]))
        end++;
    return find_between(text, from, end, field, match);
}

bool vendor_key_find(struct text text, size_t from, struct text field, struct vendor_key_match *match)
{
    for (size_t at = from; at < text.length;) {
        size_t end = at;
        while (end < text.length && is_run(text.data[end]))
            end++;
        if (find_between(text, at, end, field, match))
            return true;
        at = end + 1;
    }
    return false;
}

static bool is_under(struct text host, struct text pattern)
{
    if (!text_starts_with(pattern, TEXT("*.")))
        return text_equal(host, pattern);
    struct text apex = text_after(pattern, 2);
    return text_equal(host, apex) || text_ends_with(host, text_after(pattern, 1));
}

bool vendor_key_belongs_to(const struct vendor_key *key, struct text host)
{
    struct text rest = text_from(key->hosts);
    struct text pattern;
    if (rest.length == 0)
        return true;
    while (text_split(&rest, ' ', &pattern))
        if (is_under(host, pattern))
            return true;
    return false;
}
