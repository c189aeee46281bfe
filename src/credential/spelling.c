/* SPDX-License-Identifier: Apache-2.0 */
/* A text is looked for as others may have written it. Nothing is decoded: what is read is compared byte by byte, where
 * it stands, so that a place in what came is known, and a piece that ends in the middle is known to. */
#include <string.h>

#include "credential_internal.h"
#include "exeat/base/bytes.h"
#include "exeat/base/memory.h"

enum { PLAIN, BASE64_FIRST, HEX = BASE64_FIRST + 3, SPELLINGS }; /* base64: at each of three places in its groups */

struct spellings {
    struct secret items[SPELLINGS]; /* owned */
    bool begins[256];               /* bytes that the first of one may begin with */
};

/* --- what is looked for ----------------------------------------------------------------------------------------------
 */

/* Digits that are the same whatever stands around the text. */
static void take_base64(struct secret *item, struct text text, size_t shift)
{
    static const size_t touched[] = {0, 2, 3};
    struct buffer plain = {0};
    struct buffer coded = {0};
    buffer_reserve(&plain, shift + text.length + 1); /* so that neither moves */
    buffer_reserve(&coded, 2 * (shift + text.length) + 8);
    buffer_append(&plain, (struct text){"\0\0", shift});
    buffer_append(&plain, text);
    buffer_append_base64(&coded, bytes_of_text(buffer_text(&plain)));
    size_t whole = (shift + text.length) * 8 / 6;
    secret_take(item, text_part(buffer_text(&coded), touched[shift], whole - touched[shift]));
    buffer_forget(&plain);
    buffer_forget(&coded);
}

static void take_hex(struct secret *item, struct text text)
{
    struct buffer coded = {0};
    buffer_reserve(&coded, 2 * text.length + 1);
    buffer_append_hex(&coded, bytes_of_text(text));
    secret_take(item, buffer_text(&coded));
    buffer_forget(&coded);
}

/* The digit that stands for it in all alphabets. */
static char fold(size_t spelling, char byte)
{
    if (spelling == HEX && byte >= 'A' && byte <= 'F')
        return (char)(byte - 'A' + 'a');
    if (spelling < BASE64_FIRST || spelling >= HEX)
        return byte;
    return byte == '-' ? '+' : byte == '_' ? '/' : byte; /* RFC 4648 section 5 */
}

static void note_first(struct spellings *spellings, size_t spelling)
{
    char first = *secret_show(&spellings->items[spelling]).data;
    for (int byte = 0; byte < 256; byte++)
        if (fold(spelling, (char)byte) == first || text_has(TEXT("%\\&"), (char)byte))
            spellings->begins[byte] = true;
}

struct spellings *spellings_new(struct text text)
{
    if (text.length < CREDENTIAL_LEAST)
        return NULL;
    struct spellings *spellings = base_zalloc(sizeof(*spellings));
    secret_take(&spellings->items[PLAIN], text);
    for (size_t shift = 0; shift < 3; shift++)
        take_base64(&spellings->items[BASE64_FIRST + shift], text, shift);
    take_hex(&spellings->items[HEX], text);
    for (size_t i = 0; i < SPELLINGS; i++)
        note_first(spellings, i);
    return spellings;
}

void spellings_free(struct spellings *spellings)
{
    for (size_t i = 0; spellings != NULL && i < SPELLINGS; i++)
        secret_clear(&spellings->items[i]);
    base_free(spellings);
}

/* --- one byte, as somebody may have spelled it -----------------------------------------------------------------------
 */

enum { ENDS_MAX = 8, ESCAPES_MAX = 8 };

/* Where a spelling of what is wanted so far ends: several, since an escape may be meant as it is. */
struct ends {
    size_t at[ENDS_MAX];
    size_t count;
    bool is_cut; /* the text ends within another one, or what could be one */
};

struct wish {
    struct text text;
    size_t spelling;
    char byte;
};

static void add(struct ends *ends, size_t at)
{
    for (size_t i = 0; i < ends->count; i++)
        if (ends->at[i] == at)
            return;
    if (ends->count < ENDS_MAX)
        ends->at[ends->count++] = at;
}

static void add_byte(const struct wish *wish, char byte, size_t at, struct ends *ends)
{
    if (fold(wish->spelling, byte) == wish->byte)
        add(ends, at);
}

/* So many digits of hex are the byte; false: what is there are none. */
static bool add_hex(const struct wish *wish, size_t from, size_t digits, struct ends *ends)
{
    unsigned value = 0;
    for (size_t i = from; i < from + digits; i++) {
        if (i >= wish->text.length) {
            ends->is_cut = true;
            return true;
        }
        int digit = hex_value(wish->text.data[i]);
        if (digit < 0)
            return false;
        value = value * 16 + (unsigned)digit;
    }
    if (value <= 0xFF)
        add_byte(wish, (char)value, from + digits, ends);
    return true;
}

/* %2f; encoded once more: %252f. */
static void add_percent(const struct wish *wish, size_t at, struct ends *ends)
{
    size_t from = at + 1;
    for (int i = 0; i < ESCAPES_MAX; i++) {
        if (!add_hex(wish, from, 2, ends) || !text_starts_with(text_after(wish->text, from), TEXT("25")))
            break;
        from += 2;
    }
}

/* \/, \u002f, \x2f, and with more of them where a text stands within another's. */
static void add_backslash(const struct wish *wish, size_t at, struct ends *ends)
{
    size_t from = at + 1;
    if (from < wish->text.length)
        add_byte(wish, wish->text.data[from], from + 1, ends);
    while (from < wish->text.length && from < at + ESCAPES_MAX && wish->text.data[from] == '\\')
        from++;
    if (from == wish->text.length) {
        ends->is_cut = true;
        return;
    }
    add_byte(wish, wish->text.data[from], from + 1, ends);
    if (wish->text.data[from] == 'u')
        (void)add_hex(wish, from + 1, 4, ends);
    if (wish->text.data[from] == 'x')
        (void)add_hex(wish, from + 1, 2, ends);
}

/* &#47; and &#x2f;, of few digits. */
static void add_number(const struct wish *wish, size_t from, int base, struct ends *ends)
{
    enum { DIGITS_MAX = 6 };
    int value = 0;
    for (size_t i = from; i < from + DIGITS_MAX + 1; i++) {
        if (i >= wish->text.length) {
            ends->is_cut = true;
            return;
        }
        int digit = hex_value(wish->text.data[i]);
        if (wish->text.data[i] == ';' && i > from && value <= 0xFF)
            add_byte(wish, (char)value, i + 1, ends);
        if (digit < 0 || digit >= base)
            return;
        value = value > 0xFF ? value : value * base + digit;
    }
}

static void add_reference(const struct wish *wish, size_t at, struct ends *ends)
{
    static const struct {
        struct text name;
        char byte;
    } names[] = {
        {TEXT_INIT("&amp;"), '&'},  {TEXT_INIT("&lt;"), '<'},    {TEXT_INIT("&gt;"), '>'},
        {TEXT_INIT("&quot;"), '"'}, {TEXT_INIT("&apos;"), '\''},
    };
    struct text text = text_after(wish->text, at);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (text_starts_with(text, names[i].name))
            add_byte(wish, names[i].byte, at + names[i].name.length, ends);
        ends->is_cut = ends->is_cut || (text.length < names[i].name.length && text_starts_with(names[i].name, text));
    }
    if (text.length < 3)
        ends->is_cut = ends->is_cut || text_starts_with(TEXT("&#"), text);
    else if (text.data[1] == '#' && (text.data[2] == 'x' || text.data[2] == 'X'))
        add_number(wish, at + 3, 16, ends);
    else if (text.data[1] == '#')
        add_number(wish, at + 2, 10, ends);
}

static void add_all(const struct wish *wish, size_t at, struct ends *ends)
{
    if (at == wish->text.length) {
        ends->is_cut = true;
        return;
    }
    char byte = wish->text.data[at];
    add_byte(wish, byte, at + 1, ends);
    if (byte == '%')
        add_percent(wish, at, ends);
    else if (byte == '\\')
        add_backslash(wish, at, ends);
    else if (byte == '&')
        add_reference(wish, at, ends);
}

/* --- where it stands -------------------------------------------------------------------------------------------------
 */

#define CUT SIZE_MAX

/* How long it is at the beginning of the text; 0: it does not stand there; CUT: as much of it as there is. */
static size_t measure(size_t spelling, struct text wanted, struct text text)
{
    struct ends ends = {.at = {0}, .count = 1};
    size_t longest = 0;
    for (size_t i = 0; i < wanted.length && ends.count > 0; i++) {
        struct wish wish = {text, spelling, wanted.data[i]};
        struct ends next = {.is_cut = ends.is_cut};
        for (size_t j = 0; j < ends.count; j++)
            add_all(&wish, ends.at[j], &next);
        ends = next;
    }
    for (size_t i = 0; i < ends.count; i++)
        longest = ends.at[i] > longest ? ends.at[i] : longest;
    return ends.is_cut ? CUT : longest; /* the same in any pieces: what may be longer is waited for */
}

static size_t measure_any(const struct spellings *spellings, struct text text)
{
    bool is_cut = false;
    for (size_t i = 0; i < SPELLINGS; i++) {
        size_t length = measure(i, secret_show(&spellings->items[i]), text);
        if (length > 0 && length != CUT)
            return length;
        is_cut = is_cut || length == CUT;
    }
    return is_cut ? CUT : 0;
}

struct spelled spellings_find(const struct spellings *spellings, struct text text, size_t from)
{
    for (size_t at = from; at < text.length; at++) {
        if (!spellings->begins[(unsigned char)text.data[at]])
            continue;
        size_t length = measure_any(spellings, text_after(text, at));
        if (length != 0)
            return (struct spelled){at, length == CUT ? 0 : length};
    }
    return (struct spelled){text.length, 0};
}

bool spellings_stand_in(const struct spellings *spellings, struct text text)
{
    if (spellings == NULL)
        return false;
    struct spelled spelled = spellings_find(spellings, text, 0);
    while (spelled.length == 0 && spelled.at < text.length)
        spelled = spellings_find(spellings, text, spelled.at + 1);
    return spelled.length > 0;
}
