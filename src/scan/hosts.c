/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts of the catalogue of LLM hosts, wherever they are written: from dot to dot, and most end at the last two labels.
 */
#include <string.h>

#include "scan_internal.h"

enum { HOST_LENGTH_MAX = 253, PATH_SHOWN = 128 };

static bool is_label_byte(char byte)
{
    char low = ascii_lower(byte);
    return (low >= 'a' && low <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

/* FNV-1a over the last two labels. */
static uint32_t tail_hash(struct text name)
{
    size_t start = name.length;
    for (int dots = 0; start > 0; start--)
        if (name.data[start - 1] == '.' && ++dots == 2)
            break;
    uint32_t hash = 2166136261u;
    for (size_t i = start; i < name.length; i++)
        hash = (hash ^ (uint8_t)ascii_lower(name.data[i])) * 16777619u;
    return (hash ^ hash >> 16) % HOST_BITS;
}

void hosts_index(struct scanner *scanner)
{
    for (size_t i = 0; i < llm_catalogue_count(scanner->catalogue); i++) {
        uint32_t bit = tail_hash(host_text(&llm_catalogue_at(scanner->catalogue, i)->pattern.host));
        scanner->hosts[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

/* Behind an escape (\n, \u002f, %2F) its letters stand before the name. */
static size_t escaped_before(const struct piece *piece, size_t start, size_t end)
{
    const char *data = piece->text.data;
    if (start == 0)
        return 0;
    if (data[start - 1] == '%' && end - start > 2)
        return 2;
    if (data[start - 1] != '\\')
        return 0;
    if (data[start] == 'u' && end - start > 5)
        return 5;
    return strchr("bfnrtv", data[start]) != NULL ? 1 : 0;
}

/* The URL's path behind the host, with JSON's `\/` as `/`. */
static struct text path_behind(const struct piece *piece, size_t at)
{
    struct buffer path = {0};
    const char *data = piece->text.data;
    size_t length = piece->text.length;
    if (at < length && data[at] == ':')
        for (at++; at < length && data[at] >= '0' && data[at] <= '9'; at++)
            continue;
    for (; at < length && path.length < PATH_SHOWN; at++) {
        if (data[at] == '\\' && at + 1 < length && data[at + 1] == '/')
            continue;
        if ((unsigned char)data[at] <= ' ' || (unsigned char)data[at] > '~' ||
            strchr("\"'<>`)\\?#,;|{}$", data[at]) != NULL || (path.length == 0 && data[at] != '/'))
            break;
        buffer_append_byte(&path, data[at]);
    }
    struct text text = arena_text(&piece->report->arena, buffer_text(&path));
    buffer_clear(&path);
    return text;
}

static bool has_path(const struct llm_entry *entry, struct text path)
{
    struct text rest = entry->paths;
    struct text glob;
    while (text_split(&rest, ',', &glob))
        if (text_glob(glob, path))
            return true;
    return false;
}

static bool says_url(const struct piece *piece, size_t start)
{
    struct text line = piece_line_before(piece, start);
    struct text near = line.length > 80 ? text_after(line, line.length - 80) : line;
    char word[81];
    text_store(near, word, sizeof(word));
    for (char *byte = word; *byte != '\0'; byte++)
        *byte = ascii_lower(*byte);
    return strstr(word, "base") != NULL || strstr(word, "endpoint") != NULL || strstr(word, "api_url") != NULL;
}

static void add_host(struct piece *piece, size_t start, size_t end, const struct llm_entry *entry, struct host *host)
{
    struct text path = path_behind(piece, end);
    bool is_api = entry->kind == LLM_KIND_API;
    if (entry->kind == LLM_KIND_SHARED && entry->paths.length > 0 && path.length > 1) {
        is_api = has_path(entry, path);
        if (!is_api)
            return;
    }
    bool is_setting = piece->kind == SCAN_CONFIGURATION || says_url(piece, start);
    struct scan_finding *finding = piece_add(piece, is_setting ? SCAN_LLM_BASE_URL : SCAN_LLM_HOST, start);
    struct arena *arena = &piece->report->arena;
    struct buffer what = {0};
    buffer_printf(&what, "%s%.*s, of %.*s", host->text, TEXT_ARG(path), TEXT_ARG(entry->provider));
    finding->what = arena_text(arena, buffer_text(&what));
    finding->host = arena_text(arena, host_text(host));
    finding->path = path;
    buffer_clear(&what);
    if (!is_api || piece->kind == SCAN_PROSE || piece->kind == SCAN_LOCK || piece_is_comment(piece, start))
        finding->severity = SCAN_NOTE;
}

static void look_at_name(struct piece *piece, size_t start, size_t end)
{
    struct host host;
    while (start < end && strchr(".-_", piece->text.data[start]) != NULL)
        start++;
    start += start < end ? escaped_before(piece, start, end) : 0;
    while (end > start && strchr(".-_", piece->text.data[end - 1]) != NULL)
        end--;
    struct text name = text_part(piece->text, start, end - start);
    if (start < piece->from || start >= piece->end || name.length == 0 || name.length > HOST_LENGTH_MAX)
        return;
    uint32_t bit = tail_hash(name);
    if ((piece->scanner->hosts[bit / 64] >> (bit % 64) & 1) == 0)
        return;
    bool is_mail = start > 0 && piece->text.data[start - 1] == '@';
    const struct llm_entry *entry = NULL;
    if (!is_mail && host_parse(name, &host))
        entry = llm_catalogue_find(piece->scanner->catalogue, &host);
    if (entry != NULL)
        add_host(piece, start, end, entry, &host);
}

void find_hosts(struct piece *piece)
{
    const char *data = piece->text.data;
    size_t length = piece->text.length;
    size_t at = piece->from;
    size_t floor = at > HOST_LENGTH_MAX ? at - HOST_LENGTH_MAX : 0;
    const char *dot;
    while (at < piece->end && (dot = memchr(data + at, '.', length - at)) != NULL) {
        size_t start = (size_t)(dot - data);
        size_t end = start;
        while (start > floor && (is_label_byte(data[start - 1]) || data[start - 1] == '.'))
            start--;
        while (end < length && (is_label_byte(data[end]) || data[end] == '.'))
            end++;
        if (start >= piece->end)
            break;
        look_at_name(piece, start, end);
        at = floor = end; /* no byte of a run is looked at twice, however long it is */
    }
}
