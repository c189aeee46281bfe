#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a client notices when the gate does something else beside: p99 of an open loop while policies are reloaded, while
segments of the store roll, and while others read it, over p99 without; and how long a start takes with a large store.

    ./dev bench hiccup [reload|roll|readers|start]      the goals: at most 2 times; ready within 300 ms with 10 million records"""
import signal
import statistics
import subprocess
import sys
import threading
import time

import world
from contenders import Exeat
from scale import WithNames, WithRecords, run_parts, variant

GOAL = 2.0
ROUNDS = 7
WORDS = ["--clients", "64", "--rate", "2000", "--seconds", "2"]
RECORDS = 10_000_000
READY_GOAL_MS = 300


def p99(place, gate):
    figures = place.load(gate, WORDS)
    if figures["errors"] or figures["unexpected"]:
        raise RuntimeError(str(figures))
    return figures["p99"]


def compare(what, with_it, without):
    found = statistics.median(a / b for a, b in zip(with_it, without))
    print(f"| p99 {what} | {found:.2f} × p99 without | ≤ {GOAL}: {'met' if found <= GOAL else '**missed**'} |")
    sys.stdout.flush()


class Repeat(threading.Thread):
    """Does something every `gap` seconds until the block ends."""

    def __init__(self, gap, action):
        super().__init__(daemon=True)
        self.gap, self.action, self.over = gap, action, threading.Event()

    def run(self):
        while not self.over.wait(self.gap):
            self.action()

    def __enter__(self):
        self.start()

    def __exit__(self, *_):
        self.over.set()
        self.join()


def reload(place):
    """A reload each 200 ms, of a policy with ten thousand names."""
    gate = place.start("exeat", variant(WithNames, names=10_000), "exeat")
    process = place.processes["exeat"]
    with_it, without = [], []
    for _ in range(ROUNDS):
        without.append(p99(place, gate))
        with Repeat(0.2, lambda: process.send_signal(signal.SIGHUP)):
            with_it.append(p99(place, gate))
    compare("while the policy reloads, five times a second", with_it, without)


class Rolling(Exeat):
    """Segments so small that several roll within the measured time."""

    def settings(self):
        settings = super().settings()
        settings["audit"]["segment_size"] = self.segment_size
        return settings


def roll(place):
    rolls = place.start("exeat", variant(Rolling, segment_size="1MiB"), "exeat-rolls")
    keeps = place.start("exeat", variant(Rolling, segment_size="4GiB"), "exeat-keeps")
    without, with_it = [], []
    for _ in range(ROUNDS):
        without.append(p99(place, keeps))
        with_it.append(p99(place, rolls))
    count = len(list((place.folder / "exeat-rolls" / "audit").iterdir()))
    compare(f"while segments of 1 MiB roll ({count} files at the end)", with_it, without)


def readers(place):
    """A follower, and exports of the whole store without a pause; on the load's core, and only when that is idle."""
    gate = place.start("exeat", variant(WithRecords, records=1_000_000), "exeat")
    idly = ["chrt", "-i", "0", "taskset", "-c", str(world.LOAD_CORE), place.exeat, "audit"]
    of = ["-c", gate.configuration, "-o", "jsonl"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with_it, without, exports = [], [], []
    for _ in range(ROUNDS):
        without.append(p99(place, gate))
        follower = subprocess.Popen([*idly, "follow", *of], **quiet)
        with Repeat(0, lambda: exports.append(subprocess.run([*idly, "export", *of], check=True, **quiet))):
            with_it.append(p99(place, gate))
        follower.terminate()
        follower.wait()
    compare(f"while a follower and {len(exports)} exports of a million records read", with_it, without)


def ready_ms(place, gate, label):
    began = time.monotonic()
    place.launch(label, [place.exeat, "run", "-c", gate.configuration], gate.folder, world.CONTENDER_CORE)
    while not gate.is_ready():
        time.sleep(0.001)
    return (time.monotonic() - began) * 1000


def start(place):
    label = "exeat"
    gate = place.start("exeat", variant(WithRecords, records=RECORDS), label)
    for what, hard in (("an orderly stop", False), ("kill -9", True)):
        found = []
        for _ in range(5):
            place.load(gate, ["--seconds", "0.3"])
            process = place.processes[label]
            process.kill() if hard else process.terminate()
            process.wait()
            found.append(ready_ms(place, gate, label))
        median = statistics.median(found)
        print(f"| ready after {what}, {RECORDS:,} records in the store | {median:.0f} ms | ≤ {READY_GOAL_MS} ms: {'met' if median <= READY_GOAL_MS else '**missed**'} |")
        sys.stdout.flush()


PARTS = {"reload": reload, "roll": roll, "readers": readers, "start": start}


if __name__ == "__main__":
    sys.exit(run_parts(PARTS, "./dev bench hiccup", __doc__, "| | measured | goal |\n|---|---|---|"))
