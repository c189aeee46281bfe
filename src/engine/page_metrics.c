/* SPDX-License-Identifier: Apache-2.0 */
/* How busy an engine says it is: two families of its page of metrics, in Prometheus' text format (version 0.0.4):
 * NAME{LABELS} VALUE TIMESTAMP. All else on the page is nobody's here. */
#include "page_metrics.h"

enum { CALLS_MOST = 1000000 };

static struct text skip_spaces(struct text text)
{
    while (text.length > 0 && text_has(TEXT(" \t"), text.data[0]))
        text = text_after(text, 1);
    return text;
}

/* Behind the labels; values are quoted, and may hold any sign. False: they do not end. */
static bool skip_labels(struct text *rest)
{
    bool is_quoted = false;
    for (size_t i = 1; i < rest->length; i++) {
        char sign = rest->data[i];
        if (is_quoted && sign == '\\')
            i++;
        else if (sign == '"')
            is_quoted = !is_quoted;
        else if (sign == '}' && !is_quoted) {
            *rest = text_after(*rest, i + 1);
            return true;
        }
    }
    return false;
}

/* "3", "3.0": a count, as it is written up to a million. NaN, signs and exponents are none. */
static bool read_count(struct text value, uint64_t *count)
{
    size_t point = text_index(value, '.', 0);
    struct text fraction = text_after(value, point);
    for (size_t i = 1; i < fraction.length; i++)
        if (fraction.data[i] != '0')
            return false;
    return fraction.length != 1 && text_to_number(text_part(value, 0, point), CALLS_MOST, count);
}

/* Whether the line is a sample of that family. */
static bool is_of(struct text line, struct text family)
{
    return text_starts_with(line, family) && line.length > family.length &&
           text_has(TEXT("{ \t"), line.data[family.length]);
}

static bool read_sample(struct text line, struct text family, uint64_t *count)
{
    struct text rest = skip_spaces(text_after(line, family.length));
    struct text value;
    if (text_starts_with(rest, TEXT("{")) && !skip_labels(&rest))
        return false;
    rest = skip_spaces(rest);
    return text_split(&rest, ' ', &value) && read_count(text_trim(value, "\r"), count);
}

bool metrics_read_load(struct text page, uint32_t *load)
{
    static const struct text families[] = {
        TEXT_INIT("vllm:num_requests_running"), TEXT_INIT("vllm:num_requests_waiting")};
    struct text line;
    uint64_t sum = 0;
    bool is_told = false;
    while (text_split(&page, '\n', &line))
        for (size_t i = 0; i < COUNT_OF(families); i++) {
            uint64_t count;
            if (!is_of(line, families[i]))
                continue;
            if (!read_sample(line, families[i], &count))
                return false;
            sum = sum + count < CALLS_MOST ? sum + count : CALLS_MOST;
            is_told = true;
        }
    if (is_told)
        *load = (uint32_t)sum;
    return is_told;
}
