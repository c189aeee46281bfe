/* SPDX-License-Identifier: Apache-2.0 */
/* What the compiler may check for us. */
#ifndef EXEAT_BASE_ATTRIBUTES_H
#define EXEAT_BASE_ATTRIBUTES_H

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((__format__(__printf__, text, first)))
#define NO_RETURN __attribute__((noreturn))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
