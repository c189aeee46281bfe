/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as people write them: METHOD URL, or CONNECT host:port. */
#include "exeat/policy.h"

static bool split_url(struct text url, struct request *request, struct text *authority, struct text *rest)
{
    if (text_starts_with(url, TEXT("https://")))
        request->scheme = SCHEME_HTTPS;
    else if (text_starts_with(url, TEXT("http://")))
        request->scheme = SCHEME_HTTP;
    else
        return false;
    url = text_after(url, request->scheme == SCHEME_HTTPS ? 8 : 7);
    size_t slash = text_index(url, '/', 0);
    *authority = text_part(url, 0, slash);
    *rest = text_after(url, slash);
    return true;
}

/* As the file takes it: names in Unicode too. */
static bool read_authority(struct text authority, uint16_t default_port, struct request *request)
{
    size_t colon = text_index(authority, ':', 0);
    if (authority_parse(authority, default_port, &request->host, &request->port))
        return true;
    request->port = default_port;
    bool has_port = colon < authority.length;
    return (!has_port || port_parse(text_after(authority, colon + 1), &request->port)) && request->port != 0 &&
           host_parse_written(text_part(authority, 0, colon), &request->host) && request->host.kind == HOST_NAME;
}

/* "CONNECT host:port": what a client asks for before anything inside is known. */
static bool parse_connect(struct text authority, struct request *request)
{
    request->scheme = SCHEME_HTTPS;
    request->path_was_canonical = true;
    return read_authority(authority, 0, request);
}

static bool set_path(struct text rest, struct arena *arena, struct request *request)
{
    struct buffer path = {0};
    size_t mark = text_index(rest, '?', 0);
    struct text raw = mark == 0 ? TEXT("/") : text_part(rest, 0, mark);
    struct path_readings readings;
    enum path_result result = path_read(raw, &path, &readings, NULL);
    request->path = arena_text(arena, readings.canonical);
    request->path_otherwise = arena_text(arena, readings.otherwise);
    request->path_was_canonical = result == PATH_CANONICAL;
    request->query = arena_text(arena, text_after(rest, mark + 1));
    request->inside_known = true;
    buffer_clear(&path);
    return result != PATH_BAD;
}

bool policy_request_parse(struct text line, struct arena *arena, struct request *request, const char **wrong)
{
    struct text method;
    struct text authority;
    struct text rest;
    *request = (struct request){0};
    *wrong = "a request is written METHOD URL, such as: GET https://api.example.com/v1/items";
    if (!text_split(&line, ' ', &method))
        return false;
    line = text_trim(line, " ");
    request->method = arena_text(arena, method);
    if (text_equal(method, TEXT("CONNECT"))) {
        *wrong = "a CONNECT is written CONNECT host:port";
        return parse_connect(line, request);
    }
    if (!split_url(line, request, &authority, &rest))
        return false;
    if (!read_authority(authority, scheme_port(request->scheme), request)) {
        *wrong = "the URL's host or port is not well-formed";
        return false;
    }
    if (set_path(rest, arena, request))
        return true;
    *wrong = "the URL's path is not well-formed";
    return false;
}
