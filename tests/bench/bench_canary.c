/* SPDX-License-Identifier: Apache-2.0 */
/* What looking for canaries costs: MB a second, the best of several rounds, of a file that has none, in pieces of 16
 * KiB, for one canary and for as many as may be.
 *
 *     bench_canary FILE [ROUNDS] */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/canary.h"

enum { PIECE = 16384, FILE_MOST = 256 << 20 };

static struct canary_set *set_of(unsigned count)
{
    struct buffer file = {0};
    struct diags *diags = diags_new();
    for (unsigned i = 0; i < count; i++)
        buffer_printf(&file, "c%u %ubogesuvitakonilepodu@shop.example\n", i, 1000 + i);
    struct canary_set *set = canary_set_parse(buffer_text(&file), "bench", (struct mark){0}, diags);
    diags_free(diags);
    buffer_clear(&file);
    return set;
}

static double seconds(const struct canary_set *set, struct text text)
{
    struct canary_watch *watch = canary_watch_new(set);
    double start = cpu_now();
    for (size_t at = 0; at < text.length; at += PIECE)
        if (canary_watch_feed(watch, text_part(text, at, PIECE)) != NULL)
            exit(1);
    double took = cpu_now() - start;
    canary_watch_free(watch);
    return took;
}

int main(int count, char **words)
{
    struct buffer content = {0};
    char *error = NULL;
    int rounds = count > 2 ? atoi(words[2]) : 5;
    if (count < 2 || !file_read(words[1], FILE_MOST, &content, &error)) {
        fprintf(stderr, "bench_canary FILE [ROUNDS]\n%s\n", error == NULL ? "" : error);
        return 2;
    }
    for (unsigned canaries = 1; canaries <= CANARIES_MOST; canaries += CANARIES_MOST - 1) {
        struct canary_set *set = set_of(canaries);
        double best = seconds(set, buffer_text(&content));
        for (int i = 1; i < rounds; i++) {
            double took = seconds(set, buffer_text(&content));
            best = took < best ? took : best;
        }
        printf("%4u canaries: %.0f MB/s\n", canaries, (double)content.length / best / 1e6);
        canary_set_free(set);
    }
    buffer_clear(&content);
    return 0;
}
