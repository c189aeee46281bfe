/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys in their armour (RFC 7468), in any spelling: with newlines, with `\n` written out, with blanks, on one
 * line. What ends one is its END line, else what is no base64. */
#include <string.h>

#include "detectors.h"

enum { LABEL_MOST = 40, KEY_MOST = 32768 };

static bool is_body(char byte)
{
    return is_ascii_alnum(byte) || (byte != '\0' && strchr("+/=\\\r\n\t ,:-\"'.", byte) != NULL);
}

/* Where the armour's label ends that begins at `at`: behind its dashes; 0: it is no label of a private key. */
static size_t label_end(struct text text, size_t at)
{
    size_t end = at;
    while (end < text.length && end - at < LABEL_MOST && (is_ascii_alnum(text.data[end]) || text.data[end] == ' '))
        end++;
    struct text label = text_part(text, at, end - at);
    bool private = memmem(label.data, label.length, "PRIVATE KEY", 11) != NULL ||
                   memmem(label.data, label.length, "PRIVATEKEY", 10) != NULL ||
                   memmem(label.data, label.length, "PGP PRIVATE", 11) != NULL;
    if (label.length == 0 || !private || !text_starts_with(text_after(text, end), TEXT("----")))
        return 0;
    while (end < text.length && text.data[end] == '-')
        end++;
    return end;
}

/* Behind the END line; or, without one, behind the last that may belong to the key. */
static size_t armour_end(struct text text, size_t from)
{
    size_t end = from;
    while (end < text.length && end - from < KEY_MOST && is_body(text.data[end]))
        end++;
    struct text body = text_part(text, from, end - from);
    const char *found = body.length == 0 ? NULL : memmem(body.data, body.length, "END ", 4);
    size_t closed = found == NULL ? 0 : label_end(text, (size_t)(found - text.data) + 4);
    if (closed > 0)
        return closed;
    while (end > from && !is_ascii_alnum(text.data[end - 1]) && text.data[end - 1] != '=')
        end--;
    return end;
}

/* At the last of four dashes or more, or at the `P` of PuTTY's own form. */
void find_private_key(struct look *look, size_t at)
{
    struct text text = look->value;
    size_t start = at + 1;
    size_t begin = at + 1;
    while (start > 0 && text.data[start - 1] == '-')
        start--;
    while (begin < text.length && text.data[begin] == ' ')
        begin++;
    if (!text_starts_with(text_after(text, begin), TEXT("BEGIN ")))
        return;
    size_t body = label_end(text, begin + 6);
    if (body > 0)
        look_add(look, DETECTOR_PRIVATE_KEY, start, armour_end(text, body), CERTAINTY_EXACT);
}
