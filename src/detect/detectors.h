/* SPDX-License-Identifier: Apache-2.0 */
/* The detectors. Each is asked at a place where the scan saw its sign, and adds what it finds there. They are asked of
 * raw JSON too, where they may find more than is there, never less. */
#ifndef EXEAT_DETECT_DETECTORS_H
#define EXEAT_DETECT_DETECTORS_H

#include "look.h"
#include "set.h"

void find_email(struct look *look, size_t at);       /* at the `@` */
void find_token(struct look *look, size_t at);       /* at the first of a long run */
void find_private_key(struct look *look, size_t at); /* at the last of a row of dashes */
/* Nothing but what may stand between the lines of a key stands behind `end`, where one was found to end. */
bool private_key_goes_on(struct text text, size_t end);
void find_ipv4(struct look *look, size_t at); /* at a group's first digit, as below */
void find_ipv6(struct look *look, size_t at); /* at a colon */
void find_geo(struct look *look, size_t at);
void find_address(struct look *look, size_t at);
/* Where at the end of a value an address may have begun that goes on; its length: nowhere. */
size_t address_open_from(const struct look *look);
void find_card(struct look *look, const struct number *number, size_t from); /* from a group's first digit */
void find_phone(struct look *look, const struct number *number, size_t from);
void find_birth_date(struct look *look, const struct number *number);
void find_code(struct look *look, const struct number *number); /* of a state or a bank */
enum { FIELD_VALUE_MOST = 4096 };
void find_field(struct look *look); /* the whole value, by its field */

#endif
