/* SPDX-License-Identifier: Apache-2.0 */
/* The three clocks, and times as an operator writes and reads them (RFC 3339). */
#include "exeat/base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "exeat/base/check.h"

enum { US_PER_SECOND = 1000000, SECONDS_PER_DAY = 86400 };

static struct timespec read_clock(clockid_t id)
{
    struct timespec now;
    int result = clock_gettime(id, &now);
    ASSERT(result == 0);
    return now;
}

int64_t clock_wall_us(void)
{
    struct timespec now = read_clock(CLOCK_REALTIME);
    return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / 1000;
}

uint64_t clock_boot_us(void)
{
    struct timespec now = read_clock(CLOCK_BOOTTIME);
    return (uint64_t)now.tv_sec * US_PER_SECOND + (uint64_t)now.tv_nsec / 1000;
}

uint64_t clock_steady_us(void)
{
    struct timespec now = read_clock(CLOCK_MONOTONIC);
    return (uint64_t)now.tv_sec * US_PER_SECOND + (uint64_t)now.tv_nsec / 1000;
}

void clock_write_http(int64_t wall_us, char out[CLOCK_HTTP_SIZE])
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm utc;
    out[0] = '\0';
    if (gmtime_r(&seconds, &utc) == NULL)
        return;
    (void)snprintf(
        out, CLOCK_HTTP_SIZE, "%s, %02u %s %04u %02u:%02u:%02u GMT", days[utc.tm_wday], (unsigned)utc.tm_mday % 100,
        months[utc.tm_mon], (unsigned)(utc.tm_year + 1900) % 10000, (unsigned)utc.tm_hour % 100,
        (unsigned)utc.tm_min % 100, (unsigned)utc.tm_sec % 100);
}

void clock_write(int64_t wall_us, char out[CLOCK_TEXT_SIZE])
{
    int64_t fraction = wall_us % US_PER_SECOND;
    time_t seconds = (time_t)(wall_us / US_PER_SECOND);
    if (fraction < 0) {
        fraction += US_PER_SECOND;
        seconds--;
    }
    struct tm utc;
    char date[20] = "0000-00-00T00:00:00";
    if (gmtime_r(&seconds, &utc) != NULL && utc.tm_year >= -1900 && utc.tm_year <= 8099)
        strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out, CLOCK_TEXT_SIZE, "%s.%06dZ", date, (int)fraction);
}

static bool take_number(struct text *text, size_t digits, int *number)
{
    uint64_t value;
    if (text->length < digits || !text_to_number(text_part(*text, 0, digits), UINT64_MAX, &value))
        return false;
    *number = (int)value;
    *text = text_after(*text, digits);
    return true;
}

static bool take_byte(struct text *text, char byte)
{
    if (text->length == 0 || text->data[0] != byte)
        return false;
    *text = text_after(*text, 1);
    return true;
}

/* ".123456" to microseconds; absent is zero. */
static bool take_fraction(struct text *text, int64_t *microseconds)
{
    *microseconds = 0;
    if (!take_byte(text, '.'))
        return true;
    int64_t unit = US_PER_SECOND;
    size_t digits = 0;
    while (text->length > 0 && text->data[0] >= '0' && text->data[0] <= '9') {
        unit /= 10;
        *microseconds += (text->data[0] - '0') * unit;
        *text = text_after(*text, 1);
        digits++;
    }
    return digits > 0 && digits <= 9;
}

/* A moment as it is written, and how much of it is. */
struct written {
    struct tm local;
    int64_t microseconds;
    int offset; /* minutes east of Greenwich */
    bool has_time;
    bool has_seconds;
    bool has_offset;
};

/* "Z", "+01:00"; nothing is UTC as well. */
static bool take_offset(struct text *text, struct written *written)
{
    int hours = 0;
    int minutes = 0;
    bool is_east = text->length > 0 && text->data[0] == '+';
    written->has_offset = text->length > 0;
    if (!written->has_offset || take_byte(text, 'Z') || take_byte(text, 'z'))
        return true;
    if ((!take_byte(text, '+') && !take_byte(text, '-')) || !take_number(text, 2, &hours) || !take_byte(text, ':') ||
        !take_number(text, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    written->offset = (hours * 60 + minutes) * (is_east ? 1 : -1);
    return true;
}

/* "T10:00:00.123Z"; a blank may stand for the T, and the seconds may be left out. */
static bool take_time_of_day(struct text *text, struct written *written)
{
    written->has_time = text->length > 0;
    if (!written->has_time)
        return true;
    if ((!take_byte(text, 'T') && !take_byte(text, 't') && !take_byte(text, ' ')) ||
        !take_number(text, 2, &written->local.tm_hour) || !take_byte(text, ':') ||
        !take_number(text, 2, &written->local.tm_min))
        return false;
    written->has_seconds = take_byte(text, ':');
    if (written->has_seconds &&
        (!take_number(text, 2, &written->local.tm_sec) || !take_fraction(text, &written->microseconds)))
        return false;
    return take_offset(text, written);
}

static bool take_date(struct text *text, struct tm *local)
{
    return take_number(text, 4, &local->tm_year) && take_byte(text, '-') && take_number(text, 2, &local->tm_mon) &&
           take_byte(text, '-') && take_number(text, 2, &local->tm_mday);
}

static bool read_written(struct text text, struct written *written, int64_t *wall_us)
{
    *written = (struct written){.offset = 0};
    struct tm *local = &written->local;
    if (!take_date(&text, local) || !take_time_of_day(&text, written) || text.length > 0 || local->tm_mon < 1 ||
        local->tm_mon > 12 || local->tm_mday < 1 || local->tm_mday > 31 || local->tm_hour > 23 || local->tm_min > 59 ||
        local->tm_sec > 60)
        return false;
    struct tm normal = *local;
    normal.tm_year -= 1900;
    normal.tm_mon -= 1;
    int day = normal.tm_mday;
    int64_t seconds = (int64_t)timegm(&normal);
    if (normal.tm_mday != day)
        return false; /* the 30th of February */
    *wall_us = (seconds - (int64_t)written->offset * 60) * US_PER_SECOND + written->microseconds;
    return true;
}

static bool parse_date(struct text text, int64_t *wall_us)
{
    struct written written;
    return read_written(text, &written, wall_us);
}

enum clock_reading clock_parse_moment(struct text text, int64_t *wall_us)
{
    struct written written;
    if (!read_written(text, &written, wall_us))
        return CLOCK_BAD;
    if (!written.has_time)
        return CLOCK_NO_TIME;
    if (!written.has_seconds || text_has(text, ' ') || written.local.tm_sec > 59)
        return CLOCK_BAD;
    return written.has_offset ? CLOCK_GOOD : CLOCK_NO_OFFSET;
}

static int64_t unit_seconds(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return SECONDS_PER_DAY;
    case 'w':
        return (int64_t)7 * SECONDS_PER_DAY;
    default:
        return 0;
    }
}

static bool parse_ago(struct text text, int64_t now_us, int64_t *wall_us)
{
    uint64_t count;
    if (text.length < 3 || text.data[0] != '-')
        return false;
    int64_t seconds = unit_seconds(text.data[text.length - 1]);
    if (seconds == 0 || !text_to_number(text_part(text, 1, text.length - 2), 1000000, &count))
        return false;
    *wall_us = now_us - (int64_t)count * seconds * US_PER_SECOND;
    return true;
}

bool clock_parse(struct text text, int64_t now_us, int64_t *wall_us)
{
    int64_t day_us = (int64_t)SECONDS_PER_DAY * US_PER_SECOND;
    int64_t midnight = now_us - now_us % day_us;
    if (text_equal(text, TEXT("now")))
        *wall_us = now_us;
    else if (text_equal(text, TEXT("today")))
        *wall_us = midnight;
    else if (text_equal(text, TEXT("yesterday")))
        *wall_us = midnight - day_us;
    else
        return parse_ago(text, now_us, wall_us) || parse_date(text, wall_us);
    return true;
}
