/* SPDX-License-Identifier: Apache-2.0 */
/* Content-Type and Content-Encoding, strictly: what two readers could understand in two ways is a fault (RFC 9110
 * sections 5.6, 8.3 and 8.4). */
#include "label.h"

#include <string.h>

#include "exeat/base/bytes.h"

static void blame(struct body_label *label, enum body_fault fault)
{
    if (label->fault == BODY_FINE)
        label->fault = fault;
}

static bool is_word_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte != '\0' && strchr("!#$%&'*+-.^_`|~", byte) != NULL);
}

static struct text take_word(struct text *rest)
{
    size_t length = 0;
    while (length < rest->length && is_word_byte(rest->data[length]))
        length++;
    struct text word = text_part(*rest, 0, length);
    *rest = text_after(*rest, length);
    return word;
}

static bool take_byte(struct text *rest, char byte)
{
    if (rest->length == 0 || rest->data[0] != byte)
        return false;
    *rest = text_after(*rest, 1);
    return true;
}

static void skip_blanks(struct text *rest)
{
    while (take_byte(rest, ' ') || take_byte(rest, '\t'))
        continue;
}

/* --- parameters ----------------------------------------------------------------------------------------------------
 */

/* A quoted string, its pairs undone, into `out`. */
static bool take_quoted(struct text *rest, struct buffer *out)
{
    if (!take_byte(rest, '"'))
        return false;
    while (rest->length > 0 && rest->data[0] != '"') {
        if (take_byte(rest, '\\') && rest->length == 0)
            return false;
        buffer_append_byte(out, rest->data[0]);
        *rest = text_after(*rest, 1);
    }
    return take_byte(rest, '"');
}

bool label_parameter(struct text *rest, struct text *name, struct buffer *value)
{
    buffer_empty(value);
    *name = take_word(rest);
    if (name->length == 0 || !take_byte(rest, '='))
        return false;
    if (rest->length > 0 && rest->data[0] == '"')
        return take_quoted(rest, value);
    struct text word = take_word(rest);
    buffer_append(value, word);
    return word.length > 0;
}

/* Twice the same is once. */
static void set_charset(struct body_label *label, struct text name)
{
    enum charset charset;
    if (!charset_parse(name, &charset))
        blame(label, BODY_CHARSET_UNKNOWN);
    else if (label->charset != CHARSET_UNSAID && label->charset != charset)
        blame(label, BODY_TYPE_CONFLICT);
    else
        label->charset = charset;
}

/* RFC 2046 section 5.1.1: one to 70 characters of a small set, the last no blank. */
static void set_boundary(struct body_label *label, struct text boundary)
{
    bool is_good = boundary.length > 0 && boundary.length < BODY_BOUNDARY_SIZE;
    for (size_t i = 0; i < boundary.length; i++)
        is_good = is_good && boundary.data[i] >= ' ' && boundary.data[i] < 0x7f;
    if (!is_good || text_ends_with(boundary, TEXT(" ")))
        blame(label, BODY_TYPE_MALFORMED);
    else if (label->boundary[0] != '\0' && !text_equal(text_from(label->boundary), boundary))
        blame(label, BODY_TYPE_CONFLICT);
    else
        text_store(boundary, label->boundary, sizeof(label->boundary));
}

/* PHP takes the first `boundary` in the field, whatever it is a part of. */
static bool is_elsewhere(struct text type, struct text parameters)
{
    const struct text name = TEXT("boundary");
    const struct text both[] = {type, parameters};
    for (size_t i = 0; i < COUNT_OF(both); i++)
        for (size_t at = 0; at + name.length <= both[i].length; at++)
            if (text_equal_nocase(text_part(both[i], at, name.length), name))
                return i == 0 || !text_has(TEXT("; \t"), parameters.data[at - 1]) ||
                       !text_starts_with(text_trim(text_after(parameters, at + name.length), " \t"), TEXT("="));
    return false;
}

static void read_parameters(struct body_label *label, struct text rest)
{
    struct buffer value = {0};
    for (skip_blanks(&rest); rest.length > 0; skip_blanks(&rest)) {
        struct text name;
        if (!take_byte(&rest, ';')) {
            blame(label, BODY_TYPE_MALFORMED);
            break;
        }
        skip_blanks(&rest);
        if (rest.length == 0 || rest.data[0] == ';')
            continue;
        if (!label_parameter(&rest, &name, &value)) {
            blame(label, BODY_TYPE_MALFORMED);
            break;
        }
        if (text_equal_nocase(name, TEXT("charset")))
            set_charset(label, buffer_text(&value));
        if (text_equal_nocase(name, TEXT("boundary")))
            set_boundary(label, buffer_text(&value));
    }
    buffer_clear(&value);
}

/* --- fields --------------------------------------------------------------------------------------------------------
 */

static void lower(char *string)
{
    for (; *string != '\0'; string++)
        if (*string >= 'A' && *string <= 'Z')
            *string = (char)(*string + ('a' - 'A'));
}

/* A list of types, as some make of two fields, is a conflict, even where both say the same. */
static void read_type(struct body_label *label, struct text value)
{
    struct text rest = text_trim(value, " \t");
    struct text whole = rest;
    struct text main_type = take_word(&rest);
    bool has_slash = take_byte(&rest, '/');
    struct text minor = take_word(&rest);
    struct text type = text_part(whole, 0, main_type.length + 1 + minor.length);
    if (label->has_type)
        blame(label, BODY_TYPE_CONFLICT);
    label->has_type = true;
    if (main_type.length == 0 || !has_slash || minor.length == 0 || type.length >= BODY_TYPE_SIZE) {
        blame(label, BODY_TYPE_MALFORMED);
        return;
    }
    text_store(type, label->type, sizeof(label->type));
    lower(label->type);
    label->kind = kind_of_type(text_from(label->type));
    label->separator = text_starts_with(text_from(label->type), TEXT("text/tab")) ? '\t' : ',';
    read_parameters(label, rest);
    if (label->kind == BODY_MULTIPART && is_elsewhere(type, rest))
        blame(label, BODY_TYPE_CONFLICT);
}

static void add_coding(struct body_label *label, struct text name)
{
    static const struct {
        struct text name;
        enum coding coding;
    } rows[] = {
        {TEXT_INIT("gzip"), CODING_GZIP}, {TEXT_INIT("x-gzip"), CODING_GZIP}, {TEXT_INIT("deflate"), CODING_DEFLATE},
        {TEXT_INIT("br"), CODING_BROTLI}, {TEXT_INIT("zstd"), CODING_ZSTD},
    };
    if (name.length == 0 || text_equal_nocase(name, TEXT("identity")))
        return;
    if (label->coding_count == BODY_CODINGS) {
        blame(label, BODY_CODING_DEEP);
        return;
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (text_equal_nocase(rows[i].name, name)) {
            label->codings[label->coding_count++] = rows[i].coding;
            return;
        }
    }
    blame(label, BODY_CODING_UNKNOWN);
}

static void read_codings(struct body_label *label, struct text value)
{
    struct text name;
    while (text_split(&value, ',', &name))
        add_coding(label, text_trim(name, " \t"));
}

void body_label_field(struct body_label *label, struct text name, struct text value)
{
    if (text_equal_nocase(name, TEXT("content-type")))
        read_type(label, value);
    else if (text_equal_nocase(name, TEXT("content-encoding")))
        read_codings(label, value);
}

enum body_fault body_label_end(struct body_label *label)
{
    if (label->kind == BODY_MULTIPART && label->boundary[0] == '\0')
        blame(label, BODY_TYPE_MALFORMED);
    return label->fault;
}

struct body_label body_label_of_head(const struct message_head *head)
{
    struct body_label label = {0};
    for (size_t i = 0; i < head->field_count; i++)
        body_label_field(&label, head->fields[i].name, head->fields[i].value);
    (void)body_label_end(&label);
    return label;
}

struct body_label body_label_of(enum body_kind kind)
{
    return (struct body_label){.kind = kind, .separator = ',', .has_type = kind != BODY_UNSAID};
}
