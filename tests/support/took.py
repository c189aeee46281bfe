#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Whether a run fits into 25 minutes of a machine of two cores that does nothing else, told from any machine that does something
else too. Called by ./dev test.

    took.py begin FILE TIMES      notes where the machine stands; TIMES: a file of what the shell's `times` said
    took.py end FILE TIMES        1 and a sentence where it took longer

What counts is what the run itself computed, whoever else computed beside it, over the speed of the processor by a yardstick that
all cores measure at once; and, where there are two cores and no more, the time in which a core had nothing to do, or waited for a
disk, though the run was not over. On two quiet cores that is the time by the clock. With more cores waiting is not counted: nobody
knows what two would have done meanwhile. What is fetched before the run begins is not counted at all."""
import concurrent.futures
import json
import os
import pathlib
import re
import statistics
import sys
import time

MINUTES = 25
CORES = 2
YARDSTICK_S = 0.055  # of the processor that the limit is meant for


def once(_=None):
    before = time.process_time()
    value = 1
    for number in range(1_000_000):
        value = value * 31 + number & 0xFFFFFF
    return time.process_time() - before


def yardstick():
    """How many times slower than that the processor is while all of its cores compute, as they do in a run; never faster."""
    cores = len(os.sched_getaffinity(0))
    with concurrent.futures.ProcessPoolExecutor(cores) as pool:
        return max(1.0, statistics.median(pool.map(once, range(9 * cores))) / YARDSTICK_S)


def computed(times):
    """Seconds of processor that a shell and its children have used, of its four words as 1m2.345s. Some languages write a comma."""
    words = re.findall(r"(\d+)m(\d+)[.,](\d+)s", times)
    assert len(words) == 4, f"the shell's times are no four words as 1m2.345s: {times!r}"
    return sum(60 * int(minutes) + float(f"{seconds}.{parts}") for minutes, seconds, parts in words)


def now(times):
    cores, idle = 0, 0
    for line in pathlib.Path("/proc/stat").read_text().splitlines():
        if re.match(r"cpu\d", line):
            cores, idle = cores + 1, idle + sum(int(word) for word in line.split()[4:6])  # iowait is idle too
    return {"clock": time.monotonic(), "computed": computed(times), "cores": cores, "idle": idle / os.sysconf("SC_CLK_TCK"), "slower": yardstick()}


def minutes_of_two(before, after):
    slower = max(before["slower"], after["slower"])
    idle = after["idle"] - before["idle"] if after["cores"] <= CORES else 0
    return ((after["computed"] - before["computed"]) / slower + idle) / CORES / 60


def main(what, path, times):
    note, here = pathlib.Path(path), now(pathlib.Path(times).read_text())
    if what == "begin":
        note.write_text(json.dumps(here))
        return 0
    before = json.loads(note.read_text())
    took = minutes_of_two(before, here)
    print(f"{took:.1f} minutes of two cores; by the clock {(here['clock'] - before['clock']) / 60:.1f}, on {here['cores']} cores, "
          f"{max(before['slower'], here['slower']):.2f} times as slow as the yardstick")
    if took <= MINUTES:
        return 0
    print(f"./dev test may take {MINUTES} minutes of two cores: let tests wait and compute less, or fewer of them start a gate (docs/CONTRIBUTING.md)")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
