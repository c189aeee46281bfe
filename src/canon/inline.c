/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes inside of a call: data URLs (RFC 2397) in base64 (RFC 4648). Everything else that could stand in their place
 * would be fetched or opened by an endpoint, so it is not looked at but refused. */
#include <string.h>

#include "exeat/canon/reading.h"

static const char places[] = "must be the data itself, as data:TYPE;base64,...: nothing is fetched from a place";
static const char no_media[] = "must be a media type, such as image/png";
static const char no_base64[] = "must be base64, or data:TYPE;base64,...: nothing is fetched from a place";

static bool is_letter(uint32_t code)
{
    return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || (code >= '0' && code <= '9');
}

static bool is_one_of(uint32_t code, const char *others)
{
    return code != 0 && code < 0x80 && strchr(others, (int)code) != NULL;
}

/* Megabytes of it: what is not escaped is looked at byte by byte. PHP escapes every slash. `length` is without blanks.
 */
static bool is_base64(struct text spelled, size_t *length)
{
    size_t pads = 0;
    *length = 0;
    while (spelled.length > 0) {
        uint32_t code = (unsigned char)spelled.data[0];
        if (is_letter(code))
            spelled = (struct text){spelled.data + 1, spelled.length - 1};
        else if (!json_spelled_next(&spelled, &code) || is_one_of(code, " \t\r\n"))
            continue;
        bool is_digit = is_letter(code) || is_one_of(code, "+/-_");
        if (code != '=' && (!is_digit || pads > 0))
            return false;
        pads += code == '=';
        (*length)++;
    }
    return pads <= 2;
}

static bool is_media_code(uint32_t code)
{
    return is_letter(code) || is_one_of(code, "/;=+-._");
}

/* Takes "data:TYPE;base64," off the front, in any case of letters; the type goes to `media`. */
static bool take_head(struct text *rest, char *media, size_t size, size_t *length)
{
    static const struct text begin = TEXT_INIT("data:");
    static const struct text end = TEXT_INIT(";base64");
    uint32_t code = 0;
    *length = 0;
    while (json_spelled_next(rest, &code) && code != ',') {
        bool is_colon = *length == begin.length - 1 && code == ':';
        if (*length == size || !(is_colon || is_media_code(code)))
            return false;
        media[(*length)++] = (char)code;
    }
    struct text head = {media, *length};
    if (code != ',' || head.length < begin.length + end.length ||
        !text_equal_nocase(text_part(head, 0, begin.length), begin) ||
        !text_equal_nocase(text_after(head, head.length - end.length), end))
        return false;
    *length = head.length - begin.length - end.length;
    memmove(media, media + begin.length, *length);
    return true;
}

static bool read_data_url(struct reading *reading, struct text spelled, struct canon_inline *data)
{
    enum { HEAD_MAX = 128 };
    char media[HEAD_MAX];
    size_t length;
    size_t ignored;
    if (!take_head(&spelled, media, sizeof(media), &length) || !is_base64(spelled, &ignored))
        return false;
    data->media = arena_text(reading->arena, (struct text){media, length});
    data->base64 = spelled;
    return true;
}

bool take_data_url(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct text spelled = {0};
    if (!take_text(reading, value, row, &spelled))
        return false;
    return read_data_url(reading, spelled, field) || reading_may_not(reading, places);
}

/* Without the word "data:" it must be padded as it ought to be: `/etc/passwd` has the same letters. */
bool take_base64(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    struct canon_inline *data = field;
    struct text spelled = {0};
    size_t length = 0;
    if (!take_text(reading, value, row, &spelled))
        return false;
    if (is_base64(spelled, &length) && length % 4 == 0)
        data->base64 = spelled;
    return data->base64.data != NULL || read_data_url(reading, spelled, data) || reading_may_not(reading, no_base64);
}

/* It must fit into the head of a data URL, which is bounded too. */
bool take_media(struct reading *reading, uint32_t value, const struct member *row, void *field)
{
    enum { MEDIA_MAX = 100 };
    struct text *media = field;
    if (!take_text(reading, value, row, media))
        return false;
    for (size_t i = 0; i < media->length; i++)
        if (!is_letter((unsigned char)media->data[i]) && !is_one_of((unsigned char)media->data[i], "/+-._"))
            return reading_is_wrong(reading, no_media);
    return (media->length > 0 && media->length <= MEDIA_MAX) || reading_is_wrong(reading, no_media);
}
