/* SPDX-License-Identifier: Apache-2.0 */
/* What a refused head asked for, as far as it can be read. Nothing is decided by it: it is for the record. */
#include "wire_internal.h"

static struct text line_of(struct text text)
{
    struct text line = text_part(text, 0, text_index(text, '\n', 0));
    return text_trim(line, "\r");
}

/* The value of the first Host line. */
static struct text find_host(struct text head)
{
    static const struct text name = TEXT_INIT("Host:");
    for (size_t at = text_index(head, '\n', 0); at < head.length; at = text_index(head, '\n', at + 1)) {
        struct text line = line_of(text_after(head, at + 1));
        if (line.length == 0)
            break;
        if (text_equal_nocase(text_part(line, 0, name.length), name))
            return text_trim(text_after(line, name.length), " \t");
    }
    return TEXT("");
}

/* Never the user information: it holds a secret as often as not. */
static struct text without_user(struct text authority)
{
    size_t at = authority.length;
    while (at > 0 && authority.data[at - 1] != '@')
        at--;
    return text_after(authority, at);
}

static size_t authority_end(struct text text)
{
    size_t end = 0;
    while (end < text.length && text.data[end] != '/' && text.data[end] != '?' && text.data[end] != '#')
        end++;
    return end;
}

static void look_at_target(struct text target, struct text head, struct http_glimpse *glimpse)
{
    if (text_equal(glimpse->method, TEXT("CONNECT"))) {
        glimpse->scheme = SCHEME_HTTPS;
        glimpse->authority = without_user(text_part(target, 0, authority_end(target)));
        return;
    }
    if (target.length > 0 && target.data[0] == '/') {
        glimpse->authority = without_user(find_host(head));
    } else {
        if (!take_scheme(&target, &glimpse->scheme))
            return;
        size_t end = authority_end(target);
        glimpse->authority = without_user(text_part(target, 0, end));
        target = text_after(target, end);
    }
    target = text_part(target, 0, text_index(target, '#', 0));
    size_t mark = text_index(target, '?', 0);
    glimpse->path = text_part(target, 0, mark);
    glimpse->query = text_after(target, mark + 1);
}

void http_request_glimpse(struct text input, struct http_glimpse *glimpse)
{
    struct text head = text_after(input, empty_lines(input));
    struct text line = line_of(head);
    size_t first = text_index(line, ' ', 0);
    size_t second = text_index(line, ' ', first + 1);
    *glimpse = (struct http_glimpse){.scheme = 0};
    struct text method = text_part(line, 0, first);
    if (first > METHOD_MAX || first == line.length || !is_token(method))
        return;
    glimpse->method = method;
    bool is_whole = second < line.length || text_has(head, '\n');
    if (is_whole)
        look_at_target(text_part(line, first + 1, second - first - 1), head, glimpse);
}

enum parse http_looks_so(struct text input, struct opening_scan *scan)
{
    size_t letters = 0;
    while (letters < input.length && input.data[letters] >= 'A' && input.data[letters] <= 'Z')
        letters++;
    if (letters > METHOD_MAX)
        return PARSE_BAD;
    if (letters == input.length)
        return PARSE_NEED_MORE;
    if (letters == 0 || input.data[letters] != ' ')
        return PARSE_BAD;
    size_t end = text_index(input, '\n', scan->line);
    scan->line = (uint32_t)end;
    if (end == input.length)
        return PARSE_NEED_MORE;
    struct text line = text_trim(text_part(input, 0, end), "\r");
    static const struct text version = TEXT_INIT(" HTTP/1.1");
    size_t at = line.length < version.length ? 0 : line.length - version.length;
    return text_starts_with(text_after(line, at), text_part(version, 0, version.length - 1)) ? PARSE_DONE : PARSE_BAD;
}
