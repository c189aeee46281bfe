/* SPDX-License-Identifier: Apache-2.0 */
/* Where the placeholder stands in a request, and what goes out in its stead. */
#include "credential_internal.h"

#include <string.h>

#include "exeat/base/file.h"

/* --- what may be written ---------------------------------------------------------------------------------------------
 */

/* What concerns a hop, frames the message, or is the gate's own to write. */
static bool is_ours(struct text name)
{
    static const struct text names[] = {
        TEXT_INIT("Expect"),          TEXT_INIT("Via"),   TEXT_INIT("Max-Forwards"),
        TEXT_INIT("Accept-Encoding"), TEXT_INIT("Range"), TEXT_INIT("If-Range"),
    };
    return field_is_for_transfer(name) || text_is_among_nocase(name, names, COUNT_OF(names));
}

static bool is_field_name(struct text name)
{
    bool good = name.length > 0 && !is_ours(name);
    for (size_t i = 0; good && i < name.length; i++)
        good = is_ascii_alnum(name.data[i]) || name.data[i] == '-' || name.data[i] == '_';
    return good;
}

static bool is_field_text(struct text text)
{
    bool good = true;
    for (size_t i = 0; good && i < text.length; i++)
        good = text.data[i] >= ' ' && text.data[i] <= '~';
    return good;
}

/* Where `needle` begins; the text's length: nowhere. */
static size_t find(struct text text, struct text needle)
{
    const char *at = needle.length == 0 ? NULL : memmem(text.data, text.length, needle.data, needle.length);
    return at == NULL ? text.length : (size_t)(at - text.data);
}

bool credential_template_parse(struct text template, struct credential *credential)
{
    size_t colon = text_index(template, ':', 0);
    struct text value = text_trim(text_after(template, colon + 1), " ");
    size_t at = find(value, TEXT("{}"));
    credential->field = text_part(template, 0, colon);
    credential->before = text_part(value, 0, at);
    credential->after = text_after(value, at + 2);
    return is_field_name(credential->field) && at < value.length && is_field_text(value) &&
           find(credential->after, TEXT("{}")) == credential->after.length;
}

bool credential_is_placeholder(struct text text)
{
    bool good = text.length >= CREDENTIAL_LEAST && text.length <= CREDENTIAL_MOST;
    for (size_t i = 0; good && i < text.length; i++)
        good = is_ascii_alnum(text.data[i]) || text_has(TEXT("-._~"), text.data[i]);
    return good;
}

bool credential_is_secret(struct text text)
{
    return text.length >= CREDENTIAL_LEAST && text.length <= CREDENTIAL_MOST && is_field_text(text) &&
           !text_has(text, ' ');
}

/* --- where it stands -------------------------------------------------------------------------------------------------
 */

bool credential_is_in(const struct credential *credential, struct text text)
{
    return spellings_stand_in(credential->sought, text);
}

bool credential_is_in_host(const struct credential *credential, struct text host)
{
    struct text placeholder = credential->placeholder;
    for (size_t at = 0; at + placeholder.length <= host.length; at++)
        if (text_equal_nocase(text_part(host, at, placeholder.length), placeholder))
            return true;
    return false;
}

static bool is_asked_for_by(const struct credential *credential, const struct field *field)
{
    struct text value = field->value;
    size_t around = credential->before.length + credential->after.length;
    return text_equal_nocase(field->name, credential->field) &&
           value.length == around + credential->placeholder.length && text_starts_with(value, credential->before) &&
           text_ends_with(value, credential->after) &&
           text_equal(
               text_part(value, credential->before.length, credential->placeholder.length), credential->placeholder);
}

bool credential_is_asked_for(const struct credential *credential, const struct message_head *head)
{
    size_t named = 0;
    size_t asked = 0;
    for (size_t i = 0; i < head->field_count; i++) {
        named += text_equal_nocase(head->fields[i].name, credential->field) ? 1 : 0;
        asked += is_asked_for_by(credential, &head->fields[i]) ? 1 : 0;
    }
    return named == 1 && asked == 1;
}

static bool is_in_field(const struct credential *credential, const struct field *field, bool may_ask)
{
    if (may_ask && is_asked_for_by(credential, field))
        return false;
    return credential_is_in(credential, field->value) || credential_is_in(credential, field->name);
}

bool credential_is_in_head(
    const struct credential *credential, const struct message_head *head, bool may_ask, struct text *where)
{
    bool is_in = true;
    if (credential_is_in(credential, head->target.path))
        *where = TEXT("path");
    else if (credential_is_in(credential, head->target.query))
        *where = TEXT("query");
    else
        is_in = false;
    for (size_t i = 0; !is_in && i < head->field_count; i++) {
        is_in = is_in_field(credential, &head->fields[i], may_ask);
        *where = head->fields[i].name;
    }
    return is_in;
}

void credential_write(const struct credential *credential, struct buffer *value)
{
    buffer_reserve(value, credential->before.length + credential->secret.length + credential->after.length + 1);
    buffer_append(value, credential->before);
    buffer_append(value, secret_show(&credential->secret));
    buffer_append(value, credential->after);
}

/* --- where it comes from ---------------------------------------------------------------------------------------------
 */

bool credential_read(const char *path, struct secret *secret, char **error)
{
    struct buffer why = {0};
    if (!file_is_for_others(path) && !secret_read(path, CREDENTIAL_MOST + 2, secret, error))
        return false;
    secret_trim(secret);
    bool is_one = credential_is_secret(secret_show(secret));
    if (file_is_for_others(path))
        buffer_printf(&why, "others may read or write %s: chmod o= (of a Kubernetes Secret, defaultMode: 0440)", path);
    else if (!is_one)
        buffer_printf(
            &why, "%s must hold one line of %d to %d visible characters without spaces", path, CREDENTIAL_LEAST,
            CREDENTIAL_MOST);
    *error = why.length == 0 ? NULL : buffer_take(&why);
    return *error == NULL;
}

void credential_make_ready(struct credential *credential)
{
    credential->sought = spellings_new(credential->placeholder);
    credential->hidden = spellings_new(secret_show(&credential->secret));
}

void credential_clear(struct credential *credential)
{
    secret_clear(&credential->secret);
    spellings_free(credential->sought);
    spellings_free(credential->hidden);
    credential->sought = NULL;
    credential->hidden = NULL;
}

bool credential_is_same(const struct credential *left, const struct credential *right)
{
    return text_equal(left->name, right->name) && secret_is_same(&left->secret, &right->secret);
}

bool credential_tells(const struct credential *credential)
{
    return credential_is_in(credential, secret_show(&credential->secret));
}
