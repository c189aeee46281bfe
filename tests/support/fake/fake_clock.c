/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of the fake world that are not the loop's: they run as the machine's, and are set by the script. The
 * linker puts these in place of base's (--wrap). */
#include "exeat/base/clock.h"
#include "fake.h"

int64_t __real_clock_wall_us(void);
uint64_t __real_clock_boot_us(void);
int64_t __wrap_clock_wall_us(void);
uint64_t __wrap_clock_boot_us(void);

int64_t __wrap_clock_wall_us(void)
{
    return __real_clock_wall_us() + fake.wall_step_us + (int64_t)fake.slept_us;
}

uint64_t __wrap_clock_boot_us(void)
{
    return __real_clock_boot_us() + fake.slept_us;
}
