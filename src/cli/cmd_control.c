/* SPDX-License-Identifier: Apache-2.0 */
/* exeat control: what an operator wants of a running gate's inference endpoints, and how they are. */
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "exeat/base/json.h"

/* --- orders ----------------------------------------------------------------------------------------------------------
 */

/* The gate reads words of one line. */
static bool is_word(const char *name)
{
    for (size_t i = 0; name[i] != '\0'; i++)
        if ((unsigned char)name[i] <= ' ')
            return false;
    return name[0] != '\0';
}

/* "inference WORD NAME...": the gate's sentence, without the word that says whether it is good. */
static enum exit_code order(const struct command_line *line, const char *word)
{
    struct buffer command = {0};
    struct buffer answer = {0};
    buffer_printf(&command, "inference %s", word);
    for (int i = 0; i < line->operand_count; i++) {
        if (!is_word(line->operands[i])) {
            buffer_clear(&command);
            return complain(EXIT_USAGE, "'%s' is not the name of an endpoint", line->operands[i]);
        }
        buffer_printf(&command, " %s", line->operands[i]);
    }
    enum exit_code code = gate_answer(command_config(line), buffer_text(&command), &answer);
    struct text said = buffer_text(&answer);
    bool done = text_starts_with(said, TEXT("ok: "));
    if (code == EXIT_DONE && done)
        put_foreign(text_after(said, 4));
    else if (code == EXIT_DONE)
        code = complain(EXIT_NO, "%.*s", TEXT_ARG(text_trim(said, "\n")));
    buffer_clear(&command);
    buffer_clear(&answer);
    return code;
}

enum exit_code cmd_control_drain(const struct command_line *line)
{
    return order(line, "drain");
}

enum exit_code cmd_control_undrain(const struct command_line *line)
{
    return order(line, "use");
}

enum exit_code cmd_control_swap(const struct command_line *line)
{
    return order(line, "swap");
}

/* --- status ----------------------------------------------------------------------------------------------------------
 */

/* The members of a line of the gate's, in its order: "NAME state=ready order=in_use ...". */
static const char *const members[] = {"endpoint", "state",   "order",  "outstanding", "waiting", "slots",
                                      "model",    "version", "digest", "speaks",      "remark"};

static void read_members(struct text line, struct text values[COUNT_OF(members)])
{
    struct text piece;
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        values[i] = TEXT("-");
        if (i + 1 == COUNT_OF(members)) { /* the last is words */
            values[i] = line.length > 0 ? line : values[i];
            continue;
        }
        if (!text_split(&line, ' ', &piece))
            continue;
        size_t sign = text_index(piece, '=', 0);
        values[i] = i == 0 || sign == piece.length ? piece : text_after(piece, sign + 1);
    }
}

static void put_row(const struct text values[COUNT_OF(members)], struct buffer *out)
{
    static const int widths[COUNT_OF(members)] = {16, 8, 10, 12, 8, 6, 24, 16, 12, 10, 0};
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        struct text value = i == 8 ? text_part(values[i], 0, 12) : values[i];
        if (i > 0)
            buffer_append_byte(out, ' ');
        buffer_printf(out, "%.*s", TEXT_ARG(value));
        for (size_t j = value.length; i + 1 < COUNT_OF(members) && j < (size_t)widths[i]; j++)
            buffer_append_byte(out, ' ');
    }
    buffer_append_byte(out, '\n');
}

static void put_object(const struct text values[COUNT_OF(members)], bool is_first, struct buffer *out)
{
    buffer_append_string(out, is_first ? "\n  {" : ",\n  {");
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        bool is_number = i >= 3 && i <= 5;
        buffer_printf(out, "%s\"%s\": ", i == 0 ? "" : ", ", members[i]);
        if (text_equal(values[i], TEXT("-")))
            buffer_append_string(out, "null");
        else if (is_number)
            buffer_append(out, values[i]);
        else
            json_append_string(out, values[i]);
    }
    buffer_append_byte(out, '}');
}

/* The last line is "ok". */
static void show(struct text lines, bool as_json, struct buffer *out)
{
    struct text values[COUNT_OF(members)];
    struct text line;
    bool is_first = true;
    for (size_t i = 0; i < COUNT_OF(members); i++)
        values[i] = text_from(members[i]);
    if (as_json)
        buffer_append_byte(out, '[');
    else
        put_row(values, out);
    while (text_split(&lines, '\n', &line) && !text_equal(line, TEXT("ok"))) {
        read_members(line, values);
        if (as_json)
            put_object(values, is_first, out);
        else
            put_row(values, out);
        is_first = false;
    }
    if (as_json)
        buffer_append_string(out, is_first ? "]\n" : "\n]\n");
}

enum exit_code cmd_control_status(const struct command_line *line)
{
    const char *format = line->words[OPTION_FORMAT] == NULL ? "text" : line->words[OPTION_FORMAT];
    bool as_json = strcmp(format, "json") == 0;
    struct buffer answer = {0};
    struct buffer out = {0};
    if (!as_json && strcmp(format, "text") != 0)
        return complain(EXIT_USAGE, "-o is text or json, not '%s'", format);
    enum exit_code code = gate_answer(command_config(line), TEXT("inference"), &answer);
    if (code == EXIT_DONE)
        show(buffer_text(&answer), as_json, &out);
    put_foreign(buffer_text(&out));
    buffer_clear(&answer);
    buffer_clear(&out);
    return code;
}
