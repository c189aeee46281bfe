/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys in their armour (RFC 7468), in any spelling: with newlines, with `\n` written out, with blanks, on one
 * line. What ends one is its END line, else what is no base64. */
#include <string.h>

#include "detectors.h"

enum { LABEL_MOST = 40, KEY_MOST = 32768 /* of base64, whatever stands between */ };

static bool is_base64(char byte)
{
    return is_ascii_alnum(byte) || byte == '+' || byte == '/' || byte == '=';
}

/* What stands between the lines of a key: breaks in any spelling, what joins strings, what quotes a mail. */
static bool is_between(char byte)
{
    return text_has(TEXT("\\\r\n\t ,:-\"'.>|"), byte);
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

/* The word that begins behind blanks at `at`. */
static bool says(struct text text, size_t at, struct text word)
{
    while (at < text.length && text.data[at] == ' ')
        at++;
    return text_starts_with(text_after(text, at), word);
}

/* At the last of four dashes or more. */
static bool ends_dashes(struct text text, size_t at)
{
    return text.data[at] == '-' && (at + 1 == text.length || text.data[at + 1] != '-') && at >= 3 &&
           memcmp(text.data + at - 3, "----", 4) == 0;
}

/* Behind the END line; or, without one, behind the last that may belong to the key, which ends where another begins. */
static size_t armour_end(struct text text, size_t from)
{
    size_t end = from; /* of the last piece of base64 */
    size_t solid = 0;
    for (size_t at = from; at < text.length && solid < KEY_MOST; at++) {
        bool closes = ends_dashes(text, at);
        size_t closed = closes && says(text, at + 1, TEXT("END ")) ? label_end(text, text_index(text, 'E', at) + 4) : 0;
        if (closed > 0)
            return closed;
        if (closes && says(text, at + 1, TEXT("BEGIN ")))
            break;
        if (is_base64(text.data[at])) {
            solid++;
            end = at + 1;
        } else if (!is_between(text.data[at])) {
            break;
        }
    }
    return end;
}

/* What is found is looked at once: a row of such lines is one long key, or many short ones. */
void find_private_key(struct look *look, size_t at)
{
    struct text text = look->value;
    size_t start = at + 1;
    size_t begin = at + 1;
    if (at < look->armour_end)
        return;
    while (start > 0 && text.data[start - 1] == '-')
        start--;
    while (begin < text.length && text.data[begin] == ' ')
        begin++;
    if (!text_starts_with(text_after(text, begin), TEXT("BEGIN ")))
        return;
    size_t body = label_end(text, begin + 6);
    if (body == 0)
        return;
    look->armour_end = armour_end(text, body);
    look_add(look, DETECTOR_PRIVATE_KEY, start, look->armour_end, CERTAINTY_EXACT);
}

bool private_key_goes_on(struct text text, size_t end)
{
    while (end < text.length && is_between(text.data[end]))
        end++;
    return end == text.length;
}
