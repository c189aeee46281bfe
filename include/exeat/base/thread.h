/* SPDX-License-Identifier: Apache-2.0 */
/* How the calling thread shares the processor with others. */
#ifndef EXEAT_BASE_THREAD_H
#define EXEAT_BASE_THREAD_H

/* For a thread that has little to do each time it wakes, while someone waits: it need not wait for the end of others'
 * long slices (sched_setattr(2), sched_runtime). Kernels before 6.12 do not listen; the nice value stays. */
void thread_ask_for_short_slices(void);

#endif
