/* SPDX-License-Identifier: Apache-2.0 */
/* The name of the model that is asked for: from the body, or the path. Where no entry of `models` maps it, it goes on
 * to an endpoint, and engines make a file's or a folder's name of it, a tag, a line of a log: so it is letters, digits
 * and a few signs, and no part of it leads anywhere. */
#include "dialect_internal.h"

enum { MODEL_MAX = 1024 };

/* --- reading ---------------------------------------------------------------------------------------------------------
 */

/* Paths are canonical: each % has its digits. What an escape stands for is judged as if it stood there. */
static void unescape(struct text escaped, struct buffer *out)
{
    for (size_t i = 0; i < escaped.length; i++) {
        char byte = escaped.data[i];
        if (byte == '%' && escaped.length - i > 2 && hex_value(escaped.data[i + 1]) >= 0 &&
            hex_value(escaped.data[i + 2]) >= 0) {
            byte = (char)(hex_value(escaped.data[i + 1]) * 16 + hex_value(escaped.data[i + 2]));
            i += 2;
        }
        buffer_append_byte(out, byte);
    }
}

static void read_name(struct dialect_call *call)
{
    struct buffer name = {0};
    json_spelled_append(&name, call->canon.model);
    call->is_named_by_path = name.length == 0;
    if (call->is_named_by_path)
        unescape(call->vendor->model_of_path(call->canon.path), &name);
    call->canon.model_name = arena_text(&call->arena, buffer_text(&name));
    buffer_clear(&name);
}

/* --- what it may be --------------------------------------------------------------------------------------------------
 */

static bool is_of_a_name(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           text_has(TEXT(" -._:/@+~=,#()[]"), (char)byte);
}

/* Beyond ASCII the blocks that have letters and little else. Not in them: signs that steer a line, blanks, marks that
 * end a sentence, and what looks or is folded like a slash, a dot or a colon. */
static bool is_letter_elsewhere(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } letters[] = {
        {0xc0, 0xd6},     {0xd8, 0xf6},     {0xf8, 0x24f},    {0x386, 0x386},   {0x388, 0x3ff},   {0x400, 0x481},
        {0x48a, 0x52f},   {0x5d0, 0x5ea},   {0x620, 0x64a},   {0x3041, 0x3096}, {0x30a1, 0x30cd}, {0x30cf, 0x30fa},
        {0x4e00, 0x4e35}, {0x4e37, 0x4e3e}, {0x4e40, 0x9fff}, {0xac00, 0xd7a3},
    };
    for (size_t i = 0; i < COUNT_OF(letters); i++)
        if (code >= letters[i].first && code <= letters[i].last)
            return true;
    return false;
}

static bool has_good_signs(struct text name)
{
    while (name.length > 0) {
        uint32_t code;
        size_t length = text_utf8_length(name, &code);
        bool is_plain = length == 1 && is_of_a_name((unsigned char)name.data[0]);
        if (length == 0 || !(is_plain || (length > 1 && is_letter_elsewhere(code))))
            return false;
        name = text_after(name, length);
    }
    return true;
}

static bool is_dots(struct text part)
{
    part = text_trim(part, " ");
    return text_equal(part, TEXT(".")) || text_equal(part, TEXT(".."));
}

/* "org/name:tag", "ft:gpt:org::id": no part leads up, and none is the root. */
static bool leads_nowhere(struct text name)
{
    struct text rest = name;
    struct text part;
    while (text_split(&rest, '/', &part)) {
        struct text tag;
        if (part.length == 0)
            return false;
        while (text_split(&part, ':', &tag))
            if (is_dots(tag))
                return false;
    }
    return true;
}

/* Each event of a stream has the name: one as long as a body would come back a thousandfold. */
static bool check(struct text model, struct detail *detail)
{
    if (model.length > MODEL_MAX)
        return detail_say(detail, "the name of the model is longer than %d bytes", MODEL_MAX);
    if (model.length == 0)
        return detail_say(detail, "the body names no model");
    if (!has_good_signs(model))
        return detail_say(
            detail, "the name of the model may have letters, digits, spaces and - . _ : / @ + ~ = , # ( ) [ ] only");
    return leads_nowhere(model) ||
           detail_say(detail, "the name of the model has a part that is empty, '.' or '..': it would be a path");
}

/* --- where it runs ---------------------------------------------------------------------------------------------------
 */

/* What stands behind the last colon, if one does. */
static struct text tag_of(struct text model)
{
    size_t tag = model.length;
    while (tag > 0 && model.data[tag - 1] != ':')
        tag--;
    return tag > 0 ? text_after(model, tag) : TEXT("");
}

/* "gpt-oss:120b-cloud", "glm:cloud": an engine that knows such a name sends the call away. */
static bool is_elsewhere(struct text tag)
{
    return text_equal_nocase(tag, TEXT("cloud")) ||
           (tag.length > 6 && text_equal_nocase(text_after(tag, tag.length - 6), TEXT("-cloud")));
}

enum reason model_name_take(struct dialect_call *call, struct detail *detail)
{
    read_name(call);
    if (!check(call->canon.model_name, detail))
        return REASON_MALFORMED_BODY;
    struct text tag = text_trim(tag_of(call->canon.model_name), " ");
    if (is_elsewhere(tag))
        (void)detail_say(detail, "model names one that runs at its vendor: name one that runs here");
    else if (text_equal_nocase(tag, TEXT("online"))) /* OpenRouter's way to ask for a search */
        (void)detail_say(detail, "model asks for a search, and nothing is looked up on the network: leave :online out");
    else
        return REASON_NONE;
    return REASON_LLM_OPERATION;
}
