/* SPDX-License-Identifier: Apache-2.0 */
/* From a recorded decision back to the request that was judged. */
#include "recorded.h"

static bool is_cut(const struct decision_record *decision, struct text name)
{
    struct text rest = decision->cut;
    struct text piece;
    while (rest.length > 0 && text_split(&rest, ',', &piece))
        if (text_equal(piece, name))
            return true;
    return false;
}

/* A path that was kept as a hash, erased, left out or cut is not known, and nothing is where the method is not. */
static void take_path(const struct decision_record *decision, struct arena *arena, struct request *request)
{
    struct buffer path = {0};
    if (!text_starts_with(decision->personal.path, TEXT("/")) || decision->method.length == 0 ||
        is_cut(decision, TEXT("path")) || is_cut(decision, TEXT("method")))
        return;
    struct path_readings readings;
    enum path_result result = path_read(decision->personal.path, &path, &readings, NULL);
    request->inside_known = result != PATH_BAD;
    request->path_was_canonical = result == PATH_CANONICAL;
    request->path = arena_text(arena, readings.canonical);
    request->path_otherwise = arena_text(arena, readings.otherwise);
    buffer_clear(&path);
}

bool recorded_request(
    const struct decision_record *decision, int64_t at_us, struct arena *arena, struct request *request)
{
    *request = (struct request){
        .client.name = decision->client,
        .asked_us = at_us,
        .scheme = decision->scheme == SCHEME_HTTP ? SCHEME_HTTP : SCHEME_HTTPS,
        .port = decision->port,
        .method = decision->method,
        .path_was_canonical = true,
    };
    if (decision->verdict == VERDICT_ERROR || decision->port == 0 ||
        !host_parse_written(decision->host, &request->host))
        return false;
    take_path(decision, arena, request);
    return true;
}

void recorded_target(struct buffer *out, const struct request *request)
{
    buffer_printf(out, "%s://", scheme_name(request->scheme));
    authority_append(out, &request->host, request->port, scheme_port(request->scheme));
}
