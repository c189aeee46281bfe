/* SPDX-License-Identifier: Apache-2.0 */
/* What of a request stands outside its body and goes on: path, query, fields. Only the query can be written anew; the
 * others are part of what the host and the caller have agreed on, so that what is to be redacted there is refused. */
#include "inspect_internal.h"

/* --- spellings -------------------------------------------------------------------------------------------------------
 */

static struct text decode(struct text text, struct buffer *out)
{
    return percent_undo(text, out) ? buffer_text(out) : text;
}

/* --- the path --------------------------------------------------------------------------------------------------------
 */

/* A value of the path is named by what stands before it: /customers/NUMBER. */
static void look_at_segment(struct look *look, struct text segment, struct text before, struct buffer *shown)
{
    struct buffer decoded = {0};
    bool has_changed = look->has_changed;
    struct buffer masked = {0};
    look->has_changed = false;
    look_at_value(look, decode(segment, &decoded), before, &masked);
    buffer_append(shown, look->has_changed ? TEXT("*") : segment);
    look->has_changed = look->has_changed || has_changed;
    buffer_forget(&masked);
    buffer_forget(&decoded);
}

static void look_at_path(struct look *look, struct text path)
{
    struct inspected *inspected = look->inspected;
    struct text before = TEXT("");
    look->place = TEXT("path");
    buffer_empty(&inspected->path);
    for (size_t from = 0; from < path.length;) {
        size_t slash = text_index(path, '/', from);
        struct text segment = text_part(path, from, slash - from);
        look_at_segment(look, segment, before, &inspected->path);
        if (slash < path.length)
            buffer_append_byte(&inspected->path, '/');
        before = segment.length > 0 ? segment : before;
        from = slash + 1;
    }
    inspected->hides_path = look->has_changed;
}

/* --- the query -------------------------------------------------------------------------------------------------------
 */

/* It is no form: a text, then, that cannot be changed. */
static enum inspect_says look_at_text(struct look *look, struct text query)
{
    struct buffer decoded = {0};
    if (look->detail != NULL)
        look->detail->text[0] = '\0';
    look_at_value(look, decode(query, &decoded), TEXT(""), NULL);
    buffer_forget(&decoded);
    return look_says(look);
}

static enum inspect_says look_at_query(struct look *look, struct text query, struct buffer *changed)
{
    struct inspected *inspected = look->inspected;
    const struct body_label label = body_label_of(BODY_FORM);
    if (query.length == 0)
        return INSPECT_PASSES;
    look->place = TEXT("query");
    buffer_append(changed, query);
    enum inspect_says says = look_at_body(look, &label, changed);
    if (says == INSPECT_UNREADABLE && !look->gave_up)
        says = look_at_text(look, query);
    inspected->hides_query = says != INSPECT_PASSES;
    buffer_append(&inspected->query, says == INSPECT_CHANGED ? buffer_text(changed) : TEXT("*"));
    if (says != INSPECT_CHANGED)
        buffer_clear(changed);
    return says;
}

/* --- fields ----------------------------------------------------------------------------------------------------------
 */

static bool is_one_of(struct text name, const struct text *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_nocase(name, names[i]))
            return true;
    return false;
}

/* Their values are HTTP's own words, or the gate writes them. */
static bool says_nothing(struct text name)
{
    static const struct text names[] = {
        TEXT_INIT("Host"),
        TEXT_INIT("Content-Length"),
        TEXT_INIT("Transfer-Encoding"),
        TEXT_INIT("Connection"),
        TEXT_INIT("Proxy-Authorization"),
        TEXT_INIT("Proxy-Connection"),
        TEXT_INIT("Keep-Alive"),
        TEXT_INIT("TE"),
        TEXT_INIT("Trailer"),
        TEXT_INIT("Upgrade"),
        TEXT_INIT("Expect"),
        TEXT_INIT("Sec-WebSocket-Key"),
    };
    return is_one_of(name, names, COUNT_OF(names));
}

/* A secret of the host itself has its place there. */
static bool is_for_credentials(struct text name)
{
    static const struct text names[] = {
        TEXT_INIT("Authorization"),  TEXT_INIT("X-Api-Key"),      TEXT_INIT("Api-Key"),
        TEXT_INIT("X-Auth-Token"),   TEXT_INIT("X-Goog-Api-Key"), TEXT_INIT("X-Shopify-Access-Token"),
        TEXT_INIT("X-Access-Token"), TEXT_INIT("Private-Token"),  TEXT_INIT("X-Amz-Security-Token"),
    };
    return is_one_of(name, names, COUNT_OF(names));
}

static void look_at_field_value(struct look *look, struct text value, struct text name)
{
    struct buffer decoded = {0};
    look_at_value(look, decode(value, &decoded), name, NULL);
    buffer_forget(&decoded);
}

/* RFC 6265 4.2: pairs, each with a name of its own. */
static void look_at_cookies(struct look *look, struct text cookies)
{
    struct text pair;
    while (text_split(&cookies, ';', &pair)) {
        pair = text_trim(pair, " ");
        size_t equals = text_index(pair, '=', 0);
        look_at_field_value(look, text_after(pair, equals + 1), text_part(pair, 0, equals));
    }
}

static void look_at_field(struct look *look, const struct field *field)
{
    struct buffer place = {0};
    if (says_nothing(field->name))
        return;
    buffer_append(&place, TEXT("head."));
    for (size_t i = 0; i < field->name.length; i++) {
        char one = field->name.data[i];
        buffer_append_byte(&place, one >= 'A' && one <= 'Z' ? (char)(one - 'A' + 'a') : one);
    }
    look->place = buffer_text(&place);
    look->is_credential = is_for_credentials(field->name);
    if (text_equal_nocase(field->name, TEXT("Cookie")))
        look_at_cookies(look, field->value);
    else
        look_at_field_value(look, field->value, field->name);
    look->is_credential = false;
    look->place = TEXT("");
    buffer_clear(&place);
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
    look_at_path(&look, head->target.path);
    look.has_changed = false; /* that is for the record */
    enum inspect_says of_query = look_at_query(&look, head->target.query, query);
    look.has_changed = false;
    for (size_t i = 0; i < head->field_count; i++)
        look_at_field(&look, &head->fields[i]);
    enum inspect_says says = look_says(&look);
    if (says < of_query)
        says = of_query;
    inspected->is_refused = says > INSPECT_CHANGED;
    return says;
}
