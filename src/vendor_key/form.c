/* SPDX-License-Identifier: Apache-2.0 */
/* Matching of forms: a literal is compared, a hole takes what it can and gives back until the rest fits. */
#include "form.h"

#include <string.h>

struct hole {
    char alphabet;
    size_t least;
    size_t most;
};

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_one_of(char byte, const char *others)
{
    return byte != '\0' && strchr(others, byte) != NULL;
}

bool form_alphabet_has(char alphabet, char byte)
{
    switch (alphabet) {
    case 'd':
        return is_ascii_digit(byte);
    case 'h':
        return is_ascii_digit(byte) || (byte >= 'a' && byte <= 'f');
    case 'H':
        return is_ascii_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
    case 'l':
        return is_ascii_digit(byte) || is_lower(byte);
    case 'u':
        return is_ascii_digit(byte) || is_upper(byte);
    case '2':
        return is_upper(byte) || (byte >= '2' && byte <= '7');
    case '_':
        return is_ascii_alnum(byte) || byte == '_';
    case 'w':
        return is_ascii_alnum(byte) || is_one_of(byte, "_-");
    case 't':
        return is_ascii_alnum(byte) || is_one_of(byte, "_-.~");
    case 'b':
        return is_ascii_alnum(byte) || is_one_of(byte, "+/=");
    default:
        return is_ascii_alnum(byte);
    }
}

static size_t read_number(const char **at)
{
    size_t number = 0;
    while (is_ascii_digit(**at))
        number = number * 10 + (size_t)(*(*at)++ - '0');
    return number;
}

/* Reads a hole behind its `%`; what follows it is `*at`. */
static struct hole read_hole(const char **at)
{
    struct hole hole = {.alphabet = *(*at)++, .least = 1, .most = 1};
    if (**at != '{')
        return hole;
    ++*at;
    hole.least = read_number(at);
    hole.most = hole.least;
    if (**at == ',') {
        ++*at;
        hole.most = is_ascii_digit(**at) ? read_number(at) : FORM_HOLE_MAX;
    }
    ++*at; /* the closing brace */
    return hole;
}

static size_t run_of(char alphabet, struct text text, size_t from, size_t most)
{
    size_t length = 0;
    while (length < most && from + length < text.length && form_alphabet_has(alphabet, text.data[from + length]))
        length++;
    return length;
}

/* `last` is the alphabet of the hole before; 0: there was none. */
static bool fits(const char *form, struct text text, size_t at, char last, struct form_fit *fit)
{
    for (; *form != '\0' && *form != '%'; form++) {
        if (*form == '^') {
            fit->secret = at;
            continue;
        }
        if (at >= text.length || text.data[at] != *form)
            return false;
        at++;
    }
    if (*form == '\0') {
        fit->length = at;
        return last == 0 || at >= text.length || !form_alphabet_has(last, text.data[at]);
    }
    form++;
    struct hole hole = read_hole(&form);
    for (size_t taken = run_of(hole.alphabet, text, at, hole.most);; taken--) {
        if (taken < hole.least)
            return false;
        if (fits(form, text, at + taken, hole.alphabet, fit))
            return true;
        if (taken == 0 || *form == '\0') /* giving back at the end would leave a character of the alphabet behind */
            return false;
    }
}

bool form_fits(const char *form, struct text text, struct form_fit *fit)
{
    *fit = (struct form_fit){.changing = strcspn(form, "%")};
    return fits(form, text, 0, 0, fit);
}
