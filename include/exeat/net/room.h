/* SPDX-License-Identifier: Apache-2.0 */
/* Is there room for one more? Asked before something is begun that costs descriptors or memory. */
#ifndef EXEAT_NET_ROOM_H
#define EXEAT_NET_ROOM_H

#include "exeat/net.h"

enum room_for { ROOM_FOR_CLIENTS, ROOM_FOR_UPSTREAMS };
/* `newest` was opened just now: may it be kept? A part of RLIMIT_NOFILE, asked for once in a turn of the loop, is left
 * to what must always work. */
bool room_has_descriptor(struct loop *loop, int newest, enum room_for whom);
/* Has the process less than `most` bytes that only it has in memory (0: any number is fine)? Looked at again after
 * 10 ms; before it says no, freed memory is given back to the system. */
bool room_has_memory(struct loop *loop, uint64_t most);

#endif
