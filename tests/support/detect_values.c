/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a place a line, its path, a tab, its value with newlines as \n and backslashes as \\; on its line what is
 * found in it, as DETECTOR:START:LENGTH (in bytes) with blanks between. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exeat/base/memory.h"
#include "exeat/detect.h"

static void unescape(char *line)
{
    char *out = line;
    for (const char *at = line; *at != '\0'; at++) {
        if (*at == '\\' && at[1] != '\0') {
            at++;
            *out++ = *at == 'n' ? '\n' : *at;
        } else {
            *out++ = *at;
        }
    }
    *out = '\0';
}

static struct text field_of(struct text path)
{
    size_t start = 0;
    for (size_t i = 0; i < path.length; i++)
        if (path.data[i] == '.')
            start = i + 1;
    struct text name = text_after(path, start);
    return text_part(name, 0, text_index(name, '[', 0));
}

static void
look(const struct detect_set *set, struct detect_scratch *scratch, char *line, struct detect_matches *matches)
{
    char *tab = strchr(line, '\t');
    struct text path = {line, tab == NULL ? 0 : (size_t)(tab - line)};
    char *value = tab == NULL ? line : tab + 1;
    unescape(value);
    struct detect_hint hint = {.field = field_of(path), .path = path};
    if (detect_find(set, scratch, text_from(value), &hint, matches) != DETECT_LOOKED)
        printf("gave-up");
    for (size_t i = 0; i < matches->count; i++)
        printf(
            "%s:%zu:%zu ", detector_row(matches->items[i].detector)->name, matches->items[i].start,
            matches->items[i].length);
    putchar('\n');
}

int main(void)
{
    struct detect_options options = {.detectors = DETECTORS_BUILT_IN};
    struct diags *diags = diags_new();
    struct detect_set *set = detect_compile(&options, diags);
    struct detect_scratch *scratch = detect_scratch_new();
    struct detect_matches matches = {0};
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    while ((length = getline(&line, &size, stdin)) > 0) {
        line[strcspn(line, "\n")] = '\0';
        look(set, scratch, line, &matches);
    }
    free(line); /* getline's */
    detect_matches_clear(&matches);
    detect_scratch_free(scratch);
    detect_free(set);
    diags_free(diags);
    return 0;
}
