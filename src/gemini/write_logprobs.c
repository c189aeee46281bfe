/* SPDX-License-Identifier: Apache-2.0 */
/* How likely the model found its tokens, in Gemini's words. Numbers of tokens are the vendor's own, and left out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exeat/canon/out.h"
#include "exeat/canon/scan.h"
#include "gemini_write.h"

/* A number as JSON may have it: some servers write -Infinity. */
static double number_of(struct scan value)
{
    enum { NUMBER_MAX = 40 };
    static const double least = -1e30;
    char copy[NUMBER_MAX + 1] = "";
    if (value.kind != SCAN_WORD || value.text.length > NUMBER_MAX)
        return least;
    memcpy(copy, value.text.data, value.text.length);
    double number = strtod(copy, NULL);
    return isfinite(number) ? number : least;
}

/* One token, of those that were chosen or of those that could have been; adds how likely it was to `sum`. */
static void write_token(struct scan token, double *sum, struct buffer *out)
{
    struct scan text = {SCAN_WORD, TEXT("")};
    struct scan value = {SCAN_WORD, TEXT("0")};
    bool is_known = scan_member(token, TEXT("token"), &text) && scan_member(token, TEXT("logprob"), &value);
    double number = is_known ? number_of(value) : 0;
    *sum += number;
    out_comma(out);
    buffer_append_byte(out, '{');
    out_text(out, TEXT("token"), scan_spelled(text));
    out_name(out, TEXT("logProbability"));
    buffer_printf(out, "%.9g}", number);
}

static size_t write_tokens(struct scan list, double *sum, struct buffer *out)
{
    struct scan_walk walk = scan_walk(list);
    struct text key;
    struct scan token;
    size_t count = 0;
    buffer_append_byte(out, '[');
    for (; scan_next(&walk, &key, &token); count++)
        write_token(token, sum, out);
    buffer_append_byte(out, ']');
    return count;
}

static void write_others(struct scan list, struct buffer *out)
{
    struct scan_walk walk = scan_walk(list);
    struct text key;
    struct scan token;
    double sum = 0;
    out_name(out, TEXT("topCandidates"));
    buffer_append_byte(out, '[');
    while (scan_next(&walk, &key, &token)) {
        struct scan others;
        if (!scan_member(token, TEXT("top_logprobs"), &others))
            others = (struct scan){SCAN_ARRAY, TEXT("[]")};
        out_comma(out);
        buffer_append(out, TEXT("{\"candidates\":"));
        (void)write_tokens(others, &sum, out);
        buffer_append_byte(out, '}');
    }
    buffer_append_byte(out, ']');
}

void gemini_write_logprobs(const struct canon_call *call, struct text logprobs, struct buffer *out)
{
    struct scan list;
    double sum = 0;
    if (call->wish.logprobs != CANON_YES || logprobs.length == 0 || !scan_whole(logprobs, &list))
        return;
    out_name(out, TEXT("logprobsResult"));
    buffer_append_byte(out, '{');
    out_name(out, TEXT("chosenCandidates"));
    size_t count = write_tokens(list, &sum, out);
    write_others(list, out);
    buffer_append_byte(out, '}');
    out_name(out, TEXT("avgLogprobs"));
    buffer_printf(out, "%.9g", count > 0 ? sum / (double)count : 0.0);
}
