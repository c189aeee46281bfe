/* SPDX-License-Identifier: Apache-2.0 */
/* The edges that the two tables allow, as the fake log writes them: "session serve finish". */
#ifndef EXEAT_SESSION_EDGES_H
#define EXEAT_SESSION_EDGES_H

#include <stddef.h>

enum { EDGE_SIZE = 40 };
/* Fills `edges`; returns how many there are. */
size_t edges_of_session(char edges[][EDGE_SIZE], size_t capacity);
size_t edges_of_exchange(char edges[][EDGE_SIZE], size_t capacity);

#endif
