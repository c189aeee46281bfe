/* SPDX-License-Identifier: Apache-2.0 */
/* A limit that is used up, in the words by which clients of each vendor pace themselves: SDKs wait as the head says,
 * and applications read codes, members and sentences that were seen at the vendor. */
#include <stdio.h>

#include "dialect_internal.h"

enum { SECOND_US = 1000000, MINUTE_S = 60, HOUR_S = 3600 };

/* How a time from now is written: "1h0m5s", "3605 seconds", "3605s". */
enum span { SPAN_NONE, SPAN_OF_GO, SPAN_OF_WORDS, SPAN_OF_PROTO };
/* What a field says. */
enum says { SAYS_LIMIT, SAYS_NOTHING_LEFT, SAYS_SPAN, SAYS_MOMENT, SAYS_EPOCH_MS, SAYS_MS };
enum { OF_ANY = -1 };
struct pace_field {
    int of; /* enum dialect_paced, or OF_ANY */
    struct text name;
    enum says says;
};
/* Members of the body. */
typedef void (*pace_members)(const struct dialect_pace *pace, struct buffer *out);

struct manner {
    enum llm_dialect dialect;
    struct text provider; /* a glob; the first row that fits counts */
    struct text again;    /* of the sentence, before the time; empty: it has none */
    enum span span;
    struct text code; /* of 429; empty: the reason's own */
    bool names_kind;  /* the type of an error is what there was too much of */
    const struct pace_field *fields;
    size_t field_count;
    pace_members members; /* NULL: none */
};

/* --- fields ----------------------------------------------------------------------------------------------------------
 */

static const struct pace_field openai_fields[] = {
    {PACED_REQUESTS, TEXT_INIT("X-Ratelimit-Limit-Requests"), SAYS_LIMIT},
    {PACED_REQUESTS, TEXT_INIT("X-Ratelimit-Remaining-Requests"), SAYS_NOTHING_LEFT},
    {PACED_REQUESTS, TEXT_INIT("X-Ratelimit-Reset-Requests"), SAYS_SPAN},
    {PACED_TOKENS, TEXT_INIT("X-Ratelimit-Limit-Tokens"), SAYS_LIMIT},
    {PACED_TOKENS, TEXT_INIT("X-Ratelimit-Remaining-Tokens"), SAYS_NOTHING_LEFT},
    {PACED_TOKENS, TEXT_INIT("X-Ratelimit-Reset-Tokens"), SAYS_SPAN},
    {OF_ANY, TEXT_INIT("Retry-After-Ms"), SAYS_MS},
};
static const struct pace_field anthropic_fields[] = {
    {PACED_REQUESTS, TEXT_INIT("Anthropic-Ratelimit-Requests-Limit"), SAYS_LIMIT},
    {PACED_REQUESTS, TEXT_INIT("Anthropic-Ratelimit-Requests-Remaining"), SAYS_NOTHING_LEFT},
    {PACED_REQUESTS, TEXT_INIT("Anthropic-Ratelimit-Requests-Reset"), SAYS_MOMENT},
    {PACED_TOKENS, TEXT_INIT("Anthropic-Ratelimit-Tokens-Limit"), SAYS_LIMIT},
    {PACED_TOKENS, TEXT_INIT("Anthropic-Ratelimit-Tokens-Remaining"), SAYS_NOTHING_LEFT},
    {PACED_TOKENS, TEXT_INIT("Anthropic-Ratelimit-Tokens-Reset"), SAYS_MOMENT},
};
static const struct pace_field openrouter_fields[] = {
    {PACED_REQUESTS, TEXT_INIT("X-Ratelimit-Limit"), SAYS_LIMIT},
    {PACED_REQUESTS, TEXT_INIT("X-Ratelimit-Remaining"), SAYS_NOTHING_LEFT},
    {PACED_REQUESTS, TEXT_INIT("X-Ratelimit-Reset"), SAYS_EPOCH_MS},
};

/* --- members ---------------------------------------------------------------------------------------------------------
 */

static int64_t reset_ms(const struct dialect_pace *pace)
{
    return pace->wall_us / 1000 + (int64_t)pace->retry_s * 1000;
}

/* Its fields once more, among what is said beside the error: who is called through others sees no head. */
static void write_headers(const struct dialect_pace *pace, struct buffer *out)
{
    if (pace->what == PACED_REQUESTS)
        buffer_printf(
            out,
            "\"headers\":{\"X-RateLimit-Limit\":\"%llu\",\"X-RateLimit-Remaining\":\"0\",\"X-RateLimit-Reset\":\"%"
            "lld\"}",
            (unsigned long long)pace->limit, (long long)reset_ms(pace));
}

/* Clients give up for the day where a quota is the day's. */
static const char *window_word(uint64_t window_s)
{
    if (window_s <= 1)
        return "PerSecond";
    if (window_s <= MINUTE_S)
        return "PerMinute";
    return window_s <= HOUR_S ? "PerHour" : "PerDay";
}

static void write_details(const struct dialect_pace *pace, struct buffer *out)
{
    static const char *const words[] = {"Requests", "Tokens", "Bytes", "Concurrent"};
    buffer_append(out, TEXT("\"details\":["));
    if (pace->window_s > 0)
        buffer_printf(
            out,
            "{\"@type\":\"type.googleapis.com/google.rpc.QuotaFailure\",\"violations\":[{\"quotaId\":\"%s%s\","
            "\"quotaValue\":\"%llu\"}]},",
            words[pace->what], window_word(pace->window_s), (unsigned long long)pace->limit);
    buffer_printf(
        out, "{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":\"%llus\"}]",
        (unsigned long long)pace->retry_s);
}

static void write_raw_status(const struct dialect_pace *pace, struct buffer *out)
{
    buffer_printf(out, "\"raw_status_code\":%u", pace->what == PACED_AT_ONCE ? 503U : 429U);
}

/* --- whose -----------------------------------------------------------------------------------------------------------
 */

static const struct manner manners[] = {
    {
        .dialect = DIALECT_OPENAI,
        .provider = TEXT_INIT("Azure*"),
        .again = TEXT_INIT("Please retry after "),
        .span = SPAN_OF_WORDS,
        .code = TEXT_INIT("429"),
        .fields = openai_fields,
        .field_count = COUNT_OF(openai_fields),
    },
    {
        .dialect = DIALECT_OPENAI,
        .provider = TEXT_INIT("OpenRouter"),
        .code = TEXT_INIT("rate_limit_exceeded"),
        .fields = openrouter_fields,
        .field_count = COUNT_OF(openrouter_fields),
        .members = write_headers,
    },
    {
        .dialect = DIALECT_OPENAI,
        .provider = TEXT_INIT("Perplexity"),
        .code = TEXT_INIT("rate_limit_exceeded"),
    },
    {
        .dialect = DIALECT_OPENAI,
        .provider = TEXT_INIT("xAI*"),
        .code = TEXT_INIT("Some resource has been exhausted"),
    },
    {
        .dialect = DIALECT_OPENAI,
        .provider = TEXT_INIT("*"),
        .again = TEXT_INIT("Please try again in "),
        .span = SPAN_OF_GO,
        .code = TEXT_INIT("rate_limit_exceeded"),
        .names_kind = true,
        .fields = openai_fields,
        .field_count = COUNT_OF(openai_fields),
    },
    {
        .dialect = DIALECT_ANTHROPIC,
        .provider = TEXT_INIT("*"),
        .fields = anthropic_fields,
        .field_count = COUNT_OF(anthropic_fields),
    },
    {
        .dialect = DIALECT_GEMINI,
        .provider = TEXT_INIT("*"),
        .again = TEXT_INIT("Please retry in "),
        .span = SPAN_OF_PROTO,
        .members = write_details,
    },
    {
        .dialect = DIALECT_MISTRAL,
        .provider = TEXT_INIT("*"),
        .code = TEXT_INIT("1300"),
        .members = write_raw_status,
    },
};
static const struct manner plain = {.dialect = DIALECT_OTHER};

static const struct manner *manner_of(const struct dialect_refusal *refusal)
{
    for (size_t i = 0; i < COUNT_OF(manners); i++)
        if (manners[i].dialect == refusal->dialect && text_glob(manners[i].provider, refusal->provider))
            return &manners[i];
    return &plain;
}

/* --- what is said ----------------------------------------------------------------------------------------------------
 */

static void append_span(enum span span, uint64_t seconds, struct buffer *out)
{
    unsigned long long count = seconds;
    switch (span) {
    case SPAN_NONE:
        return;
    case SPAN_OF_WORDS:
        buffer_printf(out, "%llu second%s", count, count == 1 ? "" : "s");
        return;
    case SPAN_OF_PROTO:
        buffer_printf(out, "%llus", count);
        return;
    case SPAN_OF_GO:
        break;
    }
    if (seconds >= HOUR_S)
        buffer_printf(out, "%lluh", count / HOUR_S);
    if (seconds >= MINUTE_S)
        buffer_printf(out, "%llum", count % HOUR_S / MINUTE_S);
    buffer_printf(out, "%llus", count % MINUTE_S);
}

void pace_append_again(const struct dialect_refusal *refusal, struct buffer *out)
{
    if (refusal->pace == NULL)
        return;
    const struct manner *manner = manner_of(refusal);
    if (manner->again.length == 0)
        return;
    BUFFER_APPEND_ALL(out, TEXT(". "), manner->again);
    append_span(manner->span, refusal->pace->retry_s, out);
}

void pace_compose(const struct dialect_refusal *refusal, struct refusal *one, struct buffer *members)
{
    static const struct text kinds[] = {TEXT_INIT("requests"), TEXT_INIT("tokens"), TEXT_INIT(""), TEXT_INIT("")};
    if (refusal->pace == NULL)
        return;
    const struct manner *manner = manner_of(refusal);
    one->is_limit = true;
    if (one->status == 429 && manner->code.length > 0)
        one->code = manner->code;
    if (manner->names_kind)
        one->type = kinds[refusal->pace->what];
    if (manner->members != NULL)
        manner->members(refusal->pace, members);
    one->members = buffer_text(members);
}

static void append_value(const struct dialect_pace *pace, enum says says, struct buffer *out)
{
    char moment[CLOCK_TEXT_SIZE];
    switch (says) {
    case SAYS_LIMIT:
        buffer_append_number(out, pace->limit);
        return;
    case SAYS_NOTHING_LEFT:
        buffer_append_number(out, 0);
        return;
    case SAYS_SPAN:
        append_span(SPAN_OF_GO, pace->retry_s, out);
        return;
    case SAYS_EPOCH_MS:
        buffer_append_number(out, (uint64_t)reset_ms(pace));
        return;
    case SAYS_MS:
        buffer_append_number(out, pace->retry_s * 1000);
        return;
    case SAYS_MOMENT:
        break;
    }
    clock_write((pace->wall_us / SECOND_US + (int64_t)pace->retry_s) * SECOND_US, moment);
    BUFFER_APPEND_ALL(out, text_part(text_from(moment), 0, sizeof("2026-11-23T10:00:00") - 1), TEXT("Z"));
}

void pace_add_fields(const struct dialect_refusal *refusal, struct dialect_answer *answer)
{
    const struct dialect_pace *pace = refusal->pace;
    const struct manner *manner = pace == NULL ? &plain : manner_of(refusal);
    size_t used = 0;
    for (size_t i = 0; i < manner->field_count && used < DIALECT_PACE_VALUES; i++) {
        struct buffer value = {0};
        if (manner->fields[i].of != OF_ANY && manner->fields[i].of != (int)pace->what)
            continue;
        append_value(pace, manner->fields[i].says, &value);
        text_store(buffer_text(&value), answer->pace_values[used], DIALECT_PACE_SIZE);
        answer_add(answer, manner->fields[i].name, text_from(answer->pace_values[used++]));
        buffer_clear(&value);
    }
}

/* Nobody waits within a request for longer; what is tried again before is refused again. */
bool pace_is_soon(const struct dialect_pace *pace)
{
    return pace->retry_s <= MINUTE_S;
}
