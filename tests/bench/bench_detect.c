/* SPDX-License-Identifier: Apache-2.0 */
/* What looking costs: MB a second, the best of several rounds, of a file of JSON (the look before the walk, with JSON
 * as it is written) and of a file of values, one a line (path, tab, value).
 *
 *     bench_detect JSON VALUES [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/detect.h"

struct places {
    struct text *paths;
    struct text *values;
    size_t count;
    size_t bytes;
};

static struct places read_places(struct text content)
{
    struct places places = {0};
    struct text line;
    places.paths = base_array(content.length / 2 + 1, sizeof(struct text));
    places.values = base_array(content.length / 2 + 1, sizeof(struct text));
    while (text_split(&content, '\n', &line)) {
        size_t tab = text_index(line, '\t', 0);
        places.paths[places.count] = text_part(line, 0, tab);
        places.values[places.count] = text_after(line, tab + 1);
        places.bytes += places.values[places.count++].length;
    }
    return places;
}

static struct text field_of(struct text path)
{
    size_t start = 0;
    for (size_t i = 0; i < path.length; i++)
        start = path.data[i] == '.' ? i + 1 : start;
    struct text name = text_after(path, start);
    return text_part(name, 0, text_index(name, '[', 0));
}

static size_t find_all(
    const struct detect_set *set, struct detect_scratch *scratch, const struct places *places,
    struct detect_matches *matches)
{
    size_t found = 0;
    for (size_t i = 0; i < places->count; i++) {
        struct detect_hint hint = {.field = field_of(places->paths[i]), .path = places->paths[i]};
        if (detect_find(set, scratch, places->values[i], &hint, matches) == DETECT_LOOKED)
            found += matches->count;
    }
    return found;
}

/* One document a line: how many the look before the walk lets be. */
static size_t count_clean(const struct detect_set *set, struct detect_scratch *scratch, struct text json)
{
    struct text line;
    size_t clean = 0;
    while (text_split(&json, '\n', &line))
        clean += !detect_may_have(set, scratch, line, DETECT_JSON);
    return clean;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("bench_detect JSON VALUES [ROUNDS]\n", stderr);
        return 2;
    }
    struct detect_options options = {.detectors = DETECTORS_BUILT_IN};
    struct diags *diags = diags_new();
    struct detect_set *set = detect_compile(&options, diags);
    struct detect_scratch *scratch = detect_scratch_new();
    struct detect_matches matches = {0};
    struct buffer json = read_whole(argv[1]);
    struct buffer values = read_whole(argv[2]);
    struct places places = read_places(buffer_text(&values));
    double best[2] = {1e9, 1e9};
    size_t clean = 0;
    size_t found = 0;
    for (int round = argc > 3 ? atoi(argv[3]) : 5; round > 0; round--) {
        double start = cpu_now();
        clean = count_clean(set, scratch, buffer_text(&json));
        double middle = cpu_now();
        found = find_all(set, scratch, &places, &matches);
        double end = cpu_now();
        best[0] = middle - start < best[0] ? middle - start : best[0];
        best[1] = end - middle < best[1] ? end - middle : best[1];
    }
    printf("before the walk: %.0f MB/s of JSON, %zu documents clean\n", (double)json.length / 1e6 / best[0], clean);
    printf(
        "in values: %.0f MB/s (with paths %.0f), %zu found\n", (double)places.bytes / 1e6 / best[1],
        (double)values.length / 1e6 / best[1], found);
    return 0;
}
