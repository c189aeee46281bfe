/* SPDX-License-Identifier: Apache-2.0 */
/* How a step of a table of steps ends (docs/life-of-a-request.md). */
#ifndef EXEAT_BASE_PROGRESS_H
#define EXEAT_BASE_PROGRESS_H

/* STEP_NEXT: the step named another; STEP_WAIT: until something happens; STEP_YIELD: give others a turn, then run
 * again. */
enum progress { STEP_NEXT, STEP_WAIT, STEP_YIELD };

#endif
