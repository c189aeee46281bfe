/* SPDX-License-Identifier: Apache-2.0 */
/* What of a request stands outside its body and goes on: path, query, fields. Only the query can be written anew; the
 * others are part of what the host and the caller have agreed on, so that what is to be redacted there is refused. Each
 * is looked into as a text of a body is. */
#include "inspect_internal.h"

/* --- the method ------------------------------------------------------------------------------------------------------
 */

/* A word of the caller's own may be anything: it is looked at as it stands, and as the digits in it. */
static void look_at_method(struct look *look, struct text method)
{
    size_t found = look->found;
    struct buffer digits = {0};
    look->place = TEXT("method");
    look_at_text(look, method, TEXT(""));
    for (size_t i = 0; i < method.length && method.length > sizeof("OPTIONS"); i++)
        buffer_append_byte(&digits, method.data[i] >= '0' && method.data[i] <= '9' ? method.data[i] : ' ');
    look_at_text(look, text_trim(buffer_text(&digits), " "), TEXT(""));
    buffer_forget(&digits);
    look->inspected->hides_method = look->found > found;
}

/* --- the path --------------------------------------------------------------------------------------------------------
 */

/* A value of the path is named by what stands before it: /customers/NUMBER. */
static void look_at_path(struct look *look, struct text path)
{
    struct buffer shown = {0};
    struct text before = TEXT("");
    size_t found_before = look->found;
    look->place = TEXT("path");
    for (size_t from = 0; from < path.length;) {
        size_t slash = text_index(path, '/', from);
        struct text segment = text_part(path, from, slash - from);
        size_t found = look->found;
        look_at_text(look, segment, before);
        buffer_append(&shown, look->found > found ? TEXT("*") : segment);
        if (slash < path.length)
            buffer_append_byte(&shown, '/');
        before = segment.length > 0 ? segment : before;
        from = slash + 1;
    }
    if (look->found > found_before)
        buffer_append(&look->inspected->path, buffer_text(&shown));
    buffer_forget(&shown);
}

/* --- the query -------------------------------------------------------------------------------------------------------
 */

/* It is no form: a text, then, that cannot be changed. */
static enum inspect_says look_at_no_form(struct look *look, struct text query)
{
    if (look->detail != NULL)
        look->detail->text[0] = '\0';
    look_at_text(look, query, TEXT(""));
    return look->says;
}

static void look_at_query(struct look *look, struct text query, struct buffer *changed)
{
    const struct body_label label = body_label_of(BODY_FORM);
    size_t found = look->found;
    if (query.length == 0)
        return;
    look->place = TEXT("query");
    look->writes = WRITES_WORDS;
    buffer_append(changed, query);
    enum inspect_says says = look_at_body(look, &label, changed);
    if (says == INSPECT_UNREADABLE && look->says != INSPECT_UNREADABLE)
        says = look_at_no_form(look, query);
    if (says != INSPECT_CHANGED)
        buffer_clear(changed);
    if (look->found > found)
        look_masked(
            look->inspected, &label, changed->length > 0 ? buffer_text(changed) : query, &look->inspected->query);
}

/* --- fields ----------------------------------------------------------------------------------------------------------
 */

/* A secret of the host itself has its place there. */
static bool is_for_credentials(struct text name)
{
    static const struct text names[] = {
        TEXT_INIT("Authorization"),  TEXT_INIT("X-Api-Key"),      TEXT_INIT("Api-Key"),
        TEXT_INIT("X-Auth-Token"),   TEXT_INIT("X-Goog-Api-Key"), TEXT_INIT("X-Shopify-Access-Token"),
        TEXT_INIT("X-Access-Token"), TEXT_INIT("Private-Token"),  TEXT_INIT("X-Amz-Security-Token"),
    };
    return text_is_among_nocase(name, names, COUNT_OF(names));
}

/* RFC 6265 4.2: pairs, each with a name of its own; what has none is sent all the same. */
static void look_at_cookies(struct look *look, struct text cookies)
{
    struct text pair;
    while (text_split(&cookies, ';', &pair)) {
        pair = text_trim(pair, " \t");
        size_t equals = text_index(pair, '=', 0);
        struct text name = text_part(pair, 0, equals);
        look_at_text(look, name, TEXT(""));
        look_at_text(look, text_after(pair, equals + 1), name);
    }
}

/* Random bytes by its standard (RFC 6455 4.1): its name says nothing of them. */
static bool is_random(struct text name)
{
    return text_equal_nocase(name, TEXT("Sec-WebSocket-Key"));
}

static void look_at_value(struct look *look, const struct field *field)
{
    if (text_equal_nocase(field->name, TEXT("Cookie")))
        look_at_cookies(look, field->value);
    else
        look_at_text(look, field->value, is_random(field->name) ? TEXT("") : field->name);
}

/* As it stands, and as the words that its dashes part: X-4111111111111111. */
static void look_at_name(struct look *look, struct text name)
{
    struct buffer words = {0};
    look_at_text(look, name, TEXT(""));
    if (!text_has(name, '-'))
        return;
    buffer_append(&words, name);
    for (size_t i = 0; i < words.length; i++)
        words.data[i] = words.data[i] == '-' ? ' ' : words.data[i];
    look_at_text(look, buffer_text(&words), TEXT(""));
    buffer_forget(&words);
}

/* `is_known`: its name is one of HTTP's. */
static void look_at_field(struct look *look, const struct field *field, bool is_known, struct buffer *place)
{
    buffer_empty(place);
    buffer_append(place, TEXT("head."));
    for (size_t i = 0; i < field->name.length; i++) {
        char one = field->name.data[i];
        buffer_append_byte(place, ascii_lower(one));
    }
    look->place = buffer_text(place);
    if (!is_known)
        look_at_name(look, field->name);
    look->is_credential = is_for_credentials(field->name);
    look_at_value(look, field);
    look->is_credential = false;
}

static void look_at_fields(struct look *look, const struct message_head *head)
{
    struct buffer place = {0};
    for (size_t i = 0; i < head->field_count; i++)
        if (!field_is_for_transfer(head->fields[i].name))
            look_at_field(look, &head->fields[i], head->kinds[i] != FIELD_OTHER, &place);
    buffer_forget(&place);
}

enum inspect_says inspect_model(struct inspected *inspected, struct text name, struct detail *detail)
{
    struct look look = {
        .inspected = inspected,
        .side = &inspected->inspection->requests,
        .findings = &inspected->in_request,
        .detail = detail,
        .place = TEXT("path"),
    };
    if (look.side->set == NULL)
        return INSPECT_PASSES;
    look_at_text(&look, name, TEXT("")); /* it stands alone: no name beside it says that it is a mere id */
    body_forget(inspected->inspector->body);
    if (look.found > 0) /* however it is spelled there */
        buffer_append(&inspected->path, TEXT("*"));
    inspected->is_refused = inspected->is_refused || look.says > INSPECT_CHANGED;
    return look.says;
}

enum inspect_says
inspect_head(struct inspected *inspected, const struct message_head *head, struct buffer *query, struct detail *detail)
{
    struct look look = {
        .inspected = inspected,
        .side = &inspected->inspection->requests,
        .findings = &inspected->in_request,
        .detail = detail,
    };
    if (look.side->set == NULL)
        return INSPECT_PASSES;
    look_at_method(&look, head->method);
    look_at_path(&look, head->target.path);
    look_at_query(&look, head->target.query, query);
    look_at_fields(&look, head);
    body_forget(inspected->inspector->body);
    inspected->is_refused = look.says > INSPECT_CHANGED;
    return look.says;
}
