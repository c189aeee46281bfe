/* SPDX-License-Identifier: Apache-2.0 */
/* Positions: a latitude and a longitude with enough decimals to be a place, in degrees or in degrees, minutes and
 * seconds. */
#include "detectors.h"

enum { DECIMALS_LEAST = 4, DECIMALS_LABELLED = 2, BETWEEN_MOST = 4 };

struct degrees {
    size_t start;
    size_t end;
    unsigned whole;
    unsigned decimals;
};

static bool read_degrees(struct text text, size_t at, unsigned most, struct degrees *degrees)
{
    *degrees = (struct degrees){.start = at, .whole = 0};
    if (at < text.length && (text.data[at] == '-' || text.data[at] == '+'))
        at++;
    size_t from = at;
    while (at < text.length && at - from < 3 && is_ascii_digit(text.data[at]))
        degrees->whole = degrees->whole * 10 + (unsigned)(text.data[at++] - '0');
    if (at == from || at >= text.length || text.data[at] != '.' || degrees->whole > most)
        return false;
    for (at++; at < text.length && is_ascii_digit(text.data[at]); at++)
        degrees->decimals++;
    degrees->end = at;
    return degrees->decimals > 0 && degrees->decimals <= 16 && (at >= text.length || text.data[at] != '.');
}

/* Behind what may stand between the two: ", ", ";", "/", " ", with letters of the compass. */
static size_t skip_between(const struct look *look, size_t at)
{
    for (unsigned points = 0; points < BETWEEN_MOST && at < look->value.length; points++) {
        struct point point = point_at(look->value, at, look->spelling);
        bool blank = point_gap(point.code) == GAP_SPACE || point.code == ',' || point.code == ';' || point.code == '/';
        if (!blank && point.code != 'N' && point.code != 'S' && point.code != 0xb0)
            break;
        at += point.length;
    }
    return at;
}

/* 52°31'12" N: what is behind the degree sign; 0: it is no such thing. */
static size_t read_sexagesimal(struct text text, size_t at, enum detect_spelling spelling)
{
    bool compass = false;
    unsigned points = 0;
    while (at < text.length && points < 20 && !compass) {
        struct point point = point_at(text, at, spelling);
        bool mark = point.code == '\'' || point.code == '"' || point.code == 0x2032 || point.code == 0x2033 ||
                    point.code == 0x2019 || point.code == 0x201d || point.code == ' ' || point.code == '.' ||
                    point.code == ',';
        compass = point.code == 'N' || point.code == 'S' || point.code == 'E' || point.code == 'W' || point.code == 'O';
        if (!mark && !compass && point_digit(point.code) < 0)
            return 0;
        at += point.length;
        points++;
    }
    return compass ? at : 0;
}

static bool find_sexagesimal(struct look *look, size_t at)
{
    size_t end = at;
    while (end < look->value.length && end - at < 3 && is_ascii_digit(look->value.data[end]))
        end++;
    struct point sign = {0, 0};
    if (end < look->value.length)
        sign = point_at(look->value, end, look->spelling);
    if (sign.code != 0xb0)
        return false;
    end = read_sexagesimal(look->value, end + sign.length, look->spelling);
    if (end > 0 && look_begins(look, at) && look_ends(look, end))
        look_add(look, DETECTOR_GEO, at, end, CERTAINTY_FORM);
    return end > 0;
}

void find_geo(struct look *look, size_t at)
{
    struct degrees latitude;
    struct degrees longitude;
    struct text text = look->value;
    if (find_sexagesimal(look, at))
        return;
    if (at > 0 && (text.data[at - 1] == '-' || text.data[at - 1] == '+'))
        at--;
    bool touched = at > 0 && (text.data[at - 1] == '.' || text.data[at - 1] == ',' || !look_begins(look, at));
    if (touched || !read_degrees(text, at, 90, &latitude))
        return;
    size_t next = skip_between(look, latitude.end);
    if (next == latitude.end || !read_degrees(text, next, 180, &longitude) || !look_ends(look, longitude.end))
        return;
    unsigned least = latitude.decimals < longitude.decimals ? latitude.decimals : longitude.decimals;
    bool said = least >= DECIMALS_LABELLED && (look_labels(look, at) & LABEL_GEO) != 0;
    if (least >= DECIMALS_LEAST || said)
        look_add(look, DETECTOR_GEO, at, longitude.end, CERTAINTY_FORM);
}
