/* SPDX-License-Identifier: Apache-2.0 */
/* Strings that satisfy a schema. */
#include "canned_internal.h"
#include "exeat/base/memory.h"
#include "exeat/base/pattern.h"

/* JSON Schema 2020-12, validation, 7.3: an example of each format; of what documentation may name (RFC 2606, RFC 5737).
 */
static const struct {
    const char *format;
    const char *example;
} formats[] = {
    {"date-time", "1970-01-01T00:00:00Z"},
    {"date", "1970-01-01"},
    {"time", "00:00:00Z"},
    {"duration", "PT0S"},
    {"email", "nobody@example.com"},
    {"idn-email", "nobody@example.com"},
    {"hostname", "example.com"},
    {"idn-hostname", "example.com"},
    {"ipv4", "192.0.2.1"},
    {"ipv6", "2001:db8::1"},
    {"uri", "https://example.com/"},
    {"uri-reference", "/"},
    {"iri", "https://example.com/"},
    {"iri-reference", "/"},
    {"uuid", "00000000-0000-0000-0000-000000000000"},
    {"json-pointer", "/"},
    {"regex", "."},
};

enum { FILL_MAX = 4096, ENDLESS = INT32_MAX };

/* How long a string must and may be. */
struct bounds {
    size_t least;
    size_t most;
};

static size_t bound_of(const json_t *schema, const char *key, size_t absent)
{
    const json_t *bound = json_object_get(schema, key);
    double number = json_is_number(bound) ? json_number_value(bound) : -1;
    return number < 0 ? absent : number > ENDLESS ? ENDLESS : (size_t)number;
}

static struct bounds bounds_of(const json_t *schema)
{
    return (struct bounds){bound_of(schema, "minLength", 0), bound_of(schema, "maxLength", ENDLESS)};
}

/* JSON Schema counts characters (RFC 8259 section 7), not bytes. */
static size_t characters(struct text text, size_t at_most, size_t *bytes)
{
    size_t count = 0;
    uint32_t code;
    *bytes = 0;
    while (*bytes < text.length && count < at_most) {
        size_t length = text_utf8_length(text_after(text, *bytes), &code);
        *bytes += length > 0 ? length : 1;
        count++;
    }
    return count;
}

/* The words, cut or filled up to the bounds. */
static bool fit(struct text words, struct bounds bounds, struct buffer *out)
{
    size_t bytes;
    size_t count = characters(words, bounds.most, &bytes);
    if (bounds.least > FILL_MAX || bounds.least > bounds.most)
        return false;
    buffer_append(out, text_part(words, 0, bytes));
    for (; count < bounds.least; count++)
        buffer_append_byte(out, '.');
    return true;
}

static bool matches(struct text text, const json_t *schema)
{
    struct buffer anywhere = {0};
    char *error = NULL;
    size_t offset;
    struct text expression = json_text(schema, "pattern");
    if (expression.length == 0)
        return true;
    /* a schema's pattern is not anchored */
    BUFFER_APPEND_ALL(&anywhere, TEXT("(?s:.*)(?:"), expression, TEXT(")(?s:.*)"));
    struct pattern *pattern = pattern_compile(buffer_text(&anywhere), &error, &offset);
    bool good = pattern != NULL && pattern_match(pattern, text) == PATTERN_MATCH;
    pattern_free(pattern);
    base_free(error);
    buffer_clear(&anywhere);
    return good;
}

static json_t *string_of(struct text text, const json_t *schema)
{
    struct buffer fitted = {0};
    json_t *string = NULL;
    if (fit(text, bounds_of(schema), &fitted) && matches(buffer_text(&fitted), schema))
        string = json_stringn(fitted.data != NULL ? fitted.data : "", fitted.length);
    buffer_clear(&fitted);
    return string;
}

static struct text example_of(const json_t *schema)
{
    struct text format = json_text(schema, "format");
    for (size_t i = 0; i < COUNT_OF(formats); i++)
        if (text_equal(format, text_from(formats[i].format)))
            return text_from(formats[i].example);
    return TEXT("");
}

static json_t *make_formatted(const json_t *schema, struct text example)
{
    struct bounds bounds = bounds_of(schema);
    size_t bytes;
    size_t count = characters(example, ENDLESS, &bytes);
    bool fits = count >= bounds.least && count <= bounds.most && matches(example, schema);
    return fits ? json_stringn(example.data, example.length) : NULL;
}

json_t *make_string(struct making *making, const json_t *schema)
{
    struct text example = example_of(schema);
    if (example.length > 0)
        return make_formatted(schema, example);
    json_t *string = string_of(making->are_said ? TEXT("") : making->words, schema);
    making->are_said = making->are_said || string != NULL;
    return string != NULL ? string : string_of(making->words, schema);
}
