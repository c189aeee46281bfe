/* SPDX-License-Identifier: Apache-2.0 */
/* Entities of markup: by number, and by those names that could hide a value: of ASCII, of Latin 1, of blanks and
 * dashes. The other two thousand of HTML say characters that no value has. */
#include "entity.h"

#include "exeat/base/bytes.h"
#include "exeat/coding/charset.h"

enum { NAME_MAX_BYTES = 24, CODE_MAX = 0x10ffff, REPLACEMENT = 0xfffd, LATIN1_FIRST = 0xa0 };

/* From U+00A0 on, as HTML names them; browsers read them without their semicolon too. */
static const char *const latin1[] = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",   "ordf",
    "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",   "acute",  "micro",
    "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12", "frac34", "iquest", "Agrave",
    "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil", "Egrave", "Eacute", "Ecirc",  "Euml",
    "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde", "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",
    "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",  "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute",
    "acirc",  "atilde", "auml",   "aring",  "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave",
    "iacute", "icirc",  "iuml",   "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide",
    "oslash", "ugrave", "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml",
};

static const struct {
    struct text name;
    uint32_t code;
    bool needs_end; /* a semicolon */
} others[] = {
    {TEXT_INIT("amp"), '&', false},
    {TEXT_INIT("AMP"), '&', false},
    {TEXT_INIT("lt"), '<', false},
    {TEXT_INIT("LT"), '<', false},
    {TEXT_INIT("gt"), '>', false},
    {TEXT_INIT("GT"), '>', false},
    {TEXT_INIT("quot"), '"', false},
    {TEXT_INIT("QUOT"), '"', false},
    {TEXT_INIT("apos"), '\'', true},
    {TEXT_INIT("Tab"), '\t', true},
    {TEXT_INIT("NewLine"), '\n', true},
    {TEXT_INIT("excl"), '!', true},
    {TEXT_INIT("num"), '#', true},
    {TEXT_INIT("dollar"), '$', true},
    {TEXT_INIT("percnt"), '%', true},
    {TEXT_INIT("lpar"), '(', true},
    {TEXT_INIT("rpar"), ')', true},
    {TEXT_INIT("ast"), '*', true},
    {TEXT_INIT("midast"), '*', true},
    {TEXT_INIT("plus"), '+', true},
    {TEXT_INIT("comma"), ',', true},
    {TEXT_INIT("period"), '.', true},
    {TEXT_INIT("sol"), '/', true},
    {TEXT_INIT("colon"), ':', true},
    {TEXT_INIT("semi"), ';', true},
    {TEXT_INIT("equals"), '=', true},
    {TEXT_INIT("quest"), '?', true},
    {TEXT_INIT("commat"), '@', true},
    {TEXT_INIT("lsqb"), '[', true},
    {TEXT_INIT("lbrack"), '[', true},
    {TEXT_INIT("bsol"), '\\', true},
    {TEXT_INIT("rsqb"), ']', true},
    {TEXT_INIT("rbrack"), ']', true},
    {TEXT_INIT("Hat"), '^', true},
    {TEXT_INIT("lowbar"), '_', true},
    {TEXT_INIT("UnderBar"), '_', true},
    {TEXT_INIT("grave"), '`', true},
    {TEXT_INIT("lcub"), '{', true},
    {TEXT_INIT("lbrace"), '{', true},
    {TEXT_INIT("verbar"), '|', true},
    {TEXT_INIT("vert"), '|', true},
    {TEXT_INIT("VerticalLine"), '|', true},
    {TEXT_INIT("rcub"), '}', true},
    {TEXT_INIT("rbrace"), '}', true},
    {TEXT_INIT("ensp"), 0x2002, true},
    {TEXT_INIT("emsp"), 0x2003, true},
    {TEXT_INIT("emsp13"), 0x2004, true},
    {TEXT_INIT("emsp14"), 0x2005, true},
    {TEXT_INIT("numsp"), 0x2007, true},
    {TEXT_INIT("puncsp"), 0x2008, true},
    {TEXT_INIT("thinsp"), 0x2009, true},
    {TEXT_INIT("ThinSpace"), 0x2009, true},
    {TEXT_INIT("hairsp"), 0x200a, true},
    {TEXT_INIT("VeryThinSpace"), 0x200a, true},
    {TEXT_INIT("MediumSpace"), 0x205f, true},
    {TEXT_INIT("NonBreakingSpace"), 0xa0, true},
    {TEXT_INIT("ZeroWidthSpace"), 0x200b, true},
    {TEXT_INIT("NoBreak"), 0x2060, true},
    {TEXT_INIT("zwnj"), 0x200c, true},
    {TEXT_INIT("zwj"), 0x200d, true},
    {TEXT_INIT("lrm"), 0x200e, true},
    {TEXT_INIT("rlm"), 0x200f, true},
    {TEXT_INIT("hyphen"), 0x2010, true},
    {TEXT_INIT("dash"), 0x2010, true},
    {TEXT_INIT("ndash"), 0x2013, true},
    {TEXT_INIT("mdash"), 0x2014, true},
    {TEXT_INIT("horbar"), 0x2015, true},
    {TEXT_INIT("minus"), 0x2212, true},
};

/* What is beyond the last character is no escape; what cannot be one is shown as U+FFFD, and numbers of C1 are read as
 * windows-1252, as browsers do. */
static size_t by_number(struct text rest, uint32_t *code)
{
    bool is_hex = rest.length > 2 && (rest.data[2] == 'x' || rest.data[2] == 'X');
    uint32_t base = is_hex ? 16 : 10;
    size_t start = is_hex ? 3 : 2;
    size_t at = start;
    *code = 0;
    for (; at < rest.length; at++) {
        int value = hex_value(rest.data[at]);
        if (value < 0 || (uint32_t)value >= base)
            break;
        *code = *code > CODE_MAX ? *code : *code * base + (uint32_t)value;
    }
    if (at == start || *code > CODE_MAX)
        return 0;
    if (*code == 0 || (*code >= 0xd800 && *code <= 0xdfff))
        *code = REPLACEMENT;
    if (*code >= 0x80 && *code < 0xa0)
        *code = windows1252_code((unsigned char)*code);
    return at;
}

/* How many bytes of the name, and of its semicolon if `has_end`, are read; 0: none. Without a semicolon it is the
 * longest name that begins there. */
static size_t by_name(struct text name, bool is_html, bool has_end, uint32_t *code)
{
    size_t length = 0;
    for (size_t i = 0; i < COUNT_OF(latin1) + COUNT_OF(others); i++) {
        bool is_latin1 = i < COUNT_OF(latin1);
        size_t other = is_latin1 ? 0 : i - COUNT_OF(latin1);
        const char *first = is_latin1 ? latin1[i] : others[other].name.data;
        if (*first != name.data[0])
            continue;
        struct text one = is_latin1 ? text_from(first) : others[other].name;
        bool is_exact = has_end && text_equal(name, one);
        bool is_front = is_html && (is_latin1 || !others[other].needs_end) && text_starts_with(name, one);
        if ((!is_exact && !is_front) || one.length + is_exact <= length)
            continue;
        length = one.length + is_exact;
        *code = is_latin1 ? LATIN1_FIRST + (uint32_t)i : others[other].code;
    }
    return length;
}

size_t entity_read(struct text rest, bool is_html, uint32_t *code)
{
    struct text name = text_part(rest, 1, 0);
    if (rest.length < 2)
        return 0;
    if (rest.data[1] == '#') {
        size_t length = by_number(rest, code);
        bool has_end = length > 0 && length < rest.length && rest.data[length] == ';';
        return has_end ? length + 1 : is_html ? length : 0;
    }
    while (name.length < NAME_MAX_BYTES && 1 + name.length < rest.length && is_ascii_alnum(rest.data[1 + name.length]))
        name.length++;
    bool has_end = 1 + name.length < rest.length && rest.data[1 + name.length] == ';';
    size_t length = name.length == 0 ? 0 : by_name(name, is_html, has_end, code);
    return length == 0 ? 0 : length + 1;
}
