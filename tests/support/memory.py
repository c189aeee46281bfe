# SPDX-License-Identifier: Apache-2.0
"""What a process holds in memory, as the kernel counts it."""


def resident_kib(process, part="Rss"):
    """Its resident set, from smaps_rollup: the exact figure (statm's is kept lazily). "Anonymous": what it made itself,
    without the pages of programs and libraries that it touched for the first time."""
    with open(f"/proc/{process.pid}/smaps_rollup") as rollup:
        return next(int(line.split()[1]) for line in rollup if line.startswith(f"{part}:"))
