# SPDX-License-Identifier: Apache-2.0
"""The wall clock of programs under test (support/clock_step.c)."""
import time

DAY = 86400


def seconds_to_noon():
    """To noon of tomorrow, in UTC."""
    return int(DAY + DAY // 2 - time.time() % DAY)


def stepped(folder, shim, seconds):
    """The environment of programs whose clock is so many seconds ahead; whoever changes the file sets it."""
    (folder / "offset").write_text(str(seconds))
    return {"LD_PRELOAD": shim, "ASAN_OPTIONS": "verify_asan_link_order=0", "CLOCK_OFFSET": str(folder / "offset")}
