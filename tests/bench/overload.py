#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is left of the gate under twice the load that it can take: requests that are answered well, over its peak with as many
connections; and the peak again as soon as the load is gone. With `durability: commit` the disk is what is overrun. More
connections cost everybody something, overloaded or not: nginx beside it shows how much.

    ./dev bench overload      the goal: at least 0.9 of the peak, during and after"""
import statistics
import sys

import world

GOAL = 0.9
ROUNDS = 5


CROWD = "512"


def good(place, gate, *words):
    way = "direct" if "reverse" in gate.kinds else "proxy"
    return place.load(gate, ["--refused", "503", *words], way)


def measure(place, label):
    gate = place.start(label)
    found = {"of few": [], "during": [], "after": [], "refused": []}
    for _ in range(ROUNDS):
        few = good(place, gate, "--seconds", "1")["rate"]
        peak = good(place, gate, "--clients", CROWD, "--seconds", "1", "--warmup", "0.5")["rate"]
        flood = good(place, gate, "--clients", CROWD, "--rate", str(2 * few), "--seconds", "2", "--warmup", "0.5")
        found["after"].append(good(place, gate, "--seconds", "1", "--warmup", "0.1")["rate"] / few)
        found["of few"].append(peak / few)
        found["during"].append(flood["rate"] / peak)
        found["refused"].append(flood["refused"] / (flood["refused"] + flood["requests"]))
    return {name: statistics.median(values) for name, values in found.items()}


def show(label, found):
    print(f"| {label}: its peak with {CROWD} connections, over that with 64 | {found['of few']:.2f} | |")
    for what, text in (("during", "during the flood, of the peak with as many connections"), ("after", "right after, of the peak before")):
        goal = "" if label == "nginx" else f"≥ {GOAL}: " + ("met" if found[what] >= GOAL else "**missed**")
        print(f"| {label}: {text} | {found[what]:.2f} | {goal} |")
    print(f"| {label}: answered 503 during it | {found['refused']:.2f} | |", flush=True)


def main():
    world.enter_own_network()
    print("| twice the peak | measured | goal |\n|---|---|---|")
    for label in ("exeat", "exeat-commit", "nginx"):
        place = world.World()
        try:
            show(label, measure(place, label))
        finally:
            place.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
