/* SPDX-License-Identifier: Apache-2.0 */
/* XML 1.0, as far as structure goes: elements that end as they began, one root, attributes in quotes. A document type
 * may be named, not given: entities of its own could say anything. */
#include "exeat/base/check.h"

#include "body_internal.h"
#include "pair.h"

struct xml {
    struct body *body;
    struct text text;
    size_t at;
    bool has_root;
};

static bool fail(struct xml *xml, const char *clause)
{
    return walk_fail_at(xml->body, BODY_MALFORMED, clause, xml->at);
}

static struct text rest(const struct xml *xml)
{
    return text_after(xml->text, xml->at);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void skip_blanks(struct xml *xml)
{
    while (xml->at < xml->text.length && is_blank(xml->text.data[xml->at]))
        xml->at++;
}

static bool take(struct xml *xml, struct text word)
{
    if (!text_starts_with(rest(xml), word))
        return false;
    xml->at += word.length;
    return true;
}

static struct text take_name(struct xml *xml)
{
    size_t start = xml->at;
    while (xml->at < xml->text.length && !is_blank(xml->text.data[xml->at]) &&
           !text_has(TEXT("/>=<\"'&"), xml->text.data[xml->at]))
        xml->at++;
    return text_part(xml->text, start, xml->at - start);
}

/* Up to `end`, which is taken too. */
static bool take_until(struct xml *xml, struct text end, struct text *inner)
{
    size_t start = xml->at;
    for (; xml->at + end.length <= xml->text.length; xml->at++) {
        if (text_starts_with(rest(xml), end)) {
            *inner = text_part(xml->text, start, xml->at - start);
            xml->at += end.length;
            return true;
        }
    }
    xml->at = start;
    return fail(xml, "something begins here and has no end");
}

static bool is_in_element(const struct xml *xml)
{
    return xml->body->walk.depth > xml->body->walk.base;
}

/* --- tags ----------------------------------------------------------------------------------------------------------
 */

static bool take_attribute(struct xml *xml)
{
    struct crumb crumb = {.is_name = true, .name = take_name(xml)};
    skip_blanks(xml);
    if (crumb.name.length == 0 || !take(xml, TEXT("=")))
        return fail(xml, "an attribute without its value");
    skip_blanks(xml);
    char quote = xml->at < xml->text.length ? xml->text.data[xml->at] : '\0';
    struct text value = {0};
    if (quote != '"' && quote != '\'')
        return fail(xml, "the value of an attribute without quotes");
    xml->at++;
    if (!take_until(xml, (struct text){&quote, 1}, &value) || !crumb_push(xml->body, crumb))
        return false;
    if (text_has(value, '<'))
        return fail(xml, "a < in the value of an attribute");
    struct crumb *element = crumb_top(xml->body) - 1;
    if (pair_is_name(crumb.name) && pair_is_element(element->name))
        element->beside = value;
    bool goes_on = place_tell(xml->body, BODY_NAME, SPELLED_PLAIN, crumb.name) &&
                   (value.length == 0 || place_tell(xml->body, BODY_VALUE, SPELLED_XML, value));
    crumb_pop(xml->body);
    return goes_on;
}

/* Up to the end of the tag. `is_empty`: the element is over too. */
static bool take_attributes(struct xml *xml, bool *is_empty)
{
    for (;;) {
        size_t before = xml->at;
        skip_blanks(xml);
        *is_empty = take(xml, TEXT("/>"));
        if (*is_empty || take(xml, TEXT(">")))
            return true;
        if (xml->at == before)
            return fail(xml, "a tag that is none");
        if (!take_attribute(xml))
            return false;
    }
}

static bool begin_element(struct xml *xml)
{
    struct crumb crumb = {.is_name = true};
    bool is_empty;
    if (!is_in_element(xml) && xml->has_root)
        return fail(xml, "a second root element");
    xml->has_root = true;
    xml->at++;
    crumb.name = take_name(xml);
    if (crumb.name.length == 0)
        return fail(xml, "a tag without a name");
    if (!crumb_push(xml->body, crumb) || !place_tell(xml->body, BODY_NAME, SPELLED_PLAIN, crumb.name) ||
        !take_attributes(xml, &is_empty))
        return false;
    if (is_empty)
        crumb_pop(xml->body);
    return true;
}

static bool end_element(struct xml *xml)
{
    xml->at += 2;
    struct text name = take_name(xml);
    skip_blanks(xml);
    if (!is_in_element(xml) || !text_equal(name, crumb_top(xml->body)->name) || !take(xml, TEXT(">")))
        return fail(xml, "the end of another element");
    crumb_pop(xml->body);
    return true;
}

/* --- other markup --------------------------------------------------------------------------------------------------
 */

static bool tell_inner(struct xml *xml, struct text end, enum body_what what, enum spelling spelling)
{
    struct text inner = {0};
    return take_until(xml, end, &inner) && (inner.length == 0 || place_tell(xml->body, what, spelling, inner));
}

static bool take_document_type(struct xml *xml)
{
    struct text inner = {0};
    size_t start = xml->at;
    if (!take_until(xml, TEXT(">"), &inner))
        return false;
    if (text_has(inner, '[') || xml->has_root)
        return walk_fail_at(xml->body, BODY_ENTITIES, "a document type with declarations", start);
    return place_tell(xml->body, BODY_OUTSIDE, SPELLED_COMMENT, inner);
}

static bool take_markup(struct xml *xml)
{
    if (take(xml, TEXT("<!--")))
        return tell_inner(xml, TEXT("-->"), BODY_OUTSIDE, SPELLED_COMMENT);
    if (take(xml, TEXT("<?")))
        return tell_inner(xml, TEXT("?>"), BODY_OUTSIDE, SPELLED_COMMENT);
    if (is_in_element(xml) && take(xml, TEXT("<![CDATA[")))
        return tell_inner(xml, TEXT("]]>"), BODY_VALUE, SPELLED_CDATA);
    if (take(xml, TEXT("<!DOCTYPE")))
        return take_document_type(xml);
    if (text_starts_with(rest(xml), TEXT("<!")))
        return fail(xml, "a declaration that is not read here");
    return text_starts_with(rest(xml), TEXT("</")) ? end_element(xml) : begin_element(xml);
}

/* An entity that nobody declares is none. */
static bool check_entities(struct xml *xml, struct text value)
{
    for (size_t at = text_index(value, '&', 0); at < value.length; at = text_index(value, '&', at + 1))
        if (!spelling_is_escape(SPELLED_XML, text_after(value, at)))
            return walk_fail_at(xml->body, BODY_ENTITIES, "an entity that is not one of XML's", xml->at + at);
    return true;
}

static bool take_characters(struct xml *xml)
{
    size_t end = text_index(xml->text, '<', xml->at);
    struct text raw = text_part(xml->text, xml->at, end - xml->at);
    if (!check_entities(xml, raw))
        return false;
    struct text core = text_trim(raw, " \t\r\n");
    if (core.length > 0 && !is_in_element(xml))
        return fail(xml, "text outside of the root element");
    xml->at = end;
    return core.length == 0 || place_tell(xml->body, BODY_VALUE, SPELLED_XML, core);
}

bool walk_xml(struct body *body)
{
    struct xml xml = {.body = body, .text = body_layer(body)->text};
    while (xml.at < xml.text.length)
        if (!(xml.text.data[xml.at] == '<' ? take_markup(&xml) : take_characters(&xml)))
            return false;
    if (is_in_element(&xml))
        return fail(&xml, "an element without its end");
    return xml.has_root || fail(&xml, "no element is there");
}
