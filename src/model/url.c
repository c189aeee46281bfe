/* SPDX-License-Identifier: Apache-2.0 */
/* URLs of endpoints, proxies and witnesses; Unix sockets in the spelling that nginx has for them. */
#include "exeat/model/url.h"

#include <string.h>

static const struct text socket_prefix = TEXT_INIT("unix:");

static struct text without_last_slash(struct text path)
{
    while (path.length > 0 && path.data[path.length - 1] == '/')
        path.length--;
    return path;
}

static bool is_hex(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

/* RFC 3986 3.3, pchar and its slashes: it goes as it is into the line of each request. */
static bool is_path(struct text path)
{
    static const char marks[] = "-._~!$&'()*+,;=:@/";
    for (size_t i = 0; i < path.length; i++) {
        char byte = path.data[i];
        bool is_escape = byte == '%' && i + 2 < path.length && is_hex(path.data[i + 1]) && is_hex(path.data[i + 2]);
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
        if (!is_escape && !is_letter && (byte == '\0' || strchr(marks, byte) == NULL))
            return false;
    }
    return true;
}

bool url_parse(struct text text, struct url *url)
{
    bool is_https = text_starts_with(text, TEXT("https://"));
    if (!is_https && !text_starts_with(text, TEXT("http://")))
        return false;
    text = text_after(text, is_https ? 8 : 7);
    size_t slash = text_index(text, '/', 0);
    url->scheme = is_https ? SCHEME_HTTPS : SCHEME_HTTP;
    url->path = without_last_slash(text_after(text, slash));
    return is_path(url->path) &&
           authority_parse(text_part(text, 0, slash), scheme_port(url->scheme), &url->host, &url->port);
}

bool url_is_socket(struct text text)
{
    return text_starts_with(text, socket_prefix);
}

/* Where ":/" begins; the length of the text: it does not. */
static size_t find_path(struct text text)
{
    size_t colon = text_index(text, ':', 0);
    while (colon + 1 < text.length && text.data[colon + 1] != '/')
        colon = text_index(text, ':', colon + 1);
    return colon + 1 < text.length ? colon : text.length;
}

bool url_parse_socket(struct text text, struct url *url, struct detail *detail)
{
    struct text rest = text_after(text, socket_prefix.length);
    if (text_starts_with(rest, TEXT("//")))
        rest = text_after(rest, 2);
    size_t end = find_path(rest);
    url->scheme = SCHEME_HTTP;
    url->port = 0;
    url->path = without_last_slash(text_after(rest, end + 1));
    if (!is_path(url->path))
        return detail_say(
            detail, "what comes after the second colon is the path of requests, such as /v2, without a query");
    return host_of_socket(text_part(rest, 0, end), &url->host, detail);
}
