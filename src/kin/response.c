/* SPDX-License-Identifier: Apache-2.0 */
/* Responses with all that the vendor always sends: typed clients read it unasked, and servers that speak these words
 * leave out what they have no use for. What is put there is what holds here: nothing is kept, and a setting is the
 * call's, or where it made none the vendor's default. */
#include "exeat/canon/out.h"
#include "kin_internal.h"
#include "object.h"

/* --- settings --------------------------------------------------------------------------------------------------------
 */

static void say_text(struct text text, struct buffer *out)
{
    if (text.data != NULL)
        out_quoted(out, text);
}

static void say_number(struct text number, struct buffer *out)
{
    if (number.data != NULL)
        buffer_append(out, number);
}

static void say_instructions(const struct canon_call *call, struct buffer *out)
{
    say_text(call->instructions, out);
}

static void say_limit(const struct canon_call *call, struct buffer *out)
{
    say_number(call->wish.limit, out);
}

static void say_parallel(const struct canon_call *call, struct buffer *out)
{
    if (call->tools.parallel != CANON_UNSAID)
        buffer_append(out, call->tools.parallel == CANON_YES ? TEXT("true") : TEXT("false"));
}

static void say_temperature(const struct canon_call *call, struct buffer *out)
{
    say_number(call->sampling.temperature, out);
}

static void say_top_p(const struct canon_call *call, struct buffer *out)
{
    say_number(call->sampling.top_p, out);
}

static void say_truncation(const struct canon_call *call, struct buffer *out)
{
    say_text(call->wish.truncation, out);
}

static void say_format(const struct canon_format *format, struct buffer *out)
{
    out_name(out, TEXT("format"));
    buffer_append_byte(out, '{');
    out_text(out, TEXT("type"), format->kind.data != NULL ? format->kind : TEXT("text"));
    out_text(out, TEXT("name"), format->name);
    out_text(out, TEXT("description"), format->description);
    out_raw(out, TEXT("schema"), format->schema);
    out_flag(out, TEXT("strict"), format->strict);
    buffer_append_byte(out, '}');
}

static void say_form(const struct canon_call *call, struct buffer *out)
{
    if (call->wish.format.kind.data == NULL && call->wish.verbosity.data == NULL)
        return;
    buffer_append_byte(out, '{');
    say_format(&call->wish.format, out);
    out_text(out, TEXT("verbosity"), call->wish.verbosity);
    buffer_append_byte(out, '}');
}

static void say_tool(const struct canon_tool *tool, struct buffer *out)
{
    out_comma(out);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("type"), tool->kind == CANON_CUSTOM ? TEXT("custom") : TEXT("function"));
    out_text(out, TEXT("name"), tool->name);
    out_text(out, TEXT("description"), tool->description);
    out_raw(out, TEXT("parameters"), tool->schema);
    out_flag(out, TEXT("strict"), tool->strict);
    buffer_append_byte(out, '}');
}

static void say_tools(const struct canon_call *call, struct buffer *out)
{
    if (call->tools.count == 0)
        return;
    buffer_append_byte(out, '[');
    for (size_t i = 0; i < call->tools.count; i++)
        say_tool(&call->tools.tools[i], out);
    buffer_append_byte(out, ']');
}

static void say_choice(const struct canon_call *call, struct buffer *out)
{
    const struct canon_choice *choice = &call->tools.choice;
    switch (choice->kind) {
    case CANON_CHOICE_UNSAID:
        break;
    case CANON_CHOICE_WORD:
    case CANON_CHOICE_AMONG: /* its mode, at least */
        out_quoted(out, choice->word);
        break;
    case CANON_CHOICE_ONE:
        say_tool(choice->tools, out);
        break;
    }
}

/* `say` tells what the call has for it, or nothing. */
static const struct setting {
    struct text name;
    struct text value;
    void (*say)(const struct canon_call *call, struct buffer *out);
} settings[] = {
    {TEXT_INIT("error"), TEXT_INIT("null"), NULL},
    {TEXT_INIT("incomplete_details"), TEXT_INIT("null"), NULL},
    {TEXT_INIT("instructions"), TEXT_INIT("null"), say_instructions},
    {TEXT_INIT("max_output_tokens"), TEXT_INIT("null"), say_limit},
    {TEXT_INIT("metadata"), TEXT_INIT("{}"), NULL},
    {TEXT_INIT("output"), TEXT_INIT("[]"), NULL},
    {TEXT_INIT("parallel_tool_calls"), TEXT_INIT("true"), say_parallel},
    {TEXT_INIT("previous_response_id"), TEXT_INIT("null"), NULL},
    {TEXT_INIT("store"), TEXT_INIT("false"), NULL},
    {TEXT_INIT("temperature"), TEXT_INIT("1.0"), say_temperature},
    {TEXT_INIT("text"), TEXT_INIT("{\"format\":{\"type\":\"text\"}}"), say_form},
    {TEXT_INIT("tool_choice"), TEXT_INIT("\"auto\""), say_choice},
    {TEXT_INIT("tools"), TEXT_INIT("[]"), say_tools},
    {TEXT_INIT("top_p"), TEXT_INIT("1.0"), say_top_p},
    {TEXT_INIT("truncation"), TEXT_INIT("\"disabled\""), say_truncation},
};

/* Schemas come as they were sent, with lines that a stream's framing has not. */
static void put_setting(const struct canon_call *call, const struct setting *setting, struct buffer *out)
{
    object_put_named(out, setting->name, TEXT(""));
    size_t from = out->length;
    if (setting->say != NULL)
        setting->say(call, out);
    if (out->length == from)
        buffer_append(out, setting->value);
    out_flatten(out, from);
}

static void put_settings(const struct canon_call *call, struct scan response, struct buffer *out)
{
    struct scan value;
    for (size_t i = 0; i < COUNT_OF(settings); i++)
        if (!scan_member(response, settings[i].name, &value))
            put_setting(call, &settings[i], out);
}

/* --- responses -------------------------------------------------------------------------------------------------------
 */

static const struct kin_member details[] = {
    {TEXT_INIT("input_tokens_details"), TEXT_INIT("{\"cached_tokens\":0}")},
    {TEXT_INIT("output_tokens_details"), TEXT_INIT("{\"reasoning_tokens\":0}")},
};

static void write_usage(struct scan usage, struct buffer *out)
{
    struct scan_walk walk = scan_walk(usage);
    struct text key;
    struct scan value;
    object_begin(out);
    while (scan_next(&walk, &key, &value))
        object_put(out, key, value.text);
    object_put_missing(usage, details, COUNT_OF(details), out);
    object_end(out);
}

static void write_response(const struct canon_call *call, struct scan response, struct buffer *out)
{
    struct scan_walk walk = scan_walk(response);
    struct text key;
    struct scan value;
    object_begin(out);
    while (scan_next(&walk, &key, &value)) {
        object_put_key(out, key);
        if (scan_is_key(key, TEXT("usage")) && value.kind == SCAN_OBJECT)
            write_usage(value, out);
        else
            buffer_append(out, value.text);
    }
    put_settings(call, response, out);
    object_end(out);
}

/* An event has it as a member. */
static void write_event(const struct canon_call *call, struct scan event, struct buffer *out)
{
    struct scan_walk walk = scan_walk(event);
    struct text key;
    struct scan value;
    object_begin(out);
    while (scan_next(&walk, &key, &value)) {
        object_put_key(out, key);
        if (scan_is_key(key, TEXT("response")) && value.kind == SCAN_OBJECT)
            write_response(call, value, out);
        else
            buffer_append(out, value.text);
    }
    object_end(out);
}

static void dress(const struct canon_call *call, struct text json, const struct canon_usage *usage, struct buffer *out)
{
    struct scan whole;
    struct scan value;
    (void)usage;
    bool is_object = scan_whole(json, &whole) && whole.kind == SCAN_OBJECT;
    if (is_object && scan_member(whole, TEXT("response"), &value) && value.kind == SCAN_OBJECT)
        write_event(call, whole, out);
    else if (is_object && scan_member(whole, TEXT("status"), &value) && scan_member(whole, TEXT("output"), &value))
        write_response(call, whole, out);
    else
        buffer_append(out, json); /* an error, an event of a part: as it is */
}

const struct kin kin_of_responses = {.manner = {.dress = dress}};
