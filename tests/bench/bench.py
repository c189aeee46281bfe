#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The gate beside what else could do its job, in one run on one machine. Prints ratios: absolute figures say nothing about
another machine. Called by ./dev bench."""
import argparse
import json
import statistics
import subprocess
import sys

import idle
import world
from contenders import ALL
from modes import FORWARD, MODES, Goal, more_is_better

RESULTS = world.TOP / "build" / "bench"
GROUPS = ("http", "tunnel", "tls")
TWO_WORKERS = ("http1k", "connect")  # nothing is pinned then: load and origin share both cores with the contender


# --- measuring ------------------------------------------------------------------------------------------------------------


def way_of(mode, contender):
    return next((mode.ways[kind] for kind in contender.kinds if kind in mode.ways), None)


def check(place, mode, contender):
    """A short run in which every byte of every body is compared: only what works is measured."""
    found = place.load(contender, [*mode.words, "--check", "--seconds", "0.3"], way_of(mode, contender), mode.tls)
    wrong = [name for name in ("errors", "unexpected", "damaged") if found[name]]
    if wrong:
        raise RuntimeError(f"{contender.label} does not do its job: {', '.join(wrong)}; {found['complaints'][:300]}")


def run_mode(place, name, rounds):
    """label -> the figures of each round; the order of the contenders turns round after every round."""
    mode = MODES[name]
    labels = ["exeat", *(["exeat-commit"] if mode.commit else []), *mode.against]
    contenders = [one for one in (place.start(label) for label in labels) if one is not None]
    able = []
    for contender in contenders:
        try:
            check(place, mode, contender)
            able.append(contender)
        except RuntimeError as reason:
            print(f"{name}: left out: {reason}", file=sys.stderr)
    found = {contender.label: [] for contender in able}
    for turn in range(rounds):
        for contender in able if turn % 2 == 0 else able[::-1]:
            world.wait_quiet(place.processes[contender.label].pid)
            figures = place.load(contender, [*mode.words, "--seconds", str(mode.seconds)], way_of(mode, contender), mode.tls)
            unit = figures["bytes_rate"] / 1e9 * mode.seconds if mode.metric == "bytes_rate" else figures["requests"]
            figures["cost"] = figures["cpu_us"] / unit if unit else float("inf")
            found[contender.label].append(figures)
    return found


# --- comparing ------------------------------------------------------------------------------------------------------------


def ratio(metric, ours, theirs):
    """How many times as good ours is: the median over the rounds, each compared within itself."""
    pairs = [(a[metric], b[metric]) if more_is_better(metric) else (b[metric], a[metric]) for a, b in zip(ours, theirs)]
    return statistics.median(a / b if b else float("inf") for a, b in pairs)


def cpu_ratio(ours, theirs):
    return statistics.median(b["cost"] / a["cost"] if a["cost"] else float("inf") for a, b in zip(ours, theirs))


def best_of(metric, found, labels):
    there = [label for label in labels if label in found]
    pick = max if more_is_better(metric) else min
    return pick(there, key=lambda label: statistics.median(figures[metric] for figures in found[label]), default=None)


def verdict(mode, found, label, goal):
    """One that is about another metric than the mode's says which, and what was reached."""
    metric = goal.metric or mode.metric
    what = f"{metric} ≥" if goal.metric else "≥"
    best = best_of(metric, found, goal.against)
    if best is None or label not in found:
        return f"{what} {goal.ratio} × {'/'.join(goal.against)}: not measured"
    reached = ratio(metric, found[label], found[best])
    return f"{what} {goal.ratio} × {best}: {f'{reached:.2f}, ' if goal.metric else ''}**{'met' if reached >= goal.ratio else 'missed'}**"


def cell(mode, found, label, other):
    if label not in found or other not in found:
        return "-"
    return f"{ratio(mode.metric, found[label], found[other]):.2f} ({cpu_ratio(found[label], found[other]):.2f})"


def print_table(results, workers=""):
    for group in GROUPS:
        names = [name for name in MODES if name in results and MODES[name].group == group]
        if not names:
            continue
        others = list(dict.fromkeys(label for name in names for label in MODES[name].against if label in results[name]))
        print(f"\n| {group}{workers} | " + " | ".join(f"÷ {other}" for other in others) + " | goal |\n|---" * 1 + "|---" * (len(others) + 1) + "|")
        for name in names:
            mode, found = MODES[name], results[name]
            for label, goals in (("exeat", mode.goals), ("exeat-commit", mode.commit)):
                if goals is None or label not in found:
                    continue
                if workers:
                    goals = [Goal(1.0, FORWARD)]
                title = f"`{name}` {mode.what}" + (", `durability: commit`" if label == "exeat-commit" else "")
                cells = [cell(mode, found, label, other) for other in others]
                print(f"| {title} | " + " | ".join(cells) + " | " + "; ".join(verdict(mode, found, label, goal) for goal in goals) + " |")
    if results:
        print("\nHow many times as good the gate is (rates: more; latencies: less), in brackets by CPU per request or byte.")


def print_raw(name, found):
    """For the eyes of whoever measures: how steady, how busy, where the limit was."""
    mode = MODES[name]
    for label, rounds in found.items():
        median = lambda key: statistics.median(figures[key] for figures in rounds)  # noqa: E731
        spread = sorted(figures[mode.metric] for figures in rounds)
        print(f"  {name:9}{label:13} spread {spread[0]:.4g}..{spread[-1]:.4g}  busy {median('busy'):.2f}  load busy {median('own_busy'):.2f}  "
              f"metric {median(mode.metric):.5g}  cost {median('cost'):.4g} us  p50 {median('p50'):.4g}  p99 {median('p99'):.4g}  errors {sum(f['errors'] for f in rounds)}", file=sys.stderr)


def saved(folder):
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json") if path.stem in MODES}


def run_modes(names, rounds, folder, two=False):
    folder.mkdir(parents=True, exist_ok=True)
    place = world.World(two)
    results = {}
    try:
        for name in names:
            results[name] = run_mode(place, name, rounds)
            print_raw(name, results[name])
            (folder / f"{name}.json").write_text(json.dumps(results[name]))
    finally:
        place.close()
    print_table(results, ", two workers" if two else "")


def versions():
    for label, words in (("nginx", ["nginx", "-v"]), ("haproxy", ["haproxy", "-v"]), ("squid", ["squid", "-v"]), ("ats", ["traffic_server", "-V"]), ("tinyproxy", ["tinyproxy", "-v"])):
        if ALL[label].is_there():
            done = subprocess.run(words, capture_output=True, text=True)
            print((done.stdout + done.stderr).splitlines()[0])


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("what", nargs="*", default=["all"], help=f"{', '.join(GROUPS)}, idle, two, all; or modes: {', '.join(MODES)}; or table: what was measured before")
    parser.add_argument("--rounds", type=int, default=5)
    words = parser.parse_args()
    wanted = [name for name in MODES if "all" in words.what or MODES[name].group in words.what or name in words.what]
    if words.what == ["table"]:
        print_table(saved(RESULTS))
        print_table(saved(RESULTS / "two"), ", two workers")
        versions()
        return 0
    world.enter_own_network()
    if wanted:
        run_modes(wanted, words.rounds, RESULTS)
    if "two" in words.what or "all" in words.what:
        run_modes(TWO_WORKERS, words.rounds, RESULTS / "two", two=True)
    if "idle" in words.what or "all" in words.what:
        idle.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
