/* SPDX-License-Identifier: Apache-2.0 */
/* What a running gate says of itself at /metrics (Prometheus text format 0.0.4), as far as it is asked for. */
#include <stdlib.h>

#include "doctor_internal.h"

enum { NUMBER_SIZE = 40 };

static bool read_number(struct text text, double *value)
{
    char number[NUMBER_SIZE];
    char *end = number;
    if (text.length == 0 || text.length >= sizeof(number))
        return false;
    text_store(text, number, sizeof(number));
    double read = strtod(number, &end);
    if (end == number || *end != '\0')
        return false;
    *value = read;
    return true;
}

bool metric_find(struct text metrics, struct text name, double *value)
{
    struct text line;
    while (text_split(&metrics, '\n', &line)) {
        struct text rest = text_after(line, name.length);
        if (text_starts_with(line, name) && text_starts_with(rest, TEXT(" ")))
            return read_number(text_after(rest, 1), value);
    }
    return false;
}

/* name{label="state"} 1 */
static bool is_on(struct text line, struct text name, struct text *state)
{
    struct text rest = text_after(line, name.length);
    struct text label;
    if (!text_starts_with(line, name) || !text_starts_with(rest, TEXT("{")) || !text_ends_with(rest, TEXT("\"} 1")) ||
        !text_split(&rest, '"', &label))
        return false;
    return text_split(&rest, '"', state);
}

struct text metric_state(struct text metrics, struct text name)
{
    struct text line;
    struct text state = TEXT("");
    while (text_split(&metrics, '\n', &line))
        if (is_on(line, name, &state))
            break;
    return state;
}
