#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is left of the gate under twice the load that it can take: requests that are answered well, over its peak; and the peak
again as soon as the load is gone. With `durability: commit` the disk is what is overrun.

    ./dev bench overload      the goal: at least 0.9 of the peak, during and after"""
import statistics
import sys

import world

GOAL = 0.9
ROUNDS = 5


def good(place, gate, *words):
    return place.load(gate, ["--refused", "503", *words])


def measure(place, label):
    gate = place.start(label)
    during, after, refused = [], [], []
    for _ in range(ROUNDS):
        peak = good(place, gate, "--seconds", "1")["rate"]
        flood = good(place, gate, "--clients", "512", "--rate", str(2 * peak), "--seconds", "2", "--warmup", "0.5")
        during.append(flood["rate"] / peak)
        refused.append(flood["refused"] / (flood["refused"] + flood["requests"]))
        after.append(good(place, gate, "--seconds", "1", "--warmup", "0.1")["rate"] / peak)
    for what, found in (("during", during), ("right after", after)):
        ratio = statistics.median(found)
        print(f"| {label}, {what} | {ratio:.2f} of the peak | ≥ {GOAL}: {'met' if ratio >= GOAL else '**missed**'} |")
    print(f"| {label}, answered 503 during it | {statistics.median(refused):.2f} of the answers | |")


def main():
    world.enter_own_network()
    print("| twice the peak | measured | goal |\n|---|---|---|")
    for label in ("exeat", "exeat-commit"):
        place = world.World()
        try:
            measure(place, label)
        finally:
            place.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
