/* SPDX-License-Identifier: Apache-2.0 */
/* PCRE2 with a bound on the work per match. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "exeat/base/pattern.h"

#include <pcre2.h>
#include <stdatomic.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"

enum { MATCH_LIMIT = 100000, DEPTH_LIMIT = 1000, SPARES = 8 };

/* What one match works with: kept for the next, taken by one thread at a time. */
typedef _Atomic(pcre2_match_data *) spare_place;

struct pattern {
    pcre2_code *code;            /* owned */
    pcre2_match_context *limits; /* owned */
    spare_place *spares;         /* owned, as what is in them */
};

/* PCRE2 takes no NULL, not even of no bytes. */
static PCRE2_SPTR bytes_or_none(struct text text)
{
    return (PCRE2_SPTR)(text.data == NULL ? "" : text.data);
}

static struct pattern *compile(struct text expression, uint32_t options, uint32_t jit, char **error, size_t *offset)
{
    int problem = 0;
    PCRE2_SIZE place = 0;
    pcre2_code *code = pcre2_compile(bytes_or_none(expression), expression.length, options, &problem, &place, NULL);
    if (code == NULL) {
        PCRE2_UCHAR message[128];
        pcre2_get_error_message(problem, message, sizeof(message));
        *error = text_copy(text_from((const char *)message));
        *offset = place;
        return NULL;
    }
    pcre2_jit_compile(code, jit); /* without it, the interpreter matches */
    struct pattern *pattern = base_zalloc(sizeof(*pattern));
    pattern->code = code;
    pattern->limits = pcre2_match_context_create(NULL);
    ASSERT(pattern->limits != NULL);
    pattern->spares = base_array(SPARES, sizeof(spare_place));
    atomic_store(&pattern->spares[0], pcre2_match_data_create(1, NULL));
    pcre2_set_match_limit(pattern->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(pattern->limits, DEPTH_LIMIT);
    return pattern;
}

struct pattern *pattern_compile(struct text expression, char **error, size_t *offset)
{
    uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY;
    return compile(expression, options, PCRE2_JIT_COMPLETE, error, offset);
}

struct pattern *pattern_compile_search(struct text expression, char **error, size_t *offset)
{
    uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
    return compile(expression, options, PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD, error, offset);
}

void pattern_free(struct pattern *pattern)
{
    if (pattern == NULL)
        return;
    for (size_t i = 0; i < SPARES; i++)
        pcre2_match_data_free(pattern->spares[i]);
    base_free(pattern->spares);
    pcre2_match_context_free(pattern->limits);
    pcre2_code_free(pattern->code);
    base_free(pattern);
}

static pcre2_match_data *take_spare(const struct pattern *pattern)
{
    pcre2_match_data *data = NULL;
    for (size_t i = 0; data == NULL && i < SPARES; i++)
        data = atomic_exchange(&pattern->spares[i], NULL);
    return data != NULL ? data : pcre2_match_data_create(1, NULL);
}

static void give_back(const struct pattern *pattern, pcre2_match_data *data)
{
    for (size_t i = 0; i < SPARES; i++) {
        pcre2_match_data *none = NULL;
        if (atomic_compare_exchange_strong(&pattern->spares[i], &none, data))
            return;
    }
    pcre2_match_data_free(data);
}

enum pattern_result pattern_match(const struct pattern *pattern, struct text subject)
{
    pcre2_match_data *data = take_spare(pattern);
    ASSERT(data != NULL);
    int result = pcre2_match(pattern->code, bytes_or_none(subject), subject.length, 0, 0, data, pattern->limits);
    give_back(pattern, data);
    if (result >= 0)
        return PATTERN_MATCH;
    return result == PCRE2_ERROR_NOMATCH ? PATTERN_NO_MATCH : PATTERN_LIMIT;
}

/* One look. 0 or more: it fits, from `*start` to `*end`; else PCRE2's word for why not. */
static int
look(const struct pattern *pattern, struct text subject, size_t from, uint32_t options, size_t *start, size_t *end)
{
    pcre2_match_data *data = take_spare(pattern);
    ASSERT(data != NULL);
    PCRE2_SPTR bytes = bytes_or_none(subject);
    int result = pcre2_match(pattern->code, bytes, subject.length, from, options, data, pattern->limits);
    if (result >= 0 || result == PCRE2_ERROR_PARTIAL) {
        *start = pcre2_get_ovector_pointer(data)[0];
        *end = pcre2_get_ovector_pointer(data)[1];
    }
    give_back(pattern, data);
    return result;
}

enum pattern_result
pattern_search(const struct pattern *pattern, struct text subject, size_t from, size_t *start, size_t *end)
{
    int result = look(pattern, subject, from, PCRE2_NOTEMPTY, start, end);
    if (result >= 0 && *start >= from && *end > *start) /* \\K and lookbehind can move a start to strange places */
        return PATTERN_MATCH;
    return result == PCRE2_ERROR_NOMATCH ? PATTERN_NO_MATCH : PATTERN_LIMIT;
}

size_t pattern_open_from(const struct pattern *pattern, struct text subject, size_t from)
{
    size_t start = from;
    size_t end = from;
    while (from <= subject.length) {
        int result = look(pattern, subject, from, PCRE2_NOTEMPTY | PCRE2_PARTIAL_HARD, &start, &end);
        if (result == PCRE2_ERROR_NOMATCH)
            return subject.length;
        if (result < 0 || end <= from)
            return result == PCRE2_ERROR_PARTIAL ? start : from;
        from = end;
    }
    return subject.length;
}
