#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that the rules of `exeat redirect apply` turn to the gate, beside the same clients of the same gate that name it as
their proxy: one worker on one core, in a network of its own, in which every packet of both passes the rules. Needs root.

    ./dev bench transparent      the goal: at least 0.95 times the explicit proxy"""
import os
import statistics
import subprocess
import sys

import world
from contenders import PLAIN, Exeat, RelayCopy
from scale import run_parts

GOAL = 0.95
ROUNDS = 5
GATE_USER = 64123
AWAY = "203.0.113.9"  # nobody has it: the name counts

SET_UP = "a connection for each GET of 64 bytes, 32 at a time"
# what, words of the load, and the way of a client that knows the gate
MODES = {
    "GET of 1 KiB, 64 kept connections": ([], "proxy"),
    SET_UP: (["--per", "1", "--bytes", "64", "--clients", "32"], "proxy"),
    "a tunnel for each 64 bytes, 32 at a time": (["--hello", "--per", "1", "--bytes", "64", "--clients", "32"], "connect"),
}


def as_gate(words):
    return ["setpriv", "--reuid", GATE_USER, "--regid", GATE_USER, "--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all",
            "--no-new-privs", "--", *words]


class Held(Exeat):
    """As its own user, with nobody let out beside it."""

    def settings(self):
        settings = super().settings()
        settings["listen"]["transparent"] = [f"127.0.0.1:{self.port + 2000}"]
        settings["redirect"] = {"uid": GATE_USER}
        return settings

    def command(self):
        words = super().command()
        subprocess.run([self.world.exeat, "redirect", "apply", self.configuration], check=True, stdout=subprocess.DEVNULL)
        for place in (self.folder, *self.folder.rglob("*")):
            os.chown(place, GATE_USER, GATE_USER)
        return as_gate(words)


class RelayInPlace(RelayCopy):
    """Where the gate was, as its user: the rules know no other."""

    def command(self):
        self.port = self.place_of_gate
        return as_gate(super().command())


def make_way_out():
    """A cable that leads nowhere, or nothing could be sent and turned."""
    for words in ("link add eth0 type veth peer name far0", "address add 10.90.0.2/24 dev eth0", "link set far0 up", "link set eth0 up",
                  "route add default via 10.90.0.1"):
        subprocess.run(["ip", *words.split()], check=True)


def forget_ended_flows():
    """Before the kernel's table of them is full."""
    with open("/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait", "w") as setting:
        setting.write("2")


def measure(place, gate, words, way):
    """`turned`: to the name's place of the client's own belief"""
    if way == "turned":
        words = [*words, "--to", f"{AWAY}:{PLAIN}"]  # the last one holds
    world.wait_quiet(place.processes[gate.label].pid)
    figures = place.load(gate, words, "direct" if way == "turned" else way)
    if figures["errors"] or figures["unexpected"] or figures["damaged"]:
        raise RuntimeError(f"{way}: {figures}")
    figures["cost"] = figures["cpu_us"] / figures["requests"]
    return figures


def compare(place, gate, what, words, other, goal=GOAL):
    ways = ("turned", other)
    for way in ways:
        measure(place, gate, [*words, "--check", "--seconds", "0.3"], way)
    found = {way: [] for way in ways}
    for turn in range(ROUNDS):
        for way in ways if turn % 2 == 0 else ways[::-1]:
            found[way].append(measure(place, gate, [*words, "--seconds", "0.8"], way))
    for way, rounds in found.items():
        rates = sorted(figures["rate"] for figures in rounds)
        print(f"  {way:8} rate {rates[0]:,.0f}..{rates[-1]:,.0f}  busy {statistics.median(f['busy'] for f in rounds):.2f}  load busy "
              f"{statistics.median(f['own_busy'] for f in rounds):.2f}  p99 {statistics.median(f['p99'] for f in rounds):.0f} us", file=sys.stderr)
    pairs = list(zip(found["turned"], found[other]))
    rate = statistics.median(a["rate"] / b["rate"] for a, b in pairs)
    cpu = statistics.median(b["cost"] / a["cost"] for a, b in pairs)
    verdict = "" if goal is None else f"≥ {goal}: {'met' if rate >= goal else '**missed**'}"
    print(f"| {what} | {rate:.2f} ({cpu:.2f}) | {verdict} |")
    sys.stdout.flush()


def turned(place):
    if os.geteuid() != 0:
        raise RuntimeError("this needs root: the gate is a user of its own here")
    make_way_out()
    gate = place.start("held", Held)
    forget_ended_flows()
    for what, (words, explicit) in MODES.items():
        compare(place, gate, what, words, explicit)
    place.stop("held")
    relay = place.start("relay", type("Relay", (RelayInPlace,), {"place_of_gate": gate.port + 2000}))
    compare(place, relay, f"the bare relay, {SET_UP}", MODES[SET_UP][0], "direct", None)


if __name__ == "__main__":
    sys.exit(run_parts({"turned": turned}, "./dev bench transparent", __doc__, "| turned ÷ explicit proxy | rate (by CPU) | goal |\n|---|---|---|"))
