/* SPDX-License-Identifier: Apache-2.0 */
/* What looking into bodies costs, one core, the best of several rounds, as a line of JSON for each file of bodies (one
 * a line): MB a second of the look before the walk, of the whole inspection, and of PCRE2 with signs as one
 * alternation. With
 * `-` as the only file: seconds a MiB of bodies that are made to be slow.
 *
 *     bench_inspect ROUNDS FILE... */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "exeat/base/pattern.h"
#include "exeat/detect.h"
#include "exeat/inspect.h"

enum { MIB = 1 << 20 };

struct bench {
    struct settings *settings;
    struct inspection *inspection;
    struct inspector *inspector;
    struct detect_set *set;
    struct detect_scratch *scratch;
    struct pattern *signs;
    struct body_label json;
    struct body_label text;
};

static void set_up(struct bench *bench)
{
    static const struct text yaml =
        TEXT_INIT("version: 1\nrules:\n  - { id: a, verdict: allow, hosts: [a.example], inspect: { flag: [payment, "
                  "secret, personal, pricing], limit: 64MiB } }\n");
    static const struct text signs = TEXT_INIT("@|(?<![0-9])[0-9](?:[^0-9]{0,6}[0-9]){3}|-----BEGIN|[0-9A-Fa-f:]:[0-9A-"
                                               "Fa-f:]|[0-9A-Za-z_+/-]{16}");
    struct detect_options options = {.detectors = DETECTORS_BUILT_IN};
    struct diags *diags = diags_new();
    char *error = NULL;
    size_t offset = 0;
    bench->settings = settings_parse(yaml, "bench.yaml", diags);
    ASSERT(bench->settings != NULL);
    const struct settings_lists *lists = &bench->settings->lists;
    bench->inspection = inspection_compile(&lists->rules[0].inspect, lists, false, diags);
    bench->inspector = inspector_new();
    bench->set = detect_compile(&options, diags);
    bench->scratch = detect_scratch_new();
    bench->signs = pattern_compile_search(signs, &error, &offset);
    ASSERT(bench->inspection != NULL && bench->set != NULL && bench->signs != NULL);
    bench->json = body_label_of(BODY_JSON);
    bench->text = body_label_of(BODY_TEXT);
}

static size_t look_before(struct bench *bench, struct text bodies)
{
    struct text body;
    size_t clean = 0;
    while (text_split(&bodies, '\n', &body))
        clean += !detect_may_have(bench->set, bench->scratch, body, DETECT_JSON);
    return clean;
}

static void inspect_one(struct bench *bench, struct text body, const struct body_label *label)
{
    struct inspected *inspected = inspected_new(bench->inspector, bench->inspection, TEXT("a.example"));
    struct buffer held = {0};
    struct detail detail = {0};
    buffer_append(&held, body);
    (void)!inspect_body(inspected, label, &held, &detail);
    buffer_clear(&held);
    inspected_free(inspected);
}

static void inspect_all(struct bench *bench, struct text bodies)
{
    struct text body;
    while (text_split(&bodies, '\n', &body))
        if (body.length > 0)
            inspect_one(bench, body, &bench->json);
}

static void search(struct bench *bench, struct text bodies)
{
    size_t start = 0;
    size_t end = 0;
    while (pattern_search(bench->signs, bodies, end, &start, &end) == PATTERN_MATCH)
        ;
}

static void measure_file(struct bench *bench, const char *path, int rounds)
{
    struct buffer content = read_whole(path);
    struct text bodies = buffer_text(&content);
    double best[3] = {1e9, 1e9, 1e9};
    size_t clean = 0;
    for (; rounds > 0; rounds--) {
        double times[4] = {cpu_now()};
        clean = look_before(bench, bodies);
        times[1] = cpu_now();
        inspect_all(bench, bodies);
        times[2] = cpu_now();
        search(bench, bodies);
        times[3] = cpu_now();
        for (int i = 0; i < 3; i++)
            best[i] = times[i + 1] - times[i] < best[i] ? times[i + 1] - times[i] : best[i];
    }
    double size = (double)content.length / 1e6;
    printf(
        "{\"file\": \"%s\", \"megabytes\": %.2f, \"clean\": %zu, \"before\": %.1f, \"whole\": %.1f, \"pcre2\": %.1f}\n",
        path, size, clean, size / best[0], size / best[1], size / best[2]);
    buffer_clear(&content);
}

static void measure_hostile(struct bench *bench)
{
    static const char *const pieces[] = {
        "1 ",        "12 34 ",
        "a.1",       "a1b2",
        "anna@",     "a@b.c.d.",
        "(1) ",      "1:",
        ":1::",      "-----BEGIN PRIVATE KEY-----",
        "eyJ.",      "eyJhbGciOiJIUzI1NiJ9.",
        "geb. 1. ",  "4111 1111 1111 1112 ",
        "5 rue de ", "DE89 3704 0044 ",
        "password=", "%41",
        "&amp;",     "QUJD",
        "Tel 0",
    };
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        struct buffer body = {0};
        while (body.length < MIB)
            buffer_append(&body, text_from(pieces[i]));
        double start = cpu_now();
        inspect_one(bench, buffer_text(&body), &bench->text);
        printf("{\"hostile\": \"%s\", \"seconds\": %.3f}\n", pieces[i], cpu_now() - start);
        buffer_clear(&body);
    }
}

int main(int argc, char **argv)
{
    struct bench bench;
    if (argc < 3) {
        fputs("bench_inspect ROUNDS FILE...\n", stderr);
        return 2;
    }
    set_up(&bench);
    if (strcmp(argv[2], "-") == 0)
        measure_hostile(&bench);
    else
        for (int i = 2; i < argc; i++)
            measure_file(&bench, argv[i], atoi(argv[1]));
    return 0;
}
