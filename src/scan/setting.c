/* SPDX-License-Identifier: Apache-2.0 */
/* Reads quotes and brackets that close the name, one separator, what opens the value, and the value's word. */
#include "setting.h"

#include <string.h>

enum { WORD_MAX = 256, BLANKS_MAX = 64 };

static size_t skip_set(struct text text, size_t at, const char *set, size_t most)
{
    size_t start = at;
    while (at < text.length && at - start < most && text.data[at] != '\0' && strchr(set, text.data[at]) != NULL)
        at++;
    return at;
}

/* `- name: X` and `value: ...` on the next line, as Kubernetes has them. */
static size_t skip_to_value(struct text text, size_t at)
{
    size_t next = skip_set(text, at, " \t\r\n", BLANKS_MAX);
    if (next == at || !text_starts_with(text_after(text, next), TEXT("value:")))
        return at;
    return next + 5;
}

/* Behind one of `=>` `=` `:` `,` `>`; 0: there is none, or it compares. */
static size_t behind_separator(struct text text, size_t at)
{
    struct text rest = text_after(text, at);
    if (text_starts_with(rest, TEXT("=>")))
        return at + 2;
    if (rest.length == 0 || text_starts_with(rest, TEXT("==")))
        return 0;
    return strchr("=:,> ", rest.data[0]) != NULL && rest.data[0] != '\0' ? at + 1 : 0;
}

static size_t skip_cast(struct text text, size_t at)
{
    static const char *const casts[] = {"(bool)", "(int)", "(string)"};
    for (size_t i = 0; i < sizeof(casts) / sizeof(casts[0]); i++)
        if (text_starts_with(text_after(text, at), text_from(casts[i])))
            return skip_set(text, at + strlen(casts[i]), " ", BLANKS_MAX);
    return at;
}

static bool is_end(char byte)
{
    return (unsigned char)byte <= ' ' || strchr("\"'<>,;)]}\\`", byte) != NULL;
}

static bool is_quote(struct text text, size_t at)
{
    return at < text.length && (text.data[at] == '"' || text.data[at] == '\'');
}

bool setting_read(struct text text, size_t at, struct setting *setting)
{
    size_t name_end = skip_set(text, at, "\"'])\\", 4);
    size_t blank_end = skip_set(text, name_end, " \t", BLANKS_MAX);
    size_t separator = behind_separator(text, skip_to_value(text, blank_end));
    if (separator == 0 && blank_end > name_end)
        separator = blank_end; /* `strict-ssl false`, `--noproxy '*'` */
    if (separator == 0)
        return false;
    size_t start = skip_cast(text, skip_set(text, separator, " \t", BLANKS_MAX));
    start = skip_set(text, start, "\\", 1);
    start = skip_set(text, start, "\"'", 1);
    size_t end = start;
    while (end < text.length && end - start < WORD_MAX && !is_end(text.data[end]))
        end++;
    setting->word = text_part(text, start, end - start);
    setting->is_quoted = is_quote(text, start - 1) && (is_quote(text, end) || is_quote(text, end + 1));
    return true;
}

static bool is_one_of(struct text word, const char *words)
{
    struct text rest = text_from(words);
    struct text each;
    while (text_split(&rest, ' ', &each))
        if (text_equal_nocase(word, each))
            return true;
    return false;
}

bool setting_is_off(const struct setting *setting)
{
    return is_one_of(setting->word, "false 0 no off none !1");
}

bool setting_is_on(const struct setting *setting)
{
    return is_one_of(setting->word, "true 1 yes on !0");
}

bool setting_is_empty(const struct setting *setting)
{
    return setting->word.length == 0 ? setting->is_quoted : is_one_of(setting->word, "false !1");
}
