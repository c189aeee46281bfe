# SPDX-License-Identifier: Apache-2.0
"""What an idle connection costs: memory (PSS) of a thousand kept tunnels and opened connections, over that of the started
program. Memory of the kernel is not in it."""
import world
from modes import MODES

COUNT = 1000
CONTENDERS = {"tunnel": ("exeat", "squid", "ats", "tinyproxy"), "opened": ("exeat", "nginx-tls", "haproxy-tls", "squid-bump")}


def measure(kind, name):
    place = world.World()
    try:
        contender = place.start(name, label=name)
        if contender is None:
            return None
        process = place.processes[name].pid
        world.wait_quiet(process)
        started = world.memory_of(process)
        ways = MODES["connect" if kind == "tunnel" else "mitm"].ways
        way = next(ways[k] for k in contender.kinds if k in ways)
        extra = ["--hello"] if kind == "tunnel" else []
        place.load(contender, [*extra, "--bytes", "64", "--clients", "4", "--seconds", "0.2"], way, kind == "opened")  # it works, and is warm
        world.wait_quiet(process)
        before = world.memory_of(process)
        holder = place.hold(contender, [*extra, "--bytes", "64", "--clients", str(COUNT)], way, kind == "opened")
        assert holder.said.startswith(f"held {COUNT} of {COUNT},"), (name, holder.said)
        world.wait_quiet(process)
        held = world.memory_of(process)
        holder.stdin.close()
        holder.wait()
        return started, (held - before) / COUNT
    finally:
        place.close()


def main():
    for kind, names in CONTENDERS.items():
        found = {name: measure(kind, name) for name in names}
        print(f"\n| idle {kind} | started, PSS in MiB | KiB for each of {COUNT} |\n|---|---|---|")
        for name, figures in found.items():
            if figures is not None:
                print(f"| {name} | {figures[0] / 1024:.1f} | {figures[1]:.1f} |")
