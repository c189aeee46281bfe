#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does the cost of a request grow with what the gate holds? CPU per request with more connections, more rules, a larger
store, and after millions of requests; each size beside nginx at the same moment, so that the machine's moods cancel out.

    ./dev bench scale [connections|rules|store|work]      the goal: at no size more than 1.1 times the growth of nginx"""
import argparse
import statistics
import subprocess
import sys

import world
from contenders import NAME, Exeat

GOAL = 1.1
ROUNDS = 5
RULES = (10, 1_000, 100_000, 1_000_000)
CONNECTIONS = (10, 100, 1_000, 10_000)
RECORDS = (0, 100_000, 1_000_000, 10_000_000)
REQUESTS = (0, 1_000_000, 5_000_000, 10_000_000)


class WithNames(Exeat):
    """Allows as many names as asked for, in a list file, the one that is asked among them."""

    def settings(self):
        path = self.folder / "names.txt"
        path.write_text("".join(f"shop-{number}.scale.example\n" for number in range(self.names - 1)) + NAME + "\n")
        settings = super().settings()
        settings["groups"] = {"many": {"file": str(path)}}
        settings["rules"][0]["hosts"] = ["@many"]
        return settings


class WithRecords(Exeat):
    """Goes on with a store that already holds records."""

    def settings(self):
        if self.records > 0:
            (self.folder / "keys").mkdir(mode=0o700)
            maker = self.world.tools.parent / "make_store"
            subprocess.run([maker, self.folder / "audit", self.folder / "keys" / "log.key", str(self.records // 2), "86400"], check=True)
        settings = super().settings()
        settings["audit"]["origin"] = "audit.example/made"
        return settings


def variant(kind, **more):
    return type(f"{kind.__name__}With", (kind,), more)


# --- measuring ------------------------------------------------------------------------------------------------------------


def cost(place, contender, words):
    """CPU microseconds for each request that was answered well."""
    figures = place.load(contender, words, "direct" if "reverse" in contender.kinds else "proxy")
    if figures["errors"] or figures["unexpected"]:
        raise RuntimeError(f"{contender.label}: {figures}")
    return figures["cpu_us"] / figures["requests"] if figures["requests"] else float("inf")


def growth(costs, base):
    """Each round's cost over that of the same round at the smallest size; the median of them."""
    return statistics.median(now / before for now, before in zip(costs, base))


def print_growth(what, sizes, ours, theirs):
    print(f"\n| {what} | gate | nginx | gate ÷ nginx, goal ≤ {GOAL} |\n|---|---|---|---|")
    for size in sizes:
        mine, other = growth(ours[size], ours[sizes[0]]), growth(theirs[size], theirs[sizes[0]])
        print(f"| {size:,} | {mine:.2f} | {other:.2f} | {mine / other:.2f} {'met' if mine / other <= GOAL else '**missed**'} |")
    sys.stdout.flush()


def interleave(place, pairs, words_of):
    """pairs: size -> (gate, nginx); returns size -> costs of each"""
    ours, theirs = {size: [] for size in pairs}, {size: [] for size in pairs}
    for turn in range(ROUNDS):
        for size in sorted(pairs, reverse=turn % 2 == 1):
            gate, nginx = pairs[size]
            ours[size].append(cost(place, gate, words_of(size)))
            theirs[size].append(cost(place, nginx, words_of(size)))
    return ours, theirs


# --- what grows -----------------------------------------------------------------------------------------------------------


def connections(place):
    """A fixed rate over ever more connections, each of them used in turn."""
    gate, nginx = place.start("exeat"), place.start("nginx")
    sizes = [size for size in CONNECTIONS if 2 * size < place.files + 1000]

    def words(size):
        return ["--clients", str(size), "--rate", "8000", "--warmup", str(0.3 + size / 5000), "--seconds", "1"]

    print_growth("connections", sizes, *interleave(place, {size: (gate, nginx) for size in sizes}, words))


def rules(place):
    nginx = place.start("nginx")
    gates = {size: place.start("exeat", variant(WithNames, names=size), f"exeat-{size}") for size in RULES}
    print_growth("names in the policy", RULES, *interleave(place, {size: (gate, nginx) for size, gate in gates.items()}, lambda _: ["--seconds", "1"]))


def store(place):
    nginx = place.start("nginx")
    gates = {size: place.start("exeat", variant(WithRecords, records=size), f"exeat-{size}") for size in RECORDS}
    print_growth("records in the store", RECORDS, *interleave(place, {size: (gate, nginx) for size, gate in gates.items()}, lambda _: ["--seconds", "1"]))


def work(place):
    """After ever more requests: the cost of one, and the memory."""
    gate, nginx = place.start("exeat"), place.start("nginx")
    process = place.processes["exeat"].pid
    ours, theirs, memory, done = {}, {}, {}, 0
    for size in REQUESTS:
        while done < size:
            done += place.load(gate, ["--seconds", "10"])["requests"]
        world.wait_quiet(process, 60)  # what is sealed later costs by itself: ./dev bench audit
        pairs = [(cost(place, gate, ["--seconds", "1"]), cost(place, nginx, ["--seconds", "1"])) for _ in range(ROUNDS)]
        ours[size], theirs[size] = zip(*pairs)
        memory[size] = world.memory_of(process)
    print_growth("requests done", REQUESTS, ours, theirs)
    first = memory[REQUESTS[1]]
    print("memory (PSS) after " + ", ".join(f"{size:,}: {memory[size] / first:.2f}" for size in REQUESTS[1:]) + f" of that after {REQUESTS[1]:,}")


PARTS = {"connections": connections, "rules": rules, "store": store, "work": work}


def run_parts(parts, program, text, head=None):
    """Each part that was named, or all, in a world of its own."""
    parser = argparse.ArgumentParser(prog=program, description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", nargs="*", choices=[*parts, []], default=[])
    wanted = parser.parse_args().part or list(parts)
    world.enter_own_network()
    if head:
        print(head)
    for part in wanted:
        place = world.World()
        try:
            parts[part](place)
        finally:
            place.close()
    return 0


if __name__ == "__main__":
    sys.exit(run_parts(PARTS, "./dev bench scale", __doc__))
