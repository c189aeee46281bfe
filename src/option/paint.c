/* SPDX-License-Identifier: Apache-2.0 */
/* Colour for people: the one word of a line that says how it ends. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "exeat/option.h"

#define RED "31"
#define GREEN "32"
#define YELLOW "33"
#define CYAN "36"

/* Where `before` and `word` stand in a line, the word is painted; NULL: the line begins with the word. */
static const struct paint {
    const char *before;
    const char *word;
    const char *colour;
} paints[] = {
    {": ", "error:", RED},
    {": ", "warning:", YELLOW},
    {": ", "note:", CYAN},
    {NULL, "error:", RED},
    {"at CONNECT: ", "allow", GREEN},
    {"at CONNECT: ", "deny", RED},
    {"at CONNECT: ", "reroute", CYAN},
    {"at CONNECT: ", "error", RED},
    {"inside: ", "allow", GREEN},
    {"inside: ", "deny", RED},
    {"inside: ", "reroute", CYAN},
    {"inside: ", "error", RED},
    {NULL, "opens", RED},
    {NULL, "reroutes", CYAN},
    {NULL, "closes", GREEN},
    {": ", "good;", GREEN},
    {NULL, "well   ", GREEN},
    {NULL, "unseen ", YELLOW},
    {NULL, "to do  ", RED},
};

bool wants_colour(FILE *stream)
{
    const char *no = getenv("NO_COLOR");
    return (no == NULL || no[0] == '\0') && isatty(fileno(stream)) != 0;
}

void paint(enum colour colour)
{
    static const char *const codes[] = {
        [COLOUR_NONE] = "0", [COLOUR_GOOD] = "1;" GREEN, [COLOUR_BAD] = "1;" RED, [COLOUR_WARNING] = "1;" YELLOW};
    if (wants_colour(stdout))
        printf("\033[%sm", codes[colour]);
}

/* Where the word begins; the line's length: nowhere. */
static size_t find(struct text line, const struct paint *paint)
{
    struct text before = text_from(paint->before == NULL ? "" : paint->before);
    struct text word = text_from(paint->word);
    for (size_t i = 0; i + before.length + word.length <= line.length; i++) {
        if (text_starts_with(text_after(line, i), before) &&
            text_starts_with(text_after(line, i + before.length), word))
            return i + before.length;
        if (paint->before == NULL)
            break;
    }
    return line.length;
}

static void put_line(FILE *stream, struct text line)
{
    for (size_t i = 0; i < COUNT_OF(paints); i++) {
        size_t at = find(line, &paints[i]);
        size_t length = text_from(paints[i].word).length;
        if (at == line.length)
            continue;
        fprintf(
            stream, "%.*s\033[1;%sm%s\033[0m%.*s\n", (int)at, line.data, paints[i].colour, paints[i].word,
            TEXT_ARG(text_after(line, at + length)));
        return;
    }
    fprintf(stream, "%.*s\n", TEXT_ARG(line));
}

void put_painted(FILE *stream, struct text text)
{
    struct text line;
    if (!wants_colour(stream)) {
        fwrite(text.data, 1, text.length, stream);
        return;
    }
    while (text_split(&text, '\n', &line))
        put_line(stream, line);
}
