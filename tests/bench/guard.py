#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a request costs, in instructions instead of time: fixed scripts (guard_scripts.py) under callgrind, compared with the
figures of instructions.txt. Only what the gate's own program executes is counted, so an update of a library changes nothing;
each figure is the difference between a run of N and one of 2N requests, so start and stop change nothing either.

    ./dev bench guard             compares; fails where a figure is off by more than 5 %, where the sum of all is more than 3 %
                                  above what it is held to, or where limits cost more than 2 % of a request
    ./dev bench guard --update    writes the figures of this build; what the sum is held to stays"""
import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

from guard_scripts import NAME, SCRIPTS, Pages, sections  # noqa: E402
from support.certificates import Root  # noqa: E402
from support.disk import build_shim  # noqa: E402
from support.gate import EXEAT, Gate, free_port  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Figures:
    """A file of committed figures, and how far from them what is measured may be."""

    path: pathlib.Path
    head: str  # of the file
    unit: str
    tolerance: float
    less_is_wrong: bool  # as much as more is; else it asks for an update and passes

    EXPLANATION = """
{name}: {now} {unit}, {file} says {then} ({change:+.1f} %; {most:.0f} % are let pass).
If that is what your change is meant to cost, or to save, put the new figure into the same commit and say why in its message:

    ./dev bench guard --update
"""

    def rows(self):
        """name -> its columns: the figure, and what it counts for in the sum where a sum is held."""
        lines = (line.split() for line in self.path.read_text().splitlines() if line and not line.startswith("#"))
        return {name: [int(column) for column in columns] for name, *columns in lines}

    def update(self, found, is_summed):
        held = self.rows() if self.path.exists() else {}
        for name, figure in found.items():
            columns = held.get(name, [figure, figure])
            found[name] = f"{figure} {columns[-1]}" if is_summed else f"{figure}"
        self.path.write_text(self.head + "".join(f"{name} {columns}\n" for name, columns in found.items()))
        print(self.path.read_text(), end="")

    def compare(self, found):
        """Prints what was found beside what is committed; False where that fails."""
        rows = self.rows()
        good = set(found) == set(rows)
        if not good:
            print(f"{self.path.name} has other rows than were measured: ./dev bench guard --update")
        for name in (name for name in rows if name in found):
            change = found[name] / rows[name][0] - 1
            print(f"{name:16}{found[name]:9}{change:+8.1%}")
            if abs(change) > self.tolerance:
                good = good and change < 0 and not self.less_is_wrong
                print(self.EXPLANATION.format(name=name, unit=self.unit, now=found[name], file=self.path.name, then=rows[name][0],
                                              change=100 * change, most=100 * self.tolerance))
        return good


INSTRUCTIONS = Figures(pathlib.Path(__file__).resolve().parent / "instructions.txt", """\
# Instructions of the gate's own program per unit of work, release build, `durability: batch`, one worker, counted by callgrind.
# Compared within 5 % by `./dev bench guard`, which `./dev test` runs; written by `./dev bench guard --update`. The last column is what
# the row counts for in the sum: the sum of the figures may be 3 % above that of this column, which is changed by hand, with the reason.
""", "instructions", 0.05, less_is_wrong=True)
SUM_TOLERANCE = 0.03
LIMIT_COSTS = 0.02  # of a request, at most


class CountedGate(Gate):
    """A gate with one worker under callgrind, in which nothing happens by the clock. `door`: what it listens on beside that for proxies."""

    def __init__(self, folder, root, door=None, **sections):
        audit = {"durability": "batch", "batch_ms": 600000, "heartbeat": "1h", "directory": "audit", "origin": "guard/x", "key": "keys/log.key"}
        confine = {"seccomp": "none", "landlock": "none"}  # valgrind makes calls of its own
        super().__init__(folder, root, workers=1, audit=audit, confine=confine, **sections)
        self.door_port = free_port()
        if door is not None:
            self.merge({"listen": {door: [f"127.0.0.1:{self.door_port}"]}})

    def reach(self):
        return socket.create_connection(("127.0.0.1", self.door_port), timeout=60)

    def launch(self, **environment):
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            ["valgrind", "--tool=callgrind", "--dump-instr=no", "--fair-sched=yes", f"--log-file={self.folder}/valgrind.log",
             f"--callgrind-out-file={self.folder}/counts", EXEAT, "run", "-c", str(self.config_path)],
            stderr=self.log_file, env={**os.environ, **environment},
        )

    def settle(self):
        """Waits until every thread sleeps, so that each unit of work begins alike, however busy the machine is. A thread that
        wakes another runs until the other is awake: two looks that see the same switches have missed nothing."""
        before = None
        while True:
            now = [read_state(task) for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir()]
            if now == before and all(state == "S" for state, _ in now):
                return
            before = now

    def own_instructions(self):
        return count_own((self.folder / "counts").read_text(), pathlib.Path(EXEAT).name)


def read_state(task):
    text = (task / "status").read_text()
    return re.search(r"State:\s+(\w)", text)[1], re.findall(r"ctxt_switches:\s+(\d+)", text)


def count_own(text, program):
    """The sum of the self costs of one object in callgrind's format; the line after `calls=` is the cost of another's."""
    names, total, own, inclusive = {}, 0, False, False
    for line in text.splitlines():
        word = re.match(r"(c?)ob=\((\d+)\)(?: (.*))?", line)
        if word:
            names.setdefault(word[2], word[3] or "")
            own = own if word[1] else pathlib.PurePath(names[word[2]]).name == program
        elif line.startswith("calls="):
            inclusive = True
        elif re.match(r"[-+*\d]", line):
            total += int(line.split()[1]) if own and not inclusive else 0
            inclusive = False
    return total


# --- counting -----------------------------------------------------------------------------------------------------------


def run_counted(folder, root, certificate, name, count):
    """Instructions of a whole life of the gate, with `count` units of work in it."""
    folder.mkdir()
    script, _, door = SCRIPTS[name]
    pages = Pages(certificate)
    gate = CountedGate(folder, root, door, **sections(pages, root))
    turns = {"LD_PRELOAD": build_shim(folder, "turned"), "TURNED_TO": str(pages.port("plain"))} if door == "transparent" else {}
    gate.start(**turns)
    try:
        script(gate, pages, count)
    finally:
        gate.stop()
        pages.close()
    return gate.own_instructions()


def measure(folder):
    root = Root(folder)
    certificate = root.issue(NAME.decode())
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = {
            (name, times): pool.submit(run_counted, folder / f"{name}-{times}", root, certificate, name, count * times)
            for name, (_, count, _) in SCRIPTS.items() for times in (1, 2)
        }
        return {name: round((runs[name, 2].result() - runs[name, 1].result()) / count) for name, (_, count, _) in SCRIPTS.items()}


# --- what is held ---------------------------------------------------------------------------------------------------------


def hold_sum(found):
    """Small rises of many rows, or of one row in many steps, are a rise of the sum."""
    held = {name: columns[-1] for name, columns in INSTRUCTIONS.rows().items() if name in found}
    now, then = sum(found[name] for name in held), sum(held.values())
    print(f"{'sum':16}{now:9}{now / then - 1:+8.1%} over what it is held to")
    if now > then * (1 + SUM_TOLERANCE):
        print(f"all scripts together: {now} instructions, held to {then} ({100 * (now / then - 1):+.1f} %; {100 * SUM_TOLERANCE:.0f} % are let pass).\n"
              f"Win it back; or raise the last column of the rows that a new feature makes dearer in {INSTRUCTIONS.path.name}, and say why.")
    return now <= then * (1 + SUM_TOLERANCE)


def hold_limits(found):
    costs = found["limited_get"] / found["get_keep_alive"] - 1
    print(f"{'limits':16}{costs:+17.1%} of a request")
    if costs > LIMIT_COSTS:
        print(f"limited_get is {100 * costs:.1f} % above get_keep_alive: limits may cost {100 * LIMIT_COSTS:.0f} % of a request.")
    return costs <= LIMIT_COSTS


def run(about, measure, figures, holds=()):
    """Writes the figures that `measure` finds in a folder of its own, or compares and holds them; what the process ends with."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help=f"write {figures.path.name} instead of comparing with it")
    update = parser.parse_args().update
    with tempfile.TemporaryDirectory(prefix="exeat-guard-") as folder:
        found = measure(pathlib.Path(folder))
    good = [figures.compare(found) if not update else True, *[hold(found) for hold in holds]]
    if update:
        figures.update(found, bool(holds))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(run(__doc__, measure, INSTRUCTIONS, (hold_sum, hold_limits)))
