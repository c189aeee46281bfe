/* SPDX-License-Identifier: Apache-2.0 */
/* Byte by byte, for now. */
#include "scan.h"

#include <string.h>

#include "points.h"

static bool is_token(char byte)
{
    return is_ascii_alnum(byte) || byte == '_' || byte == '-' || byte == '+' || byte == '/';
}

static size_t run_at(const struct scan *scan, size_t at)
{
    size_t end = at;
    while (end < scan->text.length && is_token(scan->text.data[end]))
        end++;
    return end - at;
}

/* The first of two colons that are at most four hexadecimal digits apart. */
static bool is_colons(struct text text, size_t at)
{
    size_t next = at + 1;
    while (next < text.length && next - at <= 5 && text.data[next] != ':') {
        char low = ascii_lower(text.data[next]);
        if (!is_ascii_digit(low) && (low < 'a' || low > 'f'))
            return false;
        next++;
    }
    bool first = at == 0 || text.data[at - 1] != ':';
    return first && next < text.length && text.data[next] == ':' && next - at <= 5;
}

struct scan_sign sign_next(struct scan *scan)
{
    struct text text = scan->text;
    for (; scan->at < text.length; scan->at++) {
        size_t at = scan->at;
        bool begins = at == 0 || !is_token(text.data[at - 1]);
        if (text.data[at] == '@') {
            scan->at++;
            return (struct scan_sign){SIGN_AT, at};
        }
        if (text.data[at] == ':' && is_colons(text, at)) {
            scan->at++;
            return (struct scan_sign){SIGN_COLON, at};
        }
        if (text.data[at] == '-' && at >= 3 && memcmp(text.data + at - 3, "----", 4) == 0 && at + 1 < text.length &&
            (text.data[at + 1] == 'B' || text.data[at + 1] == ' ')) {
            scan->at++;
            return (struct scan_sign){SIGN_DASHES, at};
        }
        if (is_token(text.data[at]) && begins && run_at(scan, at) >= VENDOR_KEY_RUN && !scan->run) {
            scan->run = true;
            return (struct scan_sign){SIGN_RUN, at};
        }
        scan->run = false;
        bool digit = point_digit(point_at(text, at, scan->spelling).code) >= 0;
        if (digit && (at == 0 || point_digit(point_before(text, at).code) < 0)) {
            scan->at++;
            return (struct scan_sign){SIGN_DIGITS, at};
        }
    }
    return (struct scan_sign){SIGN_END, text.length};
}
