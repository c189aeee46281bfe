/* SPDX-License-Identifier: Apache-2.0 */
/* hosts(5): an address and its names on each line, # begins a comment. */
#include "exeat/base/memory.h"
#include "names_internal.h"

static bool take_word(struct text *line, struct text *word)
{
    static const char blanks[] = " \t\r\f\v";
    size_t end = 0;
    *line = text_trim(*line, blanks);
    while (end < line->length && !text_has(text_from(blanks), line->data[end]))
        end++;
    *word = text_part(*line, 0, end);
    *line = text_after(*line, end);
    return word->length > 0;
}

static void add(struct hosts_file *file, const struct host *name, const struct address *address)
{
    if ((file->count & (file->count - 1)) == 0) { /* full: there is room for each power of two */
        struct hosts_line *lines = base_array(2 * file->count + 1, sizeof(*lines));
        for (size_t i = 0; i < file->count; i++)
            lines[i] = file->lines[i];
        base_free(file->lines);
        file->lines = lines;
    }
    file->lines[file->count++] = (struct hosts_line){*name, *address};
}

static void parse_line(struct text line, struct hosts_file *file)
{
    struct text word;
    struct address address;
    struct host name;
    line = text_part(line, 0, text_index(line, '#', 0));
    if (!take_word(&line, &word) || !address_parse(word, &address))
        return;
    while (take_word(&line, &word))
        if (host_parse(word, &name) && name.kind == HOST_NAME)
            add(file, &name, &address);
}

void hosts_file_parse(struct text text, struct hosts_file *file)
{
    struct text line;
    while (text_split(&text, '\n', &line))
        parse_line(line, file);
}

void hosts_file_clear(struct hosts_file *file)
{
    base_free(file->lines);
    *file = (struct hosts_file){0};
}

bool hosts_file_find(const struct hosts_file *file, const struct host *name, struct answer *answer)
{
    answer->count = 0;
    for (size_t i = 0; i < file->count && answer->count < RESOLVE_MAX; i++)
        if (host_equal(&file->lines[i].name, name))
            answer->addresses[answer->count++] = file->lines[i].address;
    answer->result = RESOLVE_OK;
    answer->detail = "";
    return answer->count > 0;
}
