/* SPDX-License-Identifier: Apache-2.0 */
/* `limit` of a rule or a client: how much in a window of time. */
#include "config_internal.h"

struct unit {
    const char *name;
    uint64_t factor;
};
static const struct unit counts[] = {{"", 1}, {"k", 1000}, {"M", 1000000}, {"G", 1000000000}};
static const struct unit sizes[] = {
    {"", 1}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}, {"TiB", UINT64_C(1) << 40}};
static const struct unit windows[] = {
    {"s", 1000000}, {"m", 60000000}, {"h", UINT64_C(3600000000)}, {"d", UINT64_C(86400000000)}};

static const struct unit *find_unit(const struct unit *units, size_t count, struct text name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal(name, text_from(units[i].name)))
            return &units[i];
    return NULL;
}

/* "100MiB" of these units, at least 1. */
static bool parse_amount(struct text text, const struct unit *units, size_t count, uint64_t *amount)
{
    size_t digits = 0;
    uint64_t number;
    while (digits < text.length && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    const struct unit *unit = find_unit(units, count, text_after(text, digits));
    if (unit == NULL || !text_to_number(text_part(text, 0, digits), UINT32_MAX, &number) || number == 0 ||
        number > SETTING_RATE_MAX / unit->factor)
        return false;
    *amount = number * unit->factor;
    return true;
}

/* "100MiB/h" */
static bool parse_rate(struct text text, const struct unit *units, size_t count, struct setting_rate *rate)
{
    size_t slash = text_index(text, '/', 0);
    const struct unit *window =
        slash < text.length ? find_unit(windows, COUNT_OF(windows), text_after(text, slash + 1)) : NULL;
    if (window == NULL || !parse_amount(text_part(text, 0, slash), units, count, &rate->amount))
        return false;
    rate->window_us = window->factor;
    return true;
}

static bool read_rate(
    struct load *load, const struct yaml_node *node, const struct unit *units, size_t count, const char *example,
    struct setting_rate *rate)
{
    struct text text;
    if (!read_text(load, node, &text))
        return false;
    if (parse_rate(text, units, count, rate))
        return true;
    diag_error(
        load->diags, node->mark, "'%.*s' is not so much in a second (s), minute (m), hour (h) or day (d), such as %s",
        TEXT_ARG(text), example);
    diag_note(load->diags, "at least 1, and less than 1TiB; to let nothing out, write a deny");
    return false;
}

static bool read_requests(struct load *load, const struct yaml_node *node, void *field)
{
    return read_rate(load, node, counts, COUNT_OF(counts), "20/s", field);
}

static bool read_bytes(struct load *load, const struct yaml_node *node, void *field)
{
    return read_rate(load, node, sizes, COUNT_OF(sizes), "100MiB/h", field);
}

static bool read_tokens(struct load *load, const struct yaml_node *node, void *field)
{
    return read_rate(load, node, counts, COUNT_OF(counts), "2M/d", field);
}

static bool read_concurrent(struct load *load, const struct yaml_node *node, void *field)
{
    uint64_t *concurrent = field;
    if (!read_number(load, node, concurrent))
        return false;
    if (*concurrent > 0)
        return true;
    diag_error(load->diags, node->mark, "concurrent: at least 1; to let nothing out, write a deny");
    return false;
}

static const struct type type_requests = SHAPED_TYPE("number/s, /m, /h, /d", read_requests, "^[0-9]+[kMG]?/[smhd]$");
static const struct type type_concurrent = SHAPED_TYPE("number", read_concurrent, "^[0-9]+$");
static const struct type type_bytes =
    SHAPED_TYPE("size/s, /m, /h, /d", read_bytes, "^[0-9]+(KiB|MiB|GiB|TiB)?/[smhd]$");
static const struct type type_tokens = SHAPED_TYPE("number/s, /m, /h, /d", read_tokens, "^[0-9]+[kMG]?/[smhd]$");

static const struct key limit_keys[] = {
    KEY(settings_limit, requests, "requests", &type_requests, "(any number)", "20/s, 1k/h"),
    KEY(settings_limit, concurrent, "concurrent", &type_concurrent, "(any number)", "so many at once, tunnels too"),
    KEY(settings_limit, bytes, "bytes", &type_bytes, "(any number)",
        "both ways together, 100MiB/h; what uses up the rest is cut"),
    KEY(settings_limit, tokens, "tokens", &type_tokens, "(any number)",
        "of LLM calls that are answered here, in and out, 2M/d"),
};
static const struct section section_limit = SECTION("limit", limit_keys);
const struct type type_limit = MAP_TYPE(&section_limit);
