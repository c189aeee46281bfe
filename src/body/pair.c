/* SPDX-License-Identifier: Apache-2.0 */
/* Looks only where somebody asks, and not far: most objects are no pairs, and those that are are small. */
#include "pair.h"

#include "exeat/base/attributes.h"

enum { PAIR_REACH = 1024, NAME_SIZE = 24 };

/* Names are compared in lower case, without what joins words. */
static bool is_one_of(struct text name, const char *const *words, size_t count)
{
    char plain[NAME_SIZE];
    size_t length = 0;
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.data[i];
        if (byte == '_' || byte == '-')
            continue;
        if (length == sizeof(plain))
            return false;
        plain[length++] = ascii_lower(byte);
    }
    for (size_t i = 0; i < count; i++)
        if (text_equal(text_from(words[i]), (struct text){plain, length}))
            return true;
    return false;
}

/* Asked of every name: two letters settle most. */
bool pair_is_value(struct text name)
{
    static const char *const words[] = {"value", "values", "val", "fieldvalue", "attributevalue", "stringvalue"};
    if (name.length < 3)
        return false;
    char last = name.data[name.length - 1];
    char before = name.data[name.length - 2];
    bool may_be = (last == 'e' && before == 'u') || (last == 's' && before == 'e') || (last == 'l' && before == 'a') ||
                  last == 'E' || last == 'S' || last == 'L';
    return may_be && is_one_of(name, words, COUNT_OF(words));
}

bool pair_is_name(struct text name)
{
    static const char *const words[] = {"attributecode", "code",      "name",     "key",      "label",
                                        "field",         "fieldname", "property", "attribute"};
    return is_one_of(name, words, COUNT_OF(words));
}

bool pair_is_element(struct text name)
{
    static const char *const words[] = {"field", "attribute", "property", "param",  "entry",
                                        "item",  "value",     "data",     "column", "option"};
    return is_one_of(name, words, COUNT_OF(words));
}

/* A string with its quotes off the front; false: it has no end here. */
static bool take_string(struct text *rest, struct text *string)
{
    size_t at = 1;
    while (at < rest->length && rest->data[at] != '"')
        at += rest->data[at] == '\\' ? 2 : 1;
    if (at >= rest->length)
        return false;
    *string = text_part(*rest, 1, at - 1);
    *rest = text_after(*rest, at + 1);
    return true;
}

static struct text skip_blanks(struct text rest)
{
    while (rest.length > 0 && text_has(TEXT(" \t\r\n"), rest.data[0]))
        rest = text_after(rest, 1);
    return rest;
}

struct text pair_find(struct text text)
{
    struct text rest = text_part(text, 0, PAIR_REACH);
    struct text last = {0}; /* the name of the member, if its value is what comes */
    size_t levels = 0;
    do {
        struct text string;
        char byte = rest.data[0];
        if (byte != '"') {
            levels += byte == '{' || byte == '[';
            levels -= levels > 0 && (byte == '}' || byte == ']');
            last = byte == ',' ? (struct text){0} : last;
            rest = text_after(rest, 1);
            continue;
        }
        if (!take_string(&rest, &string))
            break;
        if (levels != 1)
            continue;
        if (last.length > 0 && pair_is_name(last))
            return string;
        last = text_starts_with(skip_blanks(rest), TEXT(":")) ? string : (struct text){0};
    } while (rest.length > 0 && levels > 0);
    return TEXT("");
}
