/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of single values and lists of them. Each reports its own error, with what it would have taken. */
#include <string.h>

#include "config_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

bool read_text(struct load *load, const struct yaml_node *node, void *field)
{
    if (!schema_expect_text(load, node, "a text"))
        return false;
    *(struct text *)field = node->text;
    return true;
}

/* Room is doubled whenever it is full: at powers of two. What a key comes to without being written is not named. */
static void keep_path(struct load *load, struct text path, struct mark mark)
{
    struct settings *settings = load->settings;
    size_t count = settings->path_count;
    if (mark.file == DIAG_NO_FILE)
        return;
    if ((count & (count - 1)) == 0) {
        struct text *more = arena_array(&settings->arena, count == 0 ? 1 : 2 * count, sizeof(*more));
        if (count > 0)
            memcpy(more, settings->paths, count * sizeof(*more));
        settings->paths = more;
    }
    settings->paths[settings->path_count++] = path;
}

bool read_path(struct load *load, const struct yaml_node *node, void *field)
{
    if (!schema_expect_text(load, node, "a path"))
        return false;
    char *path = file_beside(load->path, node->text);
    *(struct text *)field = arena_text(&load->settings->arena, text_from(path));
    keep_path(load, *(const struct text *)field, node->mark);
    base_free(path);
    return true;
}

bool read_setting_text(struct load *load, const struct yaml_node *node, void *field)
{
    if (!schema_expect_text(load, node, "a text"))
        return false;
    *(struct setting_text *)field = (struct setting_text){node->text, node->mark};
    return true;
}

static bool read_texts(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_texts *texts = field;
    void *items = NULL;
    texts->present = true;
    bool good = schema_read_list(load, node, sizeof(struct setting_text), read_setting_text, &items, &texts->count);
    texts->items = items;
    return good;
}

bool pattern_of(struct load *load, struct text text, struct mark mark, struct setting_pattern *pattern)
{
    pattern->mark = mark;
    if (text_starts_with(text, TEXT("@")) && text.length > 1) {
        pattern->group = text_after(text, 1);
        return true;
    }
    bool good = host_pattern_parse(text, &pattern->pattern);
    if (good && pattern->pattern.host.kind == HOST_ADDRESS) {
        diag_error(load->diags, mark, "'%.*s' is an address, no name", TEXT_ARG(text));
        diag_note(load->diags, "targets that are addresses are let out by a rule with `addresses` and no `hosts`");
        return false;
    }
    if (good)
        return true;
    diag_error(load->diags, mark, "'%.*s' is not a host pattern", TEXT_ARG(text));
    diag_note(load->diags, "write a name (api.example.com), all below it (*.example.com), or a group (@name)");
    if (host_has_capital_eszett(text))
        diag_note(
            load->diags, "a capital \xe1\xba\x9e means different names to different programs: write \xc3\x9f or ss");
    if (text_has(text, ' '))
        diag_note(load->diags, "a name has no spaces: is the next line indented as this one?");
    if (text_has(text, '/') || text_has(text, ':'))
        diag_note(load->diags, "scheme, port and path have their own keys: `schemes`, `ports`, `paths`");
    return false;
}

static bool read_pattern(struct load *load, const struct yaml_node *node, void *item)
{
    return schema_expect_text(load, node, "a host pattern") && pattern_of(load, node->text, node->mark, item);
}

bool read_patterns(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_patterns *patterns = field;
    void *items = NULL;
    patterns->present = true;
    bool good = schema_read_list(load, node, sizeof(struct setting_pattern), read_pattern, &items, &patterns->count);
    patterns->items = items;
    return good;
}

bool read_range(struct load *load, const struct yaml_node *node, void *item)
{
    struct setting_range *range = item;
    if (!schema_expect_text(load, node, "an address range"))
        return false;
    range->mark = node->mark;
    if (address_range_parse(node->text, &range->range))
        return true;
    diag_error(
        load->diags, node->mark, "'%.*s' is not an address range such as 10.20.0.0/16 (the host bits must be zero)",
        TEXT_ARG(node->text));
    return false;
}

static bool read_ranges(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_ranges *ranges = field;
    void *items = NULL;
    ranges->present = true;
    bool good = schema_read_list(load, node, sizeof(struct setting_range), read_range, &items, &ranges->count);
    ranges->items = items;
    return good;
}

static bool read_port_range(struct load *load, const struct yaml_node *node, void *item)
{
    struct port_range *range = item;
    if (!schema_expect_text(load, node, "a port"))
        return false;
    size_t dash = text_index(node->text, '-', 0);
    bool good = port_parse(text_part(node->text, 0, dash), &range->first);
    range->last = range->first;
    if (good && dash < node->text.length)
        good = port_parse(text_after(node->text, dash + 1), &range->last) && range->first <= range->last;
    if (!good)
        diag_error(load->diags, node->mark, "'%.*s' is not a port such as 443 or 8000-8010", TEXT_ARG(node->text));
    return good;
}

static bool read_ports(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_ports *ports = field;
    void *items = NULL;
    ports->present = true;
    bool good = schema_read_list(load, node, sizeof(struct port_range), read_port_range, &items, &ports->count);
    ports->items = items;
    return good;
}

/* The moment must be plain: a day ends at another time in each place. */
static bool read_time(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_time *time = field;
    if (!schema_expect_text(load, node, "a time"))
        return false;
    *time = (struct setting_time){.mark = node->mark, .present = true};
    switch (clock_parse_moment(node->text, &time->us)) {
    case CLOCK_GOOD:
        return true;
    case CLOCK_NO_TIME:
        diag_error(
            load->diags, node->mark, "'%.*s' is a day without a time: write %.*sT18:00:00Z, or with an offset +01:00",
            TEXT_ARG(node->text), TEXT_ARG(node->text));
        break;
    case CLOCK_NO_OFFSET:
        diag_error(
            load->diags, node->mark, "'%.*s' says no offset: write %.*sZ for UTC, or %.*s+01:00", TEXT_ARG(node->text),
            TEXT_ARG(node->text), TEXT_ARG(node->text));
        break;
    case CLOCK_BAD:
        diag_error(
            load->diags, node->mark, "'%.*s' is not a time such as 2026-12-31T18:00:00Z or 2026-12-31T18:00:00+01:00",
            TEXT_ARG(node->text));
        break;
    }
    return false;
}

bool read_socket(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_socket *found = field;
    struct host host = {.kind = HOST_NONE};
    if (!schema_expect_text(load, node, "an address and port"))
        return false;
    found->mark = node->mark;
    if (authority_parse(node->text, 0, &host, &found->port) && host.kind == HOST_ADDRESS) {
        found->address = host.address;
        return true;
    }
    diag_error(
        load->diags, node->mark, "'%.*s' is not an address and port such as 127.0.0.1:3128", TEXT_ARG(node->text));
    return false;
}

/* --- what they take, for the tables ----------------------------------------------------------------------------------
 */

const struct type type_text = VALUE_TYPE("text", read_text, write_text, NULL);
const struct type type_path = VALUE_TYPE("path", read_path, write_text, NULL);
const struct type type_setting_text = TEXT_TYPE("text", read_setting_text);
const struct type type_texts = LIST_TYPE("list of texts", read_texts, &type_text);
static const struct type type_pattern = TEXT_TYPE("host pattern", read_pattern);
const struct type type_patterns = VALUES_TYPE("list of host patterns", read_patterns, write_patterns, &type_pattern);
static const struct type type_range = TEXT_TYPE("address range", read_range);
const struct type type_ranges = LIST_TYPE("list of address ranges", read_ranges, &type_range);
static const struct type type_port = SHAPED_TYPE("port", read_port_range, "^[0-9]{1,5}(-[0-9]{1,5})?$");
const struct type type_ports = LIST_TYPE("list of ports", read_ports, &type_port);
const struct type type_time = SHAPED_TYPE(
    "time", read_time,
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$");
const struct type type_socket = VALUE_TYPE("address:port", read_socket, write_socket, NULL);

static const char *const keys_words[] = {"deny", "record"};
const struct type type_keys_elsewhere = FLAG_TYPE(keys_words);

static bool read_marked_path(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_text *path = field;
    path->mark = node->mark;
    return read_path(load, node, &path->text);
}

const struct type type_marked_path = VALUE_TYPE("path", read_marked_path, write_text, NULL);
