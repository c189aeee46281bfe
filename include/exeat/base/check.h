/* SPDX-License-Identifier: Apache-2.0 */
/* ASSERT is for our own promises, stays on in release, and never checks input. */
#ifndef EXEAT_BASE_CHECK_H
#define EXEAT_BASE_CHECK_H

#include "exeat/base/attributes.h"

#define ASSERT(promise) ((promise) ? (void)0 : check_failed(#promise, __FILE__, __LINE__, __func__))

/* Prints the broken promise to stderr and aborts. */
NO_RETURN void check_failed(const char *promise, const char *file, int line, const char *function);

#endif
