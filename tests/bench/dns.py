#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Questions for names that are kept: the gate's listener, which judges each and has its audit store on, beside dnsmasq, which
keeps no log. Each has one core, and asks a resolver of the benchmark's own; 128 questions are outstanding.

    ./dev bench dns      the goal: at least as many answers a second as dnsmasq"""
import json
import statistics
import subprocess
import sys

import world
from contenders import Contender, Exeat
from scale import run_parts
from support.names import NameServer

GOAL = 1.0
ROUNDS = 9
SUFFIX = "shop.bench.example"
NAMES = [f"n{number}.{SUFFIX}" for number in range(64)]  # as tests/bench/tools/questions.c asks for


class Gate(Exeat):
    def settings(self):
        settings = super().settings()
        self.dns_port = self.port + 2000
        settings["listen"]["dns"] = [f"127.0.0.1:{self.dns_port}"]
        settings["resolve"] = {"servers": [f"127.0.0.1:{self.server.port}"]}
        settings["rules"] = [{"id": "shop", "verdict": "allow", "hosts": NAMES, "addresses": ["127.0.0.0/8"]}]
        return settings


class Dnsmasq(Contender):
    program = "dnsmasq"

    def command(self):
        self.dns_port = self.port
        return ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--pid-file=",
                "--listen-address=127.0.0.1", "--bind-interfaces", f"--port={self.port}", f"--server=127.0.0.1#{self.server.port}",
                "--cache-size=1000"]


def ask(place, contender, seconds):
    process = place.processes[contender.label].pid
    command = [place.tools / "questions", "127.0.0.1", contender.dns_port, seconds, process, SUFFIX]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=True, preexec_fn=place.pin_load)
    figures = json.loads(done.stdout)
    if figures["errors"] or not figures["requests"]:
        raise RuntimeError(f"{contender.label}: {figures}")
    figures["cost"] = figures["cpu_us"] / figures["requests"]
    return figures


def one_round(place, contenders, turn, found):
    for contender in contenders if turn % 2 == 0 else contenders[::-1]:
        world.wait_quiet(place.processes[contender.label].pid)
        found[contender.label].append(ask(place, contender, 1))


def kept(place):
    server = NameServer({name: ["127.0.0.1"] for name in NAMES}, ttl=3600)
    contenders = [place.start(kind.__name__.lower(), type(kind.__name__, (kind,), {"server": server})) for kind in (Gate, Dnsmasq)]
    for contender in contenders:
        ask(place, contender, 0.3)
    asked = len(server.queries)
    found = {contender.label: [] for contender in contenders}
    for turn in range(ROUNDS):
        one_round(place, contenders, turn, found)
    if len(server.queries) != asked:
        raise RuntimeError("what was measured was not kept: the resolver was asked")
    show(found)


def show(found):
    ours, theirs = found["gate"], found["dnsmasq"]
    for label, rounds in found.items():
        rates = sorted(figures["rate"] for figures in rounds)
        print(f"  {label:8} rate {rates[0]:,.0f}..{rates[-1]:,.0f}  busy {statistics.median(f['busy'] for f in rounds):.2f}  load busy "
              f"{statistics.median(f['own_busy'] for f in rounds):.2f}  p99 {statistics.median(f['p99'] for f in rounds):.0f} us  lost "
              f"{sum(f['lost'] for f in rounds)}", file=sys.stderr)
    rate = statistics.median(a["rate"] / b["rate"] for a, b in zip(ours, theirs))
    cpu = statistics.median(b["cost"] / a["cost"] for a, b in zip(ours, theirs))
    p99 = statistics.median(b["p99"] / a["p99"] for a, b in zip(ours, theirs))
    print(f"| kept answers, ÷ dnsmasq | {rate:.2f} ({cpu:.2f}) | {p99:.2f} | ≥ {GOAL}: {'met' if rate >= GOAL else '**missed**'} |")


if __name__ == "__main__":
    sys.exit(run_parts({"kept": kept}, "./dev bench dns", __doc__, "| | rate (by CPU) | p99 | goal |\n|---|---|---|---|"))
