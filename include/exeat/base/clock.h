/* SPDX-License-Identifier: Apache-2.0 */
/* Time, by the clock that fits the use. */
#ifndef EXEAT_BASE_CLOCK_H
#define EXEAT_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

int64_t clock_wall_us(void);    /* CLOCK_REALTIME, microseconds since 1970, UTC */
uint64_t clock_boot_us(void);   /* CLOCK_BOOTTIME, microseconds */
uint64_t clock_steady_us(void); /* CLOCK_MONOTONIC, microseconds; for durations */

enum { CLOCK_TEXT_SIZE = 28 };                                     /* "2026-11-23T10:00:00.123456Z" and NUL */
void clock_write(int64_t wall_us, char out[CLOCK_TEXT_SIZE]);      /* RFC 3339, UTC, microseconds */
enum { CLOCK_HTTP_SIZE = 30 };                                     /* "Sun, 06 Nov 1994 08:49:37 GMT" and NUL */
void clock_write_http(int64_t wall_us, char out[CLOCK_HTTP_SIZE]); /* RFC 9110 5.6.7 */
/* "2026-11-23T10:00:00Z", "2026-11-23T11:00:00+01:00", "2026-11-23 10:00" (UTC as well), "2026-11-23", "today", "now",
 * "-1h", "-30m", "-7d"; `now_us` is the reference. */
#define CLOCK_EXAMPLES "2026-11-23T10:00:00Z, 2026-11-23 10:00 (UTC), 2026-11-23, today or -24h"
MUST_CHECK bool clock_parse(struct text text, int64_t now_us, int64_t *wall_us);
/* Exactly a date-time of RFC 3339 5.6: a day, a time to the second and an offset, so that nobody has to guess which
 * moment is meant. No leap second. */
enum clock_reading { CLOCK_GOOD, CLOCK_NO_TIME, CLOCK_NO_OFFSET, CLOCK_BAD };
MUST_CHECK enum clock_reading clock_parse_moment(struct text text, int64_t *wall_us);

#endif
