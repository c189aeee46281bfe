/* SPDX-License-Identifier: Apache-2.0 */
/* Multipart: each part is a text of its own, as its head says; heads, preamble and epilogue are told too. */
#include <string.h>

#include "exeat/coding/magic.h"
#include "exeat/multipart.h"

#include "body_internal.h"
#include "label.h"
#include "tell.h"

enum { PARTS_MAX = 10000 };

struct part {
    struct body *body;
    struct body_label label;
    enum transfer transfer;
    bool has_name;
    bool has_disposition;
    bool has_transfer;
    bool is_file;
};

static bool fail_bad(struct body *body, const char *clause)
{
    return walk_fail(body, BODY_MALFORMED, clause);
}

/* --- heads ---------------------------------------------------------------------------------------------------------
 */

/* Heads are UTF-8, as browsers write them (RFC 7578 section 5.1). */
static bool tell_text(struct body *body, enum body_what what, enum spelling spelling, struct text text)
{
    if (!text_is_utf8(text))
        return walk_fail(body, BODY_CHARSET_MALFORMED, "a head of a part, or text beside the parts, is no UTF-8");
    return text.length == 0 || place_tell(body, what, spelling, text);
}

/* A quoted string: browsers mean backslashes as such, and many readers take them so. */
static bool tell_pairs(struct body *body, enum body_what what, struct text text)
{
    if (!tell_text(body, what, SPELLED_PAIRS, text))
        return false;
    size_t told = body->walk.places;
    return !text_has(text, '\\') || tell_again(body, what, SPELLED_PAIRS_SHOWN, text, told);
}

/* A parameter as it stands: the name of its file is text, its own name a name. */
static bool take_parameter(struct part *part, struct text name, struct text value)
{
    bool is_quoted = text_starts_with(value, TEXT("\""));
    if (is_quoted)
        value = text_part(value, 1, value.length - 2);
    if (text_equal_nocase(name, TEXT("name"))) {
        bool is_second = part->has_name;
        part->has_name = true;

        crumb_changed(&part->body->walk, part->body->walk.depth - 1);
        crumb_top(part->body)->name = value;
        crumb_top(part->body)->is_name = true;
        return is_second ? fail_bad(part->body, "a part with two names") : tell_pairs(part->body, BODY_NAME, value);
    }
    if (text_equal_nocase(name, TEXT("filename"))) {
        part->is_file = true;
        return tell_pairs(part->body, BODY_VALUE, value);
    }
    if (text_equal_nocase(name, TEXT("filename*"))) {
        part->is_file = true;
        size_t quote = text_index(value, '\'', 0);
        size_t second = text_index(value, '\'', quote + 1);
        if (!text_equal_nocase(text_part(value, 0, quote), TEXT("utf-8")) || second == value.length)
            return walk_fail(part->body, BODY_CHARSET_UNKNOWN, "the name of a file in another charset than UTF-8");
        return tell_text(part->body, BODY_VALUE, SPELLED_PERCENT, text_after(value, second + 1));
    }
    return is_quoted ? tell_pairs(part->body, BODY_OUTSIDE, value)
                     : tell_text(part->body, BODY_OUTSIDE, SPELLED_FIELD, value);
}

/* The parameters behind the first ";", with where each value stands. */
static bool take_parameters(struct part *part, struct text rest)
{
    struct buffer value = {0};
    bool goes_on = true;
    while (goes_on && rest.length > 0) {
        struct text name;
        rest = text_trim(rest, " \t;");
        if (rest.length == 0)
            break;
        struct text before = rest;
        goes_on = label_parameter(&rest, &name, &value) || fail_bad(part->body, "a Content-Disposition that is none");
        struct text spelled = text_part(before, name.length + 1, before.length - rest.length - name.length - 1);
        goes_on = goes_on && take_parameter(part, name, spelled);
        if (goes_on && rest.length > 0 && rest.data[0] != ';' && rest.data[0] != ' ' && rest.data[0] != '\t')
            goes_on = fail_bad(part->body, "a Content-Disposition that is none");
    }
    buffer_forget(&value);
    return goes_on;
}

static bool take_disposition(struct part *part, struct text value)
{
    if (part->has_disposition)
        return fail_bad(part->body, "a part with two Content-Dispositions");
    part->has_disposition = true;
    return take_parameters(part, text_after(value, text_index(value, ';', 0)));
}

static bool take_transfer(struct part *part, struct text value)
{
    static const struct {
        struct text name;
        enum transfer transfer;
    } rows[] = {
        {TEXT_INIT("7bit"), TRANSFER_NONE},
        {TEXT_INIT("8bit"), TRANSFER_NONE},
        {TEXT_INIT("binary"), TRANSFER_NONE},
        {TEXT_INIT("base64"), TRANSFER_BASE64_MIME},
        {TEXT_INIT("quoted-printable"), TRANSFER_PRINTABLE},
    };
    if (part->has_transfer)
        return fail_bad(part->body, "a part with two Content-Transfer-Encodings");
    part->has_transfer = true;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (text_equal_nocase(rows[i].name, value)) {
            part->transfer = rows[i].transfer;
            return true;
        }
    }
    return walk_fail(part->body, BODY_CODING_UNKNOWN, "a Content-Transfer-Encoding that is not read here");
}

static bool take_field(struct part *part, const struct multipart_field *field)
{
    if (text_equal_nocase(field->name, TEXT("content-disposition")))
        return take_disposition(part, field->value);
    if (text_equal_nocase(field->name, TEXT("content-transfer-encoding")))
        return take_transfer(part, field->value);
    body_label_field(&part->label, field->name, field->value);
    return tell_text(part->body, BODY_NAME, SPELLED_PLAIN, field->name) &&
           tell_text(part->body, BODY_OUTSIDE, SPELLED_FIELD, field->value);
}

static bool take_head(struct part *part, struct text *rest)
{
    struct multipart_field field;
    bool is_bad;
    while (multipart_field_next(rest, &field, &is_bad))
        if (!take_field(part, &field))
            return false;
    if (is_bad)
        return fail_bad(part->body, "a part whose head has no end, or a line that is no field");
    if (part->label.coding_count > 0)
        return walk_fail(part->body, BODY_CODING_UNKNOWN, "a part with a Content-Encoding of its own");
    enum body_fault fault = body_label_end(&part->label);
    return fault == BODY_FINE || walk_fail(part->body, fault, "the Content-Type of a part");
}

/* --- parts ---------------------------------------------------------------------------------------------------------
 */

/* Of a form many readers (PHP's, busboy) take the content as it stands: RFC 7578 section 4.7 has no encoding in it. The
 * two readings cannot be changed together. */
static bool tell_encoded(struct body *body, enum transfer transfer, struct text content)
{
    bool is_form = text_equal(text_from(body->label.type), TEXT("multipart/form-data"));
    if (!is_form || transfer == TRANSFER_NONE || (transfer == TRANSFER_PRINTABLE && !text_has(content, '=')))
        return true;
    if (!text_is_utf8(content))
        return walk_fail(body, BODY_CHARSET_MALFORMED, "the content of a part, before its encoding is undone");
    return tell_again(body, BODY_VALUE, SPELLED_FIXED, content, body->walk.places + 1);
}

static bool walk_text_of(struct part *part, struct layer *layer, struct text content)
{
    enum body_fault fault = layer_decode(layer, content);
    bool is_file = fault != BODY_FINE && part->is_file && !part->label.has_type;
    if (fault == BODY_FINE)
        return layer_walk(part->body, content, layer);
    layer_clear(layer);
    return is_file ? place_opaque(part->body, content, magic_type(content))
                   : walk_fail(part->body, fault, "the content of a part");
}

/* A field without a type is text (RFC 7578 section 4.4); a file without one may be anything. */
static bool walk_content(struct part *part, struct text content)
{
    struct layer layer = {
        .kind = part->label.kind,
        .transfer = part->transfer,
        .charset = part->label.charset,
        .separator = part->label.separator,
        .boundary = text_from(part->label.boundary)};
    if (content.length == 0)
        return true;
    if (layer.kind == BODY_BINARY)
        return place_opaque(part->body, content, text_from(part->label.type));
    if (layer.kind == BODY_UNSAID)
        layer.kind = BODY_TEXT;
    return tell_encoded(part->body, part->transfer, content) && walk_text_of(part, &layer, content);
}

static bool walk_part(struct body *body, struct text text, size_t index)
{
    struct part part = {.body = body};
    if (!crumb_push(body, (struct crumb){.index = index, .spelling = SPELLED_PAIRS}))
        return false;
    bool goes_on = take_head(&part, &text) && walk_content(&part, text);
    crumb_pop(body);
    return goes_on;
}

static bool walk_pieces(struct body *body, struct multipart_reader *reader)
{
    struct text piece;
    for (size_t index = 0; index <= PARTS_MAX; index++) {
        switch (multipart_next(reader, &piece)) {
        case MULTIPART_PREAMBLE:
            if (!tell_text(body, BODY_OUTSIDE, SPELLED_PLAIN, piece))
                return false;
            break;
        case MULTIPART_PART:
            if (!walk_part(body, piece, index - 1))
                return false;
            break;
        case MULTIPART_EPILOGUE:
            return tell_text(body, BODY_OUTSIDE, SPELLED_PLAIN, piece);
        case MULTIPART_NO_END:
            return walk_fail(body, BODY_TRUNCATED, "multipart without its last boundary");
        case MULTIPART_AMBIGUOUS:
            return fail_bad(body, "a line that begins as a boundary and is none");
        }
    }
    return walk_fail(body, BODY_TOO_MANY, "more than 10000 parts");
}

bool walk_multipart(struct body *body)
{
    const struct layer *layer = body_layer(body);
    struct multipart_reader reader = {.rest = layer->text, .boundary = layer->boundary};
    return walk_pieces(body, &reader);
}
