/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers, durations and sizes, read and written: what any language has. */
#include "exeat/schema/scalar.h"

#include <ctype.h>
#include <string.h>

#include "exeat/base/bytes.h"
#include "exeat/base/json.h"

bool schema_expect_text(struct load *load, const struct yaml_node *node, const char *what)
{
    if (node->kind == YAML_TEXT && (node->text.length > 0 || !node->is_plain))
        return true;
    diag_error(load->diags, node->mark, "expected %s", what);
    return false;
}

bool read_number(struct load *load, const struct yaml_node *node, void *field)
{
    if (!schema_expect_text(load, node, "a number"))
        return false;
    if (text_to_number(node->text, UINT32_MAX, field))
        return true;
    diag_error(load->diags, node->mark, "'%.*s' is not a whole number", TEXT_ARG(node->text));
    return false;
}

/* A number with one of the units after it. */
struct unit {
    const char *name;
    uint64_t factor;
};

static bool read_with_unit(
    struct load *load, const struct yaml_node *node, const struct unit *units, size_t count, const char *what,
    uint64_t *value)
{
    if (!schema_expect_text(load, node, what))
        return false;
    size_t digits = 0;
    while (digits < node->text.length && node->text.data[digits] >= '0' && node->text.data[digits] <= '9')
        digits++;
    struct text unit = text_after(node->text, digits);
    uint64_t number;
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(unit, text_from(units[i].name)))
            continue;
        if (text_to_number(text_part(node->text, 0, digits), UINT32_MAX, &number)) {
            *value = number * units[i].factor;
            return true;
        }
    }
    diag_error(load->diags, node->mark, "'%.*s' is not %s", TEXT_ARG(node->text), what);
    return false;
}

static bool read_duration(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}};
    return read_with_unit(load, node, units, COUNT_OF(units), "a duration such as 500ms, 10s, 5m or 90d", field);
}

static bool read_size(struct load *load, const struct yaml_node *node, void *field)
{
    static const struct unit units[] = {{"", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}};
    return read_with_unit(load, node, units, COUNT_OF(units), "a size such as 64KiB or 8MiB", field);
}

/* --- the other way
 * ----------------------------------------------------------------------------------------------------
 */

/* A JSON text is one in YAML too. */
static void append_scalar(struct buffer *out, struct text text)
{
    bool is_plain = text.length > 0 && (isalpha((unsigned char)text.data[0]) || text.data[0] == '/');
    for (size_t i = 0; i < text.length; i++)
        is_plain = is_plain && (isalnum((unsigned char)text.data[i]) || strchr("/.-_", text.data[i]) != NULL);
    if (is_plain)
        buffer_append(out, text);
    else
        json_append_string(out, text);
}

void write_word(const char *word, struct buffer *out)
{
    append_scalar(out, text_from(word));
}

void write_text(const void *field, struct buffer *out)
{
    const struct text *text = field;
    if (text->length > 0)
        append_scalar(out, *text);
}

void write_number(const void *field, struct buffer *out)
{
    buffer_append_number(out, *(const uint64_t *)field);
}

/* In the largest unit that it is a whole number of; the last but one for nothing. */
static void write_with_unit(const struct unit *units, uint64_t value, struct buffer *out)
{
    while (value % units->factor != 0 || (value == 0 && units->factor > 1024))
        units++;
    buffer_append_number(out, value / units->factor);
    buffer_append_string(out, units->name);
}

void write_duration(const void *field, struct buffer *out)
{
    static const struct unit units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
    write_with_unit(units, *(const uint64_t *)field, out);
}

void write_size(const void *field, struct buffer *out)
{
    static const struct unit units[] = {{"GiB", 1073741824}, {"MiB", 1048576}, {"KiB", 1024}, {"", 1}};
    write_with_unit(units, *(const uint64_t *)field, out);
}

const struct type type_number = VALUE_TYPE("number", read_number, write_number, "^[0-9]+$");
const struct type type_duration = VALUE_TYPE("duration", read_duration, write_duration, "^[0-9]+(ms|s|m|h|d)$");
const struct type type_size = VALUE_TYPE("size", read_size, write_size, "^[0-9]+(KiB|MiB|GiB)?$");
