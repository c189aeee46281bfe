/* SPDX-License-Identifier: Apache-2.0 */
/* Which text is said to whom. */
#include "canned_internal.h"

static bool is_part_of(struct text part, struct text tag)
{
    return text_equal_nocase(part, text_part(tag, 0, part.length)) &&
           (part.length == tag.length || tag.data[part.length] == '-');
}

/* "0.85" is 850; what is no weight is none. RFC 9110 12.4.2 */
static unsigned weight_of(struct text weight)
{
    unsigned thousandths = 0;
    if (weight.length == 0 || weight.length > 5 || (weight.length > 1 && weight.data[1] != '.'))
        return 0;
    for (size_t i = 0, unit = 1000; i < weight.length; i++) {
        if (i == 1)
            continue;
        if (weight.data[i] < '0' || weight.data[i] > '9')
            return 0;
        thousandths += (unsigned)(weight.data[i] - '0') * (unsigned)unit;
        unit /= 10;
    }
    return thousandths <= 1000 ? thousandths : 0;
}

/* A range and its weight: "de-AT;q=0.8". */
static struct text range_of(struct text entry, unsigned *weight)
{
    size_t end = text_index(entry, ';', 0);
    struct text parameter = text_trim(text_after(entry, end + 1), " \t");
    *weight = 1000;
    if (text_equal_nocase(text_part(parameter, 0, 2), TEXT("q=")))
        *weight = weight_of(text_after(parameter, 2));
    return text_trim(text_part(entry, 0, end), " \t");
}

/* Any language (`*`, or no field at all) asks for none of those that are written: `text` is in one, too. */
unsigned canned_language_suits(struct text accept_language, struct text language)
{
    struct text rest = accept_language;
    struct text entry;
    unsigned suits = 0;
    size_t longest = 0;
    while (text_split(&rest, ',', &entry)) {
        unsigned weight;
        struct text range = range_of(entry, &weight);
        bool fits = range.length > 0 && (is_part_of(range, language) || is_part_of(language, range));
        if (!fits || range.length < longest)
            continue;
        suits = range.length == longest && suits > weight ? suits : weight;
        longest = range.length;
    }
    return suits;
}

static bool has_tool(const struct canon_tools *tools, struct text name)
{
    for (size_t i = 0; i < tools->count; i++)
        if (json_spelled_means(tools->tools[i].name, name))
            return true;
    return false;
}

static bool holds(const struct canned_when *when, const struct canon_call *call)
{
    return (when->path.length == 0 || text_glob(when->path, call->path)) &&
           (when->model.length == 0 || text_glob(when->model, call->model_name)) &&
           (when->tool.length == 0 || has_tool(&call->tools, when->tool));
}

struct text
canned_text(const struct settings_canned *settings, const struct canon_call *call, struct text accept_language)
{
    struct text best = settings->text;
    unsigned suited = 0;
    bool is_chosen = false;
    for (size_t i = 0; i < settings->count; i++) {
        const struct canned_when *when = &settings->texts[i].when;
        bool speaks = when->language.length > 0;
        unsigned suits = speaks ? canned_language_suits(accept_language, when->language) : 0;
        if (!holds(when, call) || (speaks && suits == 0) || (is_chosen && suits <= suited))
            continue;
        best = settings->texts[i].text;
        suited = suits;
        is_chosen = true;
    }
    return best;
}
