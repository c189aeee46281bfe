/* SPDX-License-Identifier: Apache-2.0 */
/* What a head says about the connection that it comes over: how long it is kept, and whether it now has an identity.
 * Authentication is of the message (RFC 9110 11.3), but some schemes authenticate the connection (RFC 4559 section 6).
 * Which do cannot be listed, so those that do not are. */
#include "wire_internal.h"

/* The schemes of IANA's registry but Negotiate, and those of well-known APIs: each message brings its own proof. */
static const struct text message_schemes[] = {
    TEXT_INIT("Basic"),         TEXT_INIT("Bearer"),    TEXT_INIT("Digest"),
    TEXT_INIT("DPoP"),          TEXT_INIT("GNAP"),      TEXT_INIT("HOBA"),
    TEXT_INIT("Mutual"),        TEXT_INIT("OAuth"),     TEXT_INIT("PrivateToken"),
    TEXT_INIT("SCRAM-SHA-1"),   TEXT_INIT("Concealed"), TEXT_INIT("SCRAM-SHA-256"),
    TEXT_INIT("vapid"),         TEXT_INIT("ApiKey"),    TEXT_INIT("AWS4-HMAC-SHA256"),
    TEXT_INIT("SharedKey"),     TEXT_INIT("Hawk"),      TEXT_INIT("AWS4-ECDSA-P256-SHA256"),
    TEXT_INIT("SharedKeyLite"), TEXT_INIT("Token"),     TEXT_INIT("Key"),
};

static bool is_of_message(struct text scheme)
{
    for (size_t i = 0; i < COUNT_OF(message_schemes); i++)
        if (text_equal_nocase(scheme, message_schemes[i]))
            return true;
    return false;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Takes a list's first element off its front; a comma in quotes ends none. False: its quotes are not closed. */
static bool take_element(struct text *list, struct text *element)
{
    bool is_quoted = false;
    size_t end = 0;
    for (; end < list->length && (is_quoted || list->data[end] != ','); end++) {
        if (list->data[end] == '"')
            is_quoted = !is_quoted;
        else if (is_quoted && list->data[end] == '\\')
            end++;
    }
    *element = text_part(*list, 0, end);
    *list = text_after(*list, end + 1);
    return !is_quoted;
}

/* An element begins with a scheme unless it is a parameter of the scheme before it: name = value. */
static bool element_binds(struct text element)
{
    size_t end = 0;
    element = text_trim(element, " \t");
    while (end < element.length && is_token_byte(element.data[end]))
        end++;
    struct text word = text_part(element, 0, end);
    while (end < element.length && is_blank(element.data[end]))
        end++;
    bool is_parameter = end < element.length && element.data[end] == '=';
    return element.length > 0 && !is_parameter && !is_of_message(word);
}

static bool value_binds(struct text value)
{
    struct text element;
    while (value.length > 0)
        if (!take_element(&value, &element) || element_binds(element))
            return true;
    return false;
}

/* Lengths first: most fields are none of these. */
static bool field_binds(const struct field *field)
{
    switch (field->name.length) {
    case 13:
        return text_equal_nocase(field->name, TEXT("Authorization")) && value_binds(field->value);
    case 15:
        return text_equal_nocase(field->name, TEXT("Persistent-Auth")) &&
               !text_equal_nocase(field->value, TEXT("false"));
    case 16:
        return text_equal_nocase(field->name, TEXT("WWW-Authenticate")) && value_binds(field->value);
    case 18:
        return text_equal_nocase(field->name, TEXT("Proxy-Authenticate")) && value_binds(field->value);
    default:
        return false;
    }
}

bool http_binds_connection(const struct message_head *head)
{
    for (size_t i = 0; i < head->field_count; i++)
        if (field_binds(&head->fields[i]))
            return true;
    return false;
}

bool http_keep_alive_seconds(const struct message_head *head, uint64_t *seconds)
{
    static const struct text name = TEXT_INIT("timeout=");
    const struct field *field = http_field_find(head, TEXT("Keep-Alive"));
    struct text rest = field == NULL ? TEXT("") : field->value;
    struct text piece;
    while (text_split(&rest, ',', &piece)) {
        piece = text_trim(piece, " \t");
        if (text_equal_nocase(text_part(piece, 0, name.length), name))
            return text_to_number(text_trim(text_after(piece, name.length), "\" \t"), UINT32_MAX, seconds);
    }
    return false;
}
