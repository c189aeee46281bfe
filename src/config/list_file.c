/* SPDX-License-Identifier: Apache-2.0 */
/* List files: one pattern a line, "#" begins a comment, CRLF is fine. A million lines are kept as they stand in the
 * file and read again by whoever wants them: their text is the smallest form there is. */
#include "config_internal.h"

enum { LIST_FILE_MAX = 256 * 1024 * 1024, ERRORS_SHOWN = 20 };

struct setting_list_place setting_list_start(const struct setting_list *list)
{
    return (struct setting_list_place){.rest = list->content, .mark = {.file = list->file, .column = 1}};
}

/* The next line that says something. */
static bool next_word(struct setting_list_place *place, struct text *word)
{
    struct text line;
    while (text_split(&place->rest, '\n', &line)) {
        place->mark.line++;
        *word = text_trim(text_part(line, 0, text_index(line, '#', 0)), " \t\r");
        place->mark.width = (int)(word->length & 0xff);
        if (word->length > 0)
            return true;
    }
    return false;
}

bool setting_list_next(struct setting_list_place *place, struct setting_pattern *pattern)
{
    struct text word;
    while (next_word(place, &word)) {
        pattern->mark = place->mark;
        if (host_pattern_parse(word, &pattern->pattern))
            return true;
    }
    return false;
}

static bool check_list(struct load *load, struct setting_list *list)
{
    struct setting_list_place place = setting_list_start(list);
    struct setting_pattern pattern = {0};
    struct text word;
    size_t bad = 0;
    while (next_word(&place, &word)) {
        bool is_group = text_starts_with(word, TEXT("@"));
        if (!is_group && host_pattern_parse(word, &pattern.pattern) && pattern.pattern.host.kind != HOST_ADDRESS) {
            list->patterns++;
            continue;
        }
        if (++bad > ERRORS_SHOWN)
            continue;
        if (is_group)
            diag_error(load->diags, place.mark, "a list file holds patterns, no groups");
        else
            (void)pattern_of(load, word, place.mark, &pattern);
    }
    if (bad > ERRORS_SHOWN)
        diag_note(load->diags, "%zu more lines of this file are no patterns", bad - ERRORS_SHOWN);
    return bad == 0;
}

bool list_file_read(struct load *load, const struct yaml_node *node, struct setting_patterns *patterns)
{
    struct text path;
    if (!read_path(load, node, &path))
        return false;
    struct buffer content = {0};
    if (!load_read_file(load, path.data, node->mark, LIST_FILE_MAX, &content)) {
        buffer_clear(&content);
        return false;
    }
    struct setting_list *list = arena_alloc(&load->settings->arena, sizeof(*list));
    list->file = load_add_file(load, path.data, buffer_text(&content));
    list->content = load->settings->lists.files[load->settings->lists.file_count - 1].content;
    buffer_clear(&content);
    patterns->lists = list;
    patterns->list_count = 1;
    patterns->present = true;
    return check_list(load, list);
}
